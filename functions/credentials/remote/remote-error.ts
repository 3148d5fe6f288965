import { CountersignError } from '../../platform/errors.ts';

/**
 * Why something that a credential refers to could not be read:
 *
 * - `remote-refused`: its address is one that this deployment does not call (422);
 * - `remote-unavailable`: its host did not give it, in time and in bounds (422: nothing is known of it).
 */
export class RemoteError extends CountersignError {
  override readonly name = 'RemoteError';

  constructor(code: 'remote-refused' | 'remote-unavailable', message: string, cause?: unknown) {
    super(code, message, { status: 422, ...(cause === undefined ? {} : { cause }) });
  }
}
