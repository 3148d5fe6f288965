import { type KeyObject, verify } from 'node:crypto';
import { curveOf, publicKeyOf, TokenError } from '../jose/index.ts';
import { type CborMap, type CborValue, decodeCbor, encodeCbor, Tagged } from './cbor.ts';

/** A COSE_Sign1 (RFC 9052 §4.2), read and not yet verified. */
export interface Sign1 {
  readonly protectedBytes: Uint8Array;
  /** Of the protected header. */
  readonly algorithm: number;
  readonly unprotected: CborMap;
  /** Null where what is signed travels apart. */
  readonly payload: Uint8Array | null;
  readonly signature: Uint8Array;
}

/** Signature algorithms (RFC 9053 §2), each with the one curve it goes with. */
const ALGORITHMS: ReadonlyMap<number, { readonly curve: string; readonly digest: string | null }> = new Map([
  [-7, { curve: 'P-256', digest: 'sha256' }],
  [-35, { curve: 'P-384', digest: 'sha384' }],
  [-8, { curve: 'Ed25519', digest: null }],
]);

/** Their numbers, as verifiers name them to wallets. */
export const COSE_ALGORITHMS = [...ALGORITHMS.keys()];

const ALGORITHM = 1;
const SIGN1 = 18;

/** Curves of COSE keys (RFC 9053 §7.1), by number. */
const CURVES: ReadonlyMap<
  CborValue | undefined,
  { readonly kty: string; readonly crv: string; readonly type: number }
> = new Map([
  [1, { kty: 'EC', crv: 'P-256', type: 2 }],
  [2, { kty: 'EC', crv: 'P-384', type: 2 }],
  [6, { kty: 'OKP', crv: 'Ed25519', type: 1 }],
]);

const malformed = (message: string): TokenError => new TokenError('token-malformed', message);

/**
 * Reads a COSE_Sign1. Its protected header holds the algorithm and nothing else: what else could stand there would
 * be a demand that nobody here knows.
 *
 * @throws TokenError `token-malformed`, `algorithm-refused`
 */
export const readSign1 = (value: CborValue | undefined): Sign1 => {
  const parts = value instanceof Tagged && value.tag === SIGN1 ? value.value : value;
  if (!Array.isArray(parts) || parts.length !== 4) throw malformed('A signature is not a COSE_Sign1');
  const [protectedBytes, unprotected, payload, signature] = parts as CborValue[];
  if (
    !(protectedBytes instanceof Uint8Array) ||
    !(unprotected instanceof Map) ||
    !(payload instanceof Uint8Array || payload === null) ||
    !(signature instanceof Uint8Array)
  )
    throw malformed('A signature is not a COSE_Sign1');
  const header = decodeCbor(protectedBytes);
  const algorithm =
    header instanceof Map && header.size === 1 ? (header as CborMap).get(ALGORITHM) : undefined;
  if (typeof algorithm !== 'number' || !ALGORITHMS.has(algorithm))
    throw new TokenError('algorithm-refused', 'A signature is made with an algorithm that is not accepted');
  return { protectedBytes, algorithm, unprotected, payload, signature };
};

/**
 * Verifies a COSE_Sign1 under its algorithm, if that goes with the key.
 *
 * @param payload what is signed.
 * @throws TokenError `algorithm-refused`, `signature-invalid`
 */
export const verifySign1 = (sign1: Sign1, payload: Uint8Array, key: KeyObject): void => {
  const { curve, digest } = ALGORITHMS.get(sign1.algorithm)!;
  if (curveOf(key) !== curve)
    throw new TokenError(
      'algorithm-refused',
      'A signature is made with an algorithm that its key does not allow',
    );
  const signed = encodeCbor(['Signature1', sign1.protectedBytes, new Uint8Array(0), payload]);
  // Fixed length, r || s: DER is refused by its length.
  const by = digest === null ? key : { key, dsaEncoding: 'ieee-p1363' as const };
  if (!verify(digest, signed, by, sign1.signature))
    throw new TokenError('signature-invalid', 'A signature does not verify');
};

/** A public COSE_Key. @throws TokenError `algorithm-refused` */
export const keyOfCose = (value: CborValue | undefined): KeyObject => {
  const map: CborMap = value instanceof Map ? value : new Map();
  const curve = CURVES.get(map.get(-1));
  const [x, y] = [map.get(-2), map.get(-3)];
  const isWhole =
    x instanceof Uint8Array && (curve?.kty === 'OKP' ? y === undefined : y instanceof Uint8Array);
  if (curve === undefined || map.get(1) !== curve.type || !isWhole || map.has(-4))
    throw new TokenError('algorithm-refused', 'The key of the device is of a kind that is not accepted');
  const text = (bytes: CborValue | undefined) => Buffer.from(bytes as Uint8Array).toString('base64url');
  const { kty, crv } = curve;
  return publicKeyOf({ kty, crv, x: text(x), ...(kty === 'EC' ? { y: text(y) } : {}) });
};
