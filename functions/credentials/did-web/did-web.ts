import { type DidResolver, isObject, parseJson, resolveLocalDid } from '../jose/index.ts';
import { type GetDocument, RemoteError } from '../remote/index.ts';

/** Longest did:web, characters. */
const MAX_LENGTH = 512;

/**
 * Where the document of a did:web lies (did:web method §3.2): colons are slashes, and a colon before a port is
 * percent-encoded. Nothing else may be.
 *
 * @param loopback read documents of this machine over `http`, where the deployment allows it.
 * @throws RemoteError `remote-refused` for a DID that is not of this form
 * @example
 * ```ts
 * didWebUrl('did:web:issuer.example%3A8443:people'); // 'https://issuer.example:8443/people/did.json'
 * ```
 */
export const didWebUrl = (did: string, loopback = false): string => {
  const [host = '', ...path] = did.slice('did:web:'.length).split(':');
  const named = /^([a-z0-9.-]+)(?:%3A(\d{1,5}))?$/i.exec(host);
  if (
    did.length > MAX_LENGTH ||
    named === null ||
    !path.every((part) => /^[\w.~-]+$/.test(part) && !/^\.+$/.test(part))
  )
    throw new RemoteError('remote-refused', 'The DID does not say where its document is');
  const [, name = '', port] = named;
  const scheme = loopback && ['localhost', '127.0.0.1'].includes(name) ? 'http' : 'https';
  const base = `${scheme}://${name}${port === undefined ? '' : `:${port}`}`;
  return path.length === 0 ? `${base}/.well-known/did.json` : `${base}/${path.join('/')}/did.json`;
};

/**
 * Resolves did:web on allowed hosts, and did:key and did:jwk, which need no host.
 *
 * @param get reads documents: allow-listed, cached, in time.
 */
export const didResolver =
  (get: GetDocument, loopback: boolean): DidResolver =>
  async (did) => {
    if (!did.startsWith('did:web:')) return resolveLocalDid(did);
    const { body } = await get(didWebUrl(did, loopback), 'application/did+json, application/json');
    const document = parseJson(body);
    return isObject(document) && document.id === did ? document : undefined;
  };
