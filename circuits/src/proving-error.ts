// SPDX-License-Identifier: GPL-3.0-or-later
import { CountersignError } from '../../functions/platform/errors.ts';

/**
 * Why something cannot be issued or proved, found before any proving is done.
 *
 * Codes: `predicate-not-satisfied`, `credential-expired`, `credential-not-yet-valid`, `credential-revoked`,
 * `not-in-set`, `holder-mismatch`, `signature-invalid`, `holder-proof-invalid`, `base-proof-missing`, `proof-failed`.
 * A slot that the schema lacks is `query-slot-unknown`, a StatementError.
 */
export class ProvingError extends CountersignError {
  override readonly name = 'ProvingError';

  constructor(code: string, message: string, options: { field?: string; cause?: unknown } = {}) {
    super(code, message, {
      status: 422,
      fields: options.field === undefined ? [] : [{ field: options.field, problem: message }],
      cause: options.cause,
    });
  }
}
