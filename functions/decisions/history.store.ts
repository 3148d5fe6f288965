import { type AttributeValue, BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  type Baseline,
  type BaselineItem,
  baselineIn,
  baselineItem,
  emptyBaseline,
  mergeBaselines,
  velocityIn,
  velocityOf,
} from '../baselines/index.ts';
import type { SignalContext } from '../signals/index.ts';
import { DecisionError } from './decision-error.ts';
import { type StoredDecision, storedDecision } from './decisions.store.ts';
import { type AggregateKeys, type AggregateKind, COUNTER_KINDS, HABIT_KINDS, shardsOf } from './delta.ts';

/** Everything on record that one event is judged against. */
export interface History {
  /** The decision already made on this event, if it came before. */
  readonly earlier?: StoredDecision;
  readonly subject: Baseline;
  readonly role?: Baseline;
  readonly application?: Baseline;
  readonly tenant?: Baseline;
  readonly velocity: SignalContext['velocity'];
}

/** Which records an event needs. */
export interface HistoryKeys {
  readonly decision: string;
  readonly subject: string;
  readonly aggregates: AggregateKeys;
}

/** Reads the history of one event in one batched read over both tables. */
export type ReadHistory = (keys: HistoryKeys, eventTime: number) => Promise<History>;

type Item = Record<string, AttributeValue>;

/**
 * The one batched read of the synchronous road. Eventually consistent, at half the cost: the conditional writes
 * that follow catch what it missed.
 *
 * @throws DecisionError `store-unavailable`
 */
export const historyReader =
  (
    client: DynamoDBClient,
    tables: { readonly decisions: string; readonly baselines: string },
    clock: () => number,
  ): ReadHistory =>
  async (keys, eventTime) => {
    const baselineKeys = [keys.subject];
    for (const [kind, key] of Object.entries(keys.aggregates))
      baselineKeys.push(...shardsOf(kind as AggregateKind, key));
    const records = new Map<string, BaselineItem>();
    let earlier: StoredDecision | undefined;
    let request: Record<string, { Keys: Item[] }> = {
      [tables.decisions]: { Keys: [{ pk: { S: keys.decision } }] },
      [tables.baselines]: { Keys: baselineKeys.map((key) => ({ pk: { S: key } })) },
    };
    try {
      while (Object.keys(request).length > 0) {
        const answer = await client.send(
          new BatchGetItemCommand({ RequestItems: request, ReturnConsumedCapacity: 'TOTAL' }),
        );
        earlier ??= storedDecision(answer.Responses?.[tables.decisions]?.[0], clock());
        for (const item of answer.Responses?.[tables.baselines] ?? []) {
          const record = baselineItem(item, clock());
          if (record && item.pk?.S) records.set(item.pk.S, record);
        }
        request = (answer.UnprocessedKeys ?? {}) as typeof request;
      }
    } catch (cause) {
      throw new DecisionError('store-unavailable', 'The history could not be read', { status: 503, cause });
    }
    const shards = (kind: AggregateKind): (BaselineItem | undefined)[] => {
      const key = keys.aggregates[kind];
      return key === undefined ? [] : shardsOf(kind, key).map((shard) => records.get(shard));
    };
    const present = <T>(entries: readonly (readonly [string, T | undefined])[]) =>
      Object.fromEntries(entries.filter((entry) => entry[1] !== undefined));
    return {
      ...(earlier ? { earlier } : {}),
      subject: baselineIn(records.get(keys.subject)) ?? emptyBaseline(),
      ...present(HABIT_KINDS.map((kind) => [kind, mergeBaselines(shards(kind).map(baselineIn))])),
      velocity: present(
        COUNTER_KINDS.map((kind) => [kind, velocityOf(shards(kind).map(velocityIn), eventTime)]),
      ),
    };
  };
