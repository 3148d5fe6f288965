import { createRequire } from 'node:module';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { describe, expect, it } from 'vitest';
import { R } from './ciphersuite.ts';
import { bytes, ietf, statementOf } from './testing.ts';
import { type BbsStatement, verifyBbsProof } from './verify-proof.ts';

/** The library beneath the public bbs-2023 suite, as the other opinion. */
const bbs: {
  verifyProof(given: object): Promise<boolean>;
  sign(given: object): Promise<Uint8Array>;
  deriveProof(given: object): Promise<Uint8Array>;
  generateKeyPair(given: object): Promise<{ secretKey: Uint8Array; publicKey: Uint8Array }>;
} = await import(createRequire(import.meta.url).resolve('@digitalbazaar/bbs-signatures'));
const ciphersuite = 'BLS12-381-SHA-256';

const theirs = async (proof: Uint8Array, { disclosed, ...statement }: BbsStatement) => {
  try {
    return await bbs.verifyProof({
      ...statement,
      proof,
      ciphersuite,
      disclosedMessages: [...disclosed.values()],
      disclosedMessageIndexes: [...disclosed.keys()],
    });
  } catch {
    return false;
  }
};
const ours = async (proof: Uint8Array, statement: BbsStatement) => {
  try {
    return await verifyBbsProof(proof, statement);
  } catch (error) {
    expect(error).toMatchObject({ name: 'CredentialError' });
    return false;
  }
};

const some = ietf.proofs[2]!;
const proof = bytes(some.proof);
const statement = statementOf(some);
const put = (at: number, part: Uint8Array) => {
  const copy = Uint8Array.from(proof);
  copy.set(part, at);
  return copy;
};
const scalar = (value: bigint) => bytes(value.toString(16).padStart(64, '0'));

describe('proof fixtures of draft-irtf-cfrg-bbs-signatures-08', () => {
  it.each(ietf.proofs.map((vector) => [vector.name, vector] as const))('%s', async (_, vector) => {
    const statement = statementOf(vector);
    expect(await verifyBbsProof(bytes(vector.proof), statement)).toBe(true);
    const header = bytes('ffeeddccbbaa00998877665544332211');
    expect(await verifyBbsProof(bytes(vector.proof), { ...statement, header })).toBe(false);
    const presentationHeader = bytes('00');
    expect(await verifyBbsProof(bytes(vector.proof), { ...statement, presentationHeader })).toBe(false);
    const publicKey = bytes(ietf.wrongPublicKey);
    expect(await verifyBbsProof(bytes(vector.proof), { ...statement, publicKey })).toBe(false);
  });
});

describe('disclosed messages', () => {
  const [first, ...rest] = [...statement.disclosed];
  it.each<[string, Map<number, Uint8Array>]>([
    ['another message', new Map([[0, bytes('00')], ...rest])],
    [
      'two messages exchanged',
      new Map([[0, statement.disclosed.get(2)!], [2, statement.disclosed.get(0)!], ...rest.slice(1)]),
    ],
    ['another place', new Map([[1, first![1]], ...rest])],
    ['one message less', new Map(rest)],
    ['one message more', new Map([...statement.disclosed, [9, new Uint8Array()]])],
    ['none', new Map()],
  ])('refuses %s', async (_, disclosed) => {
    expect(await verifyBbsProof(proof, { ...statement, disclosed })).toBe(false);
    expect(await theirs(proof, { ...statement, disclosed })).toBe(false);
  });

  it.each<[string, number[]]>([
    ['a place out of range', [0, 2, 4, 10]],
    ['a negative place', [-1, 2, 4, 6]],
    ['a place that is no whole number', [0, 2, 4, 4.5]],
    ['places out of order', [2, 0, 4, 6]],
  ])('refuses %s', async (_, places) => {
    const messages = [...statement.disclosed.values()];
    const disclosed = new Map(places.map((at, i) => [at, messages[i]!]));
    await expect(verifyBbsProof(proof, { ...statement, disclosed })).rejects.toMatchObject({
      code: 'proof-malformed',
    });
  });
});

