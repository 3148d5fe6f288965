import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

/**
 * Sends messages to one queue, as JSON.
 *
 * @example
 * ```ts
 * const send = queueSender<Undeliverable>(new SQSClient(CLIENT_SETTINGS), config.UNDELIVERABLE_QUEUE_URL);
 * await send({ stream, jti, reason: 'invalid_audience' });
 * ```
 */
export const queueSender =
  <T>(client: SQSClient, queueUrl: string) =>
  async (message: T): Promise<void> => {
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) }));
  };
