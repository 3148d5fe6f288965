import { CountersignError, type FieldProblem } from '../platform/errors.ts';

/**
 * What can be wrong with a credential, a proof or a key, as stable codes:
 *
 * - `proof-malformed`: the proof is not in its one canonical form (status 422);
 * - `proof-point-invalid`: a point is off its curve, outside the prime-order subgroup, or infinity (422);
 * - `public-signals-malformed`: wrong count, or not canonical field elements (422);
 * - `key-malformed`: a verification key cannot be read (500: keys are ours, not the caller's);
 * - `key-digest-mismatch`: a verification key is not the one that was pinned (500);
 * - `key-unsafe`: a verification key is well formed but would accept forgeries (500);
 * - `zk-keys-development`: a production stage was given keys of a development ceremony (500);
 * - `zk-manifest-invalid`: a key's manifest cannot be read, or is of another circuit (500);
 * - `randomness-unusable`: the random source did not give what batch verification needs (500);
 * - `disclosure-malformed`: a selective-disclosure proof value cannot be read, or does not fit its document (422);
 * - `base-proof`: a base proof was shown, which only its holder may see (422);
 * - `presentation-header-mismatch`: a proof is bound to another presentation (422);
 * - `encoding-malformed`: a text is not canonical multibase (422);
 * - `key-type-unsupported`: a key is of a kind that its use does not allow (422);
 * - `did-malformed`: a DID cannot be read (422);
 * - `did-unsupported`: a DID is of a method, or holds a key of a kind, that is not resolved here (422);
 * - `document-unknown`: a context or controller is named that this deployment did not pin (422);
 * - `document-malformed`: a credential or presentation lacks what it must have (422);
 * - `document-too-large`: a document is beyond the limits of size, depth or number (422);
 * - `context-refused`: a document brings, bends or names a context that was not reviewed (422);
 * - `proof-missing`: a document has no proof (422);
 * - `proof-unsupported`: a proof is of a kind that is not verified here (422);
 * - `proof-purpose-wrong`: a proof was made for another purpose (422);
 * - `proof-expired`: a proof is outside its own period (422);
 * - `proof-invalid`: a proof does not hold (422);
 * - `issuer-mismatch`: a credential is signed by a key that is not its issuer's (422);
 * - `not-yet-valid`: a credential is used before its period (422);
 * - `expired`: a credential is used after its period (422);
 * - `status-unknown`: a credential has a status that cannot be looked up (422);
 * - `revoked`: a credential was revoked or suspended (422);
 * - `challenge-mismatch`: a presentation answers another challenge (422);
 * - `domain-mismatch`: a presentation is for another domain (422);
 * - `holder-mismatch`: a presentation is not its credentials' subject's (422);
 * - `holder-unbound`: a credential names no subject (422);
 * - `context-digest-mismatch`: a pinned context is not the one that was reviewed (500);
 * - `context-redefined`: two contexts are pinned under one URL (500).
 */
export type CredentialErrorCode =
  | 'proof-malformed'
  | 'proof-point-invalid'
  | 'public-signals-malformed'
  | 'key-malformed'
  | 'key-digest-mismatch'
  | 'key-unsafe'
  | 'zk-keys-development'
  | 'zk-manifest-invalid'
  | 'randomness-unusable'
  | 'disclosure-malformed'
  | 'base-proof'
  | 'presentation-header-mismatch'
  | 'encoding-malformed'
  | 'key-type-unsupported'
  | 'did-malformed'
  | 'did-unsupported'
  | 'document-unknown'
  | 'document-malformed'
  | 'document-too-large'
  | 'context-refused'
  | 'proof-missing'
  | 'proof-unsupported'
  | 'proof-purpose-wrong'
  | 'proof-expired'
  | 'proof-invalid'
  | 'issuer-mismatch'
  | 'not-yet-valid'
  | 'expired'
  | 'status-unknown'
  | 'revoked'
  | 'challenge-mismatch'
  | 'domain-mismatch'
  | 'holder-mismatch'
  | 'holder-unbound'
  | 'context-digest-mismatch'
  | 'context-redefined';

const OURS: ReadonlySet<string> = new Set<CredentialErrorCode>([
  'key-malformed',
  'key-digest-mismatch',
  'key-unsafe',
  'zk-keys-development',
  'zk-manifest-invalid',
  'randomness-unusable',
  'context-digest-mismatch',
  'context-redefined',
]);

/**
 * Raised by the credentials room when an input cannot be judged at all. An input that can be judged and
 * does not verify is an answer (`false`), not an error.
 *
 * @example
 * ```ts
 * throw new CredentialError('proof-malformed', 'The proof is not canonical', {
 *   fields: [{ field: 'pi_a.0', problem: 'must be a decimal below the field modulus' }] });
 * ```
 */
export class CredentialError extends CountersignError {
  override readonly name = 'CredentialError';

  constructor(
    code: CredentialErrorCode,
    message: string,
    options: { status?: number; fields?: readonly FieldProblem[]; cause?: unknown } = {},
  ) {
    super(code, message, { status: OURS.has(code) ? 500 : 422, ...options });
  }
}
