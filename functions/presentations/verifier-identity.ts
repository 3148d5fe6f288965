import { createHash, type JsonWebKey, X509Certificate } from 'node:crypto';
import type { SigningKey } from '../platform/index.ts';
import { PresentationError } from './presentation-error.ts';
import type { ClientIdPrefix } from './presentation-request.ts';

/** Who this verifier says it is. */
export interface VerifierIdentity {
  /** Signs request objects, by ES256: every wallet of the High Assurance profile verifies it. */
  readonly key: SigningKey;
  readonly publicJwk: JsonWebKey;
  /** DID under which wallets find the signing key. */
  readonly did: string;
  /** The signing key's certificate and its chain, leaf first, base64 DER; empty when there is none. */
  readonly certificates: readonly string[];
}

/**
 * The identity of a deployment.
 *
 * @param key of algorithm ES256.
 * @param did where it is not the key itself; its document is served by {@link didDocumentOf}.
 */
export const verifierIdentity = async (
  key: SigningKey,
  { did, certificates }: { readonly did: string | undefined; readonly certificates: readonly string[] },
): Promise<VerifierIdentity> => {
  const publicJwk = await key.publicJwk();
  return { key, publicJwk, did: did ?? didOfKey(publicJwk), certificates };
};

/** The signing key as a DID of its own: wallets need no network to resolve it. */
export const didOfKey = ({ kty, crv, x, y }: JsonWebKey): string =>
  `did:jwk:${Buffer.from(JSON.stringify({ kty, crv, x, y })).toString('base64url')}`;

/**
 * The client identifier under a prefix (OpenID4VP 1.0 §5.9.3).
 *
 * @param responseUri where wallets answer; `x509_san_dns` must name its host, as wallets compare the two.
 * @throws PresentationError `client-id-unavailable` when the deployment has no certificate for it
 */
export const clientIdOf = (
  prefix: ClientIdPrefix,
  identity: VerifierIdentity,
  responseUri: string,
): string => {
  if (prefix === 'redirect_uri') return `redirect_uri:${responseUri}`;
  if (prefix === 'decentralized_identifier') return `decentralized_identifier:${identity.did}`;
  const leaf = leafOf(identity);
  if (prefix === 'x509_hash') return `x509_hash:${createHash('sha256').update(leaf.raw).digest('base64url')}`;
  const { hostname } = new URL(responseUri);
  if (leaf.checkHost(hostname, { subject: 'never', wildcards: false }) === undefined)
    throw unavailable('The certificate is not for the host of this deployment');
  return `x509_san_dns:${hostname}`;
};

/** The JOSE header members by which wallets find the key that signed a request object. */
export const keyHeaderOf = (
  clientId: string,
  identity: VerifierIdentity,
): { readonly kid: string } | { readonly x5c: readonly string[] } =>
  clientId.startsWith('x509_')
    ? { x5c: identity.certificates }
    : { kid: identity.did.startsWith('did:jwk:') ? `${identity.did}#0` : `${identity.did}#request-signing` };

/** The document of a did:web identity, to be served at its well-known place. */
export const didDocumentOf = ({ did, publicJwk }: VerifierIdentity): Readonly<Record<string, unknown>> => {
  const id = `${did}#request-signing`;
  const { kty, crv, x, y } = publicJwk;
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/jwk/v1'],
    id: did,
    verificationMethod: [{ id, type: 'JsonWebKey', controller: did, publicKeyJwk: { kty, crv, x, y } }],
    authentication: [id],
    assertionMethod: [id],
  };
};

const leafOf = ({ certificates, publicJwk }: VerifierIdentity): X509Certificate => {
  const [leaf] = certificates;
  if (leaf === undefined) throw unavailable('The deployment has no certificate for its signing key');
  const certificate = new X509Certificate(Buffer.from(leaf, 'base64'));
  const { x, y } = certificate.publicKey.export({ format: 'jwk' });
  if (x !== publicJwk.x || y !== publicJwk.y)
    throw unavailable('The certificate is for another key than the one that signs');
  return certificate;
};

const unavailable = (message: string): PresentationError =>
  new PresentationError('client-id-unavailable', message, { status: 422 });
