import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BatchItem, verifyBatch } from './batch.ts';
import { R } from './field.ts';
import { load } from './testing/semaphore.ts';
import { json1, times1, trapdoor, twistPoint } from './testing/trapdoor.ts';
import { verify } from './verify.ts';

const setup = trapdoor('batch', 2);
const key = await load(setup.key);
const good: BatchItem[] = Array.from({ length: 16 }, (_, i) => ({
  publicSignals: [String(i), '1'],
  proof: setup.prove([BigInt(i), 1n], `batch/${i}`),
}));
const wrongSignal = (item: BatchItem): BatchItem => ({ ...item, publicSignals: ['99', '1'] });
const wrongPoint = (item: BatchItem): BatchItem => ({
  ...item,
  proof: { ...item.proof, pi_c: json1(times1(3n)) },
});
const malformed = (item: BatchItem): BatchItem => ({ ...item, publicSignals: ['01', '1'] });
const offSubgroup = (item: BatchItem): BatchItem => ({
  ...item,
  proof: { ...item.proof, pi_b: twistPoint(2n) },
});
const spoilers = [wrongSignal, wrongPoint, malformed, offSubgroup];

describe('verifyBatch', () => {
  it.each([0, 1, 2, 3, 16])('takes %i valid proofs', (n) => {
    expect(verifyBatch(key, good.slice(0, n))).toEqual({ valid: true, failed: [] });
  });

  it('takes the same proof twice', () => {
    expect(verifyBatch(key, [good[0]!, good[0]!]).valid).toBe(true);
  });

  it('takes more than one group', () => {
    const many = Array.from({ length: 300 }, (_, i) => good[i % good.length]!);
    expect(verifyBatch(key, many)).toEqual({ valid: true, failed: [] });
    expect(
      verifyBatch(key, many.with(299, wrongPoint(good[0]!)).with(255, malformed(good[1]!))),
    ).toMatchObject({
      valid: false,
      failed: [{ index: 255, error: { code: 'public-signals-malformed' } }, { index: 299 }],
    });
  });

  it('names exactly the items that verify alone refuses, whatever they are and wherever they stand', () => {
    const place = fc.tuple(fc.nat(good.length - 1), fc.nat(spoilers.length - 1));
    fc.assert(
      fc.property(fc.uniqueArray(place, { maxLength: 5, selector: ([at]) => at }), (spoiled) => {
        const items = [...good];
        for (const [at, how] of spoiled) items[at] = spoilers[how]!(good[at]!);
        const alone = items.flatMap((item, index) => {
          try {
            return verify(key, item.publicSignals, item.proof) ? [] : [index];
          } catch {
            return [index];
          }
        });
        const { valid, failed } = verifyBatch(key, items);
        expect(failed.map(({ index }) => index)).toEqual(alone);
        expect(valid).toBe(alone.length === 0);
      }),
      { numRuns: 8 },
    );
  });

  it('gives malformed items the error that verify throws, and no error to false ones', () => {
    const { failed } = verifyBatch(key, [
      malformed(good[0]!),
      wrongSignal(good[1]!),
      offSubgroup(good[2]!),
      null as never,
    ]);
    expect(failed.map(({ error }) => error?.code)).toEqual([
      'public-signals-malformed',
      undefined,
      'proof-point-invalid',
      'public-signals-malformed',
    ]);
  });

  it('names every item when all are false', () => {
    expect(verifyBatch(key, good.slice(0, 7).map(wrongSignal)).failed.map(({ index }) => index)).toEqual([
      0, 1, 2, 3, 4, 5, 6,
    ]);
  });

  it('refuses two false proofs whose errors cancel out', () => {
    // C_1 + T and C_2 - T: their plain sum is right, their random combination is not.
    const [first, second] = [good[0]!, good[1]!];
    const shift = (item: BatchItem, scalar: bigint): BatchItem => {
      const point = times1(1n).constructor as unknown as {
        fromAffine(p: { x: bigint; y: bigint }): ReturnType<typeof times1>;
      };
      const c = point.fromAffine({ x: BigInt(item.proof.pi_c[0]!), y: BigInt(item.proof.pi_c[1]!) });
      return { ...item, proof: { ...item.proof, pi_c: json1(c.add(times1(scalar))) } };
    };
    const pair = [shift(first, 5n), shift(second, R - 5n)];
    const equal = () => new Uint8Array(16).fill(1);
    // With scalars that an attacker knows to be equal the forgery passes: what the randomness is for.
    expect(verifyBatch(key, pair, equal).valid).toBe(true);
    expect(verifyBatch(key, pair).failed.map(({ index }) => index)).toEqual([0, 1]);
    expect(verifyBatch(key, [first, second]).valid).toBe(true);
  });

  it('refuses randomness that is short, long or zero', () => {
    for (const random of [
      () => new Uint8Array(16),
      () => new Uint8Array(15).fill(1),
      () => new Uint8Array(32).fill(1),
    ]) {
      expect(() => verifyBatch(key, good.slice(0, 2), random)).toThrow(
        expect.objectContaining({ code: 'randomness-unusable' }),
      );
    }
  });
});
