import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { decisionStore } from '../decisions/index.ts';
import {
  CLIENT_SETTINGS,
  configOf,
  countMetric,
  logger,
  metrics,
  queueSender,
  secretReader,
} from '../platform/index.ts';
import { type IdentityChangeMessage, readMessage, type SignalMessage } from './messages.ts';
import { evidenceOfChange } from './outside-evidence.ts';
import type { Session, Telling } from './session.ts';
import { isForBus, sessionEventPublisher, signalReceivedPublisher } from './session-events.ts';
import { sessionStore } from './sessions.store.ts';
import { signalOf, signalOfChange, type TransmitMessage } from './shared-signals/outgoing.ts';
import { type ValidateDeps, validate, weigh } from './validate.ts';

const config = configOf(process.env, [
  'DECISIONS_TABLE',
  'SESSIONS_TABLE',
  'BUS_NAME',
  'TRANSMIT_QUEUE_URL',
  'PSEUDONYM_SECRET_ARN',
]);
const dynamodb = new DynamoDBClient(CLIENT_SETTINGS);
const bus = new EventBridgeClient(CLIENT_SETTINGS);
const secret = secretReader(config.PSEUDONYM_SECRET_ARN);
const publish = sessionEventPublisher(bus, config.BUS_NAME);
const publishReceived = signalReceivedPublisher(bus, config.BUS_NAME);
const transmit = queueSender<TransmitMessage>(new SQSClient(CLIENT_SETTINGS), config.TRANSMIT_QUEUE_URL);

const tell = async (session: Session, tellings: readonly Telling[]): Promise<void> => {
  await publish(session, tellings.filter(isForBus));
  for (const telling of tellings) {
    const signal = signalOf(session, telling);
    if (signal) await transmit(signal);
    if (telling.kind === 'session-revoked') countMetric('SessionRevoked');
    if (telling.kind === 'step-up-required') countMetric('SessionSteppedUp');
  }
};

const deps: ValidateDeps = {
  decisions: decisionStore(dynamodb, config.DECISIONS_TABLE, Date.now),
  sessions: sessionStore(dynamodb, config.SESSIONS_TABLE, Date.now),
  tell,
  onFailure: (part, error) => logger.error(`Validating failed at ${part}`, error as Error),
};

const onChange = async ({ event }: IdentityChangeMessage): Promise<void> => {
  const aimed = evidenceOfChange(event, await secret());
  if (aimed) await weigh(aimed.target, aimed.evidence, deps);
  const signal = signalOfChange(event);
  if (signal) await transmit(signal);
};

const onSignal = async (message: SignalMessage): Promise<void> => {
  await publishReceived(message);
  await weigh(message.target, message.evidence, deps);
};

/** A batch of decided events, changes to identities and received signals: counts them into their sessions. */
export const handler = middy<SQSEvent, SQSBatchResponse>()
  .after(() => {
    // No return value: middy would take it for the response.
    metrics.publishStoredMetrics();
  })
  .handler(async (event) => {
    const messages = event.Records.map(({ messageId, body }) => ({ messageId, message: readMessage(body) }));
    const keys = messages.flatMap(({ message }) => (message?.kind === 'decided' ? [message.key] : []));
    const done = await validate(keys, deps);
    const failed: string[] = [];
    for (const { messageId, message } of messages) {
      try {
        if (message?.kind === 'identity-change') await onChange(message);
        else if (message?.kind === 'signal-received') await onSignal(message);
        else if (!message || !done.has(message.key)) failed.push(messageId);
      } catch (error) {
        logger.error('A message could not be counted', error as Error);
        failed.push(messageId);
      }
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  });
