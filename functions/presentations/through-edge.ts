import { createHash, timingSafeEqual } from 'node:crypto';
import { EDGE_HEADER } from '../platform/index.ts';
import { PresentationError } from './presentation-error.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Refuses a request that went round the distribution before the API, and with it round its firewall.
 *
 * @param headers of the request, names in lower case.
 * @param secret that the distribution adds to each request; undefined where none stands before the API.
 * @throws PresentationError `edge-bypassed` (403)
 * @example
 * ```ts
 * checkEdge(event.headers, await secret());
 * ```
 */
export const checkEdge = (
  headers: Readonly<Record<string, string | undefined>>,
  secret: string | undefined,
): void => {
  if (secret === undefined) return;
  const shown = headers[EDGE_HEADER] ?? '';
  if (secret === '' || !timingSafeEqual(digest(shown), digest(secret)))
    throw new PresentationError('edge-bypassed', 'This verifier is reached at its public address only', {
      status: 403,
    });
};
