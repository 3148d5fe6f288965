import { CountersignError } from '../platform/index.ts';

/**
 * What can go wrong with sessions and Shared Signals: `session-contended`, `session-store-unavailable` (503),
 * `stream-unknown` (404), `stream-invalid` (400), `stream-limit` (403), `stream-not-readable`, `too-frequent`
 * (429), `push-refused`, `signals-unavailable` (503).
 */
export class SessionError extends CountersignError {
  override readonly name = 'SessionError';
}

/** A member of a request that is wrong. @param problem in words that do not repeat the value. */
export const invalidMember = (field: string, problem: string): SessionError =>
  new SessionError('stream-invalid', `${field} ${problem}`, { status: 400, fields: [{ field, problem }] });

/** A table did not answer: the same request may succeed later. */
export const storeUnavailable = (cause: unknown): SessionError =>
  new SessionError('session-store-unavailable', 'The session store did not answer', { status: 503, cause });
