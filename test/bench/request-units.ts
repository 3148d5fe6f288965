import type { ConsumedCapacity, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { baselineStore } from '../../functions/baselines/index.ts';
import { decide } from '../../functions/decisions/decide.ts';
import { decisionStore, type StoredDecision } from '../../functions/decisions/decisions.store.ts';
import { historyReader } from '../../functions/decisions/history.store.ts';
import { settle } from '../../functions/decisions/settle.ts';
import { type AuthEvent, parseEvent, payloadDigest } from '../../functions/events/index.ts';
import { loadEngines } from '../engines.ts';
import { startTables } from '../tables.ts';
import type { Figure } from './figure.ts';
import { sampleEvent } from './sample-events.ts';

interface Spent {
  calls: number;
  units: number;
  reads: number;
  writes: number;
}

/** Adds up what every answer says it cost. */
const meter = (client: DynamoDBClient): { take(): Spent } => {
  const none = (): Spent => ({ calls: 0, units: 0, reads: 0, writes: 0 });
  let spent = none();
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const answer = await next(args);
      const { ConsumedCapacity } = answer.output as {
        ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[];
      };
      let units = 0;
      for (const consumed of [ConsumedCapacity ?? []].flat()) units += consumed.CapacityUnits ?? 0;
      spent.calls++;
      spent.units += units;
      if (/Get|Query/.test(context.commandName ?? '')) spent.reads += units;
      else spent.writes += units;
      return answer;
    },
    { step: 'initialize' },
  );
  return {
    take: () => {
      const taken = spent;
      spent = none();
      return taken;
    },
  };
};

const BATCH = 100;

/** DynamoDB request units per event: on the synchronous road at two lengths of history, and in batches off it. */
export const requestUnitFigures = async (histories = [10, 10_000]): Promise<Figure[]> => {
  const tables = await startTables();
  const metered = meter(tables.client);
  const written: StoredDecision[] = [];
  const decisions = decisionStore(tables.client, tables.decisions, Date.now);
  const baselines = baselineStore(tables.client, tables.baselines, Date.now);
  const deps = {
    ...(await loadEngines()),
    readHistory: historyReader(
      tables.client,
      { decisions: tables.decisions, baselines: tables.baselines },
      Date.now,
    ),
    decisions,
    baselines,
    publish: async (stored: StoredDecision) => {
      written.push(stored);
    },
    mode: 'shadow' as const,
    fallback: 'step_up' as const,
    clock: Date.now,
    onFailure: (part: string, error: unknown) => {
      throw new Error(`${part} failed in the benchmark`, { cause: error });
    },
  };
  const DAY = 86_400_000;
  const decideAt = async (index: number, from: number, subject: string) => {
    const envelope = sampleEvent(index, subject, from);
    const event = parseEvent(envelope, { now: Date.now(), tenant: 'default' }) as AuthEvent;
    return decide(event, payloadDigest(envelope), deps);
  };
  const figures: Figure[] = [];
  try {
    for (const events of histories) {
      const subject = `history-${events}`;
      // Spread over the last year, as a real history is.
      for (let index = 0; index < events; index++)
        await decideAt(index, Date.now() - 365 * DAY + Math.floor((index * 364 * DAY) / events), subject);
      metered.take();
      await decideAt(events, Date.now() - DAY, subject);
      const spent = metered.take();
      figures.push(
        {
          name: `calls per event, history of ${events.toLocaleString('en')}`,
          value: spent.calls,
          unit: 'calls',
          peer: { name: 'one read and two writes', value: 3 },
          goal: '1 batched read + 2 writes',
        },
        { name: '  read units', value: spent.reads, unit: 'RU', peer: { name: 'one record', value: 0.5 } },
        {
          name: '  write units',
          value: spent.writes,
          unit: 'WU',
          peer: { name: 'two records of 1 KB', value: 2 },
        },
      );
    }
    const pending = written.slice(-BATCH).map((stored) => stored.key);
    metered.take();
    await settle(pending, { decisions, baselines, random: Math.random, onFailure: deps.onFailure });
    const settling = metered.take();
    figures.push(
      {
        name: `settling, per event in a batch of ${BATCH}: reads`,
        value: settling.reads / BATCH,
        unit: 'RU',
        peer: { name: 'one record', value: 1 },
      },
      {
        name: '  writes, aggregates included',
        value: settling.writes / BATCH,
        unit: 'WU',
        peer: { name: 'one record of 1 KB', value: 1 },
      },
    );
    return figures;
  } finally {
    await tables.close();
  }
};
