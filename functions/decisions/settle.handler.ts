import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { baselineStore } from '../baselines/index.ts';
import { CLIENT_SETTINGS, configOf, logger } from '../platform/index.ts';
import { decisionStore } from './decisions.store.ts';
import { settle } from './settle.ts';

const config = configOf(process.env, ['DECISIONS_TABLE', 'BASELINES_TABLE']);
const dynamodb = new DynamoDBClient(CLIENT_SETTINGS);
const deps = {
  decisions: decisionStore(dynamodb, config.DECISIONS_TABLE, Date.now),
  baselines: baselineStore(dynamodb, config.BASELINES_TABLE, Date.now),
  random: Math.random,
  onFailure: (part: string, error: unknown) => logger.error(`Settling failed at ${part}`, error as Error),
};

/** The decision that a `Risk Assessed` event names; undefined when the message is no such event. */
const keyOf = (body: string): string | undefined => {
  try {
    const id = JSON.parse(body)?.detail?.metadata?.id;
    return typeof id === 'string' && id.startsWith('d#') && id.length <= 160 ? id : undefined;
  } catch {
    return undefined;
  }
};

/** A batch of `Risk Assessed` events: settles the decisions they name. */
export const handler = middy<SQSEvent, SQSBatchResponse>().handler(async (event) => {
  const keys = new Map(event.Records.map((record) => [record.messageId, keyOf(record.body)]));
  const done = await settle(
    [...keys.values()].filter((key) => key !== undefined),
    deps,
  );
  const failed = [...keys].filter(([, key]) => key === undefined || !done.has(key));
  return { batchItemFailures: failed.map(([itemIdentifier]) => ({ itemIdentifier })) };
});
