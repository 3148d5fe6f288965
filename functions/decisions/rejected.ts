import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Problem } from '../platform/index.ts';

/** Largest event that is kept with its rejection, characters; of a larger one only the beginning is. */
const KEPT_CHARACTERS = 200_000;

/** What the rejected-events queue holds. */
export interface RejectedEvent {
  readonly reason: Problem;
  /** The event as it came, or its first characters as text when it is too large to keep. */
  readonly event: unknown;
}

/**
 * Keeps an event that cannot be processed, with the reason, for somebody to look at. It is not retried: the
 * same event would fail the same way.
 */
export const rejectedQueue =
  (client: SQSClient, queueUrl: string) =>
  async (rejected: RejectedEvent): Promise<void> => {
    const text = JSON.stringify(rejected.event) ?? 'null';
    const event = text.length > KEPT_CHARACTERS ? text.slice(0, KEPT_CHARACTERS) : rejected.event;
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify({ reason: rejected.reason, event }),
      }),
    );
  };
