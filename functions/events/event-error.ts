import { CountersignError, type FieldProblem } from '../platform/errors.ts';

/**
 * Why an event is refused. `event-malformed`: not an envelope at all (400). `event-invalid`: a member is
 * missing or wrong (422). `event-unknown-provider`: nobody reads this source and detail-type (422).
 * `event-time-absurd`: before 2000 or more than five minutes ahead (422). `event-too-large`: too many bytes,
 * too deep or too many members (413). `tenant-mismatch`: the body names another tenant (403).
 */
export type EventErrorCode =
  | 'event-malformed'
  | 'event-invalid'
  | 'event-unknown-provider'
  | 'event-time-absurd'
  | 'event-too-large'
  | 'tenant-mismatch';

const STATUS: Readonly<Record<EventErrorCode, number>> = {
  'event-malformed': 400,
  'event-invalid': 422,
  'event-unknown-provider': 422,
  'event-time-absurd': 422,
  'event-too-large': 413,
  'tenant-mismatch': 403,
};

/**
 * An event that cannot be read. `fields` names the members as the caller wrote them, from the envelope down:
 * `detail.data.network.ip`. Values are never repeated.
 *
 * @example
 * ```ts
 * try { parseEvent(envelope, context); } catch (error) {
 *   if (error instanceof EventError) console.log(error.code, error.fields);
 * }
 * ```
 */
export class EventError extends CountersignError {
  override readonly name: string = 'EventError';
  declare readonly code: EventErrorCode;

  constructor(code: EventErrorCode, message: string, fields: readonly FieldProblem[], cause?: unknown) {
    super(code, message, { status: STATUS[code], fields, ...(cause === undefined ? {} : { cause }) });
  }
}

/**
 * One wrong member as an {@link EventError} of code `event-invalid`.
 *
 * @example
 * ```ts
 * throw invalidMember('detail.uuid', 'is required');
 * ```
 */
export function invalidMember(field: string, problem: string): EventError {
  return new EventError('event-invalid', `${field || 'The event'} ${problem}`, [{ field, problem }]);
}
