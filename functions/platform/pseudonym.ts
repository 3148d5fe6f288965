import { createHmac } from 'node:crypto';
import { CountersignError } from './errors.ts';

/**
 * Replaces an identifier by a keyed pseudonym: 16 characters, base64url, the first 96 bits of HMAC-SHA-256.
 *
 * @param kind what is named (`subject`, `device`, `address` …): the same value in two kinds has two pseudonyms.
 * @param value the identifier.
 */
export type Pseudonym = (kind: string, value: string) => string;

/**
 * Pseudonyms under one key, apart for every tenant, so that nothing links the same person across tenants and
 * nobody without the key can test a guess (design §6).
 *
 * @param key at least 32 characters of randomness.
 * @throws CountersignError `pseudonym-key-weak`
 * @example
 * ```ts
 * const pseudonym = pseudonymsFor(key, 'shop');
 * pseudonym('subject', 'u-4711'); // 'pq0c…', always the same
 * ```
 */
export const pseudonymsFor = (key: string, tenant: string): Pseudonym => {
  if (key.length < 32)
    throw new CountersignError('pseudonym-key-weak', 'The pseudonym key is shorter than 32 characters');
  return (kind, value) =>
    createHmac('sha256', key)
      .update(`${kind.length}:${kind}${tenant.length}:${tenant}${value}`)
      .digest('base64url')
      .slice(0, 16);
};
