import { CountersignError } from '../../functions/platform/errors.ts';

/**
 * What is wrong with a log to train from: a line cannot be read (`log-invalid`), or too little is labelled
 * (`log-too-small`).
 *
 * @example
 * ```ts
 * throw new TrainingError('log-too-small', 'The log has 3 attacks; at least 20 are needed');
 * ```
 */
export class TrainingError extends CountersignError {
  override readonly name = 'TrainingError';
}
