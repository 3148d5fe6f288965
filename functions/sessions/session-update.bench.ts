import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type Figure, quantile } from '../../test/bench/figure.ts';
import { startTables } from '../../test/tables.ts';
import { decisionStore, type StoredDecision } from '../decisions/index.ts';
import type { Session } from './session.ts';
import { type SessionStore, sessionStore } from './sessions.store.ts';
import { type SessionEventParts, storedSessionEvent } from './testing/session-event.ts';
import { validate } from './validate.ts';

const RUNS = 3_000;
const WARM_UP = 500;
const MINUTE = 60_000;

/** An event of a session that uses it as most are used: now and then something changes. */
const eventAt = (index: number, session: string): SessionEventParts => ({
  key: `${session}-${index}`,
  at: index * MINUTE,
  action: index === 0 ? 'sign_in' : 'session_activity',
  facts: { id: session, evidence: [{ type: 'behavioural_confidence', score: 0.7 + (index % 3) / 10 }] },
  keys: { prefix: `203.0.${index % 5}.0/24` },
});

/** Stores in memory that encode and decode as the real ones do: everything but DynamoDB itself. */
const inMemory = () => {
  const decisions = new Map<string, Buffer>();
  const records = new Map<string, string>();
  const sessions: SessionStore = {
    read: async (keys) =>
      new Map(
        keys.flatMap((key) => {
          const text = records.get(key);
          return text ? [[key, JSON.parse(text) as Session] as const] : [];
        }),
      ),
    put: async (key, session) => {
      records.set(key, JSON.stringify(session));
      return true;
    },
    readSubject: async () => ({ version: 0, sessions: [], evidence: [] }),
    putSubject: async () => true,
    remove: async () => undefined,
  };
  return {
    add: (stored: StoredDecision) => decisions.set(stored.key, deflateRawSync(JSON.stringify(stored))),
    sessions,
    decisions: {
      getMany: async (keys: readonly string[]) =>
        keys.map((key) => JSON.parse(inflateRawSync(decisions.get(key)!).toString('utf8')) as StoredDecision),
    },
  };
};

const deps = {
  tell: async () => undefined,
  onFailure: (part: string, error: unknown) => {
    throw new Error(`${part} failed in the benchmark`, { cause: error });
  },
};

/**
 * One session update, everything but DynamoDB, early and late in a session's life.
 *
 * @param evaluate the same of one evaluation, measured in the same run, to stand beside: median, then 99th percentile.
 */
export const sessionUpdateFigures = async (evaluate: readonly Figure[] = []): Promise<Figure[]> => {
  const stores = inMemory();
  const late: number[] = [];
  const early: number[] = [];
  for (let index = 0; index < RUNS + WARM_UP; index++) {
    for (const [session, samples] of [
      ['long', late],
      [`short-${Math.floor(index / 5)}`, early],
    ] as const) {
      const stored = storedSessionEvent('bench', eventAt(session === 'long' ? index : index % 5, session));
      stores.add(stored);
      const begun = performance.now();
      await validate([stored.key], { ...stores, ...deps });
      if (index >= WARM_UP) samples.push(performance.now() - begun);
    }
  }
  return ([0.5, 0.99] as const).flatMap((q, index): Figure[] => [
    {
      name: `session update, p${q * 100}, a session of ${RUNS.toLocaleString('en')} events`,
      value: quantile(late, q),
      unit: 'ms',
      goal: 'as cheap as one evaluate',
      peer: evaluate[index]
        ? { name: 'one evaluate', value: evaluate[index].value }
        : { name: 'of 5 events', value: quantile(early, q) },
    },
  ]);
};

/** DynamoDB request units of a session update: one by one, and by the batch. */
export const sessionUnitFigures = async (): Promise<Figure[]> => {
  const tables = await startTables();
  const spent = { reads: 0, writes: 0 };
  tables.client.middlewareStack.add(
    (next, context) => async (args) => {
      const answer = await next(args);
      const { ConsumedCapacity } = answer.output as { ConsumedCapacity?: { CapacityUnits?: number }[] };
      for (const { CapacityUnits = 0 } of [ConsumedCapacity ?? []].flat())
        spent[/Get|Query/.test(context.commandName ?? '') ? 'reads' : 'writes'] += CapacityUnits;
      return answer;
    },
    { step: 'initialize' },
  );
  try {
    const stores = {
      decisions: decisionStore(tables.client, tables.decisions, Date.now),
      sessions: sessionStore(tables.client, tables.sessions, Date.now),
    };
    const keysOf = async (from: number, to: number): Promise<string[]> => {
      const keys: string[] = [];
      for (let index = from; index < to; index++) {
        const stored = storedSessionEvent('bench', eventAt(index, 'units'));
        await stores.decisions.insert(stored);
        keys.push(stored.key);
      }
      return keys;
    };
    await validate(await keysOf(0, 60), { ...stores, ...deps });
    const one = await keysOf(60, 61);
    const batch = await keysOf(61, 86);
    Object.assign(spent, { reads: 0, writes: 0 });
    await validate(one, { ...stores, ...deps });
    const alone = { ...spent };
    Object.assign(spent, { reads: 0, writes: 0 });
    await validate(batch, { ...stores, ...deps });
    return [
      { name: 'session update, an event alone: reads', value: alone.reads, unit: 'RU' },
      { name: '  writes', value: alone.writes, unit: 'WU' },
      {
        name: 'session update, per event in a batch of 25: reads',
        value: spent.reads / batch.length,
        unit: 'RU',
      },
      { name: '  writes', value: spent.writes / batch.length, unit: 'WU' },
    ];
  } finally {
    await tables.close();
  }
};
