import { CountersignError } from '../../functions/platform/errors.ts';

/**
 * A refusal in AWS's own words: what the wire endpoint answers with, and what callers inside the process get.
 *
 * `type` is AWS's name of the error (`ValidationException`, `QueueDoesNotExist`); `code` is the same name in
 * kebab case. `queryCode` is what SQS clients of the older query protocol know the error as.
 *
 * @example
 * ```ts
 * throw new AwsError('ResourceNotFoundException', 'Replay r-1 does not exist.');
 * ```
 */
export class AwsError extends CountersignError {
  override readonly name = 'AwsError';
  readonly type: string;
  readonly queryCode: string | undefined;

  constructor(
    type: string,
    message: string,
    options: { status?: number; queryCode?: string; cause?: unknown } = {},
  ) {
    const kebab = type.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
    super(kebab, message, { status: options.status ?? 400, cause: options.cause });
    this.type = type;
    this.queryCode = options.queryCode;
  }
}
