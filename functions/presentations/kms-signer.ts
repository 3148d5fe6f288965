import { createHash, createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { PresentationError } from './presentation-error.ts';
import type { RequestSigner } from './verifier-identity.ts';

/**
 * Signs with a key that stays in KMS: an elliptic key on P-256, for signing only.
 *
 * @throws PresentationError `signing-unavailable` (503) when KMS does not answer or the key is of another kind
 * @example
 * ```ts
 * const signer = await kmsSigner(new KMSClient(), keyArn);
 * await signer.sign(Buffer.from('header.payload')); // 64 bytes
 * ```
 */
export const kmsSigner = async (kms: KMSClient, keyId: string): Promise<RequestSigner> => {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw new PresentationError('signing-unavailable', 'The signing key did not answer', {
        status: 503,
        cause,
      });
    }
  };
  const publicJwk = await guarded(async () => {
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: keyId }));
    const key = createPublicKey({ key: Buffer.from(PublicKey!), format: 'der', type: 'spki' });
    const jwk = key.export({ format: 'jwk' });
    if (jwk.crv !== 'P-256') throw new TypeError('the key is not on P-256');
    return jwk;
  });
  return {
    alg: 'ES256',
    publicJwk,
    sign: (input) =>
      guarded(async () => {
        const { Signature } = await kms.send(
          new SignCommand({
            KeyId: keyId,
            Message: createHash('sha256').update(input).digest(),
            MessageType: 'DIGEST',
            SigningAlgorithm: 'ECDSA_SHA_256',
          }),
        );
        return rawSignature(Signature!);
      }),
  };
};

/**
 * An ECDSA signature as JOSE has it, out of the DER of KMS (RFC 3279 §2.2.3): two integers, each without leading
 * zeros but one where its first bit is set.
 *
 * @throws TypeError when it is no such sequence for P-256
 */
export const rawSignature = (der: Uint8Array): Uint8Array => {
  const raw = Buffer.alloc(64);
  if (der[0] !== 0x30 || der[1] !== der.length - 2) throw new TypeError('no DER sequence');
  let at = 2;
  for (const end of [32, 64]) {
    const length = der[at + 1] ?? 0;
    const integer = Buffer.from(der.subarray(at + 2, at + 2 + length));
    const digits = integer[0] === 0 ? integer.subarray(1) : integer;
    if (der[at] !== 0x02 || integer.length !== length || length === 0 || digits.length > 32)
      throw new TypeError('no DER integer of 32 bytes');
    raw.set(digits, end - digits.length);
    at += 2 + length;
  }
  if (at !== der.length) throw new TypeError('bytes after the signature');
  return raw;
};
