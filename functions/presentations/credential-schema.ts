import { isObject, type JsonObject, parseJson } from '../credentials/jose/index.ts';
import { evaluateSchema, MAX_SCHEMA_BYTES, type SchemaOutcome } from '../credentials/json-schema/index.ts';
import { type GetDocument, RemoteError } from '../credentials/remote/index.ts';
import { isUrl, malformed } from './credential-rules.ts';
import type { Referred } from './related-resources.ts';
import { digestsHold, statedDigests } from './resource-digest.ts';
import { vcProblem } from './vc-problem.ts';

/** What schemas are looked up with. */
export interface SchemaDeps {
  readonly get: GetDocument;
  /** Documents that the operator pinned for the issuer of the credential, by URL. */
  readonly pinned: Readonly<Record<string, unknown>>;
  /** Verifies a credential that holds a schema: its proof, period and issuer. False when it does not hold. */
  readonly verifySchemaCredential: (credential: JsonObject) => Promise<boolean>;
}

/** What one schema says of the credential. */
export interface SchemaResult {
  readonly id: string;
  readonly outcome: SchemaOutcome;
}

/** Most schemas of one credential. */
const MAX_SCHEMAS = 4;

/** Largest credential that holds a schema, bytes: its proof and envelope beside the schema. */
const MAX_BYTES = MAX_SCHEMA_BYTES * 2;

/**
 * Checks a credential by the JSON Schemas that it names (VCDM 2.0 §4.11; W3C VC JSON Schema §2): bare ones of type
 * `JsonSchema`, and ones in a credential of their own, `JsonSchemaCredential`. A schema is pinned by the operator, or
 * read from an allowed host. Its digest, where one is stated, is compared before it is evaluated.
 *
 * @returns what does not conform as problems; what could not be evaluated as unavailable, with every outcome.
 */
export const checkSchemas = async (
  credential: JsonObject,
  deps: SchemaDeps,
): Promise<Referred & { readonly schemas: readonly SchemaResult[] }> => {
  const { credentialSchema } = credential;
  const all = Array.isArray(credentialSchema)
    ? credentialSchema
    : credentialSchema === undefined
      ? []
      : [credentialSchema];
  if (all.length > MAX_SCHEMAS)
    return {
      problems: [malformed(`credentialSchema must hold at most ${MAX_SCHEMAS}`)],
      unavailable: [],
      schemas: [],
    };
  const schemas: SchemaResult[] = [];
  // What is no schema at all, the rules of the data model have told already.
  for (const entry of all)
    if (isObject(entry) && isUrl(entry.id))
      schemas.push({ id: entry.id, outcome: await outcomeOf(entry, entry.id, credential, deps) });
  const having = (outcome: SchemaOutcome) => schemas.filter((one) => one.outcome === outcome);
  return {
    problems: having('failure').map(() => malformed('the credential does not conform to its schema')),
    unavailable: having('indeterminate').map(() =>
      vcProblem(
        'SCHEMA_RETRIEVAL_ERROR',
        'the schema of the credential is not one that can be evaluated here',
      ),
    ),
    schemas,
  };
};

const outcomeOf = async (
  entry: JsonObject,
  id: string,
  credential: JsonObject,
  deps: SchemaDeps,
): Promise<SchemaOutcome> => {
  const digests = statedDigests(entry);
  if (digests === undefined) return 'failure';
  const pinned = digests.length === 0 && Object.hasOwn(deps.pinned, id) ? deps.pinned[id] : undefined;
  let document = pinned;
  if (document === undefined) {
    let body: Buffer;
    try {
      ({ body } = await deps.get(id, 'application/schema+json, application/vc, application/json;q=0.9'));
    } catch (error) {
      if (error instanceof RemoteError) return 'indeterminate';
      throw error;
    }
    if (!digestsHold(digests, body)) return 'failure';
    if (body.length > MAX_BYTES) return 'indeterminate';
    try {
      document = parseJson(body, 40);
    } catch {
      return 'indeterminate';
    }
  }
  if (entry.type === 'JsonSchema') return evaluate(document, id, credential);
  if (entry.type !== 'JsonSchemaCredential') return 'indeterminate';
  const schema = await schemaIn(document, id, deps);
  return schema === undefined ? 'failure' : evaluate(schema, undefined, credential);
};

/** A schema names itself (VC JSON Schema §3.1.1), and where it was found by its name it must be that one. */
const evaluate = (schema: unknown, id: string | undefined, credential: JsonObject): SchemaOutcome => {
  const own = isObject(schema) ? schema.$id : undefined;
  if (typeof own !== 'string' || (id !== undefined && isUrl(own) && own !== id)) return 'indeterminate';
  return evaluateSchema(schema, credential);
};

/** The schema in a credential of schemas, when that credential is what it must be (VC JSON Schema §2.2). */
const schemaIn = async (
  document: unknown,
  id: string,
  { verifySchemaCredential }: SchemaDeps,
): Promise<unknown> => {
  if (!isObject(document) || document.id !== id || !isObject(document.credentialSubject)) return undefined;
  const types = Array.isArray(document.type) ? document.type : [document.type];
  const { type, jsonSchema } = document.credentialSubject;
  if (!types.includes('JsonSchemaCredential') || type !== 'JsonSchema' || !isObject(jsonSchema))
    return undefined;
  return (await verifySchemaCredential(document)) ? jsonSchema : undefined;
};
