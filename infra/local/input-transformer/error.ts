import { CountersignError } from '../../../functions/platform/errors.ts';

/**
 * A target's input that cannot be made; raised when the rule is read, never when an event flows. Codes:
 * `input-ambiguous`, `input-invalid`, `path-invalid`, `template-invalid`, `variable-unknown`,
 * `variable-reserved`.
 */
export class TransformerError extends CountersignError {
  override readonly name = 'TransformerError';

  constructor(code: string, message: string) {
    super(code, message, { status: 400 });
  }
}
