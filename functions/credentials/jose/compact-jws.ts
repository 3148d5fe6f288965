import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { TokenError } from './jose-error.ts';
import { base64urlBytes, isObject, type JsonObject, parseJson } from './strict-json.ts';

/** Longest compact JWS that is looked at, characters. */
export const MAX_JWS_LENGTH = 65_536;

/** A compact JWS, read and not yet verified. */
export interface CompactJws {
  readonly header: JsonObject & { readonly alg: string };
  readonly payload: JsonObject;
  /** What the signature is over. */
  readonly signingInput: string;
  readonly signature: Uint8Array;
}

/**
 * The signature algorithms that are verified, each with the one kind of key it goes with: a key of another
 * curve under the same `alg` is refused, not tried. `none`, HMAC and RSA are not on the list.
 */
const ALGORITHMS: Readonly<Record<string, { readonly curve: string; readonly digest: string | null }>> = {
  ES256: { curve: 'P-256', digest: 'sha256' },
  ES384: { curve: 'P-384', digest: 'sha384' },
  EdDSA: { curve: 'Ed25519', digest: null },
  Ed25519: { curve: 'Ed25519', digest: null },
};

/** Names of the signature algorithms that are verified. */
export const SIGNATURE_ALGORITHMS = Object.keys(ALGORITHMS);

/** What a public key's JWK may not have: it would be a private or a symmetric key. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/**
 * Reads a compact JWS whose payload is a JSON object (RFC 7515 §3.1, RFC 7519 §7.2). Every extension that a
 * `crit` header demands is unknown here, so any `crit` is refused; so is an unencoded payload (`b64`).
 *
 * @param maxLength characters.
 * @throws TokenError `token-malformed`, `token-too-large`, `algorithm-refused`
 * @example
 * ```ts
 * const jws = parseJws(token);
 * verifyJws(jws, publicKeyOf(jwk));
 * ```
 */
export const parseJws = (token: unknown, maxLength = MAX_JWS_LENGTH): CompactJws => {
  if (typeof token !== 'string') throw new TokenError('token-malformed', 'A token must be text');
  if (token.length > maxLength) throw new TokenError('token-too-large', 'The token is too long');
  const parts = token.split('.');
  if (parts.length !== 3) throw new TokenError('token-malformed', 'The token is not a compact JWS');
  const [head, body, signature] = parts as [string, string, string];
  const header = parseJson(base64urlBytes(head), 4);
  const payload = parseJson(base64urlBytes(body));
  if (!isObject(header) || !isObject(payload))
    throw new TokenError('token-malformed', 'Header and payload of a token must be JSON objects');
  if (typeof header.alg !== 'string' || !Object.hasOwn(ALGORITHMS, header.alg))
    throw new TokenError('algorithm-refused', 'The token is signed with an algorithm that is not accepted');
  if ('crit' in header || 'b64' in header)
    throw new TokenError('token-malformed', 'The token demands extensions that are not known here');
  return {
    header: header as CompactJws['header'],
    payload,
    signingInput: `${head}.${body}`,
    signature: base64urlBytes(signature),
  };
};

/**
 * A public key out of its JWK. Members other than the key's own are ignored: a minimal JWK is enough.
 *
 * @throws TokenError `algorithm-refused` for a private key, another kind of key, or a point off its curve.
 */
export const publicKeyOf = (jwk: unknown): KeyObject => {
  if (!isObject(jwk) || PRIVATE_MEMBERS.some((member) => member in jwk))
    throw new TokenError('algorithm-refused', 'The key is not a public JWK');
  const { kty, crv, x, y } = jwk;
  if (!Object.values(ALGORITHMS).some(({ curve }) => curve === crv))
    throw new TokenError('algorithm-refused', 'The key is of a kind that is not accepted');
  try {
    return createPublicKey({ key: { kty, crv, x, y } as JsonWebKey, format: 'jwk' });
  } catch (cause) {
    throw new TokenError('algorithm-refused', 'The key cannot be read', cause);
  }
};

/** JWK names of curves, by OpenSSL's names for them. */
const CURVES: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384' };

/** The curve of a public key as JWK names it; undefined for other kinds of keys. */
export const curveOf = (key: KeyObject): string | undefined =>
  key.asymmetricKeyType === 'ed25519' ? 'Ed25519' : CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''];

/**
 * Verifies the signature of a JWS under the algorithm that its header names, if that algorithm goes with the key.
 *
 * @throws TokenError `algorithm-refused`, `signature-invalid`
 */
export const verifyJws = (jws: CompactJws, key: KeyObject): void => {
  const algorithm = ALGORITHMS[jws.header.alg];
  if (algorithm === undefined || curveOf(key) !== algorithm.curve)
    throw new TokenError(
      'algorithm-refused',
      'The token is signed with an algorithm that its key does not allow',
    );
  const valid = verify(
    algorithm.digest,
    Buffer.from(jws.signingInput),
    // ECDSA in JOSE is r || s of fixed length; DER would be refused by its length.
    algorithm.digest === null ? key : { key, dsaEncoding: 'ieee-p1363' },
    jws.signature,
  );
  if (!valid) throw new TokenError('signature-invalid', 'The signature does not verify');
};
