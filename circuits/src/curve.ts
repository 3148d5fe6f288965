// SPDX-License-Identifier: GPL-3.0-or-later
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import {
  type AffinePoint,
  affine,
  type CurvePoint,
  GROUP_ORDER,
  Point,
  readPoint,
  to32Bytes,
} from '../../functions/credentials/statement/baby-jubjub.ts';
import { bytesToNumber } from '../../functions/credentials/statement/field.ts';

export { type AffinePoint, affine, type CurvePoint, GROUP_ORDER, Point, readPoint, to32Bytes };

/** The bases of holder commitments: hashed to the curve, see `spec/`. */
export const HOLDER_G = Point.fromAffine({
  x: 11570366647540104216038595229015915017853443074710984896737911087804642839685n,
  y: 469464213421340174083965181966828594929815492069027070138100638749145226831n,
});
export const HOLDER_H = Point.fromAffine({
  x: 3427055572731350030643289937719939660089933444430030486581280343421123125872n,
  y: 14661070976509315599200564555598515525943408704328468490677125141284598479628n,
});

/** SHA-512 over a tag and byte strings, modulo the group order; the bias is below 2^-256. */
export function hashToScalar(tag: string, ...parts: readonly Uint8Array[]): bigint {
  const lengths = parts.map((part) => Uint8Array.of(part.length >> 8, part.length & 255));
  const framed = parts.flatMap((part, i) => [lengths[i]!, part]);
  return bytesToNumber(sha512(concatBytes(utf8ToBytes(tag), Uint8Array.of(0), ...framed))) % GROUP_ORDER;
}
