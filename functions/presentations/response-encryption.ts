import { createPrivateKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { compactDecrypt } from 'jose';
import { base64urlBytes, isObject, type JsonObject, parseJson } from '../credentials/jose/index.ts';
import { invalidResponse } from './presentation-error.ts';

/** Content encryption that wallets may choose from (OpenID4VP 1.0 §8.3, HAIP 1.0 §5). */
export const CONTENT_ENCRYPTION = ['A128GCM', 'A256GCM'] as const;

/** Longest encrypted response, characters. */
const MAX_LENGTH = 262_144;

/** A key pair for the answer to one request: nothing that leaks later opens earlier answers. */
export const newDecryptionKey = (kid: string): JsonWebKey => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'ECDH-ES', use: 'enc' };
};

/** The public half, as it goes into `client_metadata.jwks`. */
export const publicHalf = ({ d: _, ...jwk }: JsonWebKey): JsonWebKey => jwk;

/**
 * Opens an encrypted response: a JWE under ECDH-ES with `apu` and `apv` as the wallet set them, naming the key
 * of this request. Compression is refused: a small text could unfold to a huge one. One response has one text:
 * `jose` would take sixteen, with other unused bits at the end of a part.
 *
 * @throws PresentationError `response-invalid`, with one message for all that does not open
 */
export const openResponse = async (jwe: string, decryptionKey: JsonWebKey): Promise<JsonObject> => {
  if (jwe.length > MAX_LENGTH) throw invalidResponse('The encrypted response is too long');
  try {
    for (const part of jwe.split('.')) base64urlBytes(part);
    const { plaintext, protectedHeader } = await compactDecrypt(
      jwe,
      createPrivateKey({ key: decryptionKey, format: 'jwk' }),
      {
        keyManagementAlgorithms: ['ECDH-ES'],
        contentEncryptionAlgorithms: [...CONTENT_ENCRYPTION],
        maxDecompressedLength: 0,
      },
    );
    if (protectedHeader.kid !== decryptionKey.kid) throw new TypeError('another key is named');
    const payload = parseJson(plaintext, 24);
    if (!isObject(payload)) throw new TypeError('the payload is no object');
    return payload;
  } catch (cause) {
    throw invalidResponse('The encrypted response cannot be opened', cause);
  }
};
