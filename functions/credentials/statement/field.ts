import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

/** The order r of the BN254 scalar field: every signal of the circuit is a number below it. */
export const FIELD_ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** Reduces any integer to its canonical representative, 0 <= x < r. */
export function toField(value: bigint): bigint {
  const reduced = value % FIELD_ORDER;
  return reduced < 0n ? reduced + FIELD_ORDER : reduced;
}

/**
 * Hashes bytes to a field element: SHA-256 over the tag, a zero byte and the bytes, read big-endian, modulo r.
 *
 * The tag keeps the uses of the hash apart: no byte string of one use is ever an input of another. Tags are ASCII
 * and hold no zero byte.
 *
 * @example
 * ```ts
 * const name = hashToField('countersign/v1/string', new TextEncoder().encode('Ada'));
 * ```
 */
export function hashToField(tag: string, bytes: Uint8Array): bigint {
  const hash = sha256.create();
  hash.update(utf8ToBytes(tag));
  hash.update(Uint8Array.of(0));
  hash.update(bytes);
  return toField(bytesToNumber(hash.digest()));
}

/** Reads bytes as a big-endian number. */
export function bytesToNumber(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

/** A short ASCII tag as a number, big-endian: the form in which tags enter Poseidon. */
export const tagNumber = (tag: string): bigint => bytesToNumber(utf8ToBytes(tag));
