import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTables, type TestTables } from '../../test/tables.ts';
import {
  type BaselineStore,
  baselineIn,
  baselineStore,
  emptyBaseline,
  mergeBaselines,
  share,
  velocityIn,
  velocityOf,
} from '../baselines/index.ts';
import type { Decision } from './decision.ts';
import { type DecisionStore, decisionStore, type StoredDecision } from './decisions.store.ts';
import { shardsOf } from './delta.ts';
import { settle } from './settle.ts';

const NOW = Date.UTC(2026, 10, 20, 9);

const decision = (eventId: string): Decision => ({
  eventId,
  subject: 'p',
  score: 0.5,
  level: 'medium',
  outcome: 'step_up',
  mode: 'shadow',
  base: 0,
  reasons: [],
  policy: { determining: [] },
  baseline: { maturity: 'none', events: 0 },
  model: { id: 'm', digest: 'd' },
  evaluators: { ran: [], skipped: [] },
  time: new Date(NOW).toISOString(),
  decidedAt: new Date(NOW).toISOString(),
});

const stored = (index: number, run: string, failed = false): StoredDecision => ({
  key: `d#${run}#${String(index).padStart(4, '0')}`,
  tenant: run,
  digest: 'x',
  decision: decision(`e-${index}`),
  delta: {
    subject: { key: `s#${run}#p${index}`, version: 0 },
    observation: {
      eventKey: `event-${String(index).padStart(5, '0')}`,
      time: NOW + index,
      teaches: !failed,
      failed,
      factorFailed: false,
      keys: { country: 'FR', device: `device-${index}`, asn: 'AS64500' },
    },
    subjectHash: Math.imul(index + 1, 2654435761) >>> 0,
    aggregates: { tenant: `t#${run}`, asn: `v#${run}#n#AS64500`, address: `v#${run}#i#a` },
  },
  pendingSince: NOW,
});

let tables: TestTables;
let decisions: DecisionStore;
let baselines: BaselineStore;
let run = 0;
let tenant = '';

beforeAll(async () => {
  tables = await startTables();
  decisions = decisionStore(tables.client, tables.decisions, () => NOW);
  baselines = baselineStore(tables.client, tables.baselines, () => NOW);
});
afterAll(() => tables.close());
beforeEach(() => {
  tenant = `tenant${++run}`;
});

const failures: unknown[] = [];
const deps = () => ({
  decisions,
  baselines,
  random: () => 0.3,
  onFailure: (_: string, error: unknown) => failures.push(error),
});
const aggregate = async () => {
  const keys = shardsOf('tenant', `t#${tenant}`);
  const items = await baselines.read(keys);
  return mergeBaselines(keys.map((key) => baselineIn(items.get(key))));
};
const counter = async (kind: 'asn' | 'address', key: string) => {
  const keys = shardsOf(kind, key);
  const items = await baselines.read(keys);
  return velocityOf(
    keys.map((shard) => velocityIn(items.get(shard))),
    NOW,
  );
};
const insertAll = async (count: number, failed = false): Promise<string[]> => {
  const all = Array.from({ length: count }, (_, index) => stored(index, tenant, failed));
  for (const one of all) expect(await decisions.insert(one)).toBeUndefined();
  return all.map((one) => one.key);
};

describe('settling', () => {
  test('counts a batch into each aggregate once, and takes its decisions off the index', async () => {
    const keys = await insertAll(30);
    expect(await decisions.pendingBefore(NOW + 1, 100)).toHaveLength(30);
    expect((await settle(keys, deps())).size).toBe(30);
    expect(await decisions.pendingBefore(NOW + 1, 100)).toHaveLength(0);
    const tenantBaseline = await aggregate();
    expect(tenantBaseline?.events).toBe(30);
    expect(share(tenantBaseline!, 'country', 'FR')).toBe(1);
    // One person's device says nothing about a tenant.
    expect(tenantBaseline?.dimensions.device).toEqual([]);
    expect((await counter('asn', `v#${tenant}#n#AS64500`))?.succeededSubjects).toBe(30);
  });

  test('repeated and concurrent deliveries change nothing', async () => {
    const keys = await insertAll(20, true);
    await Promise.all([settle(keys, deps()), settle([...keys, ...keys], deps())]);
    await settle(keys, deps());
    expect((await aggregate())?.attempts.hour.value).toBeCloseTo(20, 1);
    expect((await counter('address', `v#${tenant}#i#a`))?.failures.fast.value).toBeCloseTo(20, 1);
    expect((await counter('address', `v#${tenant}#i#a`))?.failedSubjects).toBe(20);
  });

  test('no update is lost when many batches write the same aggregate at once', async () => {
    const keys = await insertAll(60);
    const batches = Array.from({ length: 6 }, (_, batch) => keys.slice(batch * 10, batch * 10 + 10));
    await Promise.all(batches.map((batch) => settle(batch, deps())));
    expect((await aggregate())?.events).toBe(60);
    expect(failures).toEqual([]);
  });

  test('a decision that the store does not know settles nothing', async () => {
    expect(await settle([`d#${tenant}#forged`], deps())).toEqual(new Set([`d#${tenant}#forged`]));
    expect(await aggregate()).toBeUndefined();
  });
});

describe('the decision store', () => {
  test('the first decision on an event stands; a second is given the first', async () => {
    const first = stored(1, tenant);
    expect(await decisions.insert(first)).toBeUndefined();
    const second = { ...first, digest: 'other', decision: { ...first.decision, outcome: 'allow' as const } };
    expect(await decisions.insert(second)).toEqual(first);
    expect(await decisions.get(first.key)).toEqual(first);
  });

  test('an expired decision is nobody, though the table still holds it', async () => {
    const first = stored(1, tenant);
    await decisions.insert(first);
    const muchLater = decisionStore(tables.client, tables.decisions, () => NOW + 401 * 86_400_000);
    expect(await muchLater.get(first.key)).toBeUndefined();
    expect(await muchLater.insert(first)).toBeUndefined();
  });

  test('a store that does not answer is said to be unavailable', async () => {
    const nowhere = decisionStore(tables.client, 'no-such-table', () => NOW);
    await expect(nowhere.get('d#x#y')).rejects.toMatchObject({ code: 'store-unavailable', status: 503 });
  });
});

describe('the baseline store', () => {
  test('a write on an outdated version is refused, and the record is as it was', async () => {
    const baseline = { ...emptyBaseline(), version: 1, events: 7 };
    const key = `s#${tenant}#x`;
    expect(await baselines.putBaseline(key, baseline, 0)).toBe(true);
    expect(await baselines.putBaseline(key, { ...baseline, version: 2 }, 1)).toBe(true);
    expect(await baselines.putBaseline(key, { ...baseline, version: 2, events: 99 }, 1)).toBe(false);
    expect(await baselines.putBaseline(key, { ...baseline, events: 99 }, 0)).toBe(false);
    expect(baselineIn((await baselines.read([key])).get(key))?.events).toBe(7);
  });
});
