import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { baselineStore } from '../baselines/index.ts';
import { decisionKey, decisionStore } from '../decisions/index.ts';
import {
  CLIENT_SETTINGS,
  callerOf,
  configOf,
  countMetric,
  type HttpEvent,
  httpProblems,
  jsonBody,
  jsonResponse,
  metrics,
  secretReader,
  tenantOfCaller,
} from '../platform/index.ts';
import { answerBody, feedbackBody, linkBody, readBody } from './bodies.ts';
import { type FeedbackDeps, giveFeedback, isAnswered, withdrawFeedback } from './feedback.ts';
import { openLink, signLink } from './feedback-link.ts';
import { PAGE_HEADERS, questionPage, refusalPage, thanksPage } from './feedback-page.ts';
import { tellOn } from './publish.ts';
import { eventUnknown, ReviewError } from './review-error.ts';
import { reviewStore } from './reviews.store.ts';
import { speakerOf } from './speaker.ts';

const config = configOf(process.env, [
  'DECISIONS_TABLE',
  'BASELINES_TABLE',
  'REVIEWS_TABLE',
  'BUS_NAME',
  'PSEUDONYM_SECRET_ARN',
  'PUBLIC_URL',
  'TENANTS',
  'UNBOUND_TENANTS',
]);

/** Largest body, bytes: a comment and some. */
const BODY_BYTES = 16_384;
const HOUR_MS = 3_600_000;

const dynamodb = new DynamoDBClient(CLIENT_SETTINGS);
const nonce = () => randomBytes(15).toString('base64url');
const deps: FeedbackDeps = {
  decisions: decisionStore(dynamodb, config.DECISIONS_TABLE, Date.now),
  baselines: baselineStore(dynamodb, config.BASELINES_TABLE, Date.now),
  records: reviewStore(dynamodb, config.REVIEWS_TABLE, Date.now),
  tell: tellOn(new EventBridgeClient(CLIENT_SETTINGS), config.BUS_NAME),
  clock: Date.now,
  nonce,
};
const secret = secretReader(config.PSEUDONYM_SECRET_ARN);

type Route = (event: HttpEvent) => Promise<APIGatewayProxyStructuredResultV2>;

const tenantOf = (event: HttpEvent): string =>
  tenantOfCaller(callerOf(event), config.TENANTS, config.UNBOUND_TENANTS, event.queryStringParameters?.tenant)
    .tenant;

const give: Route = async (event) => {
  const tenant = tenantOf(event);
  const body = readBody(feedbackBody, jsonBody(event, BODY_BYTES), 'feedback-invalid');
  const feedbackId = await giveFeedback(deps, {
    decision: decisionKey(tenant, body.eventId),
    verdict: body.verdict,
    by: speakerOf(callerOf(event)),
    ...(body.comment === undefined ? {} : { comment: body.comment }),
  });
  countMetric('FeedbackGiven');
  return jsonResponse(201, { feedbackId });
};

const withdraw: Route = async (event) => {
  await withdrawFeedback(deps, tenantOf(event), event.pathParameters?.feedbackId ?? '');
  return { statusCode: 204 };
};

const makeLink: Route = async (event) => {
  const tenant = tenantOf(event);
  const { eventId, hours } = readBody(linkBody, jsonBody(event, BODY_BYTES), 'feedback-invalid');
  const decision = decisionKey(tenant, eventId);
  if (!(await deps.decisions.get(decision))) throw eventUnknown();
  const expiresAt = Date.now() + Math.round(hours * HOUR_MS);
  const token = signLink(await secret(), { tenant, decision, nonce: nonce(), expiresAt });
  return jsonResponse(201, {
    url: `${config.PUBLIC_URL.replace(/\/$/, '')}/v1/feedback-links/${token}`,
    expiresAt: new Date(expiresAt).toISOString(),
  });
};

const claimsOf = async (event: HttpEvent) =>
  openLink(await secret(), event.pathParameters?.token ?? '', Date.now());

const ask: Route = async (event) => {
  const claims = await claimsOf(event);
  const stored = await deps.decisions.get(claims.decision);
  if (!stored) throw eventUnknown();
  if (await isAnswered(deps, claims.decision, claims.nonce))
    throw new ReviewError('link-used', 'This was answered already', { status: 410 });
  const { time, failed } = stored.delta.observation;
  return { statusCode: 200, headers: PAGE_HEADERS, body: questionPage(time, !failed) };
};

/** The answer of a form: what browsers send, and nothing else. */
const formOf = (event: HttpEvent): Record<string, string> => {
  const type = event.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded')
    throw new ReviewError('media-type-unsupported', 'Please answer by the form', { status: 415 });
  const raw = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString('utf8') : event.body;
  return Object.fromEntries(new URLSearchParams((raw ?? '').slice(0, 1_000)));
};

const answer: Route = async (event) => {
  const claims = await claimsOf(event);
  const body = readBody(answerBody, formOf(event), 'feedback-invalid');
  await giveFeedback(deps, {
    decision: claims.decision,
    verdict: body.answer === 'me' ? 'confirmSafe' : 'confirmCompromised',
    by: { kind: 'person', id: 'link' },
    nonce: claims.nonce,
  });
  countMetric('LinkAnswered');
  return { statusCode: 200, headers: PAGE_HEADERS, body: thanksPage(body.answer) };
};

/** People read what these routes answer: a refusal is a page too. */
const forPeople =
  (route: Route): Route =>
  async (event) => {
    try {
      return await route(event);
    } catch (error) {
      if (!(error instanceof ReviewError) || error.status >= 500) throw error;
      return { statusCode: error.status, headers: PAGE_HEADERS, body: refusalPage(error.message) };
    }
  };

const ROUTES: Readonly<Record<string, Route>> = {
  'POST /v1/feedback': give,
  'DELETE /v1/feedback/{feedbackId}': withdraw,
  'POST /v1/feedback-links': makeLink,
  'GET /v1/feedback-links/{token}': forPeople(ask),
  'POST /v1/feedback-links/{token}': forPeople(answer),
};

/** What apps, reviewers and people say of an event, and what is taken back. */
export const handler = middy<HttpEvent>()
  .use(httpProblems())
  .after(() => {
    metrics.publishStoredMetrics();
  })
  .handler((event) => {
    const route = ROUTES[event.routeKey];
    if (!route) throw new ReviewError('route-unknown', 'There is no such route', { status: 404 });
    return route(event);
  });
