import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import {
  CLIENT_SETTINGS,
  callerOf,
  configOf,
  countMetric,
  type HttpEvent,
  httpProblems,
  jsonBody,
  jsonResponse,
  kmsSigningKey,
  logger,
  metrics,
  pseudonymsFor,
  queueSender,
  secretReader,
  tenantOfCaller,
} from '../platform/index.ts';
import { SessionError } from './session-error.ts';
import {
  changeStatus,
  changeStream,
  changeSubject,
  createStream,
  deleteStream,
  type ManageDeps,
  type Receiver,
  readStatus,
  readStreams,
  requestVerification,
} from './shared-signals/manage-streams.ts';
import type { TransmitMessage } from './shared-signals/outgoing.ts';
import { poll } from './shared-signals/poll.ts';
import { assertPushTarget } from './shared-signals/push-target.ts';
import { streamStore } from './shared-signals/streams.store.ts';
import { transmitterMetadata } from './shared-signals/transmitter-metadata.ts';

const config = configOf(process.env, [
  'STREAMS_TABLE',
  'TRANSMIT_QUEUE_URL',
  'PUBLIC_URL',
  'SIGNING_KEY_ARN',
  'PSEUDONYM_SECRET_ARN',
  'TENANTS',
  'UNBOUND_TENANTS',
  'PUSH_HOSTS',
  'PUSH_LOOPBACK',
]);
const streams = streamStore(new DynamoDBClient(CLIENT_SETTINGS), config.STREAMS_TABLE, Date.now);
const key = kmsSigningKey(new KMSClient(CLIENT_SETTINGS), config.SIGNING_KEY_ARN);
const secret = secretReader(config.PSEUDONYM_SECRET_ARN);
const send = queueSender<TransmitMessage>(new SQSClient(CLIENT_SETTINGS), config.TRANSMIT_QUEUE_URL);
const rules = { hosts: config.PUSH_HOSTS, loopback: config.PUSH_LOOPBACK };

/** Largest body of a request about streams, bytes. */
const BODY_BYTES = 65_536;

const receiverOf = (event: HttpEvent): Receiver => {
  const caller = callerOf(event);
  const { tenant } = tenantOfCaller(caller, config.TENANTS, config.UNBOUND_TENANTS);
  if (caller.clientId === undefined)
    throw new SessionError('receiver-unknown', 'The token names no client', { status: 403 });
  return { tenant, client: caller.clientId };
};

const depsOf = ({ tenant }: Receiver): ManageDeps => ({
  streams,
  issuer: config.PUBLIC_URL,
  secret,
  pseudonym: async () => pseudonymsFor(await secret(), tenant),
  checkUrl: (url) => {
    assertPushTarget(url, rules);
  },
  send,
  clock: Date.now,
});

const NOTHING: APIGatewayProxyStructuredResultV2 = {
  statusCode: 204,
  headers: { 'cache-control': 'no-store' },
};

/** A document that everybody may read and keep for a while. */
const published = (document: unknown): APIGatewayProxyStructuredResultV2 => ({
  ...jsonResponse(200, document),
  headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' },
});

type Route = (
  event: HttpEvent,
  receiver: Receiver,
  deps: ManageDeps,
) => Promise<APIGatewayProxyStructuredResultV2>;

const body = (event: HttpEvent) => jsonBody(event, BODY_BYTES);
const named = (event: HttpEvent) => event.queryStringParameters?.stream_id;

const ROUTES: Readonly<Record<string, Route>> = {
  'POST /v1/streams': async (event, receiver, deps) =>
    jsonResponse(201, await createStream(body(event), receiver, deps)),
  'GET /v1/streams': async (event, receiver, deps) =>
    jsonResponse(200, await readStreams(named(event), receiver, deps)),
  'PATCH /v1/streams': async (event, receiver, deps) =>
    jsonResponse(200, await changeStream(body(event), 'update', receiver, deps)),
  'PUT /v1/streams': async (event, receiver, deps) =>
    jsonResponse(200, await changeStream(body(event), 'replace', receiver, deps)),
  'DELETE /v1/streams': async (event, receiver, deps) => {
    await deleteStream(named(event), receiver, deps);
    return NOTHING;
  },
  'GET /v1/streams/status': async (event, receiver, deps) =>
    jsonResponse(200, await readStatus(named(event), receiver, deps)),
  'POST /v1/streams/status': async (event, receiver, deps) =>
    jsonResponse(200, await changeStatus(body(event), receiver, deps)),
  'POST /v1/streams/subjects/add': async (event, receiver, deps) => {
    await changeSubject(body(event), false, receiver, deps);
    return { statusCode: 200, headers: { 'cache-control': 'no-store' } };
  },
  'POST /v1/streams/subjects/remove': async (event, receiver, deps) => {
    await changeSubject(body(event), true, receiver, deps);
    return NOTHING;
  },
  'POST /v1/streams/verify': async (event, receiver, deps) => {
    await requestVerification(body(event), receiver, deps);
    return NOTHING;
  },
  'POST /v1/streams/{streamId}/poll': async (event, receiver) => {
    const onRefused = (stream: string, jti: string, reason: string) => {
      logger.warn('A receiver could not use a signal', { stream, jti, reason });
      countMetric('SignalUndeliverable');
    };
    const deps = { streams, clock: Date.now, sleep: (ms: number) => sleep(ms), onRefused };
    return jsonResponse(200, await poll(event.pathParameters?.streamId, body(event), receiver, deps));
  },
};

/** The Shared Signals transmitter's documents, and a receiver's own streams (SSF 1.0 §7, §8; RFC 8936). */
export const handler = middy<HttpEvent>()
  .use(httpProblems())
  .after(() => {
    // No return value: middy would take it for the response.
    metrics.publishStoredMetrics();
  })
  .handler(async (event) => {
    if (event.routeKey === 'GET /.well-known/ssf-configuration')
      return published(transmitterMetadata(config.PUBLIC_URL));
    if (event.routeKey === 'GET /.well-known/jwks.json') return published({ keys: [await key.publicJwk()] });
    const route = Object.hasOwn(ROUTES, event.routeKey) ? ROUTES[event.routeKey] : undefined;
    if (!route) throw new SessionError('route-unknown', 'There is nothing here', { status: 404 });
    const receiver = receiverOf(event);
    return route(event, receiver, depsOf(receiver));
  });
