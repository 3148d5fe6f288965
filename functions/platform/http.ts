import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2WithJWTAuthorizer, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { CountersignError } from './errors.ts';
import { countMetric, logger } from './logging.ts';
import { PROBLEM_JSON, toProblem } from './problem.ts';

/** An authorized request as an HTTP API hands it to a function (payload format 2.0). */
export type HttpEvent = APIGatewayProxyEventV2WithJWTAuthorizer;

/** Tells a request of the HTTP API from whatever else invokes the same function. */
export const isHttpEvent = (event: unknown): event is HttpEvent =>
  typeof event === 'object' &&
  event !== null &&
  typeof (event as { requestContext?: { http?: unknown } }).requestContext?.http === 'object';

/** An `application/json` answer that no cache may keep. */
export const jsonResponse = (status: number, body: unknown): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(body),
});

/**
 * The JSON body of a request.
 *
 * @param maxBytes largest body accepted.
 * @throws CountersignError `body-too-large` (413), `body-not-json` (400), `media-type-unsupported` (415).
 */
export const jsonBody = (event: HttpEvent, maxBytes: number): unknown => {
  const type = event.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== undefined && type !== 'application/json' && !/^application\/[\w.-]+\+json$/.test(type))
    throw new CountersignError('media-type-unsupported', 'The body must be application/json', {
      status: 415,
    });
  const raw = event.body ?? '';
  const text = event.isBase64Encoded ? Buffer.from(raw, 'base64').toString('utf8') : raw;
  if (Buffer.byteLength(text) > maxBytes)
    throw new CountersignError('body-too-large', `The body is larger than ${maxBytes} bytes`, {
      status: 413,
    });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CountersignError('body-not-json', 'The body is not JSON', { status: 400, cause });
  }
};

/**
 * middy middleware: turns whatever a handler of HTTP requests throws into problem+json, and logs what only we
 * can mend. Errors of invocations that are not HTTP requests pass through, so that Lambda retries them.
 *
 * @example
 * ```ts
 * export const handler = middy<HttpEvent>().use(httpProblems()).handler(getDecision);
 * ```
 */
export const httpProblems = (): MiddlewareObj => ({
  onError: (request) => {
    if (!isHttpEvent(request.event)) return;
    const problem = toProblem(request.error);
    if (problem.status >= 500) {
      logger.error('The request failed', request.error as Error);
      countMetric('RequestFailed');
    }
    request.response = {
      statusCode: problem.status,
      headers: { 'content-type': PROBLEM_JSON, 'cache-control': 'no-store' },
      body: JSON.stringify(problem),
    };
  },
});

/** The verified claims of the caller's token, as the gateway's authorizer hands them on. */
export interface Caller {
  readonly clientId?: string;
  readonly scopes: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Who calls: from the authorizer's context only, never from headers. */
export const callerOf = (event: HttpEvent): Caller => {
  const jwt = event.requestContext.authorizer?.jwt;
  const claims = jwt?.claims ?? {};
  const id = claims.client_id ?? claims.azp;
  const scope = claims.scope;
  return {
    ...(typeof id === 'string' ? { clientId: id } : {}),
    scopes: jwt?.scopes ?? (typeof scope === 'string' ? scope.split(' ') : []),
    claims,
  };
};
