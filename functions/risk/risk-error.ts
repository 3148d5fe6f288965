import { CountersignError } from '../platform/errors.ts';

/** Codes of {@link RiskError}. */
export type RiskErrorCode =
  /** The manifest is not of the form that this version reads, or its numbers break a guarantee. */
  | 'model-invalid'
  /** The manifest bears no signature of a pinned key that fits it. */
  | 'model-signature-invalid'
  /** The model's bytes are not those that the manifest was written for. */
  | 'model-digest-mismatch'
  /** The model was trained on other features than the running code computes, or a vector has another length. */
  | 'features-mismatch'
  /** The graph answered something that the manifest rules out. */
  | 'model-output-invalid';

/**
 * What the risk room throws. Never the caller's fault, so the status is 500 and the decision degrades.
 *
 * @example
 * ```ts
 * throw new RiskError('model-digest-mismatch', 'The model is not the one its manifest describes');
 * ```
 */
export class RiskError extends CountersignError {
  override readonly name = 'RiskError';

  constructor(code: RiskErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(code, message, { status: 500, ...options });
  }
}
