import { WalletError } from './wallet-error.ts';

/** The claims of a request object (OpenID4VP 1.0 §5), after a wallet verified who signed it. */
export interface VerifiedRequest {
  /** The authenticated client identifier, prefix included. */
  readonly client_id: string;
  readonly nonce: string;
  readonly response_mode: string;
  readonly response_uri?: string;
  readonly state?: string;
  readonly dcql_query: { readonly credentials: readonly unknown[] };
  readonly client_metadata?: Readonly<Record<string, unknown>>;
}

/** What a verifier wants of one credential. Show all of it to the person before proving. */
export interface Asked {
  /** Of the credential query. */
  readonly id: string;
  /** Who asks. */
  readonly verifier: string;
  /** Statements to be proved, the values staying hidden: `{path: '/credentialSubject/birthDate', atMost: '2008-11-20'}`. */
  readonly predicates: readonly { readonly path: string }[];
  /** Claims to be shown, as JSON pointers. */
  readonly reveal: readonly string[];
  /** Under this name the person will be recognised again by this verifier. */
  readonly pseudonymScope?: string;
}

interface CredentialQuery {
  readonly id?: unknown;
  readonly format?: unknown;
  readonly meta?: { readonly predicates?: unknown; readonly pseudonym_scope?: unknown };
  readonly claims?: readonly { readonly id?: string; readonly path: readonly unknown[] }[];
  readonly claim_sets?: readonly (readonly string[])[];
}

const pointerOf = (path: readonly unknown[]): string => {
  if (!path.every((step) => typeof step === 'string'))
    throw new WalletError('claim-unsupported', 'A claim inside of a list cannot be shown by this proof');
  return path.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
};

/** The claims of a query; of alternatives the first, which the verifier likes best. */
const claimsOf = ({ claims = [], claim_sets }: CredentialQuery) => {
  const wanted = claim_sets?.[0];
  return wanted === undefined ? claims : claims.filter(({ id }) => id !== undefined && wanted.includes(id));
};

/**
 * What a verified request asks of one credential with zero-knowledge proofs. It reads the raw query: libraries for
 * DCQL drop the members of `meta` that they do not know, and these are the predicates.
 *
 * @param id of the credential query; where there is only one it need not be named.
 * @throws WalletError `query-unknown` when there is no such credential query in format `ldp_vc`, `claim-unsupported`
 * @example
 * ```ts
 * const { predicates, reveal } = askedOf(request, 'employee');
 * ```
 */
export const askedOf = (request: VerifiedRequest, id?: string): Asked => {
  const queries = request.dcql_query.credentials as readonly CredentialQuery[];
  const query = id === undefined && queries.length === 1 ? queries[0] : queries.find((one) => one.id === id);
  if (query?.format !== 'ldp_vc' || typeof query.id !== 'string')
    throw new WalletError('query-unknown', 'The request has no such query for a credential of format ldp_vc');
  const { predicates, pseudonym_scope: scope } = query.meta ?? {};
  return {
    id: query.id,
    verifier: request.client_id,
    predicates: Array.isArray(predicates) ? predicates : [],
    reveal: claimsOf(query).map(({ path }) => pointerOf(path)),
    ...(typeof scope === 'string' ? { pseudonymScope: scope } : {}),
  };
};
