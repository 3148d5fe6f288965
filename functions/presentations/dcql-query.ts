import { DcqlQuery } from 'dcql';
import { checkJson, isObject, type JsonObject } from '../credentials/jose/index.ts';
import type { FieldProblem } from '../platform/index.ts';
import { PresentationError } from './presentation-error.ts';

/** Formats of credentials that are verified. */
export const FORMATS = ['dc+sd-jwt', 'mso_mdoc', 'jwt_vc_json', 'ldp_vc'] as const;
export type Format = (typeof FORMATS)[number];

/** Bounds of a query, so that checking an answer against it stays quick. */
const MAX = {
  bytes: 16_384,
  depth: 12,
  credentials: 16,
  claims: 64,
  path: 16,
  values: 64,
  sets: 32,
} as const;

/** A claim that is asked for. */
export interface ClaimsQuery {
  readonly id?: string;
  readonly path: readonly (string | number | null)[];
  readonly values?: readonly (string | number | boolean)[];
}

/** A credential that is asked for. Members that DCQL does not know stay in `meta`. */
export interface CredentialQuery {
  readonly id: string;
  readonly format: Format;
  readonly meta: JsonObject;
  readonly multiple?: boolean;
  readonly require_cryptographic_holder_binding?: boolean;
  readonly claims?: readonly ClaimsQuery[];
  readonly claim_sets?: readonly (readonly string[])[];
  readonly trusted_authorities?: readonly { readonly type: string; readonly values: readonly string[] }[];
}

/** A DCQL query (OpenID4VP 1.0 §6) that passed {@link parseQuery}. */
export interface Query {
  readonly credentials: readonly CredentialQuery[];
  readonly credential_sets?: readonly {
    readonly options: readonly (readonly string[])[];
    readonly required?: boolean;
  }[];
}

/**
 * Checks a query before it is sent out: its grammar (by the `dcql` package), and what that package leaves to its
 * caller: bounds, types that must be named, identifiers that must be unique, sets that must not be empty (an
 * empty option would be met by no credential at all), and that everything in it can be enforced on the answer.
 *
 * The same object is returned, not the package's reading of it, which lacks the members of `meta` that it does
 * not know.
 *
 * @throws PresentationError `request-invalid`, `format-unsupported` (422)
 */
export const parseQuery = (raw: unknown): Query => {
  if (!isObject(raw)) throw invalid('', 'must be an object');
  if (JSON.stringify(raw).length > MAX.bytes) throw invalid('', `must be at most ${MAX.bytes} bytes`);
  try {
    checkJson(raw, MAX.depth);
  } catch {
    throw invalid('', `must be nested at most ${MAX.depth} deep`);
  }
  const credentials = Array.isArray(raw.credentials) ? raw.credentials : [];
  for (const [index, credential] of credentials.entries()) {
    const format = isObject(credential) ? credential.format : undefined;
    if (!FORMATS.some((known) => known === format))
      throw new PresentationError(
        'format-unsupported',
        'A credential is asked for in a format that is not verified',
        {
          status: 422,
          fields: [
            { field: `dcql_query.credentials.${index}.format`, problem: `must be ${FORMATS.join(', ')}` },
          ],
        },
      );
  }
  try {
    DcqlQuery.validate(DcqlQuery.parse(structuredClone(raw) as unknown as DcqlQuery.Input));
  } catch (cause) {
    throw invalid('', 'must be a DCQL query', cause);
  }
  const query = raw as unknown as Query;
  if (credentials.length > MAX.credentials) throw invalid('credentials', 'must be fewer');
  for (const [index, credential] of query.credentials.entries())
    checkCredential(credential, `credentials.${index}`);
  const sets = query.credential_sets ?? [];
  if (sets.length > MAX.sets) throw invalid('credential_sets', 'must be fewer');
  if (sets.some((set) => set.options.length > MAX.sets || set.options.some((option) => option.length === 0)))
    throw invalid('credential_sets', 'must have options that name at least one credential');
  return query;
};

