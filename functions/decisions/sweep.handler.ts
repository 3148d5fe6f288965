import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import middy from '@middy/core';
import { baselineStore } from '../baselines/index.ts';
import { CLIENT_SETTINGS, configOf, countMetric, logger, metrics } from '../platform/index.ts';
import { decisionStore } from './decisions.store.ts';
import { riskAssessedPublisher } from './publish.ts';
import { sweep } from './sweep.ts';

const config = configOf(process.env, ['DECISIONS_TABLE', 'BASELINES_TABLE', 'BUS_NAME']);
const dynamodb = new DynamoDBClient(CLIENT_SETTINGS);

/** On a schedule: finishes and publishes decisions that a crash left pending. */
export const handler = middy().handler(async () => {
  const finished = await sweep({
    decisions: decisionStore(dynamodb, config.DECISIONS_TABLE, Date.now),
    baselines: baselineStore(dynamodb, config.BASELINES_TABLE, Date.now),
    publish: riskAssessedPublisher(new EventBridgeClient(CLIENT_SETTINGS), config.BUS_NAME),
    clock: Date.now,
    onFailure: (part, error) => logger.error(`Sweeping failed at ${part}`, error as Error),
  });
  if (finished > 0) {
    countMetric('DecisionsSwept', finished);
    metrics.publishStoredMetrics();
  }
  return { finished };
});
