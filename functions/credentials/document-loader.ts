import { resolveDid } from './did/did-key.ts';
import { CredentialError } from './errors.ts';

/** What JSON-LD libraries ask documents of. */
export type DocumentLoader = (
  url: string,
) => Promise<{ contextUrl: null; documentUrl: string; document: object }>;

export interface LoaderOptions {
  /** Contexts by URL, from `pinContexts`. */
  readonly contexts: ReadonlyMap<string, object>;
  /** Controller documents that the deployment pinned, such as an issuer's did:web document, by their id. */
  readonly controllers?: ReadonlyMap<string, object>;
}

/**
 * A loader that knows pinned contexts, pinned controllers, did:key and did:jwk, and nothing else: no
 * network while verifying, so that no credential can make a verifier call somewhere.
 *
 * @throws CredentialError (from the loader) `document-unknown` for anything else.
 *
 * @example
 * ```ts
 * const documentLoader = createDocumentLoader({ contexts: pinContexts() });
 * ```
 */
export function createDocumentLoader({ contexts, controllers = new Map() }: LoaderOptions): DocumentLoader {
  return async (url) => {
    const context = contexts.get(url);
    if (context !== undefined) return { contextUrl: null, documentUrl: url, document: context };
    const [base, fragment] = url.split('#', 2) as [string, string | undefined];
    const controller = (controllers.get(base) ?? (base.startsWith('did:') ? resolveDid(base) : undefined)) as
      | Record<string, unknown>
      | undefined;
    if (controller === undefined) throw unknown();
    const document = fragment === undefined ? controller : methodOf(controller, url);
    return { contextUrl: null, documentUrl: url, document };
  };
}

/** The verification method of that id, which must be embedded in the controller's document once. */
function methodOf(controller: Record<string, unknown>, id: string): object {
  const methods = ([] as unknown[])
    .concat(controller.verificationMethod ?? [])
    .filter((method): method is { id: string } => (method as { id?: unknown } | null)?.id === id);
  if (methods.length !== 1) throw unknown();
  return { '@context': 'https://w3id.org/security/multikey/v1', ...methods[0] };
}

function unknown(): CredentialError {
  return new CredentialError('document-unknown', 'A document is named that this verifier does not hold');
}
