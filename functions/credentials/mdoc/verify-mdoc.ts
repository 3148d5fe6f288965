import { createHash, timingSafeEqual, type X509Certificate } from 'node:crypto';
import {
  authoritiesOf,
  CLOCK_SKEW_SECONDS,
  type JsonObject,
  TokenError,
  thumbprintOf,
  verifyPath,
} from '../jose/index.ts';
import type { IssuerRegistry } from '../trust/index.ts';
import { type CborMap, type CborValue, ENCODED, encodeCbor, Tagged } from './cbor.ts';
import { keyOfCose, verifySign1 } from './cose.ts';
import { type ReadMdoc, readMdoc } from './read-mdoc.ts';
import { type Handover, sessionTranscript } from './session-transcript.ts';

/** A document that verified. */
export interface VerifiedMdoc {
  /** `aki:` and the identifier of the authority's key, as the registry names it. */
  readonly issuer: string;
  readonly docType: string;
  /** Elements by namespace, in JSON. */
  readonly claims: JsonObject;
  /** Thumbprint of the device's key. */
  readonly holder: string;
  readonly authorityKeyIds: readonly string[];
  /** Present when the issuer can take the document back. */
  readonly status?: unknown;
}

/** How a document is to be verified. */
export interface MdocOptions {
  /** Authorities that the operator pinned, by `aki:` and key identifier. */
  readonly registry: IssuerRegistry;
  readonly handover: Handover;
  /** ms since 1970. */
  readonly now: number;
}

/** Extended key usage of those who sign mobile driving licences (ISO/IEC 18013-5 §B.1.4). */
const MDL_SIGNER = '1.0.18013.5.1.2';
const MDL = 'org.iso.18013.5.1.mDL';
const MDL_NAMESPACE = 'org.iso.18013.5.1';

/**
 * Verifies an ISO mdoc as OpenID4VP 1.0 §B.2 presents it: the issuer's signature by a chain to a pinned authority,
 * the document's type inside and outside, its period, the digest of every element over the bytes that came, and the
 * device's signature over this very session.
 *
 * @throws TokenError
 */
export const verifyMdoc = async (presentation: unknown, options: MdocOptions): Promise<VerifiedMdoc> => {
  const { registry, handover, now } = options;
  const mdoc = readMdoc(presentation);
  const { securityObject } = mdoc;
  const issuer = `aki:${authoritiesOf(mdoc.chain).at(-1) ?? ''}`;
  const { certificates = [] } = (await registry(issuer)) ?? {};
  const { leaf, authorityKeyIds } = verifyPath(mdoc.chain, certificates, now);
  if (mdoc.docType === MDL && !leaf.keyUsage?.includes(MDL_SIGNER))
    throw new TokenError('key-unknown', 'The certificate is not that of a signer of such documents');
  verifySign1(mdoc.issuerAuth, mdoc.issuerAuth.payload!, leaf.publicKey);
  if (securityObject.docType !== mdoc.docType)
    throw new TokenError('type-refused', 'The document is of another type than its issuer signed');
  checkPeriod(mdoc, leaf, now);
  checkItems(mdoc, leaf);
  const deviceKey = keyOfCose(securityObject.deviceKey);
  verifySign1(mdoc.deviceSignature, deviceAuthentication(mdoc, handover), deviceKey);
  return {
    issuer,
    docType: mdoc.docType,
    claims: claimsOf(mdoc),
    holder: thumbprintOf(deviceKey),
    authorityKeyIds,
    ...(securityObject.status === undefined ? {} : { status: jsonOf(securityObject.status) }),
  };
};

const checkPeriod = ({ securityObject }: ReadMdoc, leaf: X509Certificate, now: number): void => {
  const skew = CLOCK_SKEW_SECONDS * 1000;
  const { signed, validFrom, validUntil } = securityObject;
  if (validFrom < signed || validUntil <= validFrom)
    throw new TokenError('token-malformed', 'The document has no period of validity');
  if (signed < Date.parse(leaf.validFrom) || signed > Date.parse(leaf.validTo))
    throw new TokenError('key-unknown', 'The document was signed outside the period of its certificate');
  if (validFrom > now + skew || signed > now + skew)
    throw new TokenError('not-yet-valid', 'The document is not valid yet');
  if (validUntil <= now - skew) throw new TokenError('expired', 'The document has expired');
};

/** Every element is one that the issuer signed, none is there twice, and the country is the certificate's. */
const checkItems = ({ items, securityObject }: ReadMdoc, leaf: X509Certificate): void => {
  if (items.length === 0) throw new TokenError('disclosure-refused', 'The document shows nothing');
  const seen = new Set<string>();
  for (const { namespace, name, digestId, encoded, value } of items) {
    for (const known of [JSON.stringify([namespace, name]), JSON.stringify([namespace, digestId])]) {
      if (seen.has(known)) throw new TokenError('disclosure-refused', 'An element is there twice');
      seen.add(known);
    }
    const digests = securityObject.valueDigests.get(namespace);
    const digest = digests instanceof Map ? (digests as CborMap).get(digestId) : undefined;
    const actual = createHash(securityObject.digestAlgorithm).update(encoded).digest();
    if (
      !(digest instanceof Uint8Array) ||
      digest.length !== actual.length ||
      !timingSafeEqual(digest, actual)
    )
      throw new TokenError('disclosure-refused', 'An element is not what the issuer signed');
    if (namespace === MDL_NAMESPACE && name === 'issuing_country' && value !== countryOf(leaf))
      throw new TokenError('disclosure-refused', 'The document is of another country than its certificate');
  }
};

const countryOf = ({ subject }: X509Certificate): string | undefined => /^C=(.*)$/m.exec(subject)?.[1];

/** What the device signs (ISO/IEC 18013-5 §9.1.3.4), embedded once more. */
const deviceAuthentication = ({ docType, deviceNamespaces }: ReadMdoc, handover: Handover): Buffer => {
  const parts = [
    encodeCbor('DeviceAuthentication'),
    sessionTranscript(handover),
    encodeCbor(docType),
    deviceNamespaces,
  ];
  // The head of a list of four, then its parts as they are encoded.
  return encodeCbor(new Tagged(ENCODED, Buffer.concat([Buffer.from([0x84]), ...parts])));
};

const claimsOf = ({ items }: ReadMdoc): JsonObject => {
  const namespaces = new Set(items.map(({ namespace }) => namespace));
  return Object.fromEntries(
    [...namespaces].map((namespace) => {
      const own = items.filter((item) => item.namespace === namespace);
      return [namespace, Object.fromEntries(own.map(({ name, value }) => [name, jsonOf(value)]))];
    }),
  );
};

/** A value in JSON: bytes in base64url, dates and times as their text, and no member that JavaScript knows already. */
const jsonOf = (value: CborValue): unknown => {
  if (value instanceof Tagged) return jsonOf(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64url');
  if (value instanceof Map)
    return Object.fromEntries([...(value as CborMap)].map(([key, member]) => [String(key), jsonOf(member)]));
  return Array.isArray(value) ? (value as CborValue[]).map(jsonOf) : value;
};
