/** One invalid or missing member of an input, named so that the caller can mend it. */
export interface FieldProblem {
  /** Path of the member, dotted, as the caller wrote it: `data.network.ip`. Empty for the whole input. */
  readonly field: string;
  /** What is wrong, in words that never repeat the value: it may be a secret. */
  readonly problem: string;
}

/**
 * The base of every error that Countersign raises on purpose. Each room has one subclass of its own.
 *
 * `code` is stable: callers may branch on it, and the HTTP edge turns it into the `type` of an
 * RFC 9457 problem (`urn:countersign:problem:<code>`). `status` is the HTTP status that the edge answers.
 *
 * @example
 * ```ts
 * throw new EventError('event-invalid', 'The event lacks a subject', {
 *   status: 422, fields: [{ field: 'data.subject.id', problem: 'is required' }] });
 * ```
 */
export class CountersignError extends Error {
  override readonly name: string = 'CountersignError';
  /** Stable, kebab-case identifier of what went wrong. */
  readonly code: string;
  /** HTTP status for the edge: 4xx when the caller can mend it, 5xx when only we can. */
  readonly status: number;
  /** Which members of the input are wrong; empty when that is not the trouble. */
  readonly fields: readonly FieldProblem[];

  constructor(
    code: string,
    message: string,
    options: { status?: number; fields?: readonly FieldProblem[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status ?? 500;
    this.fields = options.fields ?? [];
  }
}
