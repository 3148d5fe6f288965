import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** Who signs the tokens that apps and operators bear. */
export interface Issuer {
  /** `https` URL; its keys are found by OpenID Connect discovery. API Gateway takes RSA signatures only. */
  readonly issuer: string;
  /** Accepted `aud` (or, where a token has none, `client_id`) values. */
  readonly audience: readonly string[];
}

/** How much the API takes before it answers 429. */
export interface Throttle {
  readonly requestsPerSecond: number;
  readonly burst: number;
}

/** What {@link Api} is told. */
export interface ApiProps {
  readonly stage: string;
  readonly key: IKey;
  readonly retain: boolean;
  readonly logRetention: RetentionDays;
  readonly oidc: Issuer;
  readonly corsOrigins: readonly string[];
  readonly throttle: Throttle;
  readonly score: IFunction;
  readonly decisions: IFunction;
}

/** One line of JSON a request. No address: those who call may be people. */
const ACCESS_LOG = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTime',
  route: '$context.routeKey',
  status: '$context.status',
  bytes: '$context.responseLength',
  latencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
  integrationError: '$context.integrationErrorMessage',
  authorizerError: '$context.authorizer.error',
  client: '$context.authorizer.claims.client_id',
});

/** The synchronous road: an HTTP API whose every route asks for a token with the scope it needs. */
export class Api extends Construct {
  readonly api: HttpApi;
  readonly url: string;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      apiName: `countersign-${props.stage}`,
      description: 'Countersign: decide an event now, read decisions',
      createDefaultStage: false,
      ...(props.corsOrigins.length > 0
        ? {
            corsPreflight: {
              allowOrigins: [...props.corsOrigins],
              allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST, CorsHttpMethod.DELETE],
              allowHeaders: ['authorization', 'content-type'],
            },
          }
        : {}),
    });
    const accessLog = new LogGroup(this, 'AccessLog', {
      // Under this prefix deliveries need no entry in the account's one, bounded log policy.
      logGroupName: `/aws/vendedlogs/countersign/${props.stage}/api`,
      retention: props.logRetention,
      encryptionKey: props.key,
      removalPolicy: props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: { rateLimit: props.throttle.requestsPerSecond, burstLimit: props.throttle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        format: AccessLogFormat.custom(ACCESS_LOG),
      },
    });
    this.url = stage.url;

    const authorizer = new HttpJwtAuthorizer('Token', props.oidc.issuer, {
      jwtAudience: [...props.oidc.audience],
    });
    const score = new HttpLambdaIntegration('Score', props.score);
    const decisions = new HttpLambdaIntegration('Decisions', props.decisions);
    const route = (
      method: HttpMethod,
      path: string,
      integration: HttpLambdaIntegration,
      scopes: readonly string[],
    ) =>
      this.api.addRoutes({
        path,
        methods: [method],
        integration,
        authorizer,
        authorizationScopes: scopes.map((name) => `countersign/${name}`),
      });
    route(HttpMethod.POST, '/v1/evaluate', score, ['evaluate']);
    route(HttpMethod.GET, '/v1/decisions/{eventId}', decisions, ['evaluate', 'operate']);
  }
}
