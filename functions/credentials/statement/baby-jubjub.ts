import { babyjubjub } from '@noble/curves/misc.js';
import { bytesToNumber, FIELD_ORDER } from './field.ts';
import { StatementError } from './statement-error.ts';

/** A point of Baby Jubjub in affine coordinates. */
export type AffinePoint = readonly [x: bigint, y: bigint];

/** Baby Jubjub (EIP-2494) with the base point of prime order, B8. */
export const Point = babyjubjub.Point;
export type CurvePoint = InstanceType<typeof Point>;

/** The order of the subgroup that B8 generates. */
export const GROUP_ORDER: bigint = Point.Fn.ORDER;

/** An issuer's public key as a JSON Web Key: both coordinates as 32 bytes, big-endian, base64url. */
export interface IssuerJwk {
  readonly kty: 'EC';
  readonly crv: 'BabyJubjub';
  readonly x: string;
  readonly y: string;
}

/**
 * Reads a point from outside: canonical coordinates, on the curve, in the prime-order subgroup, not the neutral one.
 *
 * @throws StatementError `key-invalid`
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
    throw new StatementError('key-invalid', 'is not a point of the prime-order subgroup', { cause });
  }
}

/** The affine coordinates of a point. */
export function affine(point: CurvePoint): AffinePoint {
  const { x, y } = point.toAffine();
  return [x, y];
}

/** A number of at most 256 bits as 32 bytes, big-endian. */
export function to32Bytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  for (let i = 31, rest = value; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 255n);
  return bytes;
}

/** Writes bytes as base64url without padding. */
export const toBase64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** Reads base64url without padding in its one canonical form; undefined when it is not that. */
export function fromBase64url(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  return toBase64url(bytes) === text ? bytes : undefined;
}

/** An issuer's public key as it stands in a verification method. */
export const issuerJwk = ([x, y]: AffinePoint): IssuerJwk => ({
  kty: 'EC',
  crv: 'BabyJubjub',
  x: toBase64url(to32Bytes(x)),
  y: toBase64url(to32Bytes(y)),
});

const read = new Map<string, AffinePoint>();
const REMEMBERED = 256;

/**
 * Reads the key of a verification method, `{type: "JsonWebKey", publicKeyJwk}`. Keys that were found good are
 * remembered: the check of the subgroup takes a millisecond.
 *
 * @throws StatementError `key-invalid`
 */
export function readIssuerKey(method: {
  readonly type?: unknown;
  readonly publicKeyJwk?: unknown;
}): AffinePoint {
  const jwk = method.publicKeyJwk as Partial<Record<string, unknown>> | undefined;
  const [x, y] = [jwk?.x, jwk?.y].map((text) => (typeof text === 'string' ? fromBase64url(text) : undefined));
  if (
    method.type !== 'JsonWebKey' ||
    jwk?.kty !== 'EC' ||
    jwk.crv !== 'BabyJubjub' ||
    x?.length !== 32 ||
    y?.length !== 32
  )
    throw new StatementError('key-invalid', 'is not a Baby Jubjub key');
  const name = `${jwk.x}.${jwk.y}`;
  const known = read.get(name);
  if (known !== undefined) return known;
  const point: AffinePoint = [bytesToNumber(x), bytesToNumber(y)];
  readPoint(point);
  if (read.size >= REMEMBERED) read.clear();
  read.set(name, point);
  return point;
}
