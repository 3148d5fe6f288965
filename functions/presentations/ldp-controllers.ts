import { controllerDocument, createDocumentLoader, type Verifier } from '../credentials/index.ts';
import { type DidResolver, isObject, type JsonObject, TokenError } from '../credentials/jose/index.ts';

const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

/** Pinned documents beside the standard ones, which they cannot replace. */
export const withDocuments = (verifier: Verifier, documents: Readonly<Record<string, object>>): Verifier => {
  const pinned = Object.entries(documents);
  const contexts = new Map([
    ...pinned.filter(([, document]) => '@context' in document),
    ...verifier.contexts,
  ]);
  return {
    ...verifier,
    contexts,
    documentLoader: createDocumentLoader({
      contexts,
      // A DID's document is read as one that was fetched; anything else stays as it was pinned.
      controllers: new Map(
        pinned.map(([url, document]) => [
          url,
          url.startsWith('did:') ? (controllerDocument(url, document) ?? document) : document,
        ]),
      ),
    }),
  };
};

/** Most DIDs of one presentation that are resolved elsewhere. */
const MAX_CONTROLLERS = 4;

/**
 * The verifier with the did:web documents that the proofs name, read beforehand through the resolver: while it
 * verifies it calls nobody. Documents that the operator pinned are not read anew.
 */
export const withControllers = async (
  verifier: Verifier,
  documents: readonly JsonObject[],
  resolve: DidResolver,
): Promise<Verifier> => {
  const dids = new Set(
    documents
      .flatMap(({ proof }) => listOf(proof))
      .flatMap((proof) =>
        isObject(proof) && typeof proof.verificationMethod === 'string'
          ? [proof.verificationMethod.split('#')[0]!]
          : [],
      )
      .filter((did) => did.startsWith('did:web:')),
  );
  if (dids.size === 0) return verifier;
  if (dids.size > MAX_CONTROLLERS) throw new TokenError('token-too-large', 'The proofs name too many keys');
  const resolved = new Map<string, object>();
  for (const did of dids) {
    const isPinned = await verifier.documentLoader(did).then(
      () => true,
      () => false,
    );
    const document = isPinned ? undefined : controllerDocument(did, await resolve(did));
    if (document !== undefined) resolved.set(did, document);
  }
  if (resolved.size === 0) return verifier;
  const fetched = createDocumentLoader({ contexts: new Map(), controllers: resolved });
  return {
    ...verifier,
    documentLoader: (url) => (resolved.has(url.split('#')[0]!) ? fetched(url) : verifier.documentLoader(url)),
  };
};
