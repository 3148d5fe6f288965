import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2, EventBridgeEvent } from 'aws-lambda';
import { baselineStore } from '../baselines/index.ts';
import {
  activePolicies,
  type Basis,
  decisionKey,
  decisionStore,
  loadOwnPolicies,
  logStore,
  policyVersions,
  questionOf,
} from '../decisions/index.ts';
import {
  CLIENT_SETTINGS,
  callerOf,
  configOf,
  countMetric,
  type HttpEvent,
  httpProblems,
  isHttpEvent,
  jsonBody,
  jsonResponse,
  logger,
  metrics,
  readAsset,
  secretReader,
  tenantOfCaller,
} from '../platform/index.ts';
import { actionBody, disputeBody, listQuery, readBody } from './bodies.ts';
import { tick } from './clock.ts';
import { openDispute, readDispute } from './disputes.ts';
import { listLabels } from './labels.ts';
import { tellOn } from './publish.ts';
import type { Action, Review } from './review.ts';
import { ReviewError } from './review-error.ts';
import { listed, viewOf } from './review-view.ts';
import { actOnReview, type ReviewDeps, reviewIfAsked, reviewKey } from './reviewing.ts';
import { reviewStore } from './reviews.store.ts';
import { reviewerOf } from './speaker.ts';

const config = configOf(process.env, [
  'DECISIONS_TABLE',
  'BASELINES_TABLE',
  'REVIEWS_TABLE',
  'LOG_TABLE',
  'POLICIES_TABLE',
  'BUS_NAME',
  'PSEUDONYM_SECRET_ARN',
  'REVIEW_HOURS',
  'DISPUTE_DAYS',
  'TENANTS',
  'UNBOUND_TENANTS',
]);

/** Largest body, bytes: a comment and some. */
const BODY_BYTES = 16_384;
const HOUR_MS = 3_600_000;

const dynamodb = new DynamoDBClient(CLIENT_SETTINGS);
const pdp = activePolicies({
  loadOwn: () => loadOwnPolicies(readAsset),
  active: policyVersions(dynamodb, config.POLICIES_TABLE).active,
  clock: Date.now,
  onFailure: (error) => logger.error('The active policy could not be read', error as Error),
});
const decisions = decisionStore(dynamodb, config.DECISIONS_TABLE, Date.now);
const deps: ReviewDeps = {
  decisions,
  baselines: baselineStore(dynamodb, config.BASELINES_TABLE, Date.now),
  records: reviewStore(dynamodb, config.REVIEWS_TABLE, Date.now),
  tell: tellOn(new EventBridgeClient(CLIENT_SETTINGS), config.BUS_NAME),
  clock: Date.now,
  nonce: () => randomBytes(15).toString('base64url'),
  allowed: { review: config.REVIEW_HOURS * HOUR_MS, dispute: config.DISPUTE_DAYS * 24 * HOUR_MS },
  mayResolve: async ({ tenant, decision, basis }, wish) => {
    // Decisions of before their basis was kept are asked as a person's at an unknown application.
    const known: Pick<Basis, 'question' | 'features'> = basis ?? {
      features: '',
      question: {
        kind: 'person',
        roles: [],
        application: 'unknown',
        attempt: 'unknown',
        result: 'unknown',
        factors: [],
        detections: [],
        sensitivity: 'unknown',
      },
    };
    return (await pdp(tenant)).mayResolve(questionOf(tenant, decision, known), wish);
  },
};

/** References of disputes are signed. */
const disputing = { ...deps, secret: secretReader(config.PSEUDONYM_SECRET_ARN) };
/** A review is seen with the subject's other events. */
const seeing = { ...deps, decisions, log: logStore(dynamodb, config.LOG_TABLE, Date.now) };

type Route = (event: HttpEvent) => Promise<APIGatewayProxyStructuredResultV2>;

const tenantOf = (event: HttpEvent): string =>
  tenantOfCaller(callerOf(event), config.TENANTS, config.UNBOUND_TENANTS, event.queryStringParameters?.tenant)
    .tenant;

