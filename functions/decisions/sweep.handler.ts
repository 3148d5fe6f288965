import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import { baselineStore } from '../baselines/index.ts';
import { CLIENT_SETTINGS, configOf, countMetric, logger, metrics, queueSender } from '../platform/index.ts';
import { type Answered, announceLate, presentationStore } from '../presentations/requests/index.ts';
import { decisionStore } from './decisions.store.ts';
import { decisionPublisher } from './publish.ts';
import { sweep } from './sweep.ts';

const config = configOf(process.env, [
  'DECISIONS_TABLE',
  'BASELINES_TABLE',
  'BUS_NAME',
  'PRESENTATIONS_TABLE',
  'ANSWERED_QUEUE_URL',
]);
const dynamodb = new DynamoDBClient(CLIENT_SETTINGS);

const answered = queueSender<Answered>(new SQSClient(CLIENT_SETTINGS), config.ANSWERED_QUEUE_URL);

/** What fails is left for the next minute, and keeps nothing else from being swept. */
const announced = async (): Promise<number> => {
  try {
    return await announceLate({
      store: presentationStore(dynamodb, config.PRESENTATIONS_TABLE, Date.now),
      send: answered,
      clock: Date.now,
    });
  } catch (error) {
    logger.error('Sweeping failed at answers', error as Error);
    return 0;
  }
};

/** On a schedule: finishes and publishes decisions that a crash left pending, and announces wallets' answers. */
export const handler = middy().handler(async () => {
  const finished = await sweep({
    decisions: decisionStore(dynamodb, config.DECISIONS_TABLE, Date.now),
    baselines: baselineStore(dynamodb, config.BASELINES_TABLE, Date.now),
    publish: decisionPublisher(new EventBridgeClient(CLIENT_SETTINGS), config.BUS_NAME),
    clock: Date.now,
    onFailure: (part, error) => logger.error(`Sweeping failed at ${part}`, error as Error),
  });
  const answers = await announced();
  if (finished > 0) countMetric('DecisionsSwept', finished);
  if (answers > 0) countMetric('AnswersSwept', answers);
  metrics.publishStoredMetrics();
  return { finished, answers };
});
