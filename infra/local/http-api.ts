import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JWTVerifyGetKey } from 'jose';
import { authorize } from './http-api-authorizer.ts';
import type { HttpApiConfig, RouteConfig } from './http-api-config.ts';
import { corsHeaders, isPreflight } from './http-api-cors.ts';
import { type GatewayRequest, gatewayEvent, type JwtIdentity } from './http-api-event.ts';
import { type GatewayResponse, gatewayError, gatewayResponse, INTERNAL_ERROR } from './http-api-response.ts';
import { compileRoutes, type RouteMatch } from './http-api-route.ts';
import { tokenBucket } from './http-api-throttle.ts';
import { type LambdaHost, SYNC_EVENT_LIMIT_BYTES } from './lambda-host.ts';

/** Largest request body of an HTTP API, bytes. */
export const BODY_LIMIT_BYTES = 10 * 1024 * 1024;

/** What the gateway needs beside its configuration. */
export interface HttpApiOptions {
  readonly account: string;
  readonly host: Pick<LambdaHost, 'invoke'>;
  /** Public keys of the authorizers' issuer. */
  readonly keys: JWTVerifyGetKey;
  /** ms since the Unix epoch. @default Date.now */
  readonly now?: () => number;
  /** One line for each answered request. */
  readonly onAccess?: (line: AccessLine) => void;
}

/** What is noted of each request: no header, no body, no query. */
export interface AccessLine {
  readonly requestId: string;
  readonly time: string;
  readonly method: string;
  readonly routeKey: string;
  readonly status: number;
  readonly durationMs: number;
}

/**
 * Serves an HTTP API as API Gateway does: routing, CORS, throttling, JWT authorizer, payload format 2.0, and
 * the gateway's own errors with AWS's bodies.
 *
 * @example
 * ```ts
 * const serve = createHttpApi(httpApiOf(template)!, { account, host, keys });
 * createServer((request, response) => void serve(request, response)).listen(4000, '127.0.0.1');
 * ```
 */
export function createHttpApi(
  config: HttpApiConfig,
  options: HttpApiOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const now = options.now ?? Date.now;
  const match = compileRoutes(config.routes);
  const buckets = new Map(
    config.routes.flatMap((route) => (route.throttle ? [[route, tokenBucket(route.throttle, now)]] : [])),
  );

  async function answer(request: IncomingMessage, requestId: string, seen: Seen): Promise<GatewayResponse> {
    const [target = '/', query = ''] = splitOnce(request.url ?? '/', '?');
    const method = request.method ?? 'GET';
    if (config.cors && isPreflight(method, request.headers)) {
      return { status: 204, headers: {}, cookies: [], body: Buffer.alloc(0) };
    }
    const path = stripStage(target, config.stage);
    let found: RouteMatch<RouteConfig> | undefined;
    try {
      found = path === undefined ? undefined : match(method, path);
    } catch {
      return gatewayError(400, 'Bad Request');
    }
    if (!found) return gatewayError(404, 'Not Found');
    const { route, pathParameters } = found;
    seen.routeKey = route.routeKey;
    if (buckets.get(route)?.() === false) return gatewayError(429, 'Too Many Requests');
    let identity: JwtIdentity | undefined;
    if (route.authorizer) {
      const { headers } = request;
      const said = await authorize(
        headers.authorization,
        route.authorizer,
        route.scopes,
        options.keys,
        now(),
      );
      if (!said.allowed) {
        const message = said.status === 401 ? 'Unauthorized' : 'Forbidden';
        return gatewayError(said.status, message, { 'www-authenticate': said.challenge });
      }
      identity = said.identity;
    }
    const body = await readBody(request);
    if (!body) return gatewayError(413, 'Request Entity Too Large', { connection: 'close' });
    const event = gatewayEvent(gatewayRequest(request, target, query, body), {
      routeKey: route.routeKey,
      pathParameters,
      apiId: config.apiId,
      accountId: options.account,
      stage: config.stage,
      requestId,
      time: now(),
      ...(identity ? { identity } : {}),
    });
    return integrate(route, event);
  }

  async function integrate(route: RouteConfig, event: unknown): Promise<GatewayResponse> {
    // Base64 and the envelope make the event larger than the body that passed.
    if (Buffer.byteLength(JSON.stringify(event)) > SYNC_EVENT_LIMIT_BYTES) {
      return gatewayError(413, 'Request Entity Too Large');
    }
    const patience = new AbortController();
    const late = sleep(route.timeoutMs, 'late' as const, { signal: patience.signal }).catch(
      () => 'late' as const,
    );
    const invocation = await Promise.race([options.host.invoke(route.functionArn, event), late]);
    patience.abort();
    if (invocation === 'late') return gatewayError(503, 'Service Unavailable');
    return invocation.functionError ? INTERNAL_ERROR : gatewayResponse(invocation.payload);
  }

  return async (request, response) => {
    const begun = performance.now();
    const requestId = `${randomBytes(10).toString('base64url')}=`;
    const seen: Seen = { routeKey: '-' };
    const reply = await answer(request, requestId, seen).catch(() => INTERNAL_ERROR);
    const cors = config.cors
      ? corsHeaders(config.cors, request.headers.origin, isPreflight(request.method ?? '', request.headers))
      : undefined;
    write(response, reply, requestId, cors);
    options.onAccess?.({
      requestId,
      time: new Date(now()).toISOString(),
      method: request.method ?? '',
      routeKey: seen.routeKey,
      status: reply.status,
      durationMs: performance.now() - begun,
    });
  };
}

interface Seen {
  routeKey: string;
}

function write(
  response: ServerResponse,
  reply: GatewayResponse,
  requestId: string,
  cors: Record<string, string> | undefined,
): void {
  for (const [name, value] of Object.entries(reply.headers)) {
    const replaced = cors !== undefined && name.startsWith('access-control-');
    if (!replaced && !HOP_BY_HOP.has(name)) response.setHeader(name, value);
  }
  if (reply.headers.connection) response.setHeader('connection', reply.headers.connection);
  for (const [name, value] of Object.entries(cors ?? {})) response.setHeader(name, value);
  if (reply.cookies.length > 0) response.setHeader('set-cookie', reply.cookies);
  response.setHeader('apigw-requestid', requestId);
  if (reply.status !== 204) response.setHeader('content-length', reply.body.length);
  response.statusCode = reply.status;
  response.end(reply.status === 204 ? undefined : reply.body);
}

const HOP_BY_HOP = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding', 'upgrade']);

/** The body, or undefined when it is larger than the gateway takes; the rest is then not read. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length > BODY_LIMIT_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function gatewayRequest(request: IncomingMessage, path: string, query: string, body: Buffer): GatewayRequest {
  return {
    method: request.method ?? 'GET',
    path,
    query,
    headers: request.headers,
    body,
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    protocol: `HTTP/${request.httpVersion}`,
    port: request.socket.localPort ?? 0,
  };
}

/** The path within the stage; undefined when it is outside. */
function stripStage(path: string, stage: string): string | undefined {
  if (stage === '$default') return path;
  if (path === `/${stage}`) return '/';
  return path.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) : undefined;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
