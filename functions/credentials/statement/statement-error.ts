import { CountersignError } from '../../platform/errors.ts';

/**
 * Something that cannot be said in the circuit's terms: a schema, value, query or list out of its ranges.
 *
 * Codes: `claim-schema-invalid`, `claim-value-invalid`, `query-invalid`, `query-slot-unknown`,
 * `status-list-invalid`, `set-invalid`, `time-invalid`, `key-invalid`, `document-not-covered`, `proof-value-invalid`,
 * `base-proof`.
 */
export class StatementError extends CountersignError {
  override readonly name = 'StatementError';

  constructor(code: string, message: string, options: { field?: string; cause?: unknown } = {}) {
    super(code, message, {
      status: 422,
      fields: options.field === undefined ? [] : [{ field: options.field, problem: message }],
      cause: options.cause,
    });
  }
}
