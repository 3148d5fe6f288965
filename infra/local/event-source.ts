import type { LambdaHost } from './lambda-host.ts';
import type { Invocation } from './lambda-host-function.ts';
import type { Queue, ReceivedMessage } from './queue/index.ts';
import { bodyDigest } from './queue/message.ts';
import type { LocalTemplate } from './template.ts';
import { refusedProperty } from './template-error.ts';

/** A queue whose messages a function consumes. */
export interface EventSource {
  readonly queueArn: string;
  readonly functionArn: string;
  /** Messages at most in one invocation. */
  readonly batchSize: number;
  /** How long a batch is gathered, ms. */
  readonly windowMs: number;
  /** Invocations at once. */
  readonly concurrency: number;
  /** True when the function may name the messages that failed, and only those come again. */
  readonly partial: boolean;
}

/** A standard queue gives at most so many messages to one invocation when no window is set. */
const PLAIN_BATCH_LIMIT = 10;

/**
 * The event source mappings of a template.
 *
 * @throws TemplateError `property-refused` for a source that is not a queue, or for filter criteria.
 * @example
 * ```ts
 * eventSourcesOf(template)[0]; // { queueArn: 'arn:aws:sqs:…:settle', batchSize: 100, windowMs: 5000, … }
 * ```
 */
export function eventSourcesOf(template: LocalTemplate): EventSource[] {
  return template.ofType('AWS::Lambda::EventSourceMapping').flatMap((mapping) => {
    const {
      EventSourceArn,
      FunctionName,
      BatchSize,
      MaximumBatchingWindowInSeconds = 0,
      ...others
    } = mapping.properties;
    if (others.Enabled === false) return [];
    const queue = template.byArn(String(EventSourceArn));
    if (queue?.type !== 'AWS::SQS::Queue')
      throw refusedProperty(mapping, 'an event source that is not a queue of the template');
    if (others.FilterCriteria !== undefined) throw refusedProperty(mapping, 'filter criteria');
    const hosted = template
      .ofType('AWS::Lambda::Function')
      .find(({ ref, arn }) => ref === FunctionName || arn === template.byArn(String(FunctionName))?.arn);
    if (!hosted) throw refusedProperty(mapping, 'a function that is not in the template');
    const windowMs = Number(MaximumBatchingWindowInSeconds) * 1000;
    const scaling = others.ScalingConfig as { MaximumConcurrency?: number } | undefined;
    const types = (others.FunctionResponseTypes as string[] | undefined) ?? [];
    const batchSize = Number(BatchSize ?? 10);
    return [
      {
        queueArn: queue.arn!,
        functionArn: hosted.arn!,
        batchSize: windowMs === 0 ? Math.min(batchSize, PLAIN_BATCH_LIMIT) : batchSize,
        windowMs,
        concurrency: Math.min(scaling?.MaximumConcurrency ?? 2, 2),
        partial: types.includes('ReportBatchItemFailures'),
      },
    ];
  });
}

/** What a poller needs of its queue. */
export type SourceQueue = Pick<Queue, 'receive' | 'delete'>;

/** A running poller. */
export interface Poller {
  /** Takes no more messages, and waits for the invocations under way. */
  stop(): Promise<void>;
}

/**
 * Feeds a queue's messages to a function: gathers a batch, invokes, deletes what succeeded and leaves the
 * rest to come again after the visibility timeout (Lambda developer guide, "Using Lambda with Amazon SQS").
 *
 * @example
 * ```ts
 * const poller = pollQueue(source, queues.byArn(source.queueArn)!, host, region);
 * await poller.stop();
 * ```
 */
export function pollQueue(
  source: EventSource,
  queue: SourceQueue,
  host: Pick<LambdaHost, 'invoke'>,
  region: string,
): Poller {
  const stopping = new AbortController();
  const workers = Array.from({ length: source.concurrency }, () =>
    work(source, queue, host, region, stopping.signal),
  );
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(workers);
    },
  };
}

/** One consumer. Short waits for messages let it see soon that it has to stop. */
async function work(
  source: EventSource,
  queue: SourceQueue,
  host: Pick<LambdaHost, 'invoke'>,
  region: string,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    const batch = await gather(source, queue, stopping);
    if (batch.length === 0) continue;
    const event = { Records: batch.map((message) => recordOf(message, source.queueArn, region)) };
    const invocation = await host.invoke(source.functionArn, event).catch(() => undefined);
    const failed = failures(batch, invocation, source.partial);
    for (const { messageId, receiptHandle } of batch) {
      if (!failed.has(messageId)) queue.delete(receiptHandle);
    }
  }
}

async function gather(
  source: EventSource,
  queue: SourceQueue,
  stopping: AbortSignal,
): Promise<ReceivedMessage[]> {
  const batch = await queue.receive({ maxMessages: source.batchSize, waitSeconds: 1 });
  if (batch.length === 0 || source.windowMs === 0) return batch;
  const until = performance.now() + source.windowMs;
  while (batch.length < source.batchSize && performance.now() < until && !stopping.aborted) {
    batch.push(...(await queue.receive({ maxMessages: source.batchSize - batch.length, waitSeconds: 1 })));
  }
  return batch;
}

/**
 * Which messages have to come again. An answer that cannot be read, or names an unknown message, fails the
 * whole batch, as at AWS.
 */
export function failures(
  batch: readonly ReceivedMessage[],
  invocation: Invocation | undefined,
  partial: boolean,
): ReadonlySet<string> {
  const all = new Set(batch.map(({ messageId }) => messageId));
  if (!invocation || invocation.functionError) return all;
  if (!partial) return new Set();
  const answer = JSON.parse(invocation.payload) as { batchItemFailures?: unknown } | null;
  const named = answer?.batchItemFailures;
  if (named === undefined || named === null) return new Set();
  if (!Array.isArray(named)) return all;
  const failed = named.map((item) => (item as { itemIdentifier?: unknown } | null)?.itemIdentifier);
  const sound = failed.every((id): id is string => typeof id === 'string' && all.has(id));
  return sound ? new Set(failed as string[]) : all;
}

function recordOf(message: ReceivedMessage, queueArn: string, region: string) {
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.receiveCount),
      SentTimestamp: String(message.sentAt),
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
      ...(message.deadLetterSource === undefined
        ? {}
        : { DeadLetterQueueSourceArn: message.deadLetterSource }),
    },
    messageAttributes: Object.fromEntries(
      Object.entries(message.messageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        {
          ...(StringValue === undefined ? {} : { stringValue: StringValue }),
          ...(BinaryValue === undefined ? {} : { binaryValue: BinaryValue }),
          stringListValues: [],
          binaryListValues: [],
          dataType: DataType,
        },
      ]),
    ),
    md5OfBody: bodyDigest(message.body),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}
