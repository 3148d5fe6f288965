import type { FieldProblem } from '../../platform/errors.ts';
import { FP, type Mcl, type Pointer } from '../curve/mcl.ts';
import { P, readDecimal } from './field.ts';
import { prepareG2 } from './subgroup.ts';

/** A G1 point as snarkjs writes it: `[x, y, "1"]`, decimal. */
export type G1Json = readonly string[];

/** A G2 point as snarkjs writes it: `[[x0, x1], [y0, y1], ["1", "0"]]`, decimal, x = x0 + x1 u. */
export type G2Json = readonly (readonly string[])[];

/** What is wrong with a point: its spelling, or the point that it spells. */
export interface PointProblem extends FieldProblem {
  readonly kind: 'spelling' | 'point';
}

const spelling = (field: string, problem: string): PointProblem => ({ kind: 'spelling', field, problem });
const wrong = (field: string, problem: string): PointProblem => ({ kind: 'point', field, problem });

const isRow = (value: unknown, length: number): value is unknown[] =>
  Array.isArray(value) && value.length === length;

/**
 * Reads a G1 point into memory and checks it: canonical coordinates, affine (third coordinate 1, so never
 * infinity), on the curve. BN254's G1 is the whole curve, so that is also its subgroup check.
 *
 * @returns what is wrong, or `undefined`.
 */
export function readG1(mcl: Mcl, to: Pointer, value: unknown, field: string): PointProblem | undefined {
  if (!isRow(value, 3)) return spelling(field, 'must be [x, y, "1"]');
  if (value[2] !== '1') return spelling(`${field}.2`, 'must be "1": affine, and not infinity');
  const x = readDecimal(value[0], P);
  const y = readDecimal(value[1], P);
  if (x === undefined) return spelling(`${field}.0`, NOT_CANONICAL);
  if (y === undefined) return spelling(`${field}.1`, NOT_CANONICAL);
  return placeG1(mcl, to, x, y) ? undefined : wrong(field, 'is not on the curve');
}

/**
 * As {@link readG1}, for G2, whose curve has points outside the subgroup: they are refused too.
 *
 * @param lines where to leave the point's line coefficients, by which the subgroup is checked
 */
export function readG2(
  mcl: Mcl,
  to: Pointer,
  value: unknown,
  field: string,
  lines: Pointer,
): PointProblem | undefined {
  const [xs, ys, zs] = isRow(value, 3) ? value : [];
  if (!isRow(xs, 2) || !isRow(ys, 2) || !isRow(zs, 2)) {
    return spelling(field, 'must be [[x0, x1], [y0, y1], ["1", "0"]]');
  }
  if (zs[0] !== '1' || zs[1] !== '0')
    return spelling(`${field}.2`, 'must be ["1", "0"]: affine, and not infinity');
  const coordinates: bigint[] = [];
  for (const [i, text] of [xs[0], xs[1], ys[0], ys[1]].entries()) {
    const number = readDecimal(text, P);
    if (number === undefined) return spelling(`${field}.${i >> 1}.${i & 1}`, NOT_CANONICAL);
    coordinates.push(number);
  }
  const placed = placeG2(mcl, to, coordinates, lines);
  if (placed === 'off-curve') return wrong(field, 'is not on the curve');
  return placed === 'off-subgroup' ? wrong(field, 'is outside the subgroup of prime order') : undefined;
}

const NOT_CANONICAL = 'must be a canonical decimal below the field modulus';

/** Writes an affine point; false when it is off the curve. (0, 0) is off the curve too. */
export function placeG1(mcl: Mcl, to: Pointer, x: bigint, y: bigint): boolean {
  mcl.setFp(to, x);
  mcl.setFp(to + FP, y);
  mcl.mclBnFp_setInt32(to + 2 * FP, 1);
  return mcl.mclBnG1_isValid(to) === 1;
}

/** Writes the affine point (c0 + c1 u, c2 + c3 u) with its line coefficients, and says whether it is one of G2. */
export function placeG2(
  mcl: Mcl,
  to: Pointer,
  coordinates: readonly bigint[],
  lines: Pointer,
): 'off-curve' | 'off-subgroup' | undefined {
  for (const [i, value] of coordinates.entries()) mcl.setFp(to + i * FP, value);
  mcl.mclBnFp_setInt32(to + 4 * FP, 1);
  mcl.mclBnFp_clear(to + 5 * FP);
  if (mcl.mclBnG2_isValid(to) !== 1) return 'off-curve';
  return prepareG2(mcl, lines, to) ? undefined : 'off-subgroup';
}
