import jsonld from 'jsonld';
import type { DocumentLoader } from '../credentials/index.ts';
import type { JsonObject } from '../credentials/jose/index.ts';

/**
 * The types of a credential as its contexts expand them, with the names as written: a query names the former, or
 * a relative one where no context defines it (OpenID4VP 1.0 §B.1.1). The most telling one stands last.
 *
 * @param loadDocument knows the pinned contexts, and nothing else.
 */
export const expandedTypes = async (
  { '@context': context, type }: JsonObject,
  loadDocument: DocumentLoader,
): Promise<string[]> => {
  const written = (Array.isArray(type) ? type : [type]).filter((name) => typeof name === 'string');
  const [expanded] = (await jsonld.expand({ '@context': context, type: written } as object, {
    documentLoader: loadDocument,
  })) as { '@type'?: string[] }[];
  const all = [...(expanded?.['@type'] ?? []), ...written];
  return [...new Set(all)].sort((a, b) => rank(a) - rank(b));
};

const rank = (type: string): number => (/(^|#)VerifiableCredential$/.test(type) ? 0 : /:/.test(type) ? 1 : 2);

/**
 * Whether the contexts of a document define all that is in it: every term, every type, every identifier. What they
 * do not define would be dropped before anything is signed or verified.
 */
export const isDefined = async (document: JsonObject, loadDocument: DocumentLoader): Promise<boolean> => {
  try {
    await jsonld.expand(document as object, { documentLoader: loadDocument, safe: true });
    return true;
  } catch {
    return false;
  }
};