const checkCredential = (credential: CredentialQuery, field: string): void => {
  const { meta, claims = [], claim_sets = [] } = credential;
  const { format } = credential;
  const types =
    format === 'dc+sd-jwt'
      ? meta?.vct_values
      : format === 'mso_mdoc'
        ? [meta?.doctype_value].filter((type) => typeof type === 'string' && type !== '')
        : meta?.type_values;
  if (!Array.isArray(types) || types.length === 0)
    throw invalid(`${field}.meta`, 'must name the types that are accepted');
  // Every element is proved to be the device's, or nothing is (ISO/IEC 18013-5 §9.1.3).
  if (format === 'mso_mdoc' && credential.require_cryptographic_holder_binding === false)
    throw invalid(`${field}.require_cryptographic_holder_binding`, 'cannot be false for mso_mdoc');
  checkProfile(credential, field);
  const authorities = credential.trusted_authorities ?? [];
  if (
    authorities.length > 0 &&
    ((format !== 'dc+sd-jwt' && format !== 'mso_mdoc') || authorities.some(({ type }) => type !== 'aki'))
  )
    throw invalid(
      `${field}.trusted_authorities`,
      'can be enforced here by aki, in dc+sd-jwt and mso_mdoc only: trust issuers in the registry',
    );
  if (authorities.some(({ values }) => values.length > MAX.values))
    throw invalid(`${field}.trusted_authorities`, 'must be fewer');
  if (claims.length > MAX.claims) throw invalid(`${field}.claims`, 'must be fewer');
  const ids = claims.flatMap(({ id }) => (id === undefined ? [] : [id]));
  if (new Set(ids).size !== ids.length) throw invalid(`${field}.claims`, 'must have ids of their own');
  if (claim_sets.length > MAX.sets || (claim_sets.length > 0 && ids.length !== claims.length))
    throw invalid(`${field}.claim_sets`, 'must name claims, all of which have ids');
  for (const { path, values } of claims) {
    // §7.2: a namespace, and an element in it.
    if (format === 'mso_mdoc' && (path.length !== 2 || path.some((step) => typeof step !== 'string')))
      throw invalid(`${field}.claims`, 'must have paths of a namespace and an element');
    if (path.length > MAX.path || (values?.length ?? 0) > MAX.values)
      throw invalid(`${field}.claims`, 'must be shorter');
    if (values?.length === 0) throw invalid(`${field}.claims`, 'must not be limited to no values');
  }
};

/** Relations of a predicate, as the zero-knowledge cryptosuite names them. */
const RELATIONS = [
  'equals',
  'notEquals',
  'lessThan',
  'atMost',
  'greaterThan',
  'atLeast',
  'between',
  'oneOf',
  'noneOf',
  'olderThan',
  'youngerThan',
  'memberOf',
];

/** Most predicates in one proof, beside one about a large set. */
const MAX_PREDICATES = 4;

/**
 * The profile of zero-knowledge presentations in `meta`: `predicates` to be proved about claims that stay hidden,
 * and `pseudonym_scope`, the registered name under which a pseudonym is asked for.
 */
export interface ZkMeta {
  readonly predicates?: readonly JsonObject[];
  readonly pseudonym_scope?: string;
}

/** Whether a query asks for what only a zero-knowledge proof shows. */
export const asksForProof = (meta: JsonObject): meta is JsonObject & ZkMeta =>
  meta.predicates !== undefined || meta.pseudonym_scope !== undefined;

const checkProfile = ({ format, meta }: CredentialQuery, field: string): void => {
  if (!asksForProof(meta)) return;
  const { predicates = [], pseudonym_scope: scope } = meta;
  if (format !== 'ldp_vc')
    throw invalid(`${field}.meta`, 'may ask for predicates and pseudonyms in ldp_vc only');
  if (scope !== undefined && (typeof scope !== 'string' || !/^[\w.:/-]{1,128}$/.test(scope)))
    throw invalid(`${field}.meta.pseudonym_scope`, 'must be a name of at most 128 characters');
  const aboutSets = Array.isArray(predicates)
    ? predicates.filter((predicate) => isObject(predicate) && 'memberOf' in predicate)
    : [];
  const sound =
    Array.isArray(predicates) &&
    aboutSets.length <= 1 &&
    predicates.length - aboutSets.length <= MAX_PREDICATES &&
    aboutSets.every(({ memberOf }) => typeof memberOf === 'string' && memberOf !== '') &&
    predicates.every((predicate) => {
      if (!isObject(predicate) || typeof predicate.path !== 'string') return false;
      const relations = Object.keys(predicate).filter((name) => name !== 'path');
      return relations.length === 1 && RELATIONS.includes(relations[0]!);
    });
  if (!sound)
    throw invalid(
      `${field}.meta.predicates`,
      `must be at most ${MAX_PREDICATES} and one memberOf, each a path and one relation`,
    );
};

const invalid = (field: string, problem: string, cause?: unknown): PresentationError => {
  const fields: FieldProblem[] = [{ field: field === '' ? 'dcql_query' : `dcql_query.${field}`, problem }];
  return new PresentationError('request-invalid', 'The presentation request is not valid', {
    status: 422,
    fields,
    ...(cause === undefined ? {} : { cause }),
  });
};
