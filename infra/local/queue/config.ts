import type { MessageAttributes } from './message.ts';

/** A queue, in the words of `AWS::SQS::Queue`, and what CloudFormation gives it. Times are in seconds. */
export interface QueueConfig {
  readonly Arn: string;
  readonly QueueName: string;
  readonly QueueUrl: string;
  /** @default 30 */
  readonly VisibilityTimeout?: number;
  /** @default 345600 (4 days) */
  readonly MessageRetentionPeriod?: number;
  /** @default 0 */
  readonly DelaySeconds?: number;
  /** @default 0 */
  readonly ReceiveMessageWaitTimeSeconds?: number;
  /** Bytes. @default 1048576 */
  readonly MaximumMessageSize?: number;
  readonly RedrivePolicy?: { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number };
  /** Only standard queues are run: `true` is refused. */
  readonly FifoQueue?: boolean;
}

/** A message as received. */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly messageAttributes: MessageAttributes;
  /** Epoch milliseconds. */
  readonly sentAt: number;
  readonly firstReceivedAt: number;
  readonly receiveCount: number;
  /** The queue that gave up on it, when this is a dead letter. */
  readonly deadLetterSource?: string;
}

/** How many messages a queue holds: ready, in flight, and delayed. */
export interface QueueDepth {
  readonly ready: number;
  readonly inFlight: number;
  readonly delayed: number;
}
