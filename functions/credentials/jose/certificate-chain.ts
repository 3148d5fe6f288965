import { type KeyObject, X509Certificate } from 'node:crypto';
import { authorityKeyIds } from './authority-key-id.ts';
import { TokenError } from './jose-error.ts';

/** A chain that leads to an authority that the operator pinned. */
export interface VerifiedChain {
  /** Key of the leaf. */
  readonly key: KeyObject;
  /** Authority key identifiers in the chain, base64url, as DCQL's `aki` names authorities. */
  readonly authorityKeyIds: readonly string[];
}

/** Longest chain that a token may bring, leaf included. */
const MAX_CHAIN = 4;

const refused = (message: string, cause?: unknown): TokenError =>
  new TokenError('key-unknown', message, cause);

/**
 * Verifies the chain in an `x5c` header (RFC 7515 §4.1.6; RFC 5280 §6.1, as far as issuers of credentials need it):
 * each certificate in its period, issued and signed by the next, which is an authority; the last one pinned or
 * issued by a pinned one; the leaf no authority, and for the issuer's own host or URL.
 *
 * @param x5c certificates, leaf first, base64 DER.
 * @param anchors pinned certificates, base64 DER.
 * @param issuer the `https` URL that the credential names as its issuer.
 * @param now ms since 1970.
 * @throws TokenError `key-unknown`
 */
export const verifyChain = (
  x5c: unknown,
  anchors: readonly string[],
  issuer: string,
  now: number,
): VerifiedChain => {
  const { leaf, authorityKeyIds } = verifyPath(x5c, anchors, now);
  if (!isFor(leaf, issuer)) throw refused('The certificate is for another issuer');
  return { key: leaf.publicKey, authorityKeyIds };
};

/**
 * The same for whom no name stands in the certificate: who signed is known by the authority alone.
 *
 * @throws TokenError `key-unknown`
 */
export const verifyPath = (
  x5c: unknown,
  anchors: readonly string[],
  now: number,
): { readonly leaf: X509Certificate; readonly authorityKeyIds: readonly string[] } => {
  const isChain =
    Array.isArray(x5c) &&
    x5c.length > 0 &&
    x5c.length <= MAX_CHAIN &&
    x5c.every((text) => typeof text === 'string');
  if (!isChain) throw refused('The chain of certificates cannot be read');
  const [chain, pinned] = [x5c as string[], anchors].map((texts) => texts.map(certificateOf)) as [
    X509Certificate[],
    X509Certificate[],
  ];
  const [leaf] = chain as [X509Certificate];
  const last = chain.at(-1)!;
  const anchor = pinned.find(
    (one) => one.fingerprint256 === last.fingerprint256 || (one.ca && isIssuedBy(last, one)),
  );
  if (anchor === undefined) throw refused('The chain of certificates leads to nobody who is trusted');
  for (const [index, certificate] of [...chain, anchor].entries()) {
    if (now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo))
      throw refused('A certificate is outside its period of validity');
    const next = chain[index + 1];
    if (next !== undefined && !(next.ca && isIssuedBy(certificate, next)))
      throw refused('The certificates are no chain');
  }
  if (leaf.ca) throw refused('The certificate is of an authority and signs no credentials');
  return { leaf, authorityKeyIds: chain.flatMap(({ raw }) => authorityKeyIds(raw)) };
};

/**
 * Identifiers of the keys that certified a chain, as its own certificates name them; nothing of it is verified yet.
 *
 * @throws TokenError `key-unknown`
 */
export const authoritiesOf = (x5c: readonly string[]): readonly string[] =>
  x5c.slice(0, MAX_CHAIN).flatMap((text) => authorityKeyIds(certificateOf(text).raw));

const certificateOf = (text: string): X509Certificate => {
  const der = Buffer.from(text, 'base64');
  if (der.toString('base64') !== text) throw refused('A certificate is not in base64');
  try {
    return new X509Certificate(der);
  } catch (cause) {
    throw refused('A certificate cannot be read', cause);
  }
};

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/** Alternative names as Node prints them; quoted ones, which could hold a comma, count for nothing. */
const isFor = ({ subjectAltName = '' }: X509Certificate, issuer: string): boolean => {
  const names = subjectAltName.split(', ');
  return names.includes(`URI:${issuer}`) || names.includes(`DNS:${new URL(issuer).hostname}`);
};
