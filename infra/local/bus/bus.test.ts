import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createQueues, type Queues } from '../queue/index.ts';
import { type Caller, InvocationRefused } from '../runtime.ts';
import { settle, type TestClock, testClock } from '../test-clock.ts';
import {
  type BusEvent,
  createEvents,
  type Events,
  type EventsConfig,
  type EventsParts,
  type RuleConfig,
  type TargetConfig,
} from './index.ts';

const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:000000000000:${resource}`;
const bus = (Name: string) => ({ Name, Arn: arn('events', `event-bus/${Name}`) });
const OUTSIDE: Caller = { principalArn: arn('iam', 'user/outside') };
const HOSTED: Caller = { principalArn: arn('iam', 'role/score'), functionName: 'score' };
const SCORE = arn('lambda', 'function:score');

const rule = (
  Name: string,
  EventBusName: string,
  EventPattern: unknown,
  ...Targets: TargetConfig[]
): RuleConfig => ({
  Name,
  Arn: arn('events', `rule/${EventBusName}/${Name}`),
  EventBusName,
  EventPattern,
  Targets,
});
const score: TargetConfig = { Id: 'score', Arn: SCORE };
const entry = (Source = 'shop', more: Record<string, unknown> = {}) => ({
  Source,
  DetailType: 'Seen',
  Detail: '{"n":1}',
  EventBusName: 'main',
  ...more,
});

let clock: TestClock;
let queues: Queues;
let invoked: BusEvent[];
let log: string[];
let directory: string;
/** What the next invocations do: throw, or (undefined) succeed. */
let faults: (Error | undefined)[];

beforeEach(() => {
  clock = testClock();
  const queue = (name: string) => ({ Arn: arn('sqs', name), QueueName: name, QueueUrl: `http://q/${name}` });
  queues = createQueues([queue('dead'), queue('work')], { clock });
  [invoked, log, faults] = [[], [], []];
  directory = mkdtempSync(join(tmpdir(), 'bus-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function make(config: Partial<EventsConfig>, parts: Partial<EventsParts> = {}): Events {
  return createEvents(
    {
      account: '000000000000',
      region: 'us-east-1',
      buses: [bus('main'), bus('second'), bus('third')],
      rules: [],
      ...config,
    },
    {
      clock,
      queues,
      random: () => 1,
      log: (line) => log.push(line),
      functions: {
        async invoke(to, payload) {
          expect(to).toBe(SCORE);
          const fault = faults.shift();
          if (fault) throw fault;
          invoked.push(payload as BusEvent);
        },
      },
      ...parts,
    },
  );
}
const put = async (events: Events, entries: unknown[], caller = OUTSIDE) => {
  const result = events.putEvents(entries, caller);
  await settle();
  return result;
};
const deadLetters = async () =>
  (await queues.byName('dead')!.receive({ maxMessages: 1000 })).map(({ body, messageAttributes }) => ({
    event: JSON.parse(body) as BusEvent,
    attributes: Object.fromEntries(
      Object.entries(messageAttributes).map(([name, { StringValue }]) => [name, StringValue]),
    ),
  }));

const ANY = { source: [{ prefix: '' }] };
const busy = () => new InvocationRefused('THROTTLING', 'Busy', { retriable: true });

describe('rules and targets', () => {
  it('deliver to each matching, enabled rule of the bus, in the order of events', async () => {
    const events = make({
      rules: [
        rule('all', 'main', ANY, score),
        rule('others', 'main', { source: ['elsewhere'] }, score),
        rule('elsewhere', 'second', ANY, score),
        { ...rule('off', 'main', ANY, score), State: 'DISABLED' },
        { ...rule('timed', 'main', undefined, score), ScheduleExpression: 'rate(1 minute)' },
      ],
    });
    await put(events, [entry('a'), entry('b'), entry('c')]);
    expect(invoked.map(({ source }) => source)).toEqual(['a', 'b', 'c']);
  });

  it('deliver to every target, transformed, queues included', async () => {
    const InputTransformer = {
      InputPathsMap: { n: '$.detail.n' },
      InputTemplate: '{"n": <n>, "rule": <aws.events.rule-name>, "at": <aws.events.event.ingestion-time>}',
    };
    const events = make({
      rules: [
        rule('all', 'main', JSON.stringify(ANY), score, {
          Id: 'work',
          Arn: arn('sqs', 'work'),
          InputTransformer,
        }),
      ],
    });
    await put(events, [entry()]);
    expect(invoked).toHaveLength(1);
    const [message] = await queues.byName('work')!.receive();
    expect(JSON.parse(message!.body)).toEqual({ n: 1, rule: 'all', at: '2026-11-20T09:00:00.000Z' });
  });

  it('refuse what cannot be run when they are built', () => {
    const build =
      (target: TargetConfig, pattern: unknown = ANY) =>
      () =>
        make({ rules: [rule('r', 'main', pattern, target)] });
    expect(build({ Id: 's', Arn: arn('states', 'stateMachine:x') })).toThrow('no function, queue or bus');
    expect(build(score, { source: [{ regex: 'x' }] })).toThrow(
      expect.objectContaining({ code: 'operator-unknown' }),
    );
    expect(() => make({ rules: [rule('r', 'nowhere', ANY, score)] })).toThrow('nowhere does not exist');
    expect(build({ ...score, InputPath: 'x' })).toThrow(expect.objectContaining({ code: 'path-invalid' }));
  });

  it('fire for a schedule whatever their pattern', async () => {
    const timed = { ...rule('timed', 'default', undefined, score), ScheduleExpression: 'rate(1 minute)' };
    const events = make({ rules: [timed] });
    events.fire(timed.Arn, { source: 'aws.events' } as BusEvent);
    await settle();
    expect(invoked).toEqual([{ source: 'aws.events' }]);
    expect(() => events.fire('none', {} as BusEvent)).toThrow('does not exist');
  });
});

describe('from bus to bus', () => {
  it('an event is forwarded once, as it is, and to no third bus', async () => {
    const to = (name: string): TargetConfig => ({ Id: name, Arn: bus(name).Arn });
    const events = make({
      buses: [bus('main'), bus('aws.partner/okta.com/demo/logs'), bus('third')],
      rules: [
        rule('forward', 'aws.partner/okta.com/demo/logs', ANY, to('main')),
        rule('all', 'main', ANY, score, to('third')),
        rule('never', 'third', ANY, score),
      ],
    });
    const seen: string[] = [];
    events.observe((name) => seen.push(name));
    const { Entries } = await put(events, [
      entry('okta', { EventBusName: 'aws.partner/okta.com/demo/logs' }),
    ]);
    expect(invoked).toMatchObject([{ id: (Entries[0] as { EventId: string }).EventId, source: 'okta' }]);
    expect(seen).toEqual(['aws.partner/okta.com/demo/logs', 'main']);
    expect(log.join()).toContain('not forwarded to third');
    // Sent to `main` directly, it does reach the third.
    await put(events, [entry('direct')]);
    expect(seen.slice(2)).toEqual(['main', 'third']);
  });
});

describe('retries', () => {
  const retrying = (RetryPolicy: TargetConfig['RetryPolicy'] = {}): RuleConfig =>
    rule('r', 'main', ANY, { ...score, RetryPolicy, DeadLetterConfig: { Arn: arn('sqs', 'dead') } });

  it('back off exponentially and end with delivery', async () => {
    const events = make({ rules: [retrying()] });
    faults = [busy(), busy(), busy()];
    await put(events, [entry()]);
    // With the longest jitter: 0.5 s, 1 s, 2 s.
    await clock.advance(500 + 1000 + 1999);
    expect(invoked).toEqual([]);
    expect(events.pending).toBe(1);
    await clock.advance(1);
    expect(invoked).toHaveLength(1);
    expect(events.pending).toBe(0);
    expect(await deadLetters()).toEqual([]);
  });

  it('end after MaximumRetryAttempts in the dead-letter queue, with EventBridge’s attributes', async () => {
    const events = make({ rules: [retrying({ MaximumRetryAttempts: 2 })] });
    faults = [busy(), busy(), busy(), busy()];
    await put(events, [entry()]);
    await clock.advance(60_000);
    expect(faults).toHaveLength(1);
    expect(await deadLetters()).toEqual([
      {
        event: expect.objectContaining({ source: 'shop', detail: { n: 1 } }),
        attributes: {
          RULE_ARN: arn('events', 'rule/main/r'),
          TARGET_ARN: SCORE,
          ERROR_CODE: 'THROTTLING',
          ERROR_MESSAGE: 'Busy',
          EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
          RETRY_ATTEMPTS: '2',
        },
      },
    ]);
  });

  it('end after MaximumEventAgeInSeconds', async () => {
    const events = make({ rules: [retrying({ MaximumEventAgeInSeconds: 60 })] });
    faults = Array.from({ length: 50 }, busy);
    await put(events, [entry()]);
    await clock.advance(60_000);
    const [letter] = await deadLetters();
    expect(letter!.attributes).toMatchObject({
      EXHAUSTED_RETRY_CONDITION: 'MaximumEventAgeInSeconds',
      RETRY_ATTEMPTS: '6',
    });
    expect(events.pending).toBe(0);
  });

  it('are not made when they cannot help: no condition was exhausted', async () => {
    const events = make({ rules: [retrying()] });
    faults = [new InvocationRefused('NO_RESOURCE', 'No such function', { retriable: false })];
    await put(events, [entry()]);
    const [letter] = await deadLetters();
    expect(letter!.attributes).toEqual({
      RULE_ARN: arn('events', 'rule/main/r'),
      TARGET_ARN: SCORE,
      ERROR_CODE: 'NO_RESOURCE',
      ERROR_MESSAGE: 'No such function',
      RETRY_ATTEMPTS: '0',
    });
  });

  it('of one target hold up no other event and no other target', async () => {
    const events = make({ rules: [rule('r', 'main', ANY, score, { Id: 'work', Arn: arn('sqs', 'work') })] });
    faults = [busy(), undefined];
    await put(events, [entry('first'), entry('second')]);
    expect(invoked.map(({ source }) => source)).toEqual(['second']);
    expect(queues.byName('work')!.depth().ready).toBe(2);
    await clock.advance(500);
    expect(invoked.map(({ source }) => source)).toEqual(['second', 'first']);
  });

  it('drop what has no dead-letter queue, and say so', async () => {
    const events = make({
      rules: [rule('r', 'main', ANY, { ...score, RetryPolicy: { MaximumRetryAttempts: 0 } })],
    });
    faults = [busy()];
    await put(events, [entry()]);
    expect(log).toEqual([expect.stringContaining('dropped')]);
  });

  it('drop an event that no queue can hold, and hold up no other', async () => {
    const work = { Id: 'work', Arn: arn('sqs', 'work'), DeadLetterConfig: { Arn: arn('sqs', 'dead') } };
    const events = make({ rules: [rule('r', 'main', ANY, work)] });
    await put(events, [entry('shop', { Detail: '{"x":"\uffff"}' }), entry()]);
    expect(log).toEqual([expect.stringContaining('dropped')]);
    expect(queues.byName('work')!.depth().ready).toBe(1);
    expect(events.pending).toBe(0);
  });

  it('that wait at a stop go on after the next start', async () => {
    const rules = [retrying({ MaximumRetryAttempts: 1 })];
    const before = make({ rules }, { directory });
    faults = [busy()];
    await put(before, [entry()]);
    await before.drain();
    await clock.advance(60_000);
    expect(invoked).toEqual([]);

    const after = make({ rules }, { directory });
    expect(after.pending).toBe(1);
    await clock.advance(0);
    expect(invoked).toMatchObject([{ source: 'shop' }]);

    const third = make({ rules }, { directory });
    expect(third.pending).toBe(0);
  });
});

describe('drain', () => {
  it('ends when what is under way has been delivered, and what that put on the bus', async () => {
    let release = () => {};
    const events: Events = make(
      {
        rules: [
          rule('r', 'main', { source: ['shop'] }, score),
          rule('out', 'main', { source: ['countersign'] }, { Id: 'work', Arn: arn('sqs', 'work') }),
        ],
      },
      {
        functions: {
          invoke: () =>
            new Promise<void>((resolve) => {
              release = () => {
                events.putEvents([entry('countersign')], HOSTED);
                resolve();
              };
            }),
        },
      },
    );
    await put(events, [entry()]);
    let drained = false;
    const done = events.drain().then(() => {
      drained = true;
    });
    await settle();
    expect(drained).toBe(false);
    release();
    await done;
    expect(queues.byName('work')!.depth().ready).toBe(1);
  });
});

describe('chaos', () => {
  const rules = [rule('all', 'main', ANY, score)];
  const run = async (chaos: EventsParts['chaos'], count = 300) => {
    invoked = [];
    const events = make({ rules }, chaos ? { chaos } : {});
    for (let i = 0; i < count; i++) await put(events, [entry(String(i))]);
    await clock.advance(5000);
    return invoked.map(({ source }) => Number(source));
  };

  it('does nothing when it is not asked for', async () => {
    expect(await run(undefined, 50)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('duplicates, delays and reorders, loses nothing, and does the same again from the same seed', async () => {
    const first = await run({ seed: 7 });
    expect(new Set(first).size).toBe(300);
    expect(first.length).toBeGreaterThan(310);
    expect(first.length).toBeLessThan(360);
    expect(first).not.toEqual(first.toSorted((a, b) => a - b));
    expect(await run({ seed: 7 })).toEqual(first);
    expect(await run({ seed: 8 })).not.toEqual(first);
  });

  it('lets a delivery be overtaken by the next', async () => {
    expect(await run({ seed: 1, duplicate: 0, delay: 0, reorder: 1 }, 6)).toEqual([1, 0, 3, 2, 5, 4]);
  });

  it('holds nothing back from a drain', async () => {
    const events = make({ rules }, { chaos: { seed: 1, duplicate: 1, delay: 1, reorder: 0 } });
    await put(events, [entry('a')]);
    expect(invoked).toEqual([]);
    await events.drain();
    expect(invoked).toHaveLength(2);
  });
});

describe('who may send what', () => {
  const code = ({ Entries }: { Entries: readonly object[] }) =>
    (Entries[0] as { ErrorCode?: string }).ErrorCode;

  it('keeps our own source for hosted functions', async () => {
    const events = make({});
    expect(code(await put(events, [entry('countersign')]))).toBe('NotAuthorizedForSourceException');
    expect(code(await put(events, [entry('countersign')], HOSTED))).toBeUndefined();
    expect(code(await put(events, [entry('countersign.example')]))).toBeUndefined();
  });

  it('lets aws.* in unless sources are strict', async () => {
    expect(code(await put(make({}), [entry('aws.signin')]))).toBeUndefined();
    const strict = make({}, { strictSources: true });
    expect(code(await put(strict, [entry('aws.signin')]))).toBe('NotAuthorizedForSourceException');
    expect(code(await put(strict, [entry('awsome')]))).toBeUndefined();
  });

  it('holds everyone to a Deny of the resource policy', async () => {
    const deny = (Condition: object, more: object = {}) =>
      make({
        policies: [
          {
            EventBusName: 'main',
            StatementId: 's',
            Statement: {
              Effect: 'Deny',
              Principal: '*',
              Action: 'events:PutEvents',
              Condition: Condition as never,
              ...more,
            },
          },
        ],
      });
    const sources = deny({ StringLike: { 'events:source': 'internal.*' } });
    expect(code(await put(sources, [entry('internal.hr')]))).toBe('NotAuthorizedForSourceException');
    expect(code(await put(sources, [entry('internal')]))).toBeUndefined();
    expect(code(await put(sources, [entry('internal.hr', { EventBusName: 'second' })]))).toBeUndefined();
    const but = deny({
      StringEquals: { 'events:detail-type': ['Seen'] },
      ArnNotLike: { 'aws:PrincipalArn': arn('iam', 'role/*') },
    });
    expect(code(await put(but, [entry()]))).toBe('NotAuthorizedForDetailTypeException');
    expect(code(await put(but, [entry('shop', { DetailType: 'Other' })]))).toBeUndefined();
    expect(code(await put(but, [entry()], HOSTED))).toBeUndefined();
    expect(code(await put(deny({}), [entry()]))).toBe('AccessDeniedException');
    expect(code(await put(deny({}, { Action: 'events:PutRule' }), [entry()]))).toBeUndefined();
    expect(code(await put(deny({}, { Effect: 'Allow' }), [entry()]))).toBeUndefined();
    expect(code(await put(deny({}, { Principal: { AWS: HOSTED.principalArn } }), [entry()]))).toBeUndefined();
    expect(() => deny({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })).toThrow('IpAddress');
    expect(() => deny({ StringEquals: { 'aws:PrincipalOrgID': 'o' } })).toThrow('aws:PrincipalOrgID');
  });
});

describe('archive and replay', () => {
  const archive = {
    ArchiveName: 'all',
    Arn: arn('events', 'archive/all'),
    SourceArn: bus('main').Arn,
    EventPattern: { source: ['shop'] },
    RetentionDays: 7,
  };
  const setup = (parts: Partial<EventsParts> = { directory }) =>
    make(
      { rules: [rule('a', 'main', ANY, score), rule('b', 'main', ANY, score)], archives: [archive] },
      parts,
    );
  const range = {
    archiveArn: archive.Arn,
    busArn: bus('main').Arn,
    from: Date.UTC(2026, 0, 1),
    to: Date.UTC(2027, 0, 1),
  };

  for (const persisted of [true, false]) {
    it(`keeps what matches ${persisted ? 'on disk' : 'in memory'} and gives it to the rules again, marked`, async () => {
      const events = setup(persisted ? { directory } : {});
      await put(events, [
        entry('shop', { Time: Date.UTC(2026, 5, 2) / 1000 }),
        entry('other'),
        entry('shop', { Time: Date.UTC(2026, 5, 1) / 1000 }),
        entry('shop', { EventBusName: 'second' }),
      ]);
      expect(events.archives[0]!.size().events).toBe(2);
      if (persisted)
        expect(
          readFileSync(join(directory, 'archive', 'all.jsonl'), 'utf8')
            .trim()
            .split('\n'),
        ).toHaveLength(2);
      invoked = [];
      events.replays.start({ name: 'r1', ...range });
      await settle();
      expect(invoked.map((event) => [event.time, event['replay-name']])).toEqual([
        ['2026-06-01T00:00:00Z', 'r1'],
        ['2026-06-01T00:00:00Z', 'r1'],
        ['2026-06-02T00:00:00Z', 'r1'],
        ['2026-06-02T00:00:00Z', 'r1'],
      ]);
      // A replayed event is not archived again.
      expect(events.archives[0]!.size().events).toBe(2);
      invoked = [];
      events.replays.start({
        name: 'r2',
        ...range,
        to: Date.UTC(2026, 5, 1, 12),
        ruleArns: [arn('events', 'rule/main/a')],
      });
      await settle();
      expect(invoked.map(({ time }) => time)).toEqual(['2026-06-01T00:00:00Z']);
    });
  }

  it('outlives the process, for as many days as it says and no longer', async () => {
    await put(setup(), [entry()]);
    await clock.advance(7 * 86_400_000 - 1);
    expect(setup().archives[0]!.size().events).toBe(1);
    await clock.advance(1);
    const after = setup();
    expect(after.archives[0]!.size().events).toBe(0);
    expect(readFileSync(join(directory, 'archive', 'all.jsonl'), 'utf8')).toBe('');
  });

  it('is erased from disk while running, too', async () => {
    const file = join(directory, 'archive', 'all.jsonl');
    await put(setup(), [entry()]);
    await clock.advance(7 * 86_400_000 - 1);
    expect(readFileSync(file, 'utf8')).not.toBe('');
    await clock.advance(86_400_000);
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  it('refuses replays that AWS refuses', () => {
    const { replays } = setup();
    const start = (more: object) => () => replays.start({ name: 'x', ...range, ...more });
    expect(start({ archiveArn: 'none' })).toThrow(
      expect.objectContaining({ type: 'ResourceNotFoundException' }),
    );
    expect(start({ busArn: bus('second').Arn })).toThrow('Cross event bus');
    expect(start({ from: range.to })).toThrow('before');
    expect(start({ name: 'a b' })).toThrow(expect.objectContaining({ type: 'ValidationException' }));
    expect(() => replays.describe('x')).toThrow(
      expect.objectContaining({ type: 'ResourceNotFoundException' }),
    );
  });
});
