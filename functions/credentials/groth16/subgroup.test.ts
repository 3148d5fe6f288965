import { bn254 } from '@noble/curves/bn254.js';
import { describe, expect, it } from 'vitest';
import { FP, G2, openMcl } from '../curve/mcl.ts';
import { P, R } from './field.ts';
import { inG2, PSI_X, PSI_Y } from './subgroup.ts';
import { derive, json2, times2, twistPoint } from './testing/trapdoor.ts';

const mcl = await openMcl('bn254');
const { Fp2 } = bn254.fields;

/** Order of the twist over r, 2p - r, and its smallest prime factor. */
const COFACTOR = 2n * P - R;
const SMALL = 10069n;

const judge = (point: string[][]) =>
  mcl.scope(() => {
    const at = mcl.stackAlloc(G2);
    for (const [i, value] of point.slice(0, 2).flat().entries()) mcl.setFp(at + i * FP, BigInt(value));
    mcl.mclBnFp_setInt32(at + 4 * FP, 1);
    mcl.mclBnFp_clear(at + 5 * FP);
    expect(mcl.mclBnG2_isValid(at)).toBe(1);
    return { fast: inG2(mcl, at), byOrder: mcl.mclBnG2_isValidOrder(at) === 1 };
  });

const toPoint = (point: string[][]) =>
  bn254.G2.Point.fromAffine({
    x: Fp2.fromBigTuple([BigInt(point[0]![0]!), BigInt(point[0]![1]!)]),
    y: Fp2.fromBigTuple([BigInt(point[1]![0]!), BigInt(point[1]![1]!)]),
  });

const multiply = (point: ReturnType<typeof toPoint>, scalar: bigint) => {
  let sum = bn254.G2.Point.ZERO;
  for (const bit of scalar.toString(2)) {
    sum = sum.double();
    if (bit === '1') sum = sum.add(point);
  }
  return sum;
};

describe('subgroup check of G2 (ePrint 2022/348)', () => {
  it("uses the Frobenius map's own constants", () => {
    const xi = Fp2.fromBigTuple([9n, 1n]);
    const tuple = ({ c0, c1 }: { c0: bigint; c1: bigint }) => [c0, c1];
    expect([...PSI_X]).toEqual(tuple(Fp2.pow(xi, (P - 1n) / 3n)));
    expect([...PSI_Y]).toEqual(tuple(Fp2.pow(xi, (P - 1n) / 2n)));
  });

  it('takes points of the subgroup', () => {
    for (const scalar of [1n, 2n, R - 1n, ...[1, 2, 3, 4, 5].map((i) => derive(`g2/${i}`))]) {
      expect(judge(json2(times2(scalar)))).toEqual({ fast: true, byOrder: true });
    }
  });

  it('refuses points of the twist outside it, as multiplying by r does', () => {
    for (let i = 0n; i < 100n; i++) {
      expect(judge(twistPoint(derive(`twist/${i}`)))).toEqual({ fast: false, byOrder: false });
    }
  });

  it('refuses points of the smallest order, and subgroup points with such a part added', () => {
    expect(COFACTOR % SMALL).toBe(0n);
    const small = multiply(toPoint(twistPoint(5n)), (COFACTOR / SMALL) * R);
    expect(small.is0()).toBe(false);
    expect(multiply(small, SMALL).is0()).toBe(true);
    for (const scalar of [1n, 2n, SMALL - 1n]) {
      const point = multiply(small, scalar);
      expect(judge(json2(point))).toEqual({ fast: false, byOrder: false });
      expect(judge(json2(point.add(times2(derive(`mixed/${scalar}`)))))).toEqual({
        fast: false,
        byOrder: false,
      });
    }
    // The nearest accepted: the same point with its stray part cleared.
    expect(judge(json2(multiply(small.add(times2(3n)), SMALL)))).toEqual({ fast: true, byOrder: true });
  });
});
