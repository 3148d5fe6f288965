import { CountersignError } from '../platform/index.ts';

/**
 * What can go wrong while deciding: `event-conflict` (409: the id was decided with another payload),
 * `decision-unknown` (404), `not-an-authentication` (422), `tenant-mismatch` (403), `model-unavailable`,
 * `policy-unavailable`, `store-unavailable` (503).
 */
export class DecisionError extends CountersignError {
  override readonly name = 'DecisionError';
}
