import { RemovalPolicy, Validations } from 'aws-cdk-lib';
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
}

/** The functions behind the routes. */
export interface RoutedFunctions {
  readonly score: IFunction;
  readonly decisions: IFunction;
  readonly presentations: IFunction;
  readonly wallet: IFunction;
  readonly vcApi: IFunction;
  readonly trustedIssuers: IFunction;
  readonly streams: IFunction;
  readonly signals: IFunction;
  readonly feedback: IFunction;
  readonly reviews: IFunction;
  readonly subjects: IFunction;
  readonly openapi: IFunction;
  readonly log: IFunction;
  readonly policies: IFunction;
  readonly wallets: IFunction;
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

/**
 * The synchronous road: an HTTP API whose routes ask for a token with the scope they need, but for those that
 * wallets call. It is made before its functions, which need its address.
 */
export class Api extends Construct {
  readonly api: HttpApi;
  readonly url: string;
  readonly #authorizer: HttpJwtAuthorizer;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      apiName: `countersign-${props.stage}`,
      description: 'Countersign: decide an event now, read decisions, verify credentials',
      createDefaultStage: false,
      ...(props.corsOrigins.length > 0
        ? {
            corsPreflight: {
              allowOrigins: [...props.corsOrigins],
              allowMethods: [
                CorsHttpMethod.GET,
                CorsHttpMethod.POST,
                CorsHttpMethod.PUT,
                CorsHttpMethod.DELETE,
              ],
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

    this.#authorizer = new HttpJwtAuthorizer('Token', props.oidc.issuer, {
      jwtAudience: [...props.oidc.audience],
    });
  }

  /** Puts the functions behind their routes. */
  serve(functions: RoutedFunctions): void {
    /** @param access the scopes of which a caller needs one, or why none is needed. */
    const behind = (id: string, target: IFunction, access: readonly string[] | string) => {
      const scopes = typeof access === 'string' ? undefined : access;
      const integration = new HttpLambdaIntegration(id, target);
      return (method: HttpMethod, path: string, ...own: string[]) => {
        const routes = this.api.addRoutes({
          path,
          methods: [method],
          integration,
          ...(scopes === undefined
            ? {}
            : {
                authorizer: this.#authorizer,
                authorizationScopes: [...scopes, ...own].map((name) => `countersign/${name}`),
              }),
        });
        if (scopes === undefined)
          for (const route of routes)
            Validations.of(route).acknowledge({
              id: 'AwsSolutions-APIG4',
              reason: String(access),
            });
      };
    };
    const { GET, POST, PUT, PATCH, DELETE } = HttpMethod;
    behind('Score', functions.score, ['evaluate'])(POST, '/v1/evaluate');
    behind('Decisions', functions.decisions, ['evaluate'])(GET, '/v1/decisions/{eventId}', 'operate');

    const requests = '/v1/presentation-requests';
    const app = behind('Presentations', functions.presentations, ['present']);
    app(POST, requests);
    app(GET, `${requests}/{id}`);
    app(POST, `${requests}/{id}/dc-response`);

    const enrolled = behind('Wallets', functions.wallets, ['operate']);
    enrolled(POST, '/v1/wallets', 'present');
    enrolled(GET, '/v1/wallets');
    enrolled(DELETE, '/v1/wallets/{id}');

    const vcApi = behind('VcApi', functions.vcApi, ['present']);
    vcApi(POST, '/credentials/verify');
    vcApi(POST, '/presentations/verify');

    const wallet = behind(
      'Wallet',
      functions.wallet,
      'Wallets bear no token. What they may do here is bound to the unguessable id of one request.',
    );
    wallet(GET, `${requests}/{id}/request.jwt`);
    wallet(POST, `${requests}/{id}/request.jwt`);
    wallet(POST, `${requests}/{id}/response`);
    wallet(GET, `${requests}/{id}/page`);
    wallet(GET, `${requests}/{id}/status`);
    wallet(GET, '/.well-known/did.json');

    const issuers = behind('TrustedIssuers', functions.trustedIssuers, ['operate']);
    issuers(GET, '/v1/trusted-issuers');
    for (const method of [GET, PUT, DELETE]) issuers(method, '/v1/trusted-issuers/{did+}');

    const documents = behind(
      'StreamDocuments',
      functions.streams,
      'Where streams are and with which key events are signed is published to everybody.',
    );
    documents(GET, '/.well-known/ssf-configuration');
    documents(GET, '/.well-known/jwks.json');
    const receivers = behind('Streams', functions.streams, ['stream']);
    for (const method of [POST, GET, PATCH, PUT, DELETE]) receivers(method, '/v1/streams');
    for (const method of [GET, POST]) receivers(method, '/v1/streams/status');
    receivers(POST, '/v1/streams/subjects/add');
    receivers(POST, '/v1/streams/subjects/remove');
    receivers(POST, '/v1/streams/verify');
    receivers(POST, '/v1/streams/{streamId}/poll');
    behind(
      'Signals',
      functions.signals,
      'A security event proves itself by its signature; RFC 8935 leaves it to the parties to ask for more.',
    )(POST, '/v1/signals');

    const feedback = behind('Feedback', functions.feedback, ['evaluate', 'operate']);
    feedback(POST, '/v1/feedback');
    feedback(DELETE, '/v1/feedback/{feedbackId}');
    feedback(POST, '/v1/feedback-links');
    const answers = behind(
      'FeedbackAnswers',
      functions.feedback,
      'A person who is asked bears no token. The link is signed, is about one event, expires, and works once.',
    );
    for (const method of [GET, POST]) answers(method, '/v1/feedback-links/{token}');
    const reviews = behind('Reviews', functions.reviews, ['operate']);
    reviews(GET, '/v1/reviews');
    for (const method of [GET, POST]) reviews(method, '/v1/reviews/{id}');
    reviews(GET, '/v1/labels');
    reviews(POST, '/v1/disputes', 'evaluate');
    reviews(GET, '/v1/disputes/{reference}', 'evaluate');

    behind(
      'OpenApi',
      functions.openapi,
      'How the API is used is published to everybody; the description holds no data and no secret.',
    )(GET, '/openapi.json');

    const subjects = behind('Subjects', functions.subjects, ['operate']);
    for (const method of [GET, DELETE]) subjects(method, '/v1/subjects/{id}');
    subjects(POST, '/v1/subjects/{id}/rebuild');

    const log = behind('Log', functions.log, ['operate']);
    log(GET, '/v1/log');
    log(GET, '/v1/log/integrity');
    log(GET, '/v1/decisions/{eventId}/record');

    const policies = behind('Policies', functions.policies, ['operate']);
    for (const method of [GET, POST]) policies(method, '/v1/policies');
    policies(GET, '/v1/policies/{version}');
    policies(POST, '/v1/policies/{version}/activate');
    policies(POST, '/v1/policies/dry-run');
    policies(POST, '/v1/policies/rollback');
  }
}
