import { createPublicKey, verify } from 'node:crypto';
import { DEVELOPMENT_KEY } from './development-key.ts';
import { RiskError } from './risk-error.ts';

/** The signature in a model's manifest: Ed25519 (RFC 8032) over {@link signedBytes}. */
export interface ManifestSignature {
  readonly algorithm: 'Ed25519';
  /** The public key, base64url: which of the pinned keys to look for, never one to trust for being named here. */
  readonly key: string;
  /** base64url. */
  readonly value: string;
}

const TEXT = /^[A-Za-z0-9_-]+$/;

/**
 * What is signed of a manifest: all of it but the signature, as JSON with members in the order of their names
 * and no white space, so that how a file is laid out does not matter.
 *
 * @example
 * ```ts
 * signedBytes({ b: 1, a: [2], signature: {} }).toString(); // '{"a":[2],"b":1}'
 * ```
 */
export function signedBytes(manifest: object): Buffer {
  const { signature: _, ...signed } = manifest as { signature?: unknown };
  return Buffer.from(
    JSON.stringify(signed, (_name, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    ),
  );
}

/**
 * Checks that a manifest is signed by one of the pinned keys. The model's bytes, the features, the code and the data
 * are in it by their digests, so all of them are signed.
 *
 * @param manifest parsed JSON of the file.
 * @param keys Ed25519 public keys, 32 bytes in base64url each.
 * @throws RiskError `model-signature-invalid`
 */
export function checkSignature(manifest: unknown, keys: readonly string[]): void {
  const signature = (manifest as { readonly signature?: Partial<ManifestSignature> } | null)?.signature;
  if (typeof signature !== 'object' || signature === null) throw unfit('The model is not signed');
  const { algorithm, key, value } = signature;
  if (algorithm !== 'Ed25519' || typeof key !== 'string' || typeof value !== 'string' || !TEXT.test(value))
    throw unfit('The signature of the model is of no known form');
  if (!keys.includes(key))
    throw unfit(
      key === DEVELOPMENT_KEY
        ? 'The model is signed with the development key, which is not one of those pinned'
        : 'The model is signed with a key that is not pinned',
    );
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' });
  if (!verify(null, signedBytes(manifest as object), publicKey, Buffer.from(value, 'base64url')))
    throw unfit('The signature does not fit the manifest of the model');
}

function unfit(message: string): RiskError {
  return new RiskError('model-signature-invalid', message);
}
