import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FP, G1, type Mcl, openMcl } from './mcl.ts';

const [bn, bls] = await Promise.all([openMcl('bn254'), openMcl('bls12-381')]);

/** x of k times the generator. */
const multiple = (mcl: Mcl, x: bigint, y: bigint, k: bigint) =>
  mcl.scope(() => {
    const point = mcl.stackAlloc(G1);
    const scalar = mcl.stackAlloc(32);
    mcl.setFp(point, x);
    mcl.setFp(point + FP, y);
    mcl.mclBnFp_setInt32(point + 2 * FP, 1);
    mcl.setFr(scalar, k);
    mcl.mclBnG1_mul(point, point, scalar);
    mcl.mclBnG1_normalize(point, point);
    return mcl.getFp(point);
  });

describe('mcl', () => {
  it('holds two curves in one process, used in turns', () => {
    const base = bls12_381.G1.Point.BASE;
    for (let k = 2n; k < 40n; k += 7n) {
      expect(multiple(bn, 1n, 2n, k)).toBe(bn254.G1.Point.BASE.multiply(k).x);
      expect(multiple(bls, base.x, base.y, k)).toBe(base.multiply(k).toAffine().x);
    }
  });

  it('is opened once for each curve', async () => {
    expect(await openMcl('bn254')).toBe(bn);
    expect(bn).not.toBe(bls);
  });

  it('reads the field elements that it wrote, with leading zeros too', () => {
    const some = (order: bigint) =>
      fc.oneof(fc.bigInt({ min: 0n, max: order - 1n }), fc.bigInt({ min: 0n, max: 1n << 240n }));
    for (const [mcl, order] of [
      [bn, bn254.fields.Fp.ORDER],
      [bls, bls12_381.fields.Fp.ORDER],
    ] as const) {
      fc.assert(
        fc.property(some(order), (value) => {
          mcl.scope(() => {
            const at = mcl.stackAlloc(FP);
            mcl.setFp(at, value);
            expect(mcl.getFp(at)).toBe(value);
          });
        }),
      );
    }
  });

  it('gives stack back, when the work throws too, and never hands out more than there is', () => {
    const before = bn.stackSave();
    expect(() => bn.scope(() => bn.stackAlloc(2_000_000))).toThrow(RangeError);
    expect(() => bn.scope(() => bn.stackAlloc(-16))).toThrow(RangeError);
    expect(() =>
      bn.scope(() => {
        bn.stackAlloc(1000);
        throw new Error('work');
      }),
    ).toThrow('work');
    expect(bn.stackSave()).toBe(before);
    expect(bn.scope(() => bn.stackAlloc(1_000_000))).toBeLessThan(before);
  });
});
