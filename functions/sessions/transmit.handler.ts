import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import {
  CLIENT_SETTINGS,
  configOf,
  countMetric,
  kmsSigningKey,
  logger,
  metrics,
  queueSender,
  secretReader,
} from '../platform/index.ts';
import { pushTo } from './shared-signals/push.ts';
import { streamStore } from './shared-signals/streams.store.ts';
import { sweepOutbox, type TransmitDeps, transmit, type Undeliverable } from './shared-signals/transmit.ts';

const config = configOf(process.env, [
  'STREAMS_TABLE',
  'PUBLIC_URL',
  'SUBJECT_ISSUER',
  'SIGNING_KEY_ARN',
  'PSEUDONYM_SECRET_ARN',
  'UNDELIVERABLE_QUEUE_URL',
  'PUSH_HOSTS',
  'PUSH_LOOPBACK',
]);
const undeliverable = queueSender<Undeliverable>(
  new SQSClient(CLIENT_SETTINGS),
  config.UNDELIVERABLE_QUEUE_URL,
);

const deps: TransmitDeps = {
  streams: streamStore(new DynamoDBClient(CLIENT_SETTINGS), config.STREAMS_TABLE, Date.now),
  key: kmsSigningKey(new KMSClient(CLIENT_SETTINGS), config.SIGNING_KEY_ARN),
  push: pushTo({ hosts: config.PUSH_HOSTS, loopback: config.PUSH_LOOPBACK }),
  issuer: config.PUBLIC_URL,
  subjectIssuer: config.SUBJECT_ISSUER,
  secret: secretReader(config.PSEUDONYM_SECRET_ARN),
  clock: Date.now,
  random: Math.random,
  giveUp: async (event) => {
    await undeliverable(event);
    countMetric('SignalUndeliverable');
  },
  onFailure: (part, error) => {
    logger.warn(`Transmitting failed at ${part}`, error as Error);
    countMetric('PushFailed');
  },
};

/** Signals to transmit, from the queue; on a schedule, what is to be pushed again. */
export const handler = middy<Partial<SQSEvent>, SQSBatchResponse | { taken: number }>()
  .after(() => {
    // No return value: middy would take it for the response.
    metrics.publishStoredMetrics();
  })
  .handler(async ({ Records }) => {
    if (!Records) return { taken: await sweepOutbox(deps) };
    const failed: string[] = [];
    // Side by side: what waits for one slow receiver keeps nobody else waiting.
    await Promise.all(
      Records.map(async ({ messageId, body }) => {
        try {
          await transmit(JSON.parse(body), deps);
        } catch (error) {
          logger.error('A signal could not be transmitted', error as Error);
          failed.push(messageId);
        }
      }),
    );
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  });
