import { TokenError } from './jose-error.ts';
import type { JsonObject } from './strict-json.ts';

/** Clocks of issuers and wallets may differ from ours by this much, s. */
export const CLOCK_SKEW_SECONDS = 60;

/** A NumericDate (RFC 7519 §2). @throws TokenError `token-malformed` when it is there and no number. */
export const numericDate = (payload: JsonObject, name: string): number | undefined => {
  const value = payload[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
    throw new TokenError('token-malformed', 'A time of the token is not a number of seconds');
  return value;
};

/**
 * Checks `nbf`, `exp` and `iat` of a JWT. A credential that names no end does not end; one "issued" in the
 * future is refused, whatever its `nbf` says.
 *
 * @param now ms since 1970.
 * @throws TokenError `not-yet-valid`, `expired`, `token-malformed`
 */
export const checkValidity = (payload: JsonObject, now: number): void => {
  const seconds = now / 1000;
  const [nbf, iat, exp] = ['nbf', 'iat', 'exp'].map((name) => numericDate(payload, name));
  if ((nbf ?? 0) > seconds + CLOCK_SKEW_SECONDS || (iat ?? 0) > seconds + CLOCK_SKEW_SECONDS)
    throw new TokenError('not-yet-valid', 'The token is not valid yet');
  if (exp !== undefined && exp <= seconds - CLOCK_SKEW_SECONDS)
    throw new TokenError('expired', 'The token has expired');
};
