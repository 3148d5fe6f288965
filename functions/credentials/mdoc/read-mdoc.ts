import { base64urlBytes, TokenError } from '../jose/index.ts';
import { type CborMap, type CborValue, decodeCbor, ENCODED, encodeCbor, Tagged } from './cbor.ts';
import { readSign1, type Sign1 } from './cose.ts';

/** An element that was disclosed, with the bytes that its digest is over. */
export interface DisclosedItem {
  readonly namespace: string;
  readonly name: string;
  readonly value: CborValue;
  readonly digestId: number;
  readonly encoded: Buffer;
}

/** What the issuer signed (ISO/IEC 18013-5 §9.1.2.4). */
export interface SecurityObject {
  readonly docType: string;
  readonly digestAlgorithm: 'sha256' | 'sha384' | 'sha512';
  readonly valueDigests: CborMap;
  readonly deviceKey: CborValue | undefined;
  /** ms since 1970. */
  readonly signed: number;
  readonly validFrom: number;
  readonly validUntil: number;
  readonly status: CborValue | undefined;
}

/** A document of a device's response, read and not yet verified. */
export interface ReadMdoc {
  readonly docType: string;
  readonly issuerAuth: Sign1;
  /** Certificates, leaf first, base64 DER. */
  readonly chain: readonly string[];
  readonly securityObject: SecurityObject;
  readonly items: readonly DisclosedItem[];
  /** What the device says of itself: an empty map, encoded. */
  readonly deviceNamespaces: Buffer;
  readonly deviceSignature: Sign1;
}

/** Longest response, characters: a portrait is some tens of thousands. */
const MAX_LENGTH = 262_144;

