import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import {
  CLIENT_SETTINGS,
  configOf,
  countMetric,
  type HttpEvent,
  jsonResponse,
  logger,
  metrics,
  secretReader,
} from '../platform/index.ts';
import { answerPosted } from './answer-request.ts';
import { oauthError } from './oauth-error.ts';
import { invalidResponse, unknownRequest } from './presentation-error.ts';
import { presentationParts } from './presentation-parts.ts';
import { isBrowserMode, isRequestId, requestUris } from './presentation-request.ts';
import { statusOf } from './presentation-result.ts';
import { REQUEST_OBJECT_TYPE, signedRequestObject } from './request-object.ts';
import { requestPage } from './request-page.ts';
import { checkEdge } from './through-edge.ts';
import { didDocumentOf } from './verifier-identity.ts';
import { readWalletRequest } from './wallet-request.ts';

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
  'EDGE_SECRET_ARN',
]);
const { store, identity, answering } = presentationParts(config, new DynamoDBClient(CLIENT_SETTINGS));

/** What the distribution before the API adds to each request, where there is one. */
const edgeSecret =
  config.EDGE_SECRET_ARN === undefined ? async () => undefined : secretReader(config.EDGE_SECRET_ARN);

/** Largest body that wallets send, bytes. */
const MAX_BODY_BYTES = 524_288;

const formBody = (event: HttpEvent): string => {
  const type = event.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded')
    throw invalidResponse('The body must be application/x-www-form-urlencoded');
  const raw = event.body ?? '';
  const text = event.isBase64Encoded ? Buffer.from(raw, 'base64').toString('utf8') : raw;
  if (text.length > MAX_BODY_BYTES) throw invalidResponse('The body is too large');
  return text;
};

const requestObject = async (event: HttpEvent): Promise<APIGatewayProxyStructuredResultV2> => {
  const walletNonce =
    event.requestContext.http.method === 'POST' ? readWalletRequest(formBody(event)) : undefined;
  const id = event.pathParameters?.id;
  const stored = isRequestId(id) ? await store.get(id) : undefined;
  if (stored === undefined || statusOf(stored, Date.now()) !== 'pending') throw unknownRequest();
  const { request } = stored;
  if (isBrowserMode(request.responseMode) || request.clientId.startsWith('redirect_uri:'))
    throw unknownRequest();
  const { responseUri } = requestUris(config.PUBLIC_URL, request.walletId);
  return {
    statusCode: 200,
    headers: { 'content-type': REQUEST_OBJECT_TYPE, 'cache-control': 'no-store' },
    body: await signedRequestObject(request, await identity(), responseUri, Date.now(), walletNonce),
  };
};

const response = async (event: HttpEvent): Promise<APIGatewayProxyStructuredResultV2> => {
  const { redirectUri } = await answerPosted(event.pathParameters?.id, formBody(event), answering);
  countMetric('PresentationAnswered');
  return jsonResponse(200, redirectUri === undefined ? {} : { redirect_uri: redirectUri });
};

const stored = async (event: HttpEvent) => {
  const id = event.pathParameters?.id;
  const found = isRequestId(id) ? await store.get(id) : undefined;
  if (found === undefined || isBrowserMode(found.request.responseMode)) throw unknownRequest();
  return { request: found.request, status: statusOf(found, Date.now()) };
};

const page = async (event: HttpEvent): Promise<APIGatewayProxyStructuredResultV2> => {
  const { request, status } = await stored(event);
  const { html, headers } = requestPage(request, status, config.PUBLIC_URL, config.PSEUDONYM_SCOPES);
  return { statusCode: 200, headers: { ...headers }, body: html };
};

const status = async (event: HttpEvent): Promise<APIGatewayProxyStructuredResultV2> =>
  jsonResponse(200, { status: (await stored(event)).status });

const didDocument = async (): Promise<APIGatewayProxyStructuredResultV2> => {
  const own = await identity();
  if (!own.did.startsWith('did:web:')) throw unknownRequest();
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/did+json', 'cache-control': 'public, max-age=300' },
    body: JSON.stringify(didDocumentOf(own)),
  };
};

const ROUTES: Readonly<Record<string, (event: HttpEvent) => Promise<APIGatewayProxyStructuredResultV2>>> = {
  'GET /v1/presentation-requests/{id}/request.jwt': requestObject,
  'POST /v1/presentation-requests/{id}/request.jwt': requestObject,
  'POST /v1/presentation-requests/{id}/response': response,
  'GET /v1/presentation-requests/{id}/page': page,
  'GET /v1/presentation-requests/{id}/status': status,
  'GET /.well-known/did.json': didDocument,
};

/** What wallets call, without a token: fetch a request, answer it. */
export const handler = middy<HttpEvent>()
  .after(() => {
    metrics.publishStoredMetrics();
  })
  .onError((request) => {
    const { status, body } = oauthError(request.error);
    if (status >= 500) {
      logger.error('The request failed', request.error as Error);
      countMetric('RequestFailed');
    }
    metrics.publishStoredMetrics();
    request.response = jsonResponse(status, body);
  })
  .handler(async (event) => {
    checkEdge(event.headers, await edgeSecret());
    const route = ROUTES[event.routeKey];
    if (route === undefined) throw unknownRequest();
    return route(event);
  });
