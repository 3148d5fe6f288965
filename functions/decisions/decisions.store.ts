import { deflateRawSync, inflateRawSync } from 'node:zlib';
import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Basis } from './basis.ts';
import type { Decision, LaterEvidence, Outcome, Resolution } from './decision.ts';
import { DecisionError } from './decision-error.ts';
import type { Delta } from './delta.ts';
import type { SessionFacts } from './session-facts.ts';

type Item = Record<string, AttributeValue>;

/** A decision as it is kept, with what it implies. */
export interface StoredDecision {
  readonly key: string;
  readonly tenant: string;
  /** SHA-256 of the event's canonical payload, hex: tells a repeated event from another with its id. */
  readonly digest: string;
  readonly decision: Decision;
  readonly delta: Delta;
  /** What it was made from; absent in records of before it was kept. */
  readonly basis?: Basis;
  readonly correlationId?: string;
  /** Present when the event names a session. */
  readonly session?: SessionFacts;
  /** Processing time at which it was written, ms; absent once settled. */
  readonly pendingSince?: number;
}

/** How long decisions are kept, ms. */
const KEPT_MS = 400 * 86_400_000;

/** Over how many partitions the sparse index of pending decisions is spread. */
export const PENDING_SHARDS = 4;

const shardOf = (key: string): string =>
  `pending#${(key.charCodeAt(key.length - 1) + key.charCodeAt(key.length - 2)) % PENDING_SHARDS}`;

type Body = Pick<StoredDecision, 'decision' | 'delta' | 'basis'>;

// Every later change of the record is billed by its whole size, and reasons repeat themselves: packed, a decision
// takes a third of the write units.
const pack = ({ decision, delta, basis }: Body): Buffer =>
  deflateRawSync(JSON.stringify({ decision, delta, basis }));
const unpack = (packed: Uint8Array): Body => JSON.parse(inflateRawSync(packed).toString('utf8'));

/** A decision as it stands: with what a wallet answered, and what that, a review or a dispute made of it. */
const resolved = (decided: Decision, text: string | undefined, evidence: string | undefined): Decision => {
  const decision: Decision =
    evidence === undefined ? decided : { ...decided, evidence: JSON.parse(evidence) as LaterEvidence };
  if (text === undefined) return decision;
  const { outcome, ...resolution } = JSON.parse(text) as Resolution & { outcome: Outcome };
  return { ...decision, outcome, resolution };
};

/** Reads a raw item; undefined when there is none or its time to live has passed. */
export const storedDecision = (item: Item | undefined, now: number): StoredDecision | undefined => {
  if (!item?.pk?.S || !item.body?.B) return undefined;
  if (item.expiresAt?.N && Number(item.expiresAt.N) * 1000 <= now) return undefined;
  const { decision, delta, basis } = unpack(item.body.B);
  return {
    key: item.pk.S,
    tenant: item.tenant?.S ?? '',
    digest: item.digest?.S ?? '',
    decision: resolved(decision, item.resolution?.S, item.evidence?.S),
    delta,
    ...(basis ? { basis } : {}),
    ...(item.correlationId?.S ? { correlationId: item.correlationId.S } : {}),
    ...(item.session?.S ? { session: JSON.parse(item.session.S) } : {}),
    ...(item.pendingSince?.N ? { pendingSince: Number(item.pendingSince.N) } : {}),
  };
};

/** The decisions table. */
export interface DecisionStore {
  /** Writes a first decision as pending. Returns the earlier one, untouched, when there is one. */
  insert(stored: StoredDecision): Promise<StoredDecision | undefined>;
  get(key: string): Promise<StoredDecision | undefined>;
  /** Reads decisions by key, at most 100 keys. */
  getMany(keys: readonly string[]): Promise<StoredDecision[]>;
  /** Takes a decision off the index of pending ones; false when it was off already. */
  settle(key: string): Promise<boolean>;
  /**
   * Completes a decision: its outcome becomes another one. What policy had decided stays in the record.
   * @returns false when there is no such decision, or when it is resolved already and `over` does not name by what.
   */
  resolve(
    key: string,
    outcome: Outcome,
    resolution: Resolution,
    over?: Resolution['reference'],
  ): Promise<boolean>;
  /**
   * Adds what a wallet's answer made of a decision: once, and unless the decision was resolved before. Where policy
   * now allows or denies, that resolves it; where it asks for more, or for people, these may still resolve it.
   *
   * @param from what policy had decided.
   * @returns the decision as it stands now; undefined when there is none, or it has an answer or is resolved already.
   */
  answer(key: string, from: Outcome, evidence: LaterEvidence): Promise<StoredDecision | undefined>;
  /** Removes a decision: its subject is to be forgotten. */
  remove(key: string): Promise<void>;
  /** Keys of decisions pending since before the given time, oldest first, over all shards. */
  pendingBefore(time: number, limit: number): Promise<string[]>;
}

const unavailable = (cause: unknown): DecisionError =>
  new DecisionError('store-unavailable', 'The decision store did not answer', { status: 503, cause });

/**
 * The decisions table on DynamoDB.
 *
 * @param clock processing time, ms.
 */
