import { bn254 } from '@noble/curves/bn254.js';
import { describe, expect, it } from 'vitest';
import { FP, G2, openMcl } from '../curve/mcl.ts';
import { P, R } from './field.ts';
import { linesSize, PSI_X, PSI_Y, prepareG2 } from './subgroup.ts';
import { derive, json2, times2, twistPoint } from './testing/trapdoor.ts';

const mcl = await openMcl('bn254');
const { Fp2 } = bn254.fields;

/** Order of the twist over r, 2p - r, and its prime factors. */
const COFACTOR = 2n * P - R;
const FACTORS: readonly [bigint, bigint, bigint, bigint] = [
  10069n,
  5864401n,
  1875725156269n,
  197620364512881247228717050342013327560683201906968909n,
];
const [SMALL] = FACTORS;

/** BN254's curve parameter, and the trace of its Frobenius map. */
const X = 4965661367192848881n;
const TRACE = 6n * X * X + 1n;

/** Norm of c_0 + c_1 psi + ..., where psi^2 = t psi - p: what the order of a point that it sends to infinity divides. */
const norm = (...c: bigint[]) => {
  const terms = [...c, 0n];
  for (let i = terms.length - 1; i >= 2; i--) {
    terms[i - 1]! += terms[i]! * TRACE;
    terms[i - 2]! -= terms[i]! * P;
  }
  const [a, b] = terms as [bigint, bigint];
  return a * a + a * b * TRACE + b * b * P;
};
const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b));

const judge = (point: string[][]) =>
  mcl.scope(() => {
    const at = mcl.stackAlloc(G2);
    for (const [i, value] of point.slice(0, 2).flat().entries()) mcl.setFp(at + i * FP, BigInt(value));
    mcl.mclBnFp_setInt32(at + 4 * FP, 1);
    mcl.mclBnFp_clear(at + 5 * FP);
    expect(mcl.mclBnG2_isValid(at)).toBe(1);
    return {
      fast: prepareG2(mcl, mcl.stackAlloc(linesSize(mcl)), at),
      byOrder: mcl.mclBnG2_isValidOrder(at) === 1,
    };
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

describe('subgroup check of G2, by the last line of the Miller loop', () => {
  const T = [6n * X + 2n, 1n] as const;

  it("has a criterion that the subgroup meets, and whose norm is prime to the twist's cofactor (ePrint 2022/348)", () => {
    const criterion = norm(...T, -1n, 1n);
    expect(criterion % R).toBe(0n);
    expect(gcd(criterion / R, R * COFACTOR)).toBe(1n);
    expect(gcd(criterion, COFACTOR)).toBe(1n);
  });

  it.each([
    ['[6x+2]Q = psi(Q)', [6n * X + 2n, -1n]],
    ['[6x+2]Q = -psi(Q), so T at infinity', [...T]],
    ['T = psi^2(Q)', [...T, -1n]],
    ['T = -psi^2(Q)', [...T, 1n]],
    ['T = psi^3(Q)', [...T, 0n, -1n]],
    ['psi(Q) = -Q', [1n, 1n]],
  ])('has no point of the twist for which %s', (_, relation) => {
    expect(gcd(norm(...relation), R * COFACTOR)).toBe(1n);
  });

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

  it('refuses points of every small order, which may meet themselves inside the loop', () => {
    expect(FACTORS.reduce((product, factor) => product * factor)).toBe(COFACTOR);
    // Orders below 2^77: all products of the three small factors.
    const orders = [1, 2, 3, 4, 5, 6, 7].map((set) =>
      FACTORS.slice(0, 3).reduce((product, factor, i) => ((set >> i) & 1 ? product * factor : product), 1n),
    );
    for (const order of orders) {
      const point = multiply(toPoint(twistPoint(derive(`order/${order}`))), (COFACTOR / order) * R);
      expect(multiply(point, order).is0()).toBe(true);
      for (const scalar of [1n, 2n, 3n, 5n, 1000n]) {
        expect(judge(json2(multiply(point, scalar)))).toEqual({ fast: false, byOrder: false });
      }
    }
  });

  it('refuses points of the smallest order one after another', () => {
    const point = multiply(toPoint(twistPoint(5n)), (COFACTOR / SMALL) * R);
    const judged = { true: 0, false: 0 };
    mcl.scope(() => {
      const [q, base, next] = [mcl.stackAlloc(G2), mcl.stackAlloc(G2), mcl.stackAlloc(G2)];
      const lines = mcl.stackAlloc(linesSize(mcl));
      for (const [i, value] of json2(point).slice(0, 2).flat().entries())
        mcl.setFp(base + i * FP, BigInt(value));
      mcl.mclBnFp_setInt32(base + 4 * FP, 1);
      mcl.mclBnFp_clear(base + 5 * FP);
      mcl.copy(next, base, G2);
      for (let n = 1; n <= 300; n++) {
        mcl.mclBnG2_normalize(q, next);
        judged[`${prepareG2(mcl, lines, q)}`]++;
        mcl.mclBnG2_add(next, next, base);
      }
    });
    expect(judged).toEqual({ true: 0, false: 300 });
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
