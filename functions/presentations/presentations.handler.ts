import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import {
  CLIENT_SETTINGS,
  callerOf,
  configOf,
  countMetric,
  type HttpEvent,
  httpProblems,
  jsonBody,
  jsonResponse,
  logger,
  metrics,
  tenantOfCaller,
} from '../platform/index.ts';
import { answerFromBrowser, redeemAnswer } from './answer-request.ts';
import { browserAnswerSchema, newRequestAnswer } from './app-api.ts';
import { newRequest } from './new-request.ts';
import { PresentationError, unknownRequest } from './presentation-error.ts';
import { presentationParts } from './presentation-parts.ts';
import { isRequestId, walletIdOf } from './presentation-request.ts';
import { resultOf } from './presentation-result.ts';

const config = configOf(process.env, [
  'PRESENTATIONS_TABLE',
  'ISSUERS_TABLE',
  'PUBLIC_URL',
  'SIGNING_KEY_ARN',
  'SIGNING_CERTIFICATES',
  'VERIFIER_DID',
  'REMOTE_HOSTS',
  'UNAVAILABLE_STATUS',
  'STAGE',
  'ZK_KEYS_ACKNOWLEDGED',
  'PSEUDONYM_SECRET_ARN',
  'ANSWERED_QUEUE_URL',
  'PSEUDONYM_SCOPES',
  'CLIENT_ID_PREFIX',
  'APP_ORIGINS',
  'TENANTS',
  'UNBOUND_TENANTS',
]);
const { store, identity, answering } = presentationParts(config, new DynamoDBClient(CLIENT_SETTINGS));

/** Largest body that apps send, bytes: an answer of the browser's API may hold several credentials. */
const MAX_BODY_BYTES = 524_288;

const tenantOf = (event: HttpEvent): string =>
  tenantOfCaller(callerOf(event), config.TENANTS, config.UNBOUND_TENANTS, event.queryStringParameters?.tenant)
    .tenant;

const create = async (event: HttpEvent) => {
  const settings = {
    publicUrl: config.PUBLIC_URL,
    identity: await identity(),
    clientIdPrefix: config.CLIENT_ID_PREFIX,
    appOrigins: config.APP_ORIGINS,
    pseudonymScopes: config.PSEUDONYM_SCOPES,
  };
  const made = newRequest(
    jsonBody(event, MAX_BODY_BYTES),
    tenantOf(event),
    settings,
    randomBytes,
    Date.now(),
  );
  const answer = await newRequestAnswer(made, settings, Date.now());
  await store.insert(made.request);
  countMetric('PresentationRequested');
  return jsonResponse(201, answer);
};

const read = async (event: HttpEvent) => {
  const id = event.pathParameters?.id;
  const stored = isRequestId(id) ? await store.get(walletIdOf(id)) : undefined;
  if (stored === undefined || stored.request.tenant !== tenantOf(event)) throw unknownRequest();
  const result = resultOf(stored, event.queryStringParameters?.response_code, Date.now());
  if (result.status === 'verified') await redeemAnswer(stored, answering);
  return jsonResponse(200, result);
};

const answer = async (event: HttpEvent) => {
  const id = event.pathParameters?.id;
  if (!isRequestId(id)) throw unknownRequest();
  const parsed = browserAnswerSchema.safeParse(jsonBody(event, MAX_BODY_BYTES));
  if (!parsed.success)
    throw new PresentationError('request-invalid', 'The body must be {origin, data}', { status: 422 });
  await answerFromBrowser(walletIdOf(id), tenantOf(event), parsed.data, answering);
  return read(event);
};

const ROUTES: Readonly<Record<string, (event: HttpEvent) => ReturnType<typeof read>>> = {
  'POST /v1/presentation-requests': create,
  'GET /v1/presentation-requests/{id}': read,
  'POST /v1/presentation-requests/{id}/dc-response': answer,
};

/** What apps call: ask for a presentation, hand in what the browser gave, read the result. */
export const handler = middy<HttpEvent>()
  .use(httpProblems())
  .after(() => {
    metrics.publishStoredMetrics();
  })
  .onError((request) => {
    metrics.publishStoredMetrics();
    logger.debug('Refused', { code: (request.error as { code?: string }).code });
  })
  .handler((event) => {
    const route = ROUTES[event.routeKey];
    if (route === undefined) throw unknownRequest();
    return route(event);
  });
