import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { DID_V1, MULTIKEY_V1 } from '../contexts/index.ts';
import { CredentialError } from '../errors.ts';
import { decodeBase64url, decodeMultibase, encodeBase58 } from './multibase.ts';

/** A key in the form of W3C Controlled Identifiers. */
export interface Multikey {
  readonly '@context': string;
  readonly id: string;
  readonly type: 'Multikey';
  readonly controller: string;
  readonly publicKeyMultibase: string;
}

/** What a DID says that this verifier uses. */
export interface DidDocument {
  readonly '@context': readonly string[];
  readonly id: string;
  readonly verificationMethod: readonly Multikey[];
  readonly assertionMethod: readonly string[];
  readonly authentication: readonly string[];
}

/** Kinds of public keys: multicodec as a varint, and the bytes of the key. */
const KINDS = [
  { name: 'Ed25519', codec: [0xed, 0x01], bytes: 32 },
  { name: 'P-256', codec: [0x80, 0x24], bytes: 33 },
  { name: 'P-384', codec: [0x81, 0x24], bytes: 49 },
  { name: 'Bls12381G2', codec: [0xeb, 0x01], bytes: 96 },
] as const;

/**
 * Resolves did:key and did:jwk, which hold their key themselves. No network.
 *
 * did:key takes Ed25519, P-256, P-384 and BLS12-381 in G2; did:jwk takes Ed25519, P-256 and P-384. Points of
 * the NIST curves and of Ed25519 are checked where the key is used.
 *
 * @throws CredentialError `did-unsupported` for another method or key, `did-malformed` for a DID of these
 * methods that is not canonical or holds a private key.
 *
 * @example
 * ```ts
 * resolveDid('did:key:z6Mk…').verificationMethod[0]; // the Multikey
 * ```
 */
export function resolveDid(did: string): DidDocument {
  if (did.startsWith('did:key:')) return fromKey(did, did.slice('did:key:'.length));
  if (did.startsWith('did:jwk:')) return fromJwk(did, did.slice('did:jwk:'.length));
  throw new CredentialError('did-unsupported', 'The DID is of a method that this verifier does not resolve');
}

function fromKey(did: string, multibase: string): DidDocument {
  if (multibase[0] !== 'z') throw malformed('must hold its key in base58btc');
  const bytes = decodeMultibase(multibase);
  if (kindOf(bytes) === undefined) {
    throw new CredentialError(
      'did-unsupported',
      'The DID holds a key of a kind that this verifier does not use',
    );
  }
  return didDocument(did, `${did}#${multibase}`, multibase);
}

/** The kind of a Multikey's bytes, when the codec is known and the length right. */
export function kindOf(bytes: Uint8Array): (typeof KINDS)[number]['name'] | undefined {
  return KINDS.find(
    ({ codec, bytes: length }) =>
      bytes[0] === codec[0] && bytes[1] === codec[1] && bytes.length === length + 2,
  )?.name;
}

function fromJwk(did: string, text: string): DidDocument {
  let jwk: unknown;
  try {
    jwk = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(decodeBase64url(text)));
  } catch (cause) {
    throw malformed('must hold a public JWK', cause);
  }
  return didDocument(did, `${did}#0`, multikeyOf(jwk));
}

/**
 * A public JWK as the value of a Multikey.
 *
 * @throws CredentialError `did-malformed` for what is no public JWK, `did-unsupported` for another kind of key.
 */
export function multikeyOf(given: unknown): string {
  const jwk = given as JsonWebKey;
  try {
    // The import checks that the point is on its curve.
    if (typeof jwk !== 'object' || jwk === null || 'd' in jwk) throw new TypeError('not a public key');
    createPublicKey({ key: jwk, format: 'jwk' });
  } catch (cause) {
    throw malformed('must hold a public JWK', cause);
  }
  const kind = KINDS.find(({ name }) => name === jwk.crv);
  if (kind === undefined || kind.name === 'Bls12381G2') {
    throw new CredentialError(
      'did-unsupported',
      'The DID holds a key of a kind that this verifier does not use',
    );
  }
  const x = decodeBase64url(String(jwk.x));
  const key = kind.name === 'Ed25519' ? x : [2 + (decodeBase64url(String(jwk.y)).at(-1)! & 1), ...x];
  const bytes = Uint8Array.from([...kind.codec, ...key]);
  if (kindOf(bytes) === undefined) throw malformed('must hold coordinates of full length');
  return `z${encodeBase58(bytes)}`;
}

function didDocument(did: string, id: string, publicKeyMultibase: string): DidDocument {
  return {
    '@context': [DID_V1, MULTIKEY_V1],
    id: did,
    verificationMethod: [
      { '@context': MULTIKEY_V1, id, type: 'Multikey', controller: did, publicKeyMultibase },
    ],
    assertionMethod: [id],
    authentication: [id],
  };
}

function malformed(problem: string, cause?: unknown): CredentialError {
  return new CredentialError('did-malformed', 'The DID cannot be read', {
    fields: [{ field: 'did', problem }],
    ...(cause === undefined ? {} : { cause }),
  });
}
