import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testClock } from '../test-clock.ts';
import { createQueues, type QueueConfig, type Queues } from './index.ts';
import { openJournal } from './journal.ts';
import { attributesDigest, bodyDigest } from './message.ts';

const config = (QueueName: string, more: Partial<QueueConfig> = {}): QueueConfig => ({
  Arn: `arn:aws:sqs:us-east-1:000000000000:${QueueName}`,
  QueueName,
  QueueUrl: `http://127.0.0.1:4001/000000000000/${QueueName}`,
  ...more,
});
const toDead = (maxReceiveCount: number) => ({
  RedrivePolicy: { deadLetterTargetArn: config('dead').Arn, maxReceiveCount },
});

let directory: string;
const open: Queues[] = [];
const make = (configs: QueueConfig[], clock = testClock(), persisted = false) => {
  const queues = createQueues(configs, { clock, ...(persisted ? { directory } : {}) });
  open.push(queues);
  return queues;
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'queue-'));
});
afterEach(() => {
  for (const queues of open.splice(0)) queues.close();
  rmSync(directory, { recursive: true });
});

describe('visibility', () => {
  it('hides a received message until its timeout, then gives it again with a new receipt', async () => {
    const clock = testClock();
    const queue = make([config('q', { VisibilityTimeout: 5 })], clock).byName('q')!;
    queue.send('x');
    const [first] = await queue.receive();
    await clock.advance(4999);
    expect(await queue.receive()).toEqual([]);
    expect(queue.depth()).toEqual({ ready: 0, inFlight: 1, delayed: 0 });
    await clock.advance(1);
    const [second] = await queue.receive();
    expect(second).toMatchObject({
      messageId: first!.messageId,
      receiveCount: 2,
      firstReceivedAt: first!.firstReceivedAt,
    });
    queue.delete(first!.receiptHandle);
    expect(queue.depth().inFlight).toBe(1);
    queue.delete(second!.receiptHandle);
    expect(queue.depth()).toEqual({ ready: 0, inFlight: 0, delayed: 0 });
  });

  it('can be changed while the message is in flight, and not after', async () => {
    const clock = testClock();
    const queue = make([config('q', { VisibilityTimeout: 5 })], clock).byName('q')!;
    queue.send('x');
    const [message] = await queue.receive();
    queue.changeVisibility(message!.receiptHandle, 60);
    await clock.advance(59_999);
    expect(await queue.receive()).toEqual([]);
    await clock.advance(1);
    expect(() => queue.changeVisibility(message!.receiptHandle, 1)).toThrow(
      expect.objectContaining({ type: 'MessageNotInflight' }),
    );
    expect(await queue.receive()).toHaveLength(1);
    expect(() => queue.changeVisibility(message!.receiptHandle, 43_201)).toThrow('43200');
  });

  it('delays a message by the queue or by its own word', async () => {
    const clock = testClock();
    const queue = make([config('q', { DelaySeconds: 10 })], clock).byName('q')!;
    queue.send('by the queue');
    queue.send('at once', { delaySeconds: 0 });
    expect((await queue.receive({ maxMessages: 10 })).map(({ body }) => body)).toEqual(['at once']);
    expect(queue.depth().delayed).toBe(1);
    await clock.advance(10_000);
    expect((await queue.receive({ maxMessages: 10 })).map(({ body }) => body)).toEqual(['by the queue']);
    expect(() => queue.send('x', { delaySeconds: 901 })).toThrow('900');
  });

  it('forgets a message after its retention', async () => {
    const clock = testClock();
    const queue = make([config('q', { MessageRetentionPeriod: 60 })], clock).byName('q')!;
    queue.send('x');
    await clock.advance(59_999);
    expect(queue.depth().ready).toBe(1);
    await clock.advance(1);
    expect(queue.depth().ready).toBe(0);
    expect(await queue.receive()).toEqual([]);
  });
});

