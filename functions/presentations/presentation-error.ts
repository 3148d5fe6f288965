import { CountersignError } from '../platform/index.ts';

/**
 * What can go wrong with a presentation. Towards apps: `request-invalid` (422), `format-unsupported` (422),
 * `return-uri-refused` (422), `client-id-unavailable` (422), `presentation-request-unknown` (404),
 * `response-code-wrong` (403), `store-unavailable`, `signing-unavailable` (503).
 *
 * Towards wallets, as OAuth errors: `presentation-request-unknown` (404), `request-closed` (400),
 * `response-invalid` (400), `presentation-refused` (400), `edge-bypassed` (403).
 */
export class PresentationError extends CountersignError {
  override readonly name = 'PresentationError';
}

/** A response that is no answer to the request: malformed, of another request, or not decryptable. */
export const invalidResponse = (message: string, cause?: unknown): PresentationError =>
  new PresentationError('response-invalid', message, {
    status: 400,
    ...(cause === undefined ? {} : { cause }),
  });

/** An answer whose credentials do not hold, or are not what was asked for. */
export const refusedPresentation = (message: string, cause?: unknown): PresentationError =>
  new PresentationError('presentation-refused', message, {
    status: 400,
    ...(cause === undefined ? {} : { cause }),
  });

/** No request has this id, or it is another tenant's: the two look the same. */
export const unknownRequest = (): PresentationError =>
  new PresentationError('presentation-request-unknown', 'No presentation request has this id', {
    status: 404,
  });
