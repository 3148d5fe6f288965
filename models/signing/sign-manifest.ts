import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ManifestSignature, signedBytes } from '../../functions/risk/index.ts';

/** An Ed25519 key pair, as a JSON Web Key (RFC 8037). */
export interface SigningKey {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  /** Public and private half, 32 bytes each in base64url. */
  readonly x: string;
  readonly d: string;
}

/** Where the development key is: published, so that anybody can train and run what they trained. */
export const DEVELOPMENT_KEY_FILE = fileURLToPath(new URL('development-key.json', import.meta.url));

/** A fresh key. */
export function newSigningKey(): SigningKey {
  const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return { kty: 'OKP', crv: 'Ed25519', x: x!, d: d! };
}

/**
 * Reads a key that {@link newSigningKey} made.
 *
 * @throws Error naming the file when it holds no such key, or halves that are not of one pair.
 */
export function readSigningKey(file: string): SigningKey {
  try {
    const { kty, crv, x, d } = JSON.parse(readFileSync(file, 'utf8'));
    const key = createPrivateKey({ key: { kty, crv, x, d }, format: 'jwk' });
    if (crv !== 'Ed25519' || createPublicKey(key).export({ format: 'jwk' }).x !== x)
      throw new Error('other key');
    return { kty, crv, x, d };
  } catch (cause) {
    throw new Error(`${file} holds no Ed25519 private key as a JSON Web Key`, { cause });
  }
}

/**
 * Signs a manifest, in place of any signature that it has.
 *
 * @example
 * ```ts
 * const signed = signManifest(manifest, readSigningKey(DEVELOPMENT_KEY_FILE));
 * ```
 */
export function signManifest<M extends object>(
  manifest: M,
  key: SigningKey,
): Omit<M, 'signature'> & { readonly signature: ManifestSignature } {
  const { signature: _, ...unsigned } = manifest as M & { signature?: unknown };
  const value = sign(null, signedBytes(unsigned), createPrivateKey({ key: { ...key }, format: 'jwk' }));
  return {
    ...unsigned,
    signature: { algorithm: 'Ed25519', key: key.x, value: value.toString('base64url') },
  };
}
