import { DeleteItemCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTables, type TestTables } from '../../test/tables.ts';
import type { Decision } from './decision.ts';
import { type DecisionStore, decisionStore } from './decisions.store.ts';
import { decisionKey } from './keys.ts';
import { type LogStore, logStore } from './log.store.ts';
import { appendToLog, type LogDeps, type LoggedEvent, readLog } from './log.ts';
import { brokenAt, LOG_SHARDS, nextSegment, openPayload, sealPayload } from './log-chain.ts';
import { checkLog, sealRoot } from './log-seal.ts';
import { freshSigningKey } from './testing/signing-key.ts';

const NOW = Date.UTC(2026, 10, 20, 9);
const TIME = new Date(NOW).toISOString();

const key = freshSigningKey();

let tables: TestTables;
let decisions: DecisionStore;
let log: LogStore;
let deps: LogDeps;
let turn = 0;
beforeAll(async () => {
  tables = await startTables();
  decisions = decisionStore(tables.client, tables.decisions, () => NOW);
  log = logStore(tables.client, tables.log, () => NOW);
  deps = {
    decisions,
    log,
    secret: async () => 'a-secret-of-this-test-0123456789abcdef',
    random: () => (turn++ % 4) / 4,
  };
});
afterAll(() => tables?.close());

const decide = async (eventId: string, tenant = 'shop', subject = 'p'): Promise<LoggedEvent> => {
  const decision: Decision = {
    eventId,
    subject,
    score: 0.25,
    level: 'medium',
    outcome: 'step_up',
    mode: 'shadow',
    base: -1,
    reasons: [],
    policy: { determining: [] },
    baseline: { maturity: 'none', events: 0 },
    model: { id: 'm', digest: 'd' },
    evaluators: { ran: [], skipped: [] },
    time: TIME,
    decidedAt: TIME,
  };
  const key = decisionKey(tenant, eventId);
  await decisions.insert({
    key,
    tenant,
    digest: 'x',
    decision,
    delta: {
      observation: { eventKey: 'k', time: NOW, teaches: false, failed: false, factorFailed: false, keys: {} },
      subjectHash: 1,
      aggregates: { tenant: `t#${tenant}` },
    },
  });
  return { type: 'Risk Assessed', metadata: { id: key, tenant, time: TIME }, data: { subject } };
};
const told = (id: string, tenant = 'shop', subject = 'p'): LoggedEvent => ({
  type: 'Feedback Recorded',
  metadata: { id, tenant, time: TIME },
  data: { subject },
});
const all = async (tenant = 'shop') => {
  const entries = [];
  let after: readonly number[] | undefined;
  do {
    const page = await readLog(tenant, after, deps);
    entries.push(...page.entries);
    after = page.next;
  } while (after);
  return entries;
};

describe('the log', () => {
  test('keeps what was told once, whoever delivers it again and however many at once', async () => {
    const events = [await decide('e-1'), await decide('e-2'), told('f-1')];
    expect(await appendToLog(events, deps)).toBe(3);
    expect(await appendToLog(events, deps)).toBe(0);
    await Promise.all([decide('e-3'), decide('e-4')].map(async (event) => appendToLog([await event], deps)));
    const entries = await all();
    expect(entries.map(({ type }) => type).sort()).toEqual([
      'Feedback Recorded',
      'decision',
      'decision',
      'decision',
      'decision',
    ]);
    expect(entries.find(({ type }) => type === 'decision')?.payload).toMatchObject({
      decision: { score: 0.25 },
      observation: { eventKey: 'k' },
    });
  });

  test('believes the store, not the bus: a decision that was never made is not logged', async () => {
    const before = (await all()).length;
    await appendToLog(
      [
        {
          type: 'Risk Assessed',
          metadata: { id: decisionKey('shop', 'forged'), tenant: 'shop', time: TIME },
          data: {},
        },
      ],
      deps,
    );
    expect((await all()).length).toBe(before);
  });

  test('shows a tenant its own entries only', async () => {
    await appendToLog([await decide('theirs', 'bank')], deps);
    expect((await all('bank')).map(({ tenant }) => tenant)).toEqual(['bank']);
    expect((await all()).every(({ tenant }) => tenant === 'shop')).toBe(true);
  });

  test('is whole and unreadable once a subject is erased', async () => {
    await appendToLog(
      [await decide('secret-1', 'shop', 'gone'), await decide('kept-1', 'shop', 'stays')],
      deps,
    );
    await log.destroySubjectKey('shop#gone');
    const entries = await all();
    expect(entries.find(({ subject }) => subject === 'gone')).not.toHaveProperty('payload');
    expect(entries.find(({ subject }) => subject === 'stays')).toHaveProperty('payload');
    expect(await checkLog(log, key, NOW)).toMatchObject({ whole: true, broken: [] });
    // Who comes back gets another key, and what was before stays closed.
    await appendToLog([await decide('back-1', 'shop', 'gone')], deps);
    const again = (await all()).filter(({ subject }) => subject === 'gone');
    expect(again.map((entry) => 'payload' in entry).sort()).toEqual([false, true]);
  });

  test('is found by subject and day', async () => {
    await appendToLog([await decide('mine-1', 'shop', 'me'), told('mine-2', 'shop', 'me')], deps);
    expect(await log.about('shop#me', ['2026-11-19', '2026-11-20'])).toHaveLength(2);
    expect(await log.about('shop#me', ['2026-11-19'])).toEqual([]);
  });

  test('goes on where the chain ends, when a crash left the hint behind', async () => {
    const pk = { S: 'h#0' };
    await tables.client.send(new DeleteItemCommand({ TableName: tables.log, Key: { pk } }));
    const before = await log.head(0);
    await appendToLog([told('after-crash')], { ...deps, random: () => 0 });
    expect((await log.head(0))?.number).toBe((before?.number ?? 0) + 1);
    expect((await checkLog(log, key, NOW)).whole).toBe(true);
  });
});

