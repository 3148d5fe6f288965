import { join } from 'node:path';
import { AwsError } from '../aws-error.ts';
import { type Clock, systemClock } from '../runtime.ts';
import type { QueueConfig } from './config.ts';
import { Queue } from './queue.ts';

export type { QueueConfig, QueueDepth, ReceivedMessage } from './config.ts';
export type { MessageAttribute, MessageAttributes } from './message.ts';
export { Queue } from './queue.ts';

/** The queues of one account and region. */
export interface Queues {
  readonly all: readonly Queue[];
  byArn(arn: string): Queue | undefined;
  byName(name: string): Queue | undefined;
  /** By queue URL; only its last part counts, as clients may reach the endpoint under another host name. */
  byUrl(url: string): Queue | undefined;
  /** Ends long polls and closes files; what is kept is there at the next start. */
  close(): void;
}

/**
 * Makes queues from their CloudFormation properties.
 *
 * @param options.directory Where messages are kept, one file of JSON lines per queue; without it, in memory.
 * @throws {AwsError} when a queue is FIFO, a name is used twice, or a redrive policy names no queue.
 * @example
 * ```ts
 * const queues = createQueues([{ Arn: 'arn:aws:sqs:us-east-1:000000000000:dead', QueueName: 'dead',
 *   QueueUrl: 'http://127.0.0.1:4001/000000000000/dead' }], { directory: '.local/queues' });
 * queues.byName('dead')!.send('{}');
 * ```
 */
export function createQueues(
  configs: readonly QueueConfig[],
  options: { clock?: Clock; directory?: string } = {},
): Queues {
  const clock = options.clock ?? systemClock;
  const arns = new Map<string, Queue>();
  const names = new Map<string, Queue>();
  for (const config of configs) {
    const dead = config.RedrivePolicy?.deadLetterTargetArn;
    const queue = new Queue(config, {
      clock,
      ...(options.directory === undefined
        ? {}
        : { file: join(options.directory, `${config.QueueName}.jsonl`) }),
      deadLetters: () => (dead === undefined ? undefined : arns.get(dead)),
    });
    if (names.has(config.QueueName))
      throw new AwsError('QueueNameExists', `Queue ${config.QueueName} exists twice.`);
    arns.set(config.Arn, queue);
    names.set(config.QueueName, queue);
  }
  for (const { QueueName, RedrivePolicy } of configs) {
    if (RedrivePolicy && !arns.has(RedrivePolicy.deadLetterTargetArn)) {
      throw new AwsError('QueueDoesNotExist', `The dead-letter queue of ${QueueName} does not exist.`);
    }
  }
  return {
    all: [...names.values()],
    byArn: (arn) => arns.get(arn),
    byName: (name) => names.get(name),
    byUrl: (url) => names.get(url.split('/').pop() ?? ''),
    close: () => names.forEach((queue) => void queue.close()),
  };
}
