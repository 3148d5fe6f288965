import { canonicalJson, type Json } from './canonical-json.ts';
import type { ClaimPredicate, ClaimValue, Disclosure } from './claim-predicate.ts';
import type { ClaimSchema } from './claim-schema.ts';
import { StatementError } from './statement-error.ts';

/** The `type` of a `credentialSchema` that names a claim schema. */
export const CLAIM_SCHEMA_TYPE = 'CountersignClaimSchema';

/** What a derived credential says, apart from its proof. */
export interface DerivedContent extends Disclosure {
  readonly contexts: readonly string[];
  readonly types: readonly string[];
  readonly issuer: string;
  readonly schema: ClaimSchema;
}

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/**
 * The one document that shows this content: type, issuer, schema, the revealed claims in their places and the
 * predicates. Holder and verifier both build it; the verifier refuses a document that is not the same.
 */
export function derivedDocument(content: DerivedContent): JsonObject {
  const root: { [key: string]: Json } = { credentialSubject: {} };
  for (const { path, value } of content.revealed) place(root, path, value);
  const subject = root.credentialSubject as { [key: string]: Json };
  if (content.predicates.length > 0) subject.predicates = content.predicates as unknown as Json;
  return {
    '@context': [...content.contexts],
    type: [...content.types],
    issuer: content.issuer,
    credentialSchema: { id: content.schema.id, type: CLAIM_SCHEMA_TYPE },
    credentialSubject: subject,
  };
}

/**
 * Reads what a derived credential says, and refuses any member that its proof does not cover.
 *
 * @param document the credential without its proof.
 * @param schema the schema that it names.
 * @throws StatementError `document-not-covered`
 */
export function readDerivedDocument(document: JsonObject, schema: ClaimSchema): DerivedContent {
  const { credentialSubject: subject, issuer } = document;
  if (!isObject(subject) || typeof issuer !== 'string') throw notCovered();
  const revealed = schema.slots.flatMap(({ path }) => {
    const value = claimAt(document, path);
    return value === undefined ? [] : [{ path, value: value as ClaimValue }];
  });
  const content: DerivedContent = {
    contexts: strings(document['@context']),
    types: strings(document.type),
    issuer,
    schema,
    revealed,
    predicates: (subject.predicates ?? []) as unknown as readonly ClaimPredicate[],
  };
  if (!Array.isArray(content.predicates) || !content.predicates.every(isObject)) throw notCovered();
  if (canonicalJson(derivedDocument(content)) !== canonicalJson(document)) throw notCovered();
  return content;
}

/**
 * The claim at a JSON Pointer, by own members of objects only; undefined when there is none.
 *
 * @throws StatementError `claim-value-invalid` when the path leads into something that is no object.
 */
export function claimAt(document: JsonObject, path: string): Json | undefined {
  let value: Json | undefined = document;
  for (const name of segments(path)) {
    if (value === undefined) return undefined;
    if (!isObject(value))
      throw new StatementError('claim-value-invalid', 'a claim path leads into what is no object', {
        field: path,
      });
    value = Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const segments = (path: string): string[] =>
  path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

function place(root: { [key: string]: Json }, path: string, value: Json): void {
  const names = segments(path);
  let at = root;
  for (const name of names.slice(0, -1)) {
    if (!Object.hasOwn(at, name)) Object.defineProperty(at, name, { value: {}, enumerable: true });
    at = at[name] as { [key: string]: Json };
  }
  Object.defineProperty(at, names.at(-1)!, { value, enumerable: true });
}

function strings(value: Json | undefined): string[] {
  if (!Array.isArray(value) || !value.every((each): each is string => typeof each === 'string'))
    throw notCovered();
  return value;
}

const notCovered = (): StatementError =>
  new StatementError('document-not-covered', 'The credential has members that its proof does not cover');