describe('what somebody with the table changed', () => {
  /** Rewrites a chain from a segment on, hashes and all. */
  const rewrite = async (shard: number, number: number, rehash: boolean) => {
    const last = (await log.head(shard))!.number;
    for (let at = number; at <= last; at++) {
      const pk = { S: `g#${shard}#${at}` };
      const { Item } = await tables.client.send(new GetItemCommand({ TableName: tables.log, Key: { pk } }));
      const segment = JSON.parse(Item!.segment!.S!);
      if (at === number) segment.entries[0].time = '2020-01-01T00:00:00.000Z';
      const [before] = await log.segments(shard, [at - 1]);
      const changed = rehash ? nextSegment(shard, before, segment.entries) : segment;
      await tables.client.send(
        new PutItemCommand({
          TableName: tables.log,
          Item: { ...Item, segment: { S: JSON.stringify(changed) } },
        }),
      );
      if (!rehash) return;
    }
    // The hint, too: whoever can write the table forgets nothing.
    await tables.client.send(
      new DeleteItemCommand({ TableName: tables.log, Key: { pk: { S: `h#${shard}` } } }),
    );
  };
  beforeEach(async () => {
    for (let shard = 0; shard < LOG_SHARDS; shard++)
      for (let round = 0; round < 2; round++)
        await appendToLog([told(`fill-${shard}-${turn++}`)], { ...deps, random: () => shard / LOG_SHARDS });
  });

  test('is found by the chain', async () => {
    expect((await checkLog(log, key, NOW)).whole).toBe(true);
    await rewrite(1, 1, false);
    expect(await checkLog(log, key, NOW)).toMatchObject({ whole: false, broken: ['1/1'] });
    await rewrite(1, 1, true);
    expect((await checkLog(log, key, NOW)).whole).toBe(true);
  });

  test('with all hashes made anew, is found by the sealed root', async () => {
    const { root, fresh } = await sealRoot(log, key, NOW);
    expect(fresh).toBe(true);
    expect(await sealRoot(log, key, NOW)).toEqual({ root, fresh: false });
    expect((await checkLog(log, key, NOW)).root?.holds).toBe(true);
    // Signed by a key of whoever rewrote it, a root holds nothing.
    expect(await checkLog(log, freshSigningKey(), NOW)).toMatchObject({
      whole: false,
      root: { holds: false },
    });
    await rewrite(2, 1, true);
    expect(await checkLog(log, key, NOW)).toMatchObject({ whole: false, broken: [], root: { holds: false } });
  });
});

describe('a chain and its payloads', () => {
  const entry = (id: string) => ({ id, type: 't', tenant: 'a', subject: 's', time: TIME, digest: 'd' });

  test('break where a segment is missing, moved or out of order', () => {
    const one = nextSegment(0, undefined, [entry('1')]);
    const two = nextSegment(0, one, [entry('2')]);
    const three = nextSegment(0, two, [entry('3')]);
    expect(brokenAt([one, two, three])).toBeUndefined();
    expect(brokenAt([two, three])).toBeUndefined();
    expect(brokenAt([one, three])).toBe(3);
    expect(brokenAt([{ ...two, shard: 1 }])).toBe(2);
    expect(brokenAt([{ ...one, entries: [entry('2')] }])).toBe(1);
  });

  test('a payload opens under its key and its id only', () => {
    const [key, other] = ['k', 'o'].map((letter) => Buffer.alloc(32, letter).toString('base64url')) as [
      string,
      string,
    ];
    const sealed = sealPayload(key, 'id-1', { a: 1 });
    expect(openPayload(key, 'id-1', sealed)).toEqual({ a: 1 });
    for (const [wrongKey, id, bytes] of [
      [other, 'id-1', sealed],
      [key, 'id-2', sealed],
      [key, 'id-1', sealed.subarray(1)],
    ] as const)
      expect(() => openPayload(wrongKey, id, bytes)).toThrow(
        expect.objectContaining({ code: 'log-unreadable' }),
      );
  });
});
