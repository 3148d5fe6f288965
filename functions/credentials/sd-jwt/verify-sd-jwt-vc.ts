import {
  checkValidity,
  type JsonObject,
  parseJws,
  type SignerResolver,
  TokenError,
  thumbprintOf,
  verifyJws,
} from '../jose/index.ts';
import { disclose } from './disclosures.ts';
import { holderKeyOf, type KeyBinding, verifyKeyBinding } from './key-binding.ts';

/** Longest presentation of one SD-JWT, characters. */
const MAX_LENGTH = 131_072;

/** Claims that decide about the credential itself; the holder may not choose to hide them (SD-JWT VC §2.2.2.2). */
const NEVER_HIDDEN = ['iss', 'nbf', 'exp', 'cnf', 'vct', 'vct#integrity', 'status'];

/** Whether a claim has digests in it, at any depth. */
const hidesParts = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).some(([name, member]) => name === '_sd' || name === '...' || hidesParts(member));

/** An SD-JWT VC that verified. */
export interface VerifiedSdJwt {
  readonly issuer: string;
  readonly vct: string;
  /** What was disclosed, and what the issuer never hid. Arrays have `undefined` where an element is withheld. */
  readonly claims: JsonObject;
  /** Thumbprint of the holder's key; present when the holder proved to have it. */
  readonly holder?: string;
  /** Authority key identifiers of the issuer's certificates, base64url. */
  readonly authorityKeyIds?: readonly string[];
}

/** How an SD-JWT VC is to be verified. */
export interface SdJwtOptions {
  readonly signers: SignerResolver;
  /** What the key binding must be made for. */
  readonly binding: KeyBinding;
  /** Whether the presentation is refused without a key binding. One that is there is always verified. */
  readonly bindingRequired: boolean;
  /** ms since 1970. */
  readonly now: number;
}

/**
 * Verifies a presented SD-JWT VC: the issuer's signature, type and period, every disclosure, and the holder's
 * key binding. Trust in the issuer and status are the caller's next steps.
 *
 * @throws TokenError
 * @example
 * ```ts
 * const { vct, claims } = await verifySdJwtVc(presentation, {
 *   signers, binding: { audience: clientId, nonce }, bindingRequired: true, now: Date.now() });
 * ```
 */
export const verifySdJwtVc = async (
  presentation: unknown,
  { signers, binding, bindingRequired, now }: SdJwtOptions,
): Promise<VerifiedSdJwt> => {
  if (typeof presentation !== 'string') throw new TokenError('token-malformed', 'An SD-JWT must be text');
  if (presentation.length > MAX_LENGTH) throw new TokenError('token-too-large', 'The SD-JWT is too long');
  const end = presentation.lastIndexOf('~') + 1;
  if (end === 0) throw new TokenError('token-malformed', 'The token is no SD-JWT');
  const [token, ...disclosures] = presentation.slice(0, end - 1).split('~') as [string, ...string[]];

  const jws = parseJws(token);
  const { header, payload } = jws;
  if (header.typ !== 'dc+sd-jwt') throw new TokenError('type-refused', 'The credential is of another type');
  const { iss, vct } = payload;
  if (typeof vct !== 'string' || vct === '')
    throw new TokenError('token-malformed', 'The credential does not say its type');
  if (iss !== undefined && typeof iss !== 'string')
    throw new TokenError('token-malformed', 'The issuer of the credential is no text');
  const signer = await signers({ issuer: iss, header });
  verifyJws(jws, signer.key);

  const { claims, disclosedNames } = disclose(payload, disclosures);
  // Of a status with its list withheld nothing would be left, and it would count as none.
  if (NEVER_HIDDEN.some((name) => disclosedNames.has(name) || hidesParts(payload[name])))
    throw new TokenError('disclosure-refused', 'The credential hides what may not be hidden');
  checkValidity(claims, now);

  const keyBinding = presentation.slice(end);
  const { authorityKeyIds } = signer;
  const verified = { issuer: signer.issuer, vct, claims, ...(authorityKeyIds ? { authorityKeyIds } : {}) };
  if (keyBinding === '') {
    if (bindingRequired) throw new TokenError('key-binding-missing', 'The presentation has no key binding');
    return verified;
  }
  const holder = holderKeyOf(payload.cnf);
  const hashAlg = typeof payload._sd_alg === 'string' ? payload._sd_alg : 'sha-256';
  verifyKeyBinding(keyBinding, presentation.slice(0, end), hashAlg, holder, binding, now);
  return { ...verified, holder: thumbprintOf(holder) };
};
