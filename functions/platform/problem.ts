import { CountersignError, type FieldProblem } from './errors.ts';

/** An RFC 9457 problem, as callers see it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly fields?: readonly FieldProblem[];
}

/** Media type of a {@link Problem}. */
export const PROBLEM_JSON = 'application/problem+json';

/**
 * The problem that a caller is told. What is not ours to explain becomes a plain 500 without detail: messages
 * of unexpected errors may hold secrets.
 *
 * @example
 * ```ts
 * toProblem(new CountersignError('decision-unknown', 'No decision has this event id', { status: 404 }));
 * // { type: 'urn:countersign:problem:decision-unknown', title: 'No decision …', status: 404 }
 * ```
 */
export const toProblem = (error: unknown): Problem => {
  if (!(error instanceof CountersignError) || error.status >= 500) {
    const code = error instanceof CountersignError ? error.code : 'internal';
    const status = error instanceof CountersignError ? error.status : 500;
    return {
      type: `urn:countersign:problem:${code}`,
      title: 'Something went wrong on our side; try again',
      status,
    };
  }
  return {
    type: `urn:countersign:problem:${error.code}`,
    title: error.message,
    status: error.status,
    ...(error.fields.length > 0 ? { fields: error.fields } : {}),
  };
};
