// SPDX-License-Identifier: GPL-3.0-or-later
import { babyjubjub } from '@noble/curves/misc.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { bytesToNumber, FIELD_ORDER } from '../../functions/credentials/statement/field.ts';
import { ProvingError } from './proving-error.ts';

/** A point of Baby Jubjub in affine coordinates. */
export type AffinePoint = readonly [x: bigint, y: bigint];

/** Baby Jubjub (EIP-2494) with the base point of prime order, B8. */
export const Point = babyjubjub.Point;
export type CurvePoint = InstanceType<typeof Point>;

/** The order of the subgroup that B8 generates. */
export const GROUP_ORDER = Point.Fn.ORDER;

/** The bases of holder commitments: hashed to the curve, see `spec/`. */
export const HOLDER_G = Point.fromAffine({
  x: 11570366647540104216038595229015915017853443074710984896737911087804642839685n,
  y: 469464213421340174083965181966828594929815492069027070138100638749145226831n,
});
export const HOLDER_H = Point.fromAffine({
  x: 3427055572731350030643289937719939660089933444430030486581280343421123125872n,
  y: 14661070976509315599200564555598515525943408704328468490677125141284598479628n,
});

/**
 * Reads a point from outside: canonical coordinates, on the curve, in the prime-order subgroup, not the neutral one.
 *
 * @throws ProvingError `key-invalid`
 */
export function readPoint([x, y]: AffinePoint): CurvePoint {
  try {
    // noble reduces coordinates that are not canonical; one point must have one spelling.
    if ([x, y].some((c) => c < 0n || c >= FIELD_ORDER)) throw new RangeError('not canonical');
    const point = Point.fromAffine({ x, y });
    point.assertValidity();
    if (point.is0() || !point.isTorsionFree()) throw new RangeError('not of the prime-order subgroup');
    return point;
  } catch (cause) {
    throw new ProvingError('key-invalid', 'is not a point of the prime-order subgroup', { cause });
  }
}

/** The affine coordinates of a point. */
export function affine(point: CurvePoint): AffinePoint {
  const { x, y } = point.toAffine();
  return [x, y];
}

/** SHA-512 over a tag and byte strings, modulo the group order; the bias is below 2^-256. */
export function hashToScalar(tag: string, ...parts: readonly Uint8Array[]): bigint {
  const lengths = parts.map((part) => Uint8Array.of(part.length >> 8, part.length & 255));
  const framed = parts.flatMap((part, i) => [lengths[i]!, part]);
  return bytesToNumber(sha512(concatBytes(utf8ToBytes(tag), Uint8Array.of(0), ...framed))) % GROUP_ORDER;
}

/** A number of at most 256 bits as 32 bytes, big-endian. */
export function to32Bytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  for (let i = 31, rest = value; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 255n);
  return bytes;
}
