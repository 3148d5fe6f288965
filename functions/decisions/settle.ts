import {
  type Attempt,
  type BaselineItem,
  type BaselineStore,
  baselineIn,
  countAttempts,
  emptyBaseline,
  emptyVelocity,
  learn,
  type Observation,
  velocityIn,
} from '../baselines/index.ts';
import { DecisionError } from './decision-error.ts';
import type { DecisionStore, StoredDecision } from './decisions.store.ts';
import { type AggregateKind, COUNTER_KINDS, type Delta, HABIT_KINDS, shardsOf } from './delta.ts';

/** What settling needs from outside. */
export interface SettleDeps {
  readonly decisions: DecisionStore;
  readonly baselines: BaselineStore;
  /** Uniform in [0, 1): picks the shard of an aggregate that a batch is written to. */
  readonly random: () => number;
  readonly onFailure: (part: string, error: unknown) => void;
}

const WRITE_ATTEMPTS = 8;
/** Aggregates read or written at a time. */
const READ_KEYS = 100;
const WRITES_AT_ONCE = 16;

/** What one batch adds to one record. */
interface Addition {
  readonly observations: Observation[];
  readonly attempts: Attempt[];
}

/**
 * Groups the deltas of a batch by the record that they go to, one shard per aggregate and batch.
 */
export const groupByRecord = (deltas: readonly Delta[], random: () => number): Map<string, Addition> => {
  const shardOfBatch = random();
  const records = new Map<string, Addition>();
  const additionTo = (kind: AggregateKind, key: string): Addition => {
    const shards = shardsOf(kind, key);
    const record = shards[Math.floor(shardOfBatch * shards.length)]!;
    const addition = records.get(record) ?? { observations: [], attempts: [] };
    records.set(record, addition);
    return addition;
  };
  for (const { observation, aggregates, subjectHash } of deltas) {
    // A device belongs to one person: among many it would only push out what they share.
    const { device: _, ...keys } = observation.keys;
    for (const kind of HABIT_KINDS) {
      const key = aggregates[kind];
      if (key !== undefined) additionTo(kind, key).observations.push({ ...observation, keys });
    }
    for (const kind of COUNTER_KINDS) {
      const key = aggregates[kind];
      if (key === undefined) continue;
      const { time, failed } = observation;
      additionTo(kind, key).attempts.push({ time, failed, subjectHash });
    }
  }
  return records;
};

const write = async (
  baselines: BaselineStore,
  key: string,
  addition: Addition,
  read: BaselineItem | undefined,
): Promise<void> => {
  let item = read;
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
    if (attempt > 0) item = (await baselines.read([key])).get(key);
    const version = item?.version ?? 0;
    if (addition.attempts.length > 0) {
      const counted = countAttempts(velocityIn(item) ?? emptyVelocity(), addition.attempts);
      if (await baselines.putVelocity(key, counted, version)) return;
    } else {
      let baseline = baselineIn(item) ?? emptyBaseline();
      for (const seen of addition.observations) baseline = learn(baseline, seen, Number.POSITIVE_INFINITY);
      if (baseline.version === version || (await baselines.putBaseline(key, baseline, version))) return;
    }
  }
  throw new DecisionError('store-unavailable', `The aggregate ${key.slice(0, 2)} is contended`, {
    status: 503,
  });
};

const inGroups = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

/**
 * Settles decisions that were seen on the bus: takes each off the index of pending ones and adds it to the
 * aggregates that it belongs to, one write per record and batch. What is added is read from the store; the bus
 * event only named the decision.
 *
 * A decision is claimed before it is counted, so no repeated delivery counts twice. The price is a bound on the
 * error: a crash in between leaves out at most the events of its own batch.
 *
 * @param keys keys of decisions, repeats allowed.
 * @returns the keys that are settled now or were before; the others are to be delivered again.
 */
export const settle = async (keys: readonly string[], deps: SettleDeps): Promise<Set<string>> => {
  const done = new Set<string>();
  for (const group of inGroups([...new Set(keys)], READ_KEYS)) {
    const stored = await deps.decisions.getMany(group);
    const claimed: StoredDecision[] = [];
    for (const part of inGroups(stored, WRITES_AT_ONCE))
      await Promise.all(
        part.map(async (decision) => {
          try {
            const pending = decision.pendingSince !== undefined;
            if (pending && (await deps.decisions.settle(decision.key))) claimed.push(decision);
            done.add(decision.key);
          } catch (error) {
            deps.onFailure('settle', error);
          }
        }),
      );
    // An unknown decision (erased, or never ours) has nothing to settle.
    for (const key of group) if (!stored.some((decision) => decision.key === key)) done.add(key);

    const additions = [
      ...groupByRecord(
        claimed.map((decision) => decision.delta),
        deps.random,
      ),
    ];
    const records = new Map<string, BaselineItem>();
    for (const part of inGroups(additions, READ_KEYS))
      for (const [key, item] of await deps.baselines.read(part.map(([key]) => key))) records.set(key, item);
    for (const part of inGroups(additions, WRITES_AT_ONCE))
      await Promise.all(
        part.map(([key, addition]) =>
          write(deps.baselines, key, addition, records.get(key)).catch((error) =>
            deps.onFailure('aggregate', error),
          ),
        ),
      );
  }
  return done;
};