describe('proof octets', () => {
  const P = bls12_381.fields.Fp.ORDER;
  /** A point of the curve outside the subgroup, compressed: x = 4. Checked below against its own order. */
  const stray = bytes(((1n << 383n) | 4n).toString(16));
  const infinity = Uint8Array.of(0xc0, ...new Uint8Array(47));
  const uncompressed = Uint8Array.from(proof.subarray(0, 48), (byte, i) => (i === 0 ? byte & 0x7f : byte));
  const beyond = bytes((P + (4n | (1n << 383n))).toString(16).padStart(96, '0'));

  it.each<[string, Uint8Array, string]>([
    ['one byte less', proof.subarray(1), 'proof-malformed'],
    ['one byte more', Uint8Array.of(...proof, 0), 'proof-malformed'],
    ['nothing', new Uint8Array(), 'proof-malformed'],
    ['less than the shortest proof', proof.subarray(0, 3 * 48 + 3 * 32), 'proof-malformed'],
    ['a scalar of 0', put(144, new Uint8Array(32)), 'proof-malformed'],
    ['a scalar at the group order', put(144, scalar(R)), 'proof-malformed'],
    ['a challenge beyond the group order', put(proof.length - 32, scalar(R + 1n)), 'proof-malformed'],
    ['Abar at infinity', put(0, infinity), 'proof-point-invalid'],
    ['D at infinity', put(96, infinity), 'proof-point-invalid'],
    ['an uncompressed flag', put(0, uncompressed), 'proof-malformed'],
    ['an x beyond the modulus', put(48, beyond), 'proof-malformed'],
    ['infinity with a stray bit', put(0, Uint8Array.of(...infinity.subarray(0, 47), 1)), 'proof-malformed'],
    ['infinity with a sign', put(0, Uint8Array.of(0xe0, ...new Uint8Array(47))), 'proof-malformed'],
    ['Abar outside the subgroup', put(0, stray), 'proof-point-invalid'],
    ['Bbar outside the subgroup', put(48, stray), 'proof-point-invalid'],
    ['D outside the subgroup', put(96, stray), 'proof-point-invalid'],
  ])('refuses %s', async (_, bad, code) => {
    await expect(verifyBbsProof(bad, statement)).rejects.toMatchObject({ name: 'CredentialError', code });
    expect(await theirs(bad, statement)).toBe(false);
    expect(await verifyBbsProof(proof, statement)).toBe(true);
  });

  it('refuses a proof of too many messages before computing anything for them', async () => {
    // The public library makes a generator for each first: a megabyte keeps it busy for minutes.
    const huge = Buffer.concat([proof.subarray(0, 144), new Uint8Array(32 * 32_768).fill(1)]);
    await expect(verifyBbsProof(huge, statement)).rejects.toMatchObject({ code: 'proof-malformed' });
  });

  it('has a stray point that is on the curve', () => {
    const { Fp } = bls12_381.fields;
    const point = bls12_381.G1.Point.fromAffine({ x: 4n, y: Fp.sqrt(Fp.create(4n ** 3n + 4n)) });
    expect(point.isTorsionFree()).toBe(false);
  });

  it('refuses keys that are not points of G2', async () => {
    const key = bytes(ietf.publicKey);
    const infinite = Uint8Array.of(0xc0, ...new Uint8Array(95));
    for (const publicKey of [
      key.subarray(1),
      infinite,
      Uint8Array.of(...key.subarray(0, 95), key[95]! ^ 1),
    ]) {
      await expect(verifyBbsProof(proof, { ...statement, publicKey })).rejects.toMatchObject({
        code: expect.stringMatching(/^proof-/),
      });
    }
  });

  it('keeps no more keys than its room, and tells them apart when it makes room', async () => {
    const keys = Array.from({ length: 70 }, (_, i) =>
      bls12_381.G2.Point.BASE.multiply(BigInt(i + 2)).toBytes(true),
    );
    for (const publicKey of keys)
      expect(await verifyBbsProof(proof, { ...statement, publicKey })).toBe(false);
    expect(await verifyBbsProof(proof, statement)).toBe(true);
    expect(await verifyBbsProof(proof, { ...statement, publicKey: keys[0]! })).toBe(false);
    expect(await verifyBbsProof(proof, statement)).toBe(true);
  });

  it('refuses changed bytes all over, as the public library does', async () => {
    for (let at = 0; at < proof.length; at += 5) {
      const changed = put(at, Uint8Array.of(proof[at]! ^ (1 << (at % 8))));
      expect(await ours(changed, statement)).toBe(false);
      if (at % 40 === 0) expect(await theirs(changed, statement)).toBe(false);
    }
  });
});

describe('proofs of the public library', () => {
  it.each([
    [1, []],
    [3, [1]],
    [12, [0, 5, 11]],
  ])('of %i messages disclosing %j are taken by both', async (count, places) => {
    const { secretKey, publicKey } = await bbs.generateKeyPair({ ciphersuite });
    const messages = Array.from({ length: count }, (_, i) => bytes(`0${i % 10}`.repeat(i + 1)));
    const [header, presentationHeader] = [bytes('aa'), bytes('bb')];
    const signature = await bbs.sign({ secretKey, publicKey, header, messages, ciphersuite });
    const derived = await bbs.deriveProof({
      publicKey,
      signature,
      header,
      messages,
      presentationHeader,
      disclosedMessageIndexes: places,
      ciphersuite,
    });
    const disclosed = new Map(places.map((at) => [at, messages[at]!]));
    const statement = { publicKey, header, presentationHeader, disclosed };
    expect(await verifyBbsProof(derived, statement)).toBe(true);
    expect(await theirs(derived, statement)).toBe(true);
    expect(await verifyBbsProof(derived, { ...statement, header: bytes('ab') })).toBe(false);
  });
});
