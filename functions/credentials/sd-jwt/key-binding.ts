import type { KeyObject } from 'node:crypto';
import {
  CLOCK_SKEW_SECONDS,
  checkValidity,
  isObject,
  type JsonObject,
  numericDate,
  parseJws,
  publicKeyOf,
  TokenError,
  verifyJws,
} from '../jose/index.ts';
import { digestOf } from './disclosures.ts';

/** What a key binding must be made for. */
export interface KeyBinding {
  /** Full client identifier, prefix included, or `origin:` and the origin over the browser's API. */
  readonly audience: string;
  readonly nonce: string;
  /** Transaction data that the holder must have signed along, as it was sent: base64url texts. */
  readonly transactionData?: readonly TransactionData[];
}

/** One transaction to be confirmed, and the hash functions that the request allows for it. */
export interface TransactionData {
  readonly encoded: string;
  readonly hashes: readonly string[];
}

/** How old a key binding may be, s. */
export const MAX_AGE_SECONDS = 300;

/** The holder's key out of `cnf` (RFC 7800). Only `jwk` is taken: the other methods would need a look-up. */
export const holderKeyOf = (cnf: unknown): KeyObject => {
  if (!isObject(cnf) || !('jwk' in cnf))
    throw new TokenError('key-binding-missing', 'The credential names no key of its holder');
  return publicKeyOf(cnf.jwk);
};

/**
 * Verifies a Key Binding JWT (RFC 9901 §4.3, §7.3; OpenID4VP 1.0 §B.3): signed by the holder's key, for this
 * verifier and this request, just now, over exactly this issuer's JWT and these disclosures.
 *
 * @param presented the part of the SD-JWT before the Key Binding JWT, its last `~` included.
 * @param hashAlg `_sd_alg` of the credential.
 * @param now ms since 1970.
 * @throws TokenError
 */
export const verifyKeyBinding = (
  token: string,
  presented: string,
  hashAlg: string,
  holder: KeyObject,
  expected: KeyBinding,
  now: number,
): void => {
  const jws = parseJws(token);
  const { header, payload } = jws;
  if (header.typ !== 'kb+jwt') throw new TokenError('type-refused', 'The key binding is of another type');
  verifyJws(jws, holder);
  // An array of audiences would let one proof serve two verifiers.
  if (payload.aud !== expected.audience)
    throw new TokenError('audience-mismatch', 'The key binding is made for another verifier');
  if (payload.nonce !== expected.nonce)
    throw new TokenError('nonce-mismatch', 'The key binding is made for another request');
  const iat = numericDate(payload, 'iat');
  if (iat === undefined)
    throw new TokenError('token-malformed', 'The key binding does not say when it was made');
  if (iat < now / 1000 - MAX_AGE_SECONDS || iat > now / 1000 + CLOCK_SKEW_SECONDS)
    throw new TokenError('key-binding-stale', 'The key binding was not made just now');
  checkValidity(payload, now);
  if (payload.sd_hash !== digestOf(presented, hashAlg))
    throw new TokenError('holder-mismatch', 'The key binding is made for another set of disclosures');
  checkTransactionData(payload, expected.transactionData ?? []);
};

/** OpenID4VP 1.0 §B.3.3.1. Every transaction asked about must be hashed, and nothing else. */
const checkTransactionData = (payload: JsonObject, asked: readonly TransactionData[]): void => {
  if (asked.length === 0) return;
  const { transaction_data_hashes: hashes, transaction_data_hashes_alg: alg = 'sha-256' } = payload;
  const complete =
    Array.isArray(hashes) &&
    hashes.length === asked.length &&
    typeof alg === 'string' &&
    asked.every((item) => item.hashes.includes(alg) && hashes.includes(digestOf(item.encoded, alg)));
  if (!complete)
    throw new TokenError('holder-mismatch', 'The key binding does not cover the transaction data');
};
