import { createHash } from 'node:crypto';

/** Order of BLS12-381's groups. */
export const R = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;

/** Bytes of a scalar, of a compressed G1 point and of a compressed G2 point. */
export const SCALAR = 32;
export const POINT1 = 48;
export const POINT2 = 96;

const ascii = (text: string) => new TextEncoder().encode(text);

/** BBS with SHA-256 over BLS12-381 (draft-irtf-cfrg-bbs-signatures, section 7.2.2), with its core interface. */
const API = 'BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_HM2S_';

export const API_ID = ascii(API);
export const HASH_DST = ascii(`${API}H2S_`);
export const MESSAGE_DST = ascii(`${API}MAP_MSG_TO_SCALAR_AS_HASH_`);
export const SEED_DST = ascii(`${API}SIG_GENERATOR_SEED_`);
export const GENERATOR_DST = ascii(`${API}SIG_GENERATOR_DST_`);
export const GENERATOR_SEED = ascii(`${API}MESSAGE_GENERATOR_SEED`);

/** The fixed point of G1 that the suite names P1. */
export const P1 = Buffer.from(
  'a8ce256102840821a3e94ea9025e4662b205762f9776b3a766c872b948f1fd225e7c59698588e70d11406d161b4e28c9',
  'hex',
);

/** The generator of G2 (BP2), compressed. */
export const BP2 = Buffer.from(
  '93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e' +
    '024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8',
  'hex',
);

/** Bytes that a scalar or a generator's seed is hashed from. */
const EXPAND = 48;

/** `value` as `length` bytes, big-endian. */
export function i2osp(value: number | bigint, length: number): Uint8Array {
  return Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex');
}

/** A big-endian number. */
export function os2ip(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/**
 * expand_message_xmd with SHA-256 (RFC 9380, section 5.3.1).
 *
 * @param length bytes wanted, at most 255 blocks of 32
 * @param dst domain separation tag, at most 255 bytes
 */
export function expandMessage(message: Uint8Array, dst: Uint8Array, length = EXPAND): Uint8Array {
  const blocks = Math.ceil(length / 32);
  if (blocks > 255 || dst.length > 255)
    throw new RangeError('expand_message_xmd: length or tag out of range');
  const tag = Buffer.concat([dst, i2osp(dst.length, 1)]);
  const sha256 = (...parts: Uint8Array[]) => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const first = sha256(new Uint8Array(64), message, i2osp(length, 2), i2osp(0, 1), tag);
  let block = sha256(first, i2osp(1, 1), tag);
  const out = [block];
  for (let i = 2; i <= blocks; i++) {
    const mixed = Uint8Array.from(first, (byte, j) => byte ^ block[j]!);
    block = sha256(mixed, i2osp(i, 1), tag);
    out.push(block);
  }
  return Buffer.concat(out).subarray(0, length);
}

/** hash_to_scalar of the suite. */
export function hashToScalar(message: Uint8Array, dst: Uint8Array): bigint {
  return os2ip(expandMessage(message, dst)) % R;
}
