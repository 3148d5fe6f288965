import type { JsonObject } from '../credentials/jose/index.ts';
import { selectClaims } from './claims-path.ts';
import type { ClaimsQuery, CredentialQuery, Query } from './dcql-query.ts';
import { refusedPresentation } from './presentation-error.ts';

/** One presentation that verified, whatever its format. */
export interface Presented {
  readonly format: string;
  readonly issuer: string;
  /** `vct`, or types as fully expanded by the credential's contexts and as written. */
  readonly types: readonly string[];
  /** The credential as paths see it. Arrays have `undefined` where an element is withheld. */
  readonly claims: JsonObject;
  /** Authority key identifiers of the issuer's certificates, base64url. */
  readonly authorityKeyIds?: readonly string[];
  /** What proves to be the same holder; absent without holder binding. */
  readonly holder?: string;
}

/**
 * Checks verified presentations against the query that asked for them (OpenID4VP 1.0 §8.6): the wallet chose
 * what to send, and is not believed to have chosen rightly.
 *
 * @param answer presentations by the id of the credential query that they answer.
 * @throws PresentationError `presentation-refused`
 */
export const checkAnswer = (query: Query, answer: ReadonlyMap<string, readonly Presented[]>): void => {
  for (const [id, presentations] of answer) {
    const asked = query.credentials.find((credential) => credential.id === id);
    if (asked === undefined) throw refusedPresentation('A credential was presented that nobody asked for');
    if (presentations.length === 0 || (presentations.length > 1 && asked.multiple !== true))
      throw refusedPresentation('The number of presentations is not what was asked for');
    for (const presented of presentations) checkCredential(asked, presented);
  }
  const given = (id: string): boolean => answer.has(id);
  const complete =
    query.credential_sets === undefined
      ? query.credentials.every(({ id }) => given(id))
      : query.credential_sets.every(
          (set) => set.required === false || set.options.some((option) => option.every(given)),
        );
  // With optional sets only, an empty answer would prove nothing and still be one.
  if (!complete || answer.size === 0)
    throw refusedPresentation('Credentials that were asked for are missing');
};

const checkCredential = (asked: CredentialQuery, presented: Presented): void => {
  if (presented.format !== asked.format)
    throw refusedPresentation('A credential is of another format than asked for');
  if (!isOfType(asked, presented.types))
    throw refusedPresentation('A credential is of another type than asked for');
  if (asked.require_cryptographic_holder_binding !== false && presented.holder === undefined)
    throw refusedPresentation('A credential is not bound to its holder');
  if (!isByAuthority(asked, presented))
    throw refusedPresentation('A credential is not by one of the authorities asked for');
  if (!hasClaims(asked, presented.claims))
    throw refusedPresentation('A credential lacks claims, or has other values, than asked for');
};

const isOfType = ({ format, meta }: CredentialQuery, types: readonly string[]): boolean =>
  format === 'dc+sd-jwt'
    ? (meta.vct_values as string[]).some((vct) => types.includes(vct))
    : format === 'mso_mdoc'
      ? types.includes(meta.doctype_value as string)
      : (meta.type_values as string[][]).some((all) => all.every((type) => types.includes(type)));

/** Authorities are named by their key identifiers only (§6.1.1.1); the query was refused otherwise. */
const isByAuthority = (
  { trusted_authorities: asked }: CredentialQuery,
  { authorityKeyIds = [] }: Presented,
): boolean =>
  asked === undefined ||
  asked.some(({ type, values }) => type === 'aki' && values.some((value) => authorityKeyIds.includes(value)));

const hasClaims = ({ claims, claim_sets }: CredentialQuery, presented: JsonObject): boolean => {
  if (claims === undefined) return true;
  const met = (claim: ClaimsQuery): boolean => {
    const selected = selectClaims(presented, claim.path);
    // Compared by type as well: the text "1" is not the number 1.
    return selected.some((value) =>
      claim.values === undefined ? value !== null : claim.values.includes(value as string),
    );
  };
  if (claim_sets === undefined) return claims.every(met);
  return claim_sets.some((set) => set.every((id) => claims.some((claim) => claim.id === id && met(claim))));
};
