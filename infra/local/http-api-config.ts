import type { LocalResource, LocalTemplate } from './template.ts';
import { refusedProperty } from './template-error.ts';

/** Cross-origin rules, as `CorsConfiguration` of `AWS::ApiGatewayV2::Api` states them. */
export interface CorsConfig {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly allowCredentials: boolean;
  /** Seconds. */
  readonly maxAge?: number;
}

/** A JWT authorizer: who must have signed the token, and for whom. */
export interface AuthorizerConfig {
  readonly issuer: string;
  readonly audience: readonly string[];
}

/** Token bucket of a route. */
export interface ThrottleConfig {
  /** Requests a second. */
  readonly rate: number;
  /** Requests at once. */
  readonly burst: number;
}

/** One route of the API and the function behind it. */
export interface RouteConfig {
  /** `POST /v1/evaluate`, `ANY /x/{proxy+}` or `$default`. */
  readonly routeKey: string;
  readonly functionArn: string;
  /** How long the gateway waits for the function, ms. */
  readonly timeoutMs: number;
  readonly authorizer?: AuthorizerConfig;
  /** One of these must be in the token; empty when any valid token will do. */
  readonly scopes: readonly string[];
  readonly throttle?: ThrottleConfig;
}

/** An HTTP API as the template states it. */
export interface HttpApiConfig {
  readonly apiId: string;
  /** `$default`, or the first segment of every path. */
  readonly stage: string;
  readonly cors?: CorsConfig;
  readonly routes: readonly RouteConfig[];
}

interface RouteSettings {
  readonly ThrottlingRateLimit?: number;
  readonly ThrottlingBurstLimit?: number;
}

/**
 * Reads the HTTP API of a template.
 *
 * @returns undefined when the template has none.
 * @throws TemplateError `property-refused` for a second API or stage, an authorizer other than JWT, an
 * integration other than a function in payload format 2.0.
 * @example
 * ```ts
 * httpApiOf(template)?.routes.map(({ routeKey }) => routeKey); // ['POST /v1/evaluate', …]
 * ```
 */
export function httpApiOf(template: LocalTemplate): HttpApiConfig | undefined {
  const [api, second] = template.ofType('AWS::ApiGatewayV2::Api');
  if (!api) return undefined;
  if (second) throw refusedProperty(second, 'a second API');
  if (api.properties.ProtocolType !== 'HTTP') throw refusedProperty(api, 'an API that is not an HTTP API');
  const [stage, otherStage] = template.ofType('AWS::ApiGatewayV2::Stage');
  if (!stage || otherStage) throw refusedProperty(otherStage ?? api, 'anything but one stage');
  const cors = corsOf(api.properties.CorsConfiguration as Record<string, unknown> | undefined);
  return {
    apiId: api.ref,
    stage: stage.ref,
    ...(cors ? { cors } : {}),
    routes: template.ofType('AWS::ApiGatewayV2::Route').map((route) => routeOf(template, route, stage)),
  };
}

function routeOf(template: LocalTemplate, route: LocalResource, stage: LocalResource): RouteConfig {
  const {
    RouteKey,
    Target,
    AuthorizationType = 'NONE',
    AuthorizerId,
    AuthorizationScopes,
  } = route.properties;
  const byRef = (type: string, ref: unknown) =>
    template.ofType(type).find((resource) => resource.ref === ref);
  const integration = byRef('AWS::ApiGatewayV2::Integration', String(Target).replace(/^integrations\//, ''));
  if (!integration) throw refusedProperty(route, 'a route without an integration');
  const { IntegrationType, IntegrationUri, PayloadFormatVersion, TimeoutInMillis } = integration.properties;
  if (IntegrationType !== 'AWS_PROXY' || PayloadFormatVersion !== '2.0') {
    throw refusedProperty(integration, 'an integration other than AWS_PROXY in payload format 2.0');
  }
  const [functionArn] = /arn:[^:]*:lambda:[^:]*:\d{12}:function:[^/]+/.exec(String(IntegrationUri)) ?? [];
  if (!functionArn || !template.byArn(functionArn))
    throw refusedProperty(integration, 'a function that is not in the template');
  const routeKey = String(RouteKey);
  const throttle = throttleOf(stage, routeKey);
  const settings = {
    routeKey,
    functionArn,
    timeoutMs: Number(TimeoutInMillis ?? 30_000),
    scopes: (AuthorizationScopes as string[] | undefined) ?? [],
    ...(throttle ? { throttle } : {}),
  };
  if (AuthorizationType === 'NONE') return settings;
  const authorizer = byRef('AWS::ApiGatewayV2::Authorizer', AuthorizerId);
  if (AuthorizationType !== 'JWT' || !authorizer)
    throw refusedProperty(route, `${AuthorizationType} authorization`);
  const jwt = authorizer.properties.JwtConfiguration as { Issuer?: string; Audience?: string[] } | undefined;
  if (!jwt?.Issuer || !jwt.Audience?.length)
    throw refusedProperty(authorizer, 'a JWT authorizer without issuer and audience');
  return { ...settings, authorizer: { issuer: jwt.Issuer, audience: jwt.Audience } };
}

function throttleOf(stage: LocalResource, routeKey: string): ThrottleConfig | undefined {
  const { DefaultRouteSettings, RouteSettings } = stage.properties as {
    DefaultRouteSettings?: RouteSettings;
    RouteSettings?: Record<string, RouteSettings>;
  };
  const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = {
    ...DefaultRouteSettings,
    ...RouteSettings?.[routeKey],
  };
  return rate === undefined || burst === undefined ? undefined : { rate, burst };
}

function corsOf(raw: Record<string, unknown> | undefined): CorsConfig | undefined {
  if (!raw) return undefined;
  const list = (name: string) => (raw[name] as string[] | undefined) ?? [];
  return {
    allowOrigins: list('AllowOrigins'),
    allowMethods: list('AllowMethods'),
    allowHeaders: list('AllowHeaders'),
    exposeHeaders: list('ExposeHeaders'),
    allowCredentials: raw.AllowCredentials === true,
    ...(raw.MaxAge === undefined ? {} : { maxAge: Number(raw.MaxAge) }),
  };
}
