import { createHash, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { JsonObject } from './strict-json.ts';

/** Who claims to have signed a credential, as its token says. */
export interface SignerClaim {
  /** `iss` of the payload; absent where the header's certificate says who the issuer is. */
  readonly issuer: string | undefined;
  readonly header: JsonObject;
}

/** The key of an issuer, and the name under which that issuer is trusted. */
export interface Signer {
  readonly issuer: string;
  readonly key: KeyObject;
  /** Authority key identifiers of the certificates by which the key is known, base64url. */
  readonly authorityKeyIds?: readonly string[];
}

/**
 * Finds the key of an issuer. It must bind the two: a key that the token brings along proves nothing.
 *
 * @throws TokenError `key-unknown`
 */
export type SignerResolver = (claim: SignerClaim) => Promise<Signer>;

/** A key's name: the SHA-256 thumbprint of RFC 7638, base64url. */
export const thumbprintOf = (key: KeyObject): string => {
  const { kty, crv, x, y } = key.export({ format: 'jwk' }) as JsonWebKey;
  // Members in lexical order, as the RFC hashes them.
  const members = y === undefined ? { crv, kty, x } : { crv, kty, x, y };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
};
