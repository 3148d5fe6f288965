import { CountersignError } from '../../platform/errors.ts';

/**
 * Why a token was refused, as stable codes:
 *
 * - `token-malformed`: not a compact JWS in its one canonical form, or a member of the wrong type;
 * - `token-too-large`: over a bound of size, depth or number;
 * - `algorithm-refused`: signed with an algorithm, or a key, that this use does not allow;
 * - `key-unknown`: nothing that this deployment trusts says which key the signer has;
 * - `signature-invalid`: the signature does not verify;
 * - `type-refused`: the token is of another type than it is used for;
 * - `not-yet-valid`, `expired`: outside its period of validity;
 * - `audience-mismatch`, `nonce-mismatch`: made for another verifier or another request;
 * - `key-binding-missing`, `key-binding-stale`, `holder-mismatch`: the holder's proof is absent, old or another's;
 * - `disclosure-refused`: a disclosure is unreferenced, repeated, or hides what may not be hidden.
 */
export type TokenErrorCode =
  | 'token-malformed'
  | 'token-too-large'
  | 'algorithm-refused'
  | 'key-unknown'
  | 'signature-invalid'
  | 'type-refused'
  | 'not-yet-valid'
  | 'expired'
  | 'audience-mismatch'
  | 'nonce-mismatch'
  | 'key-binding-missing'
  | 'key-binding-stale'
  | 'holder-mismatch'
  | 'disclosure-refused';

/**
 * A signed token that is not to be believed. Its status is always 422: whoever sent the token can mend it.
 *
 * @example
 * ```ts
 * throw new TokenError('expired', 'The credential has expired');
 * ```
 */
export class TokenError extends CountersignError {
  override readonly name = 'TokenError';
  declare readonly code: TokenErrorCode;

  constructor(code: TokenErrorCode, message: string, cause?: unknown) {
    super(code, message, { status: 422, ...(cause === undefined ? {} : { cause }) });
  }
}
