import { CountersignError } from '../../../functions/platform/errors.ts';

/** `operator-unknown`: a comparison that EventBridge does not document; `pattern-invalid`: everything else. */
export type EventPatternErrorCode = 'pattern-invalid' | 'operator-unknown';

/**
 * A pattern that cannot be evaluated, refused when it is compiled: EventBridge's
 * `InvalidEventPatternException`. The path of the member in question is in `fields[0].field`.
 *
 * @example
 * ```ts
 * compilePattern({ source: [{ regex: '.*' }] });
 * // EventPatternError: source: there is no operator "regex"  (code: operator-unknown)
 * ```
 */
export class EventPatternError extends CountersignError {
  override readonly name = 'EventPatternError';

  constructor(code: EventPatternErrorCode, path: readonly string[], problem: string) {
    const field = path.join('.');
    super(code, field === '' ? problem : `${field}: ${problem}`, {
      status: 400,
      fields: [{ field, problem }],
    });
  }
}
