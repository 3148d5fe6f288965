import { createPublicKey, ECDH, type KeyObject } from 'node:crypto';
import { resolveDid } from '../did/did-key.ts';
import { decodeMultibase } from '../did/multibase.ts';
import { publicKeyOf } from './compact-jws.ts';
import { TokenError } from './jose-error.ts';
import { isObject, type JsonObject } from './strict-json.ts';

/** What a key of a DID may be used for: to issue credentials, or to present them. */
export type KeyPurpose = 'assertionMethod' | 'authentication';

/** Gives the document of a DID, or undefined when this deployment does not resolve its method. */
export type DidResolver = (did: string) => Promise<JsonObject | undefined>;

/** Resolves did:key and did:jwk, which hold their keys themselves. */
export const resolveLocalDid: DidResolver = async (did) => {
  if (!/^did:(key|jwk):/.test(did)) return undefined;
  return resolveDid(did) as unknown as JsonObject;
};

/**
 * The key of a DID that a JWS names with its `kid`.
 *
 * The `kid` is a DID URL of that DID, or only its fragment. Without a `kid` the document must have one key for
 * the purpose. A key that is controlled by another DID, or listed for another purpose, is refused.
 *
 * @throws TokenError `key-unknown`, `algorithm-refused`
 * @example
 * ```ts
 * await keyOfDid('did:jwk:eyJ…', '#0', 'assertionMethod', resolveLocalDid); // KeyObject
 * ```
 */
export const keyOfDid = async (
  did: string,
  kid: unknown,
  purpose: KeyPurpose,
  resolve: DidResolver,
): Promise<KeyObject> => {
  let document: JsonObject | undefined;
  try {
    document = await resolve(did);
  } catch (cause) {
    throw new TokenError('key-unknown', 'The DID cannot be resolved', cause);
  }
  if (document === undefined || document.id !== did)
    throw new TokenError('key-unknown', 'The DID is not one that is resolved here');
  const methods = methodsFor(document, purpose);
  const wanted = typeof kid === 'string' ? (kid.startsWith('#') ? did + kid : kid) : undefined;
  const found =
    wanted === undefined ? methods : methods.filter((method) => absolute(did, method.id) === wanted);
  const [method, second] = found;
  if (method === undefined || second !== undefined || (method.controller ?? did) !== did)
    throw new TokenError('key-unknown', 'The DID has no such key for this purpose');
  return method.publicKeyMultibase === undefined
    ? publicKeyOf(method.publicKeyJwk)
    : keyOfMultibase(method.publicKeyMultibase);
};

const absolute = (did: string, id: unknown): unknown =>
  typeof id === 'string' && id.startsWith('#') ? did + id : id;

/** Methods listed for the purpose, whether embedded there or referred to. */
const methodsFor = (document: JsonObject, purpose: KeyPurpose): JsonObject[] => {
  const did = String(document.id);
  const all = listOf(document.verificationMethod).filter(isObject);
  return listOf(document[purpose]).flatMap((entry) =>
    isObject(entry) ? [entry] : all.filter((method) => absolute(did, method.id) === absolute(did, entry)),
  );
};

const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

/** Multicodec prefixes of the keys that sign JWTs, with the name of the curve in JWK and in OpenSSL. */
const MULTIKEYS = [
  { prefix: 'ed01', curve: 'Ed25519', openssl: undefined, bytes: 32 },
  { prefix: '8024', curve: 'P-256', openssl: 'prime256v1', bytes: 33 },
  { prefix: '8124', curve: 'P-384', openssl: 'secp384r1', bytes: 49 },
] as const;

const keyOfMultibase = (text: unknown): KeyObject => {
  const bytes = Buffer.from(decodeMultibase(text));
  const kind = MULTIKEYS.find(({ prefix }) => prefix === bytes.subarray(0, 2).toString('hex'));
  const raw = bytes.subarray(2);
  if (kind === undefined || raw.length !== kind.bytes)
    throw new TokenError('algorithm-refused', 'The key is of a kind that signs no tokens');
  if (kind.openssl === undefined)
    return publicKeyOf({ kty: 'OKP', crv: kind.curve, x: raw.toString('base64url') });
  let point: Buffer;
  try {
    point = ECDH.convertKey(raw, kind.openssl, undefined, undefined, 'uncompressed') as Buffer;
  } catch (cause) {
    throw new TokenError('algorithm-refused', 'The key is no point of its curve', cause);
  }
  const half = (point.length - 1) / 2;
  return createPublicKey({
    key: {
      kty: 'EC',
      crv: kind.curve,
      x: point.subarray(1, 1 + half).toString('base64url'),
      y: point.subarray(1 + half).toString('base64url'),
    },
    format: 'jwk',
  });
};
