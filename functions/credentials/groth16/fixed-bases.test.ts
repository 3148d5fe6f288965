import { bn254 } from '@noble/curves/bn254.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FP, G1, openMcl } from '../curve/mcl.ts';
import { R } from './field.ts';
import { addMultiples, prepareFixedBases } from './fixed-bases.ts';

const mcl = await openMcl('bn254');
const { BASE } = bn254.G1.Point;
const LOGARITHMS = [1n, 2n, R - 1n, 123456789n, 0xffff_ffffn];

const place = (at: number, scalar: bigint) => {
  const { x, y } = BASE.multiply(scalar).toAffine();
  mcl.setFp(at, x);
  mcl.setFp(at + FP, y);
  mcl.mclBnFp_setInt32(at + 2 * FP, 1);
};

const points = mcl.malloc(LOGARITHMS.length * G1);
for (const [i, logarithm] of LOGARITHMS.entries()) place(points + i * G1, logarithm);
const bases = prepareFixedBases(mcl, points, LOGARITHMS.length);

/** 5 P + sum s_i P_i, and what @noble/curves says of its logarithm. */
const judge = (scalars: readonly bigint[]) =>
  mcl.scope(() => {
    const sum = mcl.stackAlloc(G1);
    const expected = mcl.stackAlloc(G1);
    place(sum, 5n);
    addMultiples(bases, sum, scalars);
    const logarithm = scalars.reduce((total, scalar, i) => (total + scalar * LOGARITHMS[i]!) % R, 5n);
    if (logarithm === 0n) mcl.mclBnG1_clear(expected);
    else place(expected, logarithm);
    return mcl.mclBnG1_isEqual(sum, expected) === 1;
  });

describe('multiples of fixed points', () => {
  it('are what @noble/curves says, at every edge', () => {
    const edges = [0n, 1n, (1n << 32n) - 1n, 1n << 32n, 1n << 224n, R - 1n];
    for (const a of edges) for (const b of edges) expect(judge([a, b, a, b, R - 1n - a])).toBe(true);
    expect(judge([0n, 0n, 0n, 0n, 0n])).toBe(true);
    // The sum at infinity, and on the way to it.
    expect(judge([R - 5n, 0n, 0n, 0n, 0n])).toBe(true);
    expect(judge([1n, 0n, 1n, 0n, 0n])).toBe(true);
  });

  it('are what @noble/curves says, anywhere', () => {
    const scalar = fc.oneof(fc.bigInt({ min: 0n, max: R - 1n }), fc.bigInt({ min: 0n, max: 1n << 40n }));
    fc.assert(
      fc.property(fc.tuple(scalar, scalar, scalar, scalar, scalar), (scalars) => judge(scalars)),
      { numRuns: 50 },
    );
  });

  it('take no bases', () => {
    const none = prepareFixedBases(mcl, points, 0);
    mcl.scope(() => {
      const sum = mcl.stackAlloc(G1);
      const expected = mcl.stackAlloc(G1);
      place(sum, 5n);
      place(expected, 5n);
      addMultiples(none, sum, []);
      expect(mcl.mclBnG1_isEqual(sum, expected)).toBe(1);
    });
  });
});
