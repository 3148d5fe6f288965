import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { type EventSource, eventSourcesOf, failures, pollQueue } from './event-source.ts';
import type { Invocation } from './lambda-host-function.ts';
import { createQueues } from './queue/index.ts';
import { functionOf, templateOf } from './template-fixture.ts';

const ARN = 'arn:aws:sqs:us-east-1:000000000000:settle';
const DEAD = 'arn:aws:sqs:us-east-1:000000000000:dead';
const source: EventSource = {
  queueArn: ARN,
  functionArn: 'settle',
  batchSize: 10,
  windowMs: 0,
  concurrency: 1,
  partial: true,
};
const invocation = (payload: unknown, failed = false): Invocation => ({
  requestId: 'r',
  durationMs: 1,
  maxMemoryMb: 1,
  payload: JSON.stringify(payload),
  ...(failed ? { functionError: { errorType: 'Error', errorMessage: 'no' } } : {}),
});

interface SqsEvent {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}

/** Queues whose messages come again at once, and the poller's function under the test's control. */
function rig(over: Partial<EventSource>, answer: (event: SqsEvent) => Invocation) {
  const queues = createQueues([
    { Arn: DEAD, QueueName: 'dead', QueueUrl: 'http://x/dead' },
    {
      Arn: ARN,
      QueueName: 'settle',
      QueueUrl: 'http://x/settle',
      VisibilityTimeout: 1,
      RedrivePolicy: { deadLetterTargetArn: DEAD, maxReceiveCount: 2 },
    },
  ]);
  const seen: SqsEvent[] = [];
  const arrived = Promise.withResolvers<void>();
  const host = {
    invoke: async (_name: string, event: unknown) => {
      seen.push(event as SqsEvent);
      const result = answer(event as SqsEvent);
      setImmediate(arrived.resolve);
      return result;
    },
  };
  const queue = queues.byArn(ARN)!;
  const start = () => pollQueue({ ...source, ...over }, queue, host, 'us-east-1');
  return { queues, queue, seen, arrived: arrived.promise, start };
}

describe('eventSourcesOf', () => {
  it('reads batch size, window, partial answers and concurrency', () => {
    const template = templateOf((stack) => {
      const settle = functionOf(stack, 'settle', 'export const handler = () => 1;');
      const queue = new Queue(stack, 'Queue', { queueName: 'settle' });
      const options = { batchSize: 100, maxBatchingWindow: Duration.seconds(5), maxConcurrency: 2 };
      settle.addEventSource(new SqsEventSource(queue, { ...options, reportBatchItemFailures: true }));
    });
    expect(eventSourcesOf(template)).toEqual([
      {
        queueArn: ARN,
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:settle',
        batchSize: 100,
        windowMs: 5000,
        concurrency: 2,
        partial: true,
      },
    ]);
  });
});

describe('pollQueue', () => {
  it('hands over a batch in the shape of SQS, and deletes what succeeded', async () => {
    const { queue, seen, arrived, start } = rig({}, () => invocation(null));
    queue.send('{"a":1}', { attributes: { Kind: { DataType: 'String', StringValue: 'x' } } });
    queue.send('two');
    const poller = start();
    await arrived;
    await poller.stop();
    expect(seen).toHaveLength(1);
    expect(seen[0]!.Records[0]).toEqual({
      messageId: expect.any(String),
      receiptHandle: expect.any(String),
      body: '{"a":1}',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d+$/),
        SenderId: 'local',
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d+$/),
      },
      messageAttributes: {
        Kind: { stringValue: 'x', stringListValues: [], binaryListValues: [], dataType: 'String' },
      },
      md5OfBody: 'bb6cb5c68df4652941caf652a366f2d8',
      eventSource: 'aws:sqs',
      eventSourceARN: ARN,
      awsRegion: 'us-east-1',
    });
    expect(queue.depth()).toEqual({ ready: 0, inFlight: 0, delayed: 0 });
  });

  it('leaves only the messages that the function names, and they end in the dead-letter queue', async () => {
    const bad = ({ Records }: SqsEvent) => Records.filter(({ body }) => body === 'bad');
    const { queues, queue, seen, start } = rig({}, (event) =>
      invocation({ batchItemFailures: bad(event).map(({ messageId }) => ({ itemIdentifier: messageId })) }),
    );
    for (const body of ['good', 'bad', 'fine']) queue.send(body);
    const poller = start();
    const dead = await queues.byArn(DEAD)!.receive({ waitSeconds: 10 });
    await poller.stop();
    expect(dead.map(({ body }) => body)).toEqual(['bad']);
    expect(seen.map(({ Records }) => Records.map(({ body }) => body))).toEqual([
      ['good', 'bad', 'fine'],
      ['bad'],
    ]);
  });

  it('gathers up to the batch size within the window', async () => {
    const { queue, seen, arrived, start } = rig({ windowMs: 60_000, batchSize: 3 }, () => invocation(null));
    const poller = start();
    for (const body of ['1', '2', '3']) {
      queue.send(body);
      await new Promise((done) => setTimeout(done, 5));
    }
    await arrived;
    await poller.stop();
    expect(seen.map(({ Records }) => Records.length)).toEqual([3]);
  });
});

describe('failures', () => {
  const batch = ['a', 'b'].map((messageId) => ({ messageId })) as never;
  const named = (...ids: unknown[]) => ({
    batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
  });
  it.each([
    ['none named', invocation(named()), true, []],
    ['one named', invocation(named('b')), true, ['b']],
    ['an unknown one named', invocation(named('b', 'c')), true, ['a', 'b']],
    ['an empty name', invocation(named('')), true, ['a', 'b']],
    ['a list that is none', invocation({ batchItemFailures: 'b' }), true, ['a', 'b']],
    ['no answer', invocation(null), true, []],
    ['names nobody asked for', invocation(named('b')), false, []],
    ['a function that failed', invocation(named('b'), true), true, ['a', 'b']],
    ['a function that could not be called', undefined, true, ['a', 'b']],
  ])('%s', (_what, answer, partial, expected) => {
    expect([...failures(batch, answer, partial)]).toEqual(expected);
  });
});