export const decisionStore = (client: DynamoDBClient, table: string, clock: () => number): DecisionStore => {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw error instanceof DecisionError ? error : unavailable(error);
    }
  };
  const get: DecisionStore['get'] = (key) =>
    guarded(async () => {
      const answer = await client.send(
        new GetItemCommand({ TableName: table, Key: { pk: { S: key } }, ConsistentRead: true }),
      );
      return storedDecision(answer.Item, clock());
    });
  return {
    get,
    insert: (stored) =>
      guarded(async () => {
        const now = clock();
        try {
          await client.send(
            new PutItemCommand({
              TableName: table,
              Item: {
                pk: { S: stored.key },
                tenant: { S: stored.tenant },
                digest: { S: stored.digest },
                body: { B: pack(stored) },
                ...(stored.correlationId ? { correlationId: { S: stored.correlationId } } : {}),
                ...(stored.session ? { session: { S: JSON.stringify(stored.session) } } : {}),
                ...(stored.pendingSince === undefined
                  ? {}
                  : {
                      pendingShard: { S: shardOf(stored.key) },
                      pendingSince: { N: String(stored.pendingSince) },
                    }),
                expiresAt: { N: String(Math.floor((now + KEPT_MS) / 1000)) },
              },
              ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
              ExpressionAttributeValues: { ':now': { N: String(Math.floor(now / 1000)) } },
              ReturnConsumedCapacity: 'TOTAL',
            }),
          );
          return undefined;
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
          const earlier = await get(stored.key);
          if (!earlier) throw unavailable(error);
          return earlier;
        }
      }),
    getMany: (keys) =>
      guarded(async () => {
        const found: StoredDecision[] = [];
        let wanted: Item[] = [...new Set(keys)].map((key) => ({ pk: { S: key } }));
        while (wanted.length > 0) {
          const answer = await client.send(
            new BatchGetItemCommand({
              RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } },
              ReturnConsumedCapacity: 'TOTAL',
            }),
          );
          for (const item of answer.Responses?.[table] ?? []) {
            const stored = storedDecision(item, clock());
            if (stored) found.push(stored);
          }
          wanted = answer.UnprocessedKeys?.[table]?.Keys ?? [];
        }
        return found;
      }),
    settle: (key) =>
      guarded(async () => {
        try {
          await client.send(
            new UpdateItemCommand({
              TableName: table,
              Key: { pk: { S: key } },
              UpdateExpression: 'REMOVE pendingShard, pendingSince',
              ConditionExpression: 'attribute_exists(pendingSince)',
              ReturnConsumedCapacity: 'TOTAL',
            }),
          );
          return true;
        } catch (error) {
          if (error instanceof ConditionalCheckFailedException) return false;
          throw error;
        }
      }),
    resolve: (key, outcome, resolution, over) =>
      guarded(async () => {
        const text = JSON.stringify({ outcome, ...resolution });
        try {
          await client.send(
            new UpdateItemCommand({
              TableName: table,
              Key: { pk: { S: key } },
              UpdateExpression: 'SET resolution = :resolution, resolvedBy = :reference',
              ConditionExpression:
                'attribute_exists(pk) AND (attribute_not_exists(resolvedBy) OR resolvedBy = :reference OR resolvedBy = :over)',
              ExpressionAttributeValues: {
                ':resolution': { S: text },
                ':reference': { S: resolution.reference },
                ':over': { S: over ?? resolution.reference },
              },
            }),
          );
          return true;
        } catch (error) {
          if (error instanceof ConditionalCheckFailedException) return false;
          throw error;
        }
      }),
    answer: (key, from, evidence) =>
      guarded(async () => {
        const { outcome, request, time } = evidence;
        const resolution = { outcome, from, by: 'presentation', reference: request, time };
        const resolves = outcome === 'allow' || outcome === 'deny';
        const sets = [
          'evidence = :evidence',
          ...(outcome === from ? [] : ['resolution = :resolution']),
          ...(resolves ? ['resolvedBy = :reference'] : []),
        ];
        try {
          const { Attributes } = await client.send(
            new UpdateItemCommand({
              TableName: table,
              Key: { pk: { S: key } },
              UpdateExpression: `SET ${sets.join(', ')}`,
              ConditionExpression:
                'attribute_exists(pk) AND attribute_not_exists(resolvedBy) AND attribute_not_exists(evidence)',
              ExpressionAttributeValues: {
                ':evidence': { S: JSON.stringify(evidence) },
                ...(outcome === from ? {} : { ':resolution': { S: JSON.stringify(resolution) } }),
                ...(resolves ? { ':reference': { S: request } } : {}),
              },
              ReturnValues: 'ALL_NEW',
            }),
          );
          return storedDecision(Attributes, clock());
        } catch (error) {
          if (error instanceof ConditionalCheckFailedException) return undefined;
          throw error;
        }
      }),
    remove: (key) =>
      guarded(async () => {
        await client.send(new DeleteItemCommand({ TableName: table, Key: { pk: { S: key } } }));
      }),
    pendingBefore: (time, limit) =>
      guarded(async () => {
        const shards = await Promise.all(
          Array.from({ length: PENDING_SHARDS }, (_, shard) =>
            client.send(
              new QueryCommand({
                TableName: table,
                IndexName: 'pending',
                KeyConditionExpression: 'pendingShard = :shard AND pendingSince < :before',
                ExpressionAttributeValues: {
                  ':shard': { S: `pending#${shard}` },
                  ':before': { N: String(time) },
                },
                Limit: limit,
              }),
            ),
          ),
        );
        return shards
          .flatMap((answer) => answer.Items ?? [])
          .sort((a, b) => Number(a.pendingSince?.N) - Number(b.pendingSince?.N))
          .slice(0, limit)
          .flatMap((item) => (item.pk?.S ? [item.pk.S] : []));
      }),
  };
};
