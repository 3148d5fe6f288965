import type { IncomingHttpHeaders } from 'node:http';
import type { CorsConfig } from './http-api-config.ts';

/** True for the request that a browser sends before the one it means. */
export function isPreflight(method: string, headers: IncomingHttpHeaders): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

/**
 * The headers that let a browser's page read an answer. The gateway's own word replaces whatever the
 * function said (API Gateway developer guide, "Configure CORS for HTTP APIs").
 *
 * @returns no headers when the origin is not allowed: the browser then refuses.
 * @example
 * ```ts
 * corsHeaders({ ...cors, allowOrigins: ['https://shop.example'] }, 'https://shop.example', false);
 * // { 'access-control-allow-origin': 'https://shop.example', vary: 'Origin' }
 * ```
 */
export function corsHeaders(
  cors: CorsConfig,
  origin: string | undefined,
  preflight: boolean,
): Record<string, string> {
  if (origin === undefined || !cors.allowOrigins.some((allowed) => covers(allowed, origin))) return {};
  const anyOrigin = cors.allowOrigins.includes('*');
  return {
    'access-control-allow-origin': anyOrigin ? '*' : origin,
    ...(anyOrigin ? {} : { vary: 'Origin' }),
    ...(cors.allowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
    ...(cors.exposeHeaders.length > 0 && !preflight
      ? { 'access-control-expose-headers': cors.exposeHeaders.join(',') }
      : {}),
    ...(preflight
      ? {
          'access-control-allow-methods': cors.allowMethods.join(','),
          'access-control-allow-headers': cors.allowHeaders.join(','),
          ...(cors.maxAge === undefined ? {} : { 'access-control-max-age': String(cors.maxAge) }),
        }
      : {}),
  };
}

/** `*`, `https://*` and whole origins are what an HTTP API takes. */
function covers(allowed: string, origin: string): boolean {
  if (allowed.endsWith('*')) return origin.startsWith(allowed.slice(0, -1));
  return allowed.toLowerCase() === origin.toLowerCase();
}
