import { describe, expect, it } from 'vitest';
import { COMPACT_PROOF_BYTES, decodeProof, encodeProof } from './compact-proof.ts';
import { P } from './field.ts';
import { semaphoreProofs } from './testing/semaphore.ts';
import { json1, json2, times1, times2, trapdoor, twistPoint } from './testing/trapdoor.ts';

const proofs = [...semaphoreProofs.map(({ proof }) => proof), trapdoor('compact', 1).prove([1n], 'one')];
const bytes = await encodeProof(proofs[0]!);
const put = (at: number, part: Uint8Array | readonly number[]) => {
  const copy = Uint8Array.from(bytes);
  copy.set(part, at);
  return copy;
};
const number = (value: bigint, flag: number) => {
  const out = Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
  out[0]! |= flag;
  return out;
};

describe('compact proofs', () => {
  it('come back as they went in, with both choices of y', async () => {
    const flags = new Set<number>();
    for (const proof of proofs) {
      const packed = await encodeProof(proof);
      expect(packed).toHaveLength(COMPACT_PROOF_BYTES);
      for (const at of [0, 32, 96]) flags.add(packed[at]! >> 6);
      expect(await decodeProof(packed)).toEqual(proof);
    }
    expect([...flags].sort()).toEqual([0b10, 0b11]);
  });

  it("write gnark-crypto's form of the generators", async () => {
    const { pi_a, pi_b, pi_c } = {
      pi_a: json1(times1(1n)),
      pi_b: json2(times2(1n)),
      pi_c: json1(times1(-1n)),
    };
    const packed = Buffer.from(await encodeProof({ pi_a, pi_b, pi_c })).toString('hex');
    // G1 = (1, 2): 2 is the smaller root. -G1 has the larger.
    expect(packed.slice(0, 64)).toBe(`80${'0'.repeat(61)}1`);
    expect(packed.slice(192)).toBe(`c0${'0'.repeat(61)}1`);
    // x1 before x0, EIP-197's order.
    expect(BigInt(`0x${packed.slice(64, 128)}`) & ((1n << 254n) - 1n)).toBe(BigInt(pi_b[0]![1]!));
    expect(BigInt(`0x${packed.slice(128, 192)}`)).toBe(BigInt(pi_b[0]![0]!));
  });

  it('negate a point when its flag is turned', async () => {
    const other = await decodeProof(put(0, [bytes[0]! ^ 0b0100_0000]));
    expect(other.pi_a[0]).toBe(proofs[0]!.pi_a[0]);
    expect(BigInt(other.pi_a[1]!)).toBe(P - BigInt(proofs[0]!.pi_a[1]!));
    expect(await encodeProof(other)).not.toEqual(bytes);
  });

  it.each<[string, string, () => unknown]>([
    ['one byte less', 'proof-malformed', () => bytes.subarray(1)],
    ['one byte more', 'proof-malformed', () => Uint8Array.of(...bytes, 0)],
    ['text', 'proof-malformed', () => Buffer.from(bytes).toString('hex')],
    ['an uncompressed flag', 'proof-malformed', () => put(0, [bytes[0]! & 0b0011_1111])],
    ['infinity', 'proof-malformed', () => put(0, number(0n, 0b0100_0000))],
    ['infinity for B', 'proof-malformed', () => put(32, [...number(0n, 0b0100_0000), ...number(0n, 0)])],
    ['the modulus as x', 'proof-malformed', () => put(96, number(P, 0b1000_0000))],
    ['a flag in the second half of B', 'proof-malformed', () => put(64, [bytes[64]! | 0b1000_0000])],
    ['an x with no point', 'proof-point-invalid', () => put(0, number(0n, 0b1000_0000))],
    ['an x of B with no point or no subgroup', 'proof-point-invalid', () => put(64, number(5n, 0))],
  ])('refuse %s', async (_, code, make) => {
    await expect(decodeProof(make() as never)).rejects.toMatchObject({ name: 'CredentialError', code });
    await expect(decodeProof(bytes)).resolves.toEqual(proofs[0]);
  });

  it('refuse a B outside the subgroup', async () => {
    const [x] = twistPoint(77n);
    const forged = put(32, [...number(BigInt(x![1]!), 0b1000_0000), ...number(BigInt(x![0]!), 0)]);
    await expect(decodeProof(forged)).rejects.toMatchObject({
      code: 'proof-point-invalid',
      fields: [{ field: 'b', problem: 'is outside the subgroup of prime order' }],
    });
  });

  it('refuse to encode what verify would refuse', async () => {
    await expect(encodeProof({ ...proofs[0]!, pi_b: twistPoint(4n) })).rejects.toMatchObject({
      code: 'proof-point-invalid',
    });
  });
});
