import { expand_message_xmd } from '@noble/curves/abstract/hash-to-curve.js';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BP2, expandMessage, hashToScalar, i2osp, MESSAGE_DST, P1, POINT1, R } from './ciphersuite.ts';
import { MAX_MESSAGES, openEngine } from './engine.ts';
import { bytes, ietf } from './testing.ts';

const engine = await openEngine();
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');
const text = (value: string) => new TextEncoder().encode(value);

describe('expand_message_xmd (RFC 9380, appendix K.1)', () => {
  const dst = text('QUUX-V01-CS02-with-expander-SHA256-128');

  it.each([
    ['', '68a985b87eb6b46952128911f2a4412bbc302a9d759667f87f7a21d803f07235'],
    ['abc', 'd8ccab23b5985ccea865c6c97b6e5b8350e794e603b4b97902f53a8a0d605615'],
  ])('of %j', (message, expected) => {
    expect(hex(expandMessage(text(message), dst, 32))).toBe(expected);
  });

  it('agrees with @noble/curves for any message and length', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.uint8Array({ minLength: 1, maxLength: 255 }),
        fc.integer({ min: 1, max: 500 }),
        (message, tag, length) => {
          expect(hex(expandMessage(message, tag, length))).toBe(
            hex(expand_message_xmd(message, tag, length, sha256)),
          );
        },
      ),
    );
  });

  it('refuses what the RFC aborts on', () => {
    expect(() => expandMessage(text(''), new Uint8Array(256), 32)).toThrow(RangeError);
    expect(() => expandMessage(text(''), dst, 255 * 32 + 1)).toThrow(RangeError);
    expect(expandMessage(text(''), new Uint8Array(255), 255 * 32)).toHaveLength(255 * 32);
  });
});

describe('BLS12-381-SHA-256 (draft-irtf-cfrg-bbs-signatures-08)', () => {
  it('maps messages to scalars', () => {
    const scalars = ietf.messages.map((message) => hex(i2osp(hashToScalar(bytes(message), MESSAGE_DST), 32)));
    expect(scalars).toEqual(ietf.messageScalars);
  });

  it('makes the message generators, in the same order whatever their number', () => {
    const read = (octets: Uint8Array) =>
      Array.from({ length: octets.length / POINT1 }, (_, i) =>
        hex(octets.subarray(i * POINT1, (i + 1) * POINT1)),
      );
    expect(read(engine.generators(3))).toEqual(ietf.generators.slice(0, 4));
    expect(read(engine.generators(10))).toEqual(ietf.generators);
    expect(read(engine.generators(0))).toEqual(ietf.generators.slice(0, 1));
  });

  it('has the group order, P1 and the generator of G2', () => {
    expect(R).toBe(bls12_381.fields.Fr.ORDER);
    expect(hex(BP2)).toBe(bls12_381.G2.Point.BASE.toHex(true));
    const api = 'BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_HM2S_';
    let seed = expandMessage(text(`${api}BP_MESSAGE_GENERATOR_SEED`), text(`${api}SIG_GENERATOR_SEED_`));
    seed = expandMessage(Buffer.concat([seed, i2osp(1, 8)]), text(`${api}SIG_GENERATOR_SEED_`));
    const point = bls12_381.G1.hashToCurve(seed, { DST: `${api}SIG_GENERATOR_DST_` });
    expect(hex(P1)).toBe(point.toHex(true));
  });

  it('makes no more generators than a proof may have messages', () => {
    expect(() => engine.generators(MAX_MESSAGES + 1)).toThrow(
      expect.objectContaining({ code: 'proof-malformed' }),
    );
    expect(engine.generators(MAX_MESSAGES)).toHaveLength((MAX_MESSAGES + 1) * POINT1);
  });
});
