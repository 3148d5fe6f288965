import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { CountersignError } from './errors.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Keeps a few words where only the holder of the deployment's secret can read them. */
export interface SealedBox {
  /** @returns base64url of nonce, ciphertext and tag. */
  seal(text: string): string;
  /** @throws CountersignError `seal-broken` when it is not what this box has sealed. */
  open(sealed: string): string;
}

/**
 * A box for one purpose: AES-256-GCM under a key that HKDF-SHA-256 (RFC 5869) derives from the deployment's
 * secret and the purpose, so that what is sealed for one record opens in no other.
 *
 * @param secret at least 32 characters of randomness.
 * @param purpose names the record; one box seals well below the 2^32 texts that random nonces allow.
 * @throws CountersignError `seal-key-weak`
 * @example
 * ```ts
 * const box = sealedBox(secret, 'session/shop/x7Qd…');
 * box.open(box.seal('u-4711')); // 'u-4711'
 * ```
 */
export const sealedBox = (secret: string, purpose: string): SealedBox => {
  if (secret.length < 32)
    throw new CountersignError('seal-key-weak', 'The sealing secret is shorter than 32 characters');
  const key = new Uint8Array(hkdfSync('sha256', secret, '', `countersign/${purpose}`, 32));
  return {
    seal: (text) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      return Buffer.concat([
        nonce,
        cipher.update(text, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ]).toString('base64url');
    },
    open: (sealed) => {
      try {
        const bytes = Buffer.from(sealed, 'base64url');
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        return (
          decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
        );
      } catch (cause) {
        throw new CountersignError('seal-broken', 'What was sealed cannot be opened', { cause });
      }
    },
  };
};
