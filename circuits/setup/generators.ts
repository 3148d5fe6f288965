// SPDX-License-Identifier: GPL-3.0-or-later
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { bytesToNumber } from '../../functions/credentials/statement/field.ts';
import { type AffinePoint, type CurvePoint, Point } from '../src/curve.ts';

const field = Point.Fp;
const A = 168700n;
const D = 168696n;

/**
 * A point of the prime-order subgroup of Baby Jubjub that nobody knows the logarithm of: y is SHA-256 of
 * `label/0`, `label/1`, … modulo r until the curve has a point there; of its two x the even one is taken, and the
 * point multiplied by the cofactor 8. This is how the constants in `parts/` were made.
 */
export function hashToCurve(label: string): CurvePoint {
  for (let i = 0; ; i++) {
    const y = field.create(bytesToNumber(sha256(utf8ToBytes(`${label}/${i}`))));
    const y2 = field.sqr(y);
    const x2 = field.div(field.sub(1n, y2), field.sub(A, field.mul(D, y2)));
    let x: bigint;
    try {
      x = field.sqrt(x2);
    } catch {
      continue;
    }
    const point = Point.fromAffine({ x: (x & 1n) === 0n ? x : field.neg(x), y }).multiplyUnsafe(8n);
    if (!point.is0()) return point;
  }
}

/** The same point on the Montgomery form v² = u³ + 168698·u² + u. */
export function toMontgomery([x, y]: AffinePoint): AffinePoint {
  const u = field.div(field.add(1n, y), field.sub(1n, y));
  return [u, field.div(u, x)];
}
