import { CountersignError } from '../../platform/errors.ts';

/**
 * What a status says against a credential:
 *
 * - `credential-revoked`, `credential-suspended`: its issuer took it back, for good or for a time;
 * - `status-list-short`: the list is so short that an index would point at few people;
 * - `status-out-of-range`: the index lies beyond the list;
 * - `status-malformed`: the reference or the list cannot be read, or is not the issuer's;
 * - `status-unavailable`: nothing is known, and the deployment refuses what it does not know.
 */
export class StatusError extends CountersignError {
  override readonly name = 'StatusError';

  constructor(
    code:
      | 'credential-revoked'
      | 'credential-suspended'
      | 'status-list-short'
      | 'status-out-of-range'
      | 'status-malformed'
      | 'status-unavailable',
    message: string,
    cause?: unknown,
  ) {
    super(code, message, { status: 422, ...(cause === undefined ? {} : { cause }) });
  }
}

/** A reference or a list that cannot be used. */
export const malformedStatus = (message: string, cause?: unknown): StatusError =>
  new StatusError('status-malformed', message, cause);
