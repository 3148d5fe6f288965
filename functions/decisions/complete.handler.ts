import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { baselineStore } from '../baselines/index.ts';
import { CLIENT_SETTINGS, configOf, countMetric, logger, metrics, readAsset } from '../platform/index.ts';
import { presentationStore, walletStore } from '../presentations/requests/index.ts';
import { activePolicies, loadOwnPolicies } from './active-policies.ts';
import { type CompleteDeps, complete } from './complete.ts';
import { decisionStore } from './decisions.store.ts';
import { policyVersions } from './policy-versions.store.ts';
import { answerPublisher, decisionPublisher } from './publish.ts';

const config = configOf(process.env, [
  'PRESENTATIONS_TABLE',
  'WALLETS_TABLE',
  'DECISIONS_TABLE',
  'BASELINES_TABLE',
  'POLICIES_TABLE',
  'BUS_NAME',
]);
const dynamodb = new DynamoDBClient(CLIENT_SETTINGS);
const bus = new EventBridgeClient(CLIENT_SETTINGS);

const deps: CompleteDeps = {
  presentations: presentationStore(dynamodb, config.PRESENTATIONS_TABLE, Date.now),
  wallets: walletStore(dynamodb, config.WALLETS_TABLE),
  decisions: decisionStore(dynamodb, config.DECISIONS_TABLE, Date.now),
  baselines: baselineStore(dynamodb, config.BASELINES_TABLE, Date.now),
  pdp: activePolicies({
    loadOwn: () => loadOwnPolicies(readAsset),
    active: policyVersions(dynamodb, config.POLICIES_TABLE).active,
    clock: Date.now,
    onFailure: (error) => logger.error('The active policy could not be read', error as Error),
  }),
  tell: answerPublisher(bus, config.BUS_NAME),
  publish: decisionPublisher(bus, config.BUS_NAME),
  clock: Date.now,
};

/** The request that a message names; undefined when it names none. */
const walletIdIn = (body: string): string | undefined => {
  try {
    const { walletId } = JSON.parse(body);
    return typeof walletId === 'string' ? walletId : undefined;
  } catch {
    return undefined;
  }
};

/** A batch of answers of wallets: completes what each was for, and tells of it. */
export const handler = middy<SQSEvent, SQSBatchResponse>()
  .after(() => {
    // No return value: middy would take it for the response.
    metrics.publishStoredMetrics();
  })
  .handler(async ({ Records }) => {
    const failed = await Promise.all(
      Records.map(async ({ messageId, body }) => {
        try {
          const walletId = walletIdIn(body);
          if (walletId === undefined) return [messageId];
          if (await complete(walletId, deps)) countMetric('AnswerCompleted');
          return [];
        } catch (error) {
          logger.error('An answer could not be completed', error as Error);
          return [messageId];
        }
      }),
    );
    return { batchItemFailures: failed.flat().map((itemIdentifier) => ({ itemIdentifier })) };
  });
