import { CountersignError } from '../platform/index.ts';

/**
 * What can go wrong with sessions and Shared Signals: `session-contended`, `session-store-unavailable` (503),
 * `stream-unknown` (404), `stream-invalid` (400), `stream-limit` (403), `stream-not-readable`, `too-frequent`
 * (429), `push-refused`, `signals-unavailable` (503).
 */
export class SessionError extends CountersignError {
  override readonly name = 'SessionError';
}
