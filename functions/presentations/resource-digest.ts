import { createHash, timingSafeEqual } from 'node:crypto';
import { decodeMultibase } from '../credentials/index.ts';
import type { JsonObject } from '../credentials/jose/index.ts';

/** A digest that a document states of another. */
export interface StatedDigest {
  readonly algorithm: 'sha256' | 'sha384' | 'sha512';
  readonly bytes: Buffer;
}

const LENGTHS = { sha256: 32, sha384: 48, sha512: 64 } as const;

/** Multihash codes of the same algorithms. */
const MULTIHASH: Readonly<Record<number, keyof typeof LENGTHS>> = {
  18: 'sha256',
  32: 'sha384',
  19: 'sha512',
};

/** Most digests of one resource. */
const MAX_DIGESTS = 4;

/**
 * The digests that an object states of the resource it names: `digestSRI` (W3C Subresource Integrity, §3.5) and
 * `digestMultibase` (multibase of a multihash), one or several each (VCDM 2.0 §5.3). All of them must hold: where a
 * page would take the strongest one, a verifier has no reason to pass over another.
 *
 * @returns undefined when one of them is no digest by SHA-256, SHA-384 or SHA-512 in its canonical form; an empty list
 * when none is stated.
 * @example
 * ```ts
 * statedDigests({ digestSRI: 'sha384-…' }); // [{ algorithm: 'sha384', bytes }]
 * ```
 */
export const statedDigests = ({
  digestSRI,
  digestMultibase,
}: JsonObject): readonly StatedDigest[] | undefined => {
  const sri = listOf(digestSRI).flatMap((text) => (typeof text === 'string' ? text.split(' ') : [text]));
  const read = [...sri.map(fromSri), ...listOf(digestMultibase).map(fromMultibase)];
  if (read.length > MAX_DIGESTS || read.includes(undefined)) return undefined;
  return read as StatedDigest[];
};

/** Whether all digests are of these bytes. */
export const digestsHold = (digests: readonly StatedDigest[], body: Uint8Array): boolean =>
  digests.every(({ algorithm, bytes }) =>
    timingSafeEqual(createHash(algorithm).update(body).digest(), bytes),
  );

const fromSri = (text: unknown): StatedDigest | undefined => {
  if (typeof text !== 'string') return undefined;
  const [, algorithm, base64] = /^(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})$/.exec(text) ?? [];
  return algorithm === undefined ? undefined : sized(algorithm, Buffer.from(base64!, 'base64'));
};

const fromMultibase = (text: unknown): StatedDigest | undefined => {
  let bytes: Buffer;
  try {
    bytes = Buffer.from(decodeMultibase(text));
  } catch {
    return undefined;
  }
  const algorithm = MULTIHASH[bytes[0] ?? 0];
  return algorithm === undefined || bytes[1] !== bytes.length - 2
    ? undefined
    : sized(algorithm, bytes.subarray(2));
};

const sized = (name: string, bytes: Buffer): StatedDigest | undefined => {
  const algorithm = name as keyof typeof LENGTHS;
  return bytes.length === LENGTHS[algorithm] ? { algorithm, bytes } : undefined;
};

const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
