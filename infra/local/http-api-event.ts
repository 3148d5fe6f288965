import type { IncomingHttpHeaders } from 'node:http';

/** What an authorizer learned from a token. */
export interface JwtIdentity {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly scopes: readonly string[];
}

/** A request with all that the gateway has found out about it. */
export interface GatewayRequest {
  readonly method: string;
  /** Without the query, as sent. */
  readonly path: string;
  /** Without `?`, as sent; empty when there is none. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly protocol: string;
  readonly port: number;
}

/** What the matched route adds. */
export interface RouteContext {
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly apiId: string;
  readonly accountId: string;
  readonly stage: string;
  readonly requestId: string;
  /** ms since the Unix epoch. */
  readonly time: number;
  readonly identity?: JwtIdentity;
}

/** Bodies of these types travel as text, all others in base64: a form does too, as at AWS. */
const TEXT_TYPES = /^(text\/.+|application\/(json|xml|javascript|.+\+json|.+\+xml))$/;

/**
 * The event that a function receives, in payload format 2.0
 * (API Gateway developer guide, "AWS Lambda proxy integrations for HTTP APIs").
 *
 * @example
 * ```ts
 * const event = gatewayEvent(request, context);
 * event.requestContext.http.method; // 'POST'
 * ```
 */
export function gatewayEvent(request: GatewayRequest, context: RouteContext) {
  const { cookie, ...others } = request.headers;
  const userAgent = others['user-agent'] ?? '';
  const { body, isBase64Encoded } = encodeBody(request.body, others['content-type']);
  const query = queryParameters(request.query);
  const domainName = others.host ?? '127.0.0.1';
  return {
    version: '2.0',
    routeKey: context.routeKey,
    rawPath: request.path,
    rawQueryString: request.query,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/;\s*/) }),
    headers: {
      ...joined(others),
      'x-amzn-trace-id': `Root=1-${Math.floor(context.time / 1000).toString(16)}-${traceSuffix(context.requestId)}`,
      'x-forwarded-for': request.sourceIp,
      'x-forwarded-port': String(request.port),
      'x-forwarded-proto': 'http',
    },
    ...(query ? { queryStringParameters: query } : {}),
    requestContext: {
      accountId: context.accountId,
      apiId: context.apiId,
      ...(context.identity
        ? {
            authorizer: {
              jwt: { claims: textClaims(context.identity.claims), scopes: context.identity.scopes },
            },
          }
        : {}),
      domainName,
      domainPrefix: domainName.split('.')[0] ?? '',
      http: {
        method: request.method,
        path: request.path,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent,
      },
      requestId: context.requestId,
      routeKey: context.routeKey,
      stage: context.stage,
      time: commonLogTime(context.time),
      timeEpoch: context.time,
    },
    ...(Object.keys(context.pathParameters).length > 0
      ? { pathParameters: { ...context.pathParameters } }
      : {}),
    ...(body === undefined ? {} : { body }),
    isBase64Encoded,
  };
}

function encodeBody(
  body: Buffer,
  contentType: string | undefined,
): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const type = contentType?.split(';', 1).join('').trim().toLowerCase();
  if (type === undefined || TEXT_TYPES.test(type)) {
    try {
      return {
        body: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body),
        isBase64Encoded: false,
      };
    } catch {
      // Not the text that it says it is.
    }
  }
  return { body: body.toString('base64'), isBase64Encoded: true };
}

function joined(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : value]],
    ),
  );
}

/** Repeated names are joined with commas; undefined when there are none. */
function queryParameters(query: string): Record<string, string> | undefined {
  if (query === '') return undefined;
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(values);
}

/** Claims reach the function as text: a list as `[a b]`, as the gateway prints it. */
function textClaims(claims: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => {
      if (Array.isArray(value)) return [name, `[${value.join(' ')}]`];
      return [name, typeof value === 'object' ? JSON.stringify(value) : String(value)];
    }),
  );
}

function traceSuffix(requestId: string): string {
  return Buffer.from(requestId).toString('hex').slice(0, 24).padEnd(24, '0');
}

/** `20/Nov/2026:09:24:00 +0000` */
function commonLogTime(time: number): string {
  const [, day, month, year, clock] = /, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(time).toUTCString())!;
  return `${day}/${month}/${year}:${clock} +0000`;
}
