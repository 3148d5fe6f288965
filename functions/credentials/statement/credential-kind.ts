import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { canonicalBytes, type Json } from './canonical-json.ts';
import { type ClaimSchema, type CredentialKind, checkClaimSchema } from './claim-schema.ts';
import { CLAIM_SCHEMA_TYPE, isObject, type JsonObject } from './derived-document.ts';
import { StatementError } from './statement-error.ts';

/** Finds a document by its URL; a verifier's knows only what was pinned. */
export type LoadDocument = (url: string) => Promise<{ readonly document: unknown }>;

/**
 * Finds the claim schema that a credential names in `credentialSchema`.
 *
 * @throws StatementError `claim-schema-invalid` when it names none or not exactly one, or the document is not a schema.
 */
export async function loadClaimSchema(credential: JsonObject, load: LoadDocument): Promise<ClaimSchema> {
  const named = credential.credentialSchema;
  if (!isObject(named) || named.type !== CLAIM_SCHEMA_TYPE || typeof named.id !== 'string')
    throw new StatementError('claim-schema-invalid', `must name one ${CLAIM_SCHEMA_TYPE}`, {
      field: 'credentialSchema',
    });
  const schema = (await load(named.id)).document as ClaimSchema;
  checkClaimSchema(schema);
  if (schema.id !== named.id)
    throw new StatementError('claim-schema-invalid', 'is not the one that was asked for', { field: 'id' });
  return schema;
}

/** A kind before its contexts are looked up. */
export interface NamedKind extends Omit<CredentialKind, 'contexts'> {
  readonly contexts: readonly string[];
}

/** Completes a kind with the digest of each context: SHA-256 over its canonical JSON, lower-case hex. */
export async function loadKind(kind: NamedKind, load: LoadDocument): Promise<CredentialKind> {
  const contexts = await Promise.all(
    kind.contexts.map(async (url) => ({ url, digest: digestOf((await load(url)).document as object) })),
  );
  return { ...kind, contexts };
}

const digests = new WeakMap<object, string>();

/** The digest of a document that is not changed; it is computed once. */
function digestOf(document: object): string {
  let digest = digests.get(document);
  if (digest === undefined) {
    digest = bytesToHex(sha256(canonicalBytes(document as Json)));
    digests.set(document, digest);
  }
  return digest;
}
