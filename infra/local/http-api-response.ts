import { validateHeaderName, validateHeaderValue } from 'node:http';

/** An answer on its way to the client. */
export interface GatewayResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

/** An answer that the gateway makes itself, with AWS's body. */
export function gatewayError(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): GatewayResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    cookies: [],
    body: Buffer.from(JSON.stringify({ message })),
  };
}

/** What a function that failed, or answered what the gateway cannot read, looks like from outside. */
export const INTERNAL_ERROR = gatewayError(500, 'Internal Server Error');

/**
 * Reads a function's answer as payload format 2.0 does: with a `statusCode` it is a response; without one it
 * is the JSON body of a 200 (API Gateway developer guide, "Lambda function response for format 2.0").
 *
 * @param payload JSON text, as the function's process gave it.
 * @returns {@link INTERNAL_ERROR} for a response whose members have wrong types.
 * @example
 * ```ts
 * gatewayResponse('{"ok":true}').headers;        // { 'content-type': 'application/json' }
 * gatewayResponse('{"statusCode":"no"}').status; // 500
 * ```
 */
export function gatewayResponse(payload: string): GatewayResponse {
  const value: unknown = JSON.parse(payload);
  if (value === null || typeof value !== 'object' || !('statusCode' in value)) {
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      cookies: [],
      body: Buffer.from(typeof value === 'string' ? value : payload),
    };
  }
  const {
    statusCode,
    headers = {},
    cookies = [],
    body = '',
    isBase64Encoded = false,
  } = value as Record<string, unknown>;
  const status = Number(statusCode);
  const sound =
    Number.isInteger(status) &&
    status >= 200 &&
    status <= 599 &&
    typeof body === 'string' &&
    isRecord(headers) &&
    Array.isArray(cookies) &&
    typeof isBase64Encoded === 'boolean';
  if (!sound) return INTERNAL_ERROR;
  if (!sendable(headers as Record<string, unknown>, cookies)) return INTERNAL_ERROR;
  const named: Record<string, string> = {};
  for (const [name, header] of Object.entries(headers)) named[name.toLowerCase()] = String(header);
  if (body !== '') named['content-type'] ??= 'text/plain;charset=utf-8';
  return {
    status,
    headers: named,
    cookies: cookies.map(String),
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
  };
}

/** A line break in a header would let a function's input write headers of its own. */
function sendable(headers: Record<string, unknown>, cookies: readonly unknown[]): boolean {
  try {
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, String(value));
    }
    for (const cookie of cookies) validateHeaderValue('set-cookie', String(cookie));
    return true;
  } catch {
    return false;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