describe('long poll', () => {
  it('ends with a message that comes, becomes visible, or does not', async () => {
    const clock = testClock();
    const queue = make([config('q', { VisibilityTimeout: 3 })], clock).byName('q')!;
    const bodies: string[][] = [];
    const poll = (waitSeconds: number) =>
      void queue.receive({ waitSeconds }).then((messages) => bodies.push(messages.map(({ body }) => body)));
    poll(20);
    await clock.advance(1000);
    queue.send('comes');
    await clock.advance(0);
    expect(bodies).toEqual([['comes']]);
    poll(20);
    await clock.advance(2999);
    expect(bodies).toHaveLength(1);
    await clock.advance(1);
    expect(bodies[1]).toEqual(['comes']);
    poll(2);
    await clock.advance(1999);
    expect(bodies).toHaveLength(2);
    await clock.advance(1);
    expect(bodies[2]).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  it('gives one message to one of two polls', async () => {
    const queue = make([config('q')]).byName('q')!;
    const polls = [queue.receive({ waitSeconds: 20 }), queue.receive({ waitSeconds: 20 })];
    queue.send('x');
    expect(await polls[0]).toHaveLength(1);
    queue.close();
    expect(await polls[1]).toEqual([]);
  });
});

describe('redrive', () => {
  it('moves a message on the receive after the last, with its id and attributes', async () => {
    const clock = testClock();
    const queues = make([config('q', { VisibilityTimeout: 1, ...toDead(2) }), config('dead')], clock);
    const [queue, dead] = [queues.byName('q')!, queues.byName('dead')!];
    const id = queue.send('poison', { attributes: { a: { DataType: 'String', StringValue: 'v' } } });
    for (let received = 1; received <= 2; received++) {
      expect(await queue.receive()).toMatchObject([{ receiveCount: received }]);
      await clock.advance(1000);
      expect(dead.depth().ready).toBe(0);
    }
    expect(await queue.receive()).toEqual([]);
    expect(await dead.receive()).toMatchObject([
      {
        messageId: id,
        body: 'poison',
        receiveCount: 1,
        deadLetterSource: queue.config.Arn,
        messageAttributes: { a: { StringValue: 'v' } },
      },
    ]);
    expect(queue.depth()).toEqual({ ready: 0, inFlight: 0, delayed: 0 });
  });

  it('refuses a dead-letter queue that does not exist, a name used twice, and FIFO', () => {
    expect(() => make([config('q', toDead(2))])).toThrow('does not exist');
    expect(() => make([config('q'), config('q')])).toThrow('twice');
    expect(() => make([config('q.fifo', { FifoQueue: true })])).toThrow('FIFO');
  });
});

describe('what is kept', () => {
  it('is there after a restart: what was not deleted, in flight or not, and receive counts', async () => {
    const configs = [config('q', toDead(2)), config('dead')];
    const before = make(configs, testClock(), true);
    const queue = before.byName('q')!;
    queue.send('deleted');
    queue.send('in flight');
    queue.send('waiting');
    const [first, second] = await queue.receive({ maxMessages: 2 });
    queue.delete(first!.receiptHandle);
    before.close();

    const after = make(configs, testClock(), true).byName('q')!;
    const messages = await after.receive({ maxMessages: 10 });
    expect(messages.map(({ body, receiveCount }) => [body, receiveCount])).toEqual([
      ['in flight', 2],
      ['waiting', 1],
    ]);
    expect(messages[0]!.messageId).toBe(second!.messageId);
  });

  it('is there though the last line is half written', async () => {
    make([config('q')], testClock(), true)
      .byName('q')!
      .send('whole');
    appendFileSync(join(directory, 'q.jsonl'), '{"put":{"id":"x","bo');
    const again = make([config('q')], testClock(), true).byName('q')!;
    expect((await again.receive({ maxMessages: 10 })).map(({ body }) => body)).toEqual(['whole']);
  });

  it('is not on disk when no directory is given', () => {
    make([config('q')])
      .byName('q')!
      .send('x');
    expect(existsSync(join(directory, 'q.jsonl'))).toBe(false);
  });

  it('does not grow for ever: a journal is written anew when most of it is past', () => {
    const file = join(directory, 'journal.jsonl');
    const journal = openJournal<{ id: string }>(file);
    journal.put({ id: 'stays' });
    for (let i = 0; i < 20_000; i++) {
      journal.put({ id: String(i) });
      journal.drop(String(i));
    }
    journal.close();
    expect(readFileSync(file, 'utf8').split('\n').length).toBeLessThan(20_000);
    const reopened = openJournal<{ id: string }>(file);
    expect(reopened.kept).toEqual([{ id: 'stays' }]);
    reopened.close();
  });
});

describe('messages', () => {
  const send = (body: unknown, attributes?: unknown) => () =>
    make([config('q', { MaximumMessageSize: 1024 })])
      .byName('q')!
      .send(body as string, attributes === undefined ? {} : { attributes: attributes as never });
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });

  it('are bounded in bytes, attributes included', () => {
    expect(send('é'.repeat(512))).not.toThrow();
    expect(send('é'.repeat(513))).toThrow('1024 bytes');
    expect(send('x'.repeat(1013), { name: text('v') })).not.toThrow();
    expect(send('x'.repeat(1014), { name: text('v') })).toThrow('1024 bytes');
  });

  it('hold only characters of XML 1.0', () => {
    for (const body of ['\t\n\r ok', '😀', '\ue000']) expect(send(body)).not.toThrow();
    for (const body of ['\u0000', '\u001f', '\ufffe', '\ud800']) {
      expect(send(body)).toThrow(expect.objectContaining({ type: 'InvalidMessageContents' }));
    }
    for (const body of ['', undefined, 5])
      expect(send(body)).toThrow(expect.objectContaining({ type: 'MissingParameter' }));
  });

  it('have at most ten attributes of known types, none empty', () => {
    const many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`a${i}`, text('v')]));
    expect(send('x', many(10))).not.toThrow();
    for (const attributes of [
      many(11),
      [],
      { 'a b': text('v') },
      { a: text('') },
      { a: { DataType: 'Text', StringValue: 'v' } },
      { a: { DataType: 'Binary', StringValue: 'v' } },
      { a: null },
    ]) {
      expect(send('x', attributes)).toThrow(expect.objectContaining({ type: 'InvalidParameterValue' }));
    }
  });

  it('have the digests that SQS gives', () => {
    expect(bodyDigest('This is a test message')).toBe('fafb00f5732ab283681e124bf8747ed1');
    expect(attributesDigest({})).toBeUndefined();
    expect(
      attributesDigest({ timestamp: { DataType: 'Number.java.lang.Long', StringValue: '1493147359900' } }),
    ).toBe('2e2e4876d8e0bd6b8c2c8f556831c349');
  });
});
