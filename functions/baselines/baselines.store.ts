import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Baseline } from './baseline.ts';
import { BaselineError, decodeBaseline, encodeBaseline } from './codec.ts';
import { DAY_MS } from './decay.ts';
import { LONG_PERIOD_DAYS } from './limits.ts';
import { decodeVelocity, encodeVelocity, type VelocityRecord } from './velocity.ts';

type Item = Record<string, AttributeValue>;

/** How long a record that no event touches is kept, days. */
const KEPT_DAYS = { baseline: 400, counter: 3, failingCounter: 2 * LONG_PERIOD_DAYS } as const;

/** Records of the baselines table: subjects, aggregates and counters, by key. */
export interface BaselineStore {
  /**
   * Writes a baseline whose version is one or more above what was read.
   * @param readVersion version that the change was made on; 0 when there was no record.
   * @returns false when another writer was faster: read again and apply the change again.
   */
  putBaseline(key: string, baseline: Baseline, readVersion: number): Promise<boolean>;
  /** As {@link putBaseline}, for a counter. */
  putVelocity(key: string, record: VelocityRecord, readVersion: number): Promise<boolean>;
  /** Reads records, strongly consistent, as raw items; at most 100 keys a call. */
  read(keys: readonly string[]): Promise<ReadonlyMap<string, BaselineItem>>;
  /**
   * Erases a subject's record, whatever its version. Aggregates keep only counts of many subjects, in which no one
   * subject is named; what a subject added to them fades with the rest.
   */
  erase(key: string): Promise<void>;
}

/** A raw record of the baselines table. */
export interface BaselineItem {
  readonly text: string;
  readonly version: number;
}

/** Reads a raw DynamoDB item; undefined when it is no such record or its time to live has passed. */
export const baselineItem = (item: Item | undefined, now: number): BaselineItem | undefined => {
  if (!item?.b?.S || !item.v?.N) return undefined;
  // DynamoDB deletes expired items late, and the embedded database never does.
  if (item.expiresAt?.N && Number(item.expiresAt.N) * 1000 <= now) return undefined;
  return { text: item.b.S, version: Number(item.v.N) };
};

/** The baseline in a raw record, if there is one. */
export const baselineIn = (item: BaselineItem | undefined): Baseline | undefined =>
  item && decodeBaseline(item.text, item.version);

/** The counter in a raw record, if there is one. */
export const velocityIn = (item: BaselineItem | undefined): VelocityRecord | undefined =>
  item && decodeVelocity(item.text, item.version);

/**
 * The baselines table.
 *
 * @param clock processing time, ms: expired records are ignored.
 */
export const baselineStore = (client: DynamoDBClient, table: string, clock: () => number): BaselineStore => {
  const put = async (
    key: string,
    text: string,
    version: number,
    readVersion: number,
    keptDays: number,
  ): Promise<boolean> => {
    try {
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: {
            pk: { S: key },
            v: { N: String(version) },
            b: { S: text },
            expiresAt: { N: String(Math.floor((clock() + keptDays * DAY_MS) / 1000)) },
          },
          // An expired record that is still there may be replaced by a first one.
          ConditionExpression:
            readVersion === 0 ? 'attribute_not_exists(pk) OR expiresAt <= :now' : 'v = :read',
          ExpressionAttributeValues:
            readVersion === 0
              ? { ':now': { N: String(Math.floor(clock() / 1000)) } }
              : { ':read': { N: String(readVersion) } },
          ReturnConsumedCapacity: 'TOTAL',
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw new BaselineError('baseline-store-unavailable', 'The baseline could not be written', {
        status: 503,
        cause: error,
      });
    }
  };
  return {
    putBaseline: (key, baseline, readVersion) =>
      put(key, encodeBaseline(baseline), baseline.version, readVersion, KEPT_DAYS.baseline),
    putVelocity: (key, record, readVersion) =>
      put(
        key,
        encodeVelocity(record),
        record.version,
        readVersion,
        // Most addresses never see a failure, and have nothing to be remembered for long.
        record.failures.fortnight.value > 0 ? KEPT_DAYS.failingCounter : KEPT_DAYS.counter,
      ),
    erase: async (key) => {
      try {
        await client.send(new DeleteItemCommand({ TableName: table, Key: { pk: { S: key } } }));
      } catch (cause) {
        throw new BaselineError('baseline-store-unavailable', 'The baseline could not be erased', {
          status: 503,
          cause,
        });
      }
    },
    read: async (keys) => {
      const found = new Map<string, BaselineItem>();
      let wanted: Item[] = [...new Set(keys)].map((key) => ({ pk: { S: key } }));
      while (wanted.length > 0) {
        const answer = await client.send(
          new BatchGetItemCommand({
            RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } },
            ReturnConsumedCapacity: 'TOTAL',
          }),
        );
        for (const item of answer.Responses?.[table] ?? []) {
          const record = baselineItem(item, clock());
          if (record && item.pk?.S) found.set(item.pk.S, record);
        }
        wanted = answer.UnprocessedKeys?.[table]?.Keys ?? [];
      }
      return found;
    },
  };
};
