import { createHash } from 'node:crypto';

/**
 * JSON with members sorted by UTF-16 code units and no white space, as RFC 8785 (JCS) writes it: numbers and
 * strings as ECMAScript writes them. The value must be plain JSON of bounded depth; the caller has checked.
 */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const record = value as Record<string, unknown>;
  const members = Object.keys(record)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(record[name])}`);
  return `{${members.join(',')}}`;
}

/**
 * SHA-256 over the canonical JSON of a value, in hex: equal for equal values, whatever the order of members.
 *
 * @param value plain JSON of bounded depth.
 *
 * @example
 * ```ts
 * digestOf({ a: 1, b: 2 }) === digestOf({ b: 2, a: 1 }); // true
 * ```
 */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}
