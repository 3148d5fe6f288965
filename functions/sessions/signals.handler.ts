import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import {
  CLIENT_SETTINGS,
  configOf,
  countMetric,
  type HttpEvent,
  logger,
  metrics,
  pseudonymsFor,
  queueSender,
  secretReader,
} from '../platform/index.ts';
import type { SignalMessage } from './messages.ts';
import { aimedSignal } from './outside-evidence.ts';
import { receivedStore } from './received.store.ts';
import {
  MAX_SET_LENGTH,
  readSecurityEvent,
  SetError,
  type TrustedTransmitter,
} from './shared-signals/receive.ts';

const config = configOf(process.env, [
  'SESSIONS_TABLE',
  'SESSIONS_QUEUE_URL',
  'PSEUDONYM_SECRET_ARN',
  'SIGNAL_TRANSMITTERS',
]);
const remember = receivedStore(new DynamoDBClient(CLIENT_SETTINGS), config.SESSIONS_TABLE, Date.now);
const secret = secretReader(config.PSEUDONYM_SECRET_ARN);
const send = queueSender<SignalMessage>(new SQSClient(CLIENT_SETTINGS), config.SESSIONS_QUEUE_URL);

/** The token in a request's body; RFC 8935 §2 sends it bare. */
const tokenOf = (event: HttpEvent): string => {
  const type = event.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/secevent+jwt')
    throw new SetError('invalid_request', 'The body must be application/secevent+jwt');
  const raw = event.body ?? '';
  if (raw.length > 2 * MAX_SET_LENGTH) throw new SetError('invalid_request', 'The token is too large');
  return (event.isBase64Encoded ? Buffer.from(raw, 'base64').toString('utf8') : raw).trim();
};

const receive = async (event: HttpEvent): Promise<void> => {
  const transmitters = config.SIGNAL_TRANSMITTERS as unknown as readonly TrustedTransmitter[];
  const signal = await readSecurityEvent(tokenOf(event), transmitters, Date.now());
  // The same token again gets the same answer, as RFC 8935 §2 asks, and is counted once.
  if ((await remember(signal)) === 'other')
    throw new SetError('invalid_request', 'Another token was received under this jti');
  const aimed = aimedSignal(signal, pseudonymsFor(await secret(), signal.tenant));
  await send({ kind: 'signal-received', ...aimed, issuer: signal.issuer, type: signal.type });
};

const answer = (statusCode: number, body?: object): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: {
    'cache-control': 'no-store',
    ...(body ? { 'content-type': 'application/json', 'content-language': 'en' } : {}),
  },
  ...(body ? { body: JSON.stringify(body) } : {}),
});

/** `POST /v1/signals`: receives security events by push (RFC 8935). A token proves itself: it bears a signature. */
export const handler = middy<HttpEvent>()
  .after(() => {
    // No return value: middy would take it for the response.
    metrics.publishStoredMetrics();
  })
  .handler(async (event) => {
    try {
      await receive(event);
      countMetric('SignalReceived');
      return answer(202);
    } catch (error) {
      if (error instanceof SetError) {
        countMetric('SignalRefused');
        return answer(400, { err: error.err, description: error.message });
      }
      logger.error('A signal could not be received', error as Error);
      return answer(503);
    }
  });
