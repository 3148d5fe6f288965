import * as z from 'zod';
import {
  type DidResolver,
  isObject,
  keyOfDid,
  publicKeyOf,
  type Signer,
  type SignerResolver,
  TokenError,
  verifyChain,
} from '../jose/index.ts';
import { membershipSets } from './membership-set.ts';

/** Longest identifier of an issuer, characters. A did:jwk is some 200. */
const MAX_ISSUER_LENGTH = 1_024;

const publicJwk = z.record(z.string(), z.unknown()).refine((jwk) => {
  try {
    publicKeyOf(jwk);
    return true;
  } catch {
    return false;
  }
}, 'must be a public JWK of curve P-256, P-384 or Ed25519');

/** What an operator says of an issuer. */
export const trustedIssuerSchema = z.strictObject({
  /** Types of credentials for which the issuer is trusted: `vct` values or types as the query names them. */
  types: z.array(z.string().min(1).max(512)).min(1).max(64),
  /** Keys of an issuer that is named by a URL: no network is used to find them while verifying. */
  jwks: z.strictObject({ keys: z.array(publicJwk).min(1).max(16) }).optional(),
  /**
   * Authorities, base64 DER: an issuer that is named by a URL may bring a certificate chain to one of them, for its
   * own host or URL.
   */
  certificates: z.array(z.base64().max(8_192)).min(1).max(8).optional(),
  /**
   * Documents by URL that credentials of this issuer refer to: JSON-LD contexts, claim schemas, the issuer's DID
   * document. What an operator reviewed is pinned here; nothing is fetched for it. Standard contexts stay as they are.
   */
  documents: z
    .record(z.string().min(1).max(512), z.record(z.string(), z.unknown()))
    .refine((documents) => Object.keys(documents).length <= 16, 'must be at most 16 documents')
    .optional(),
  /** Status lists that zero-knowledge proofs may be about; without one its credentials cannot be revoked. */
  statusLists: z
    .array(z.strictObject({ list: z.string().max(2_048), purpose: z.enum(['revocation', 'suspension']) }))
    .max(8)
    .optional(),
  /** Large sets that proofs about this issuer's credentials may name. */
  sets: membershipSets.optional(),
  /** For people. */
  comment: z.string().max(512).optional(),
});

/** An issuer that a tenant trusts, and for what. */
export type TrustedIssuer = z.infer<typeof trustedIssuerSchema> & { readonly issuer: string };

/** Reads a tenant's registry. */
export type IssuerRegistry = (issuer: string) => Promise<TrustedIssuer | undefined>;

/**
 * Whether a text may name an issuer: a DID, an `https` URL without query and fragment, or `aki:` and the identifier of
 * an authority's key, base64url, for credentials that name nobody but certify their keys (mdocs).
 */
export const isIssuer = (text: string): boolean =>
  text.length <= MAX_ISSUER_LENGTH &&
  (/^did:[a-z0-9]+:[\w.:%-]+$/.test(text) ||
    /^https:\/\/[\w.:-]+(\/[\w./%~-]*)?$/.test(text) ||
    /^aki:[\w-]{27,86}$/.test(text));

/**
 * Finds issuers' keys: of a DID in its document, of a URL in what the operator pinned.
 *
 * @param now ms since 1970, for the period of certificates.
 * @param registry read for issuers named by a URL only; whether an issuer is trusted is checked apart.
 */
export const issuerSigners =
  (registry: IssuerRegistry, resolve: DidResolver, now: () => number = Date.now): SignerResolver =>
  async ({ issuer, header }): Promise<Signer> => {
    if (issuer === undefined || !isIssuer(issuer))
      throw new TokenError('key-unknown', 'The credential names no issuer that could be known');
    if (issuer.startsWith('did:'))
      return { issuer, key: await keyOfDid(issuer, header.kid, 'assertionMethod', resolve) };
    const trusted = await registry(issuer);
    if (header.x5c !== undefined && trusted?.certificates)
      return { issuer, ...verifyChain(header.x5c, trusted.certificates, issuer, now()) };
    const keys = trusted?.jwks?.keys ?? [];
    const [key, second] =
      header.kid === undefined ? keys : keys.filter((jwk) => isObject(jwk) && jwk.kid === header.kid);
    if (key === undefined || second !== undefined)
      throw new TokenError('key-unknown', 'No key is known of the issuer of the credential');
    return { issuer, key: publicKeyOf(key) };
  };