const queryOf = (event: HttpEvent) =>
  readBody(listQuery, event.queryStringParameters ?? {}, 'review-invalid');

const reviewOf = async (tenant: string, id: string): Promise<Review> => {
  const review = id.length > 64 ? undefined : await deps.records.get<Review>(reviewKey(tenant, id));
  if (!review) throw new ReviewError('review-unknown', 'There is no such review', { status: 404 });
  return review;
};

const list: Route = async (event) => {
  const tenant = tenantOf(event);
  const { state, limit, after } = queryOf(event);
  const { keys, next } = await deps.records.list(`${state}#${tenant}`, limit, after);
  const reviews = await Promise.all(keys.map((key) => deps.records.get<Review>(key)));
  return jsonResponse(200, {
    reviews: reviews.filter((review) => review !== undefined).map(listed),
    ...(next === undefined ? {} : { next }),
  });
};

const read: Route = async (event) =>
  jsonResponse(200, await viewOf(seeing, await reviewOf(tenantOf(event), event.pathParameters?.id ?? '')));

const act: Route = async (event) => {
  const tenant = tenantOf(event);
  const reviewer = reviewerOf(callerOf(event));
  const { id } = await reviewOf(tenant, event.pathParameters?.id ?? '');
  const action: Action = readBody(actionBody, jsonBody(event, BODY_BYTES), 'review-invalid');
  const review = await actOnReview(deps, tenant, id, action, reviewer);
  if (review.resolution) countMetric('ReviewResolved');
  return jsonResponse(200, await viewOf(seeing, review));
};

const dispute: Route = async (event) => {
  const tenant = tenantOf(event);
  const { eventId, statement } = readBody(disputeBody, jsonBody(event, BODY_BYTES), 'dispute-invalid');
  countMetric('DecisionDisputed');
  return jsonResponse(201, await openDispute(disputing, decisionKey(tenant, eventId), statement));
};

const ROUTES: Readonly<Record<string, Route>> = {
  'GET /v1/reviews': list,
  'GET /v1/reviews/{id}': read,
  'POST /v1/reviews/{id}': act,
  'POST /v1/disputes': dispute,
  'GET /v1/disputes/{reference}': async (event) =>
    jsonResponse(200, await readDispute(disputing, tenantOf(event), event.pathParameters?.reference ?? '')),
  'GET /v1/labels': async (event) => {
    const { limit, after } = queryOf(event);
    return jsonResponse(200, await listLabels(deps, tenantOf(event), limit, after));
  },
};

/** `Risk Assessed` opens a review where policy asked for one; the clock's own event lets time pass. */
const observe = async (event: EventBridgeEvent<string, { metadata?: { id?: unknown } }>): Promise<void> => {
  if (event['detail-type'] === 'Scheduled Event') {
    const finished = await tick({
      ...deps,
      onFailure: (part, error) => logger.error(`The clock failed at a ${part}`, error as Error),
    });
    if (finished > 0) countMetric('ReviewsAged', finished);
    return;
  }
  const id = event.detail?.metadata?.id;
  if (typeof id !== 'string' || !/^d#[\w.-]{1,64}#[\w-]{27}$/.test(id)) return;
  if (await reviewIfAsked(deps, id)) countMetric('ReviewOpened');
};

/** The reviews function: people's queue, what fills it, and its clock. */
export const handler = middy<
  HttpEvent | EventBridgeEvent<string, { metadata?: { id?: unknown } }>,
  APIGatewayProxyStructuredResultV2 | undefined
>()
  .use(httpProblems())
  .after(() => {
    metrics.publishStoredMetrics();
  })
  .handler(async (event) => {
    if (!isHttpEvent(event)) {
      await observe(event);
      return undefined;
    }
    const route = ROUTES[event.routeKey];
    if (!route) throw new ReviewError('route-unknown', 'There is no such route', { status: 404 });
    return route(event);
  });
