import { CountersignError } from '../platform/index.ts';

/** An error as wallets read it (RFC 6749 §5.2): a code of OAuth, and words for whoever debugs the wallet. */
export interface OAuthError {
  readonly error: string;
  readonly error_description: string;
}

/**
 * What a wallet is told. Of our own faults it is told nothing but to try again.
 *
 * @example
 * ```ts
 * oauthError(invalidResponse('The response must be encrypted'));
 * // { status: 400, body: { error: 'invalid_request', error_description: 'The response must be encrypted' } }
 * ```
 */
export const oauthError = (error: unknown): { readonly status: number; readonly body: OAuthError } => {
  if (!(error instanceof CountersignError) || error.status >= 500) {
    const status = error instanceof CountersignError ? error.status : 500;
    return {
      status,
      body: {
        error: status === 503 ? 'temporarily_unavailable' : 'server_error',
        error_description: 'Something went wrong on our side; try again',
      },
    };
  }
  return { status: error.status, body: { error: 'invalid_request', error_description: error.message } };
};
