import { createHash } from 'node:crypto';
import { type CborValue, encodeCbor } from './cbor.ts';

/** What a wallet's answer is bound to. */
export interface Handover {
  /** The client identifier; over the browser's API `origin:` and the origin of the page. */
  readonly audience: string;
  readonly nonce: string;
  /** Where the answer was posted; absent over the browser's API. */
  readonly responseUri?: string;
  /** RFC 7638 thumbprint of the key that the answer was encrypted for, base64url; absent when it was not. */
  readonly encryptedFor?: string;
}

/**
 * The session transcript that the device signs over, encoded (OpenID4VP 1.0 §B.2.6): for redirects by client, nonce
 * and response URI (§B.2.6.1), for the browser's API by origin and nonce (§B.2.6.2), each with the key that the answer
 * is encrypted for, so that nobody between can open it and answer anew.
 *
 * @example
 * ```ts
 * sessionTranscript({ audience: 'x509_san_dns:example.com', nonce, responseUri, encryptedFor });
 * ```
 */
export const sessionTranscript = ({ audience, nonce, responseUri, encryptedFor }: Handover): Buffer => {
  const thumbprint = encryptedFor === undefined ? null : Buffer.from(encryptedFor, 'base64url');
  const [name, info]: [string, CborValue[]] =
    responseUri === undefined
      ? ['OpenID4VPDCAPIHandover', [audience.replace(/^origin:/, ''), nonce, thumbprint]]
      : ['OpenID4VPHandover', [audience, nonce, thumbprint, responseUri]];
  const digest = createHash('sha256').update(encodeCbor(info)).digest();
  return encodeCbor([null, null, [name, digest]]);
};