const X5CHAIN = 33;
const DIGESTS: Readonly<Record<string, SecurityObject['digestAlgorithm']>> = {
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

const malformed = (message: string): TokenError => new TokenError('token-malformed', message);

const mapOf = (value: CborValue | undefined, what: string, members?: readonly string[]): CborMap => {
  if (!(value instanceof Map)) throw malformed(`${what} is not a map`);
  const map = value as CborMap;
  if (members && [...map.keys()].some((key) => !members.includes(String(key))))
    throw malformed(`${what} has members that are not known`);
  return map;
};

const textOf = (value: CborValue | undefined, what: string): string => {
  if (typeof value !== 'string') throw malformed(`${what} is not text`);
  return value;
};

/** What bytes with tag 24 hold. */
const embedded = (value: CborValue | undefined, what: string): { inner: CborValue; encoded: Buffer } => {
  if (!(value instanceof Tagged) || value.tag !== ENCODED || !(value.value instanceof Uint8Array))
    throw malformed(`${what} is not embedded CBOR`);
  // The one encoding of its head, as the reader lets no other through.
  return { inner: decodeCbor(value.value), encoded: encodeCbor(value) };
};

/**
 * Reads a device's response with one document (ISO/IEC 18013-5 §8.3.2.1.2.2; OpenID4VP 1.0 §B.2.5).
 *
 * Elements that the device asserts of itself, and proofs of possession by MAC, are refused by name: the first are
 * nobody's word, and the second need a key exchange that OpenID4VP does not have.
 *
 * @throws TokenError `token-malformed`, `token-too-large`, `type-refused`, `disclosure-refused`, `key-binding-missing`
 */
export const readMdoc = (presentation: unknown): ReadMdoc => {
  if (typeof presentation !== 'string') throw malformed('A presentation must be text');
  if (presentation.length > MAX_LENGTH)
    throw new TokenError('token-too-large', 'The presentation is too long');
  const response = mapOf(decodeCbor(base64urlBytes(presentation)), 'The response', [
    'version',
    'documents',
    'status',
  ]);
  const documents = response.get('documents');
  if (response.get('version') !== '1.0' || response.get('status') !== 0)
    throw new TokenError('type-refused', 'The response is of another version, or tells of an error');
  if (!Array.isArray(documents) || documents.length !== 1)
    throw malformed('A presentation must hold one document');
  const document = mapOf(documents[0], 'The document', ['docType', 'issuerSigned', 'deviceSigned']);
  const issuerSigned = mapOf(document.get('issuerSigned'), 'issuerSigned', ['nameSpaces', 'issuerAuth']);
  const issuerAuth = readSign1(issuerSigned.get('issuerAuth'));
  if (issuerAuth.payload === null) throw malformed('The document has no security object');
  return {
    docType: textOf(document.get('docType'), 'docType'),
    issuerAuth,
    chain: chainIn(issuerAuth),
    securityObject: securityObjectIn(decodeCbor(issuerAuth.payload)),
    items: itemsIn(issuerSigned.get('nameSpaces')),
    ...deviceIn(document.get('deviceSigned')),
  };
};

const chainIn = ({ unprotected }: Sign1): string[] => {
  const value = unprotected.get(X5CHAIN);
  const chain = Array.isArray(value) ? (value as CborValue[]) : [value];
  if (chain.length === 0 || !chain.every((one) => one instanceof Uint8Array))
    throw new TokenError('key-unknown', 'The document brings no certificates');
  return chain.map((one) => Buffer.from(one as Uint8Array).toString('base64'));
};

const securityObjectIn = (payload: CborValue): SecurityObject => {
  const what = 'The security object';
  const object = mapOf(embedded(payload, what).inner, what);
  const validity = mapOf(object.get('validityInfo'), 'validityInfo');
  const digestAlgorithm = DIGESTS[String(object.get('digestAlgorithm'))];
  if (object.get('version') !== '1.0' || digestAlgorithm === undefined)
    throw new TokenError('type-refused', 'The security object is of another version');
  return {
    docType: textOf(object.get('docType'), 'docType'),
    digestAlgorithm,
    valueDigests: mapOf(object.get('valueDigests'), 'valueDigests'),
    deviceKey: mapOf(object.get('deviceKeyInfo'), 'deviceKeyInfo').get('deviceKey'),
    signed: timeOf(validity.get('signed')),
    validFrom: timeOf(validity.get('validFrom')),
    validUntil: timeOf(validity.get('validUntil')),
    status: object.get('status'),
  };
};

/** A `tdate`: RFC 3339 in UTC, without fractions (ISO/IEC 18013-5 §9.1.2.4), ms since 1970. */
const timeOf = (value: CborValue | undefined): number => {
  const text = value instanceof Tagged && value.tag === 0 ? value.value : undefined;
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(String(text)) ? Date.parse(String(text)) : Number.NaN;
  if (Number.isNaN(time)) throw malformed('A time of the document cannot be read');
  return time;
};

const itemsIn = (namespaces: CborValue | undefined): DisclosedItem[] => {
  const items: DisclosedItem[] = [];
  for (const [namespace, list] of mapOf(namespaces, 'nameSpaces')) {
    if (typeof namespace !== 'string' || !Array.isArray(list)) throw malformed('nameSpaces hold no elements');
    for (const one of list as CborValue[]) {
      const { inner, encoded } = embedded(one, 'An element');
      const item = mapOf(inner, 'An element', ['digestID', 'random', 'elementIdentifier', 'elementValue']);
      const [digestId, random, value] = [item.get('digestID'), item.get('random'), item.get('elementValue')];
      // A short one would let the hidden elements be guessed; that is the issuer's care, but a sign of a bad one.
      if (typeof digestId !== 'number' || !(random instanceof Uint8Array) || random.length < 16)
        throw malformed('An element has no number or no salt');
      if (value === undefined) throw malformed('An element has no value');
      items.push({
        namespace,
        name: textOf(item.get('elementIdentifier'), 'elementIdentifier'),
        value,
        digestId,
        encoded,
      });
    }
  }
  return items;
};

const deviceIn = (value: CborValue | undefined) => {
  const device = mapOf(value, 'deviceSigned', ['nameSpaces', 'deviceAuth']);
  const { inner, encoded } = embedded(device.get('nameSpaces'), 'deviceSigned.nameSpaces');
  if (mapOf(inner, 'deviceSigned.nameSpaces').size > 0)
    throw new TokenError('disclosure-refused', 'Elements that the device asserts are not accepted');
  const auth = mapOf(device.get('deviceAuth'), 'deviceAuth', ['deviceSignature', 'deviceMac']);
  if (auth.size !== 1 || !auth.has('deviceSignature'))
    throw new TokenError('key-binding-missing', 'The device must prove itself by a signature, not by a MAC');
  const deviceSignature = readSign1(auth.get('deviceSignature'));
  if (deviceSignature.payload !== null) throw malformed('The signature of the device brings its own words');
  return { deviceNamespaces: encoded, deviceSignature };
};
