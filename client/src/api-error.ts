/** What Countersign says of a request that it refused (RFC 9457). */
export interface Problem {
  /** `urn:countersign:problem:<code>`: stable. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** Which members of the body are wrong. */
  readonly fields?: readonly { readonly field: string; readonly problem: string }[];
}

/**
 * A call that did not succeed, retries included.
 *
 * @example
 * ```ts
 * try {
 *   await countersign.decision('e-1');
 * } catch (error) {
 *   if (error instanceof ApiError && error.code === 'decision-unknown') return undefined;
 *   throw error;
 * }
 * ```
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** To branch on: the last part of the problem's type; `unauthorized`, `forbidden` or `throttled` by the gateway;
   * `unreachable` when there was no answer; `unavailable` or `refused` when a 5xx or 4xx tells no problem;
   * `unreadable` when a success is not JSON. */
  readonly code: string;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** Absent when the gateway refused, or there was no answer. */
  readonly problem?: Problem;

  constructor(
    code: string,
    message: string,
    status: number,
    more: { problem?: Problem; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.status = status;
    if (more.problem) this.problem = more.problem;
  }
}

const BY_GATEWAY: Readonly<Record<number, string>> = {
  401: 'unauthorized',
  403: 'forbidden',
  429: 'throttled',
};

const isProblem = (body: unknown): body is Problem => {
  const { type, title, status } = (body ?? {}) as Record<string, unknown>;
  return typeof type === 'string' && typeof title === 'string' && typeof status === 'number';
};

/** The error of an answer that is none of success. */
export const errorOf = (status: number, body: unknown): ApiError => {
  if (isProblem(body))
    return new ApiError(body.type.split(':').at(-1) ?? 'unknown', body.title, status, { problem: body });
  const said = (body as { message?: unknown } | undefined)?.message;
  const message = typeof said === 'string' ? said : `Countersign answered ${status}`;
  return new ApiError(BY_GATEWAY[status] ?? (status >= 500 ? 'unavailable' : 'refused'), message, status);
};
