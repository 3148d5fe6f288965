import { isObject, parseJson } from '../credentials/jose/index.ts';
import { invalidResponse } from './presentation-error.ts';
import { parseForm } from './wallet-response.ts';

/** Longest `wallet_nonce` and `wallet_metadata`, characters. */
const MAX = { nonce: 512, metadata: 16_384 } as const;

/**
 * Reads what a wallet posts to the request URI (OpenID4VP 1.0 §5.10): its nonce, to be sure that the request is
 * fresh, and what it can do. Of that only the signatures that it verifies matter here.
 *
 * @returns the nonce, or undefined when it sent none.
 * @throws PresentationError `response-invalid`
 */
export const readWalletRequest = (body: string): string | undefined => {
  const form = parseForm(body);
  const nonce = form.get('wallet_nonce');
  if (nonce !== undefined && (nonce === '' || nonce.length > MAX.nonce))
    throw invalidResponse('The wallet_nonce is empty or too long');
  const metadata = form.get('wallet_metadata');
  if (metadata === undefined) return nonce;
  if (metadata.length > MAX.metadata) throw invalidResponse('The wallet_metadata is too long');
  let parsed: unknown;
  try {
    parsed = parseJson(Buffer.from(metadata));
  } catch (cause) {
    throw invalidResponse('The wallet_metadata is not JSON', cause);
  }
  if (!isObject(parsed)) throw invalidResponse('The wallet_metadata must be an object');
  const algorithms = parsed.request_object_signing_alg_values_supported;
  if (Array.isArray(algorithms) && !algorithms.includes('ES256'))
    throw invalidResponse('The wallet verifies no signature that this verifier makes: ES256 is needed');
  return nonce;
};
