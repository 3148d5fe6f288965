import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { storeUnavailable } from '../session-error.ts';
import type { Stream } from './stream.ts';

type Item = Record<string, AttributeValue>;

/** Over how many partitions of the index the events that are to be pushed are spread. */
export const PUSH_SHARDS = 4;

/** A signed event of one stream. */
export interface OutboxEvent {
  readonly stream: string;
  readonly jti: string;
  /** The signed token. */
  readonly token: string;
  /** Pushes tried so far. */
  readonly attempts: number;
  /** When it is to be pushed next, or, held for polling, when it was made: processing time, ms. */
  readonly due: number;
  /** When it is given up: processing time, ms. */
  readonly expires: number;
}

/** Which streams a tenant's receivers have. */
export interface StreamList {
  readonly version: number;
  readonly streams: readonly { readonly id: string; readonly client: string }[];
}

/** The streams table: streams, who is left out of them, and the events that wait. */
export interface StreamStore {
  list(tenant: string): Promise<StreamList>;
  putList(tenant: string, list: StreamList): Promise<boolean>;
  getMany(ids: readonly string[]): Promise<Stream[]>;
  /** Writes a stream over the version that it was read at, 0 for a first one; false when another was faster. */
  put(stream: Stream, readVersion: number): Promise<boolean>;
  remove(id: string): Promise<void>;
  /** Leaves a subject out of a stream, or takes it in again. */
  exclude(stream: string, subject: string, excluded: boolean): Promise<void>;
  /** The streams that leave this subject out. */
  excluding(streams: readonly string[], subject: string): Promise<ReadonlySet<string>>;
  /** Keeps an event once; false when it is there, delivered or not. `held` waits for a poll and is not pushed. */
  add(event: OutboxEvent, held: boolean): Promise<boolean>;
  /** Events that wait, oldest first: held ones of a stream, or those to be pushed by now, over all streams. */
  held(stream: string, limit: number): Promise<OutboxEvent[]>;
  dueBefore(time: number, limit: number): Promise<OutboxEvent[]>;
  /** Moves a waiting event; false when somebody else did first. */
  reschedule(event: OutboxEvent, next: { due: number; attempts: number; held: boolean }): Promise<boolean>;
  /** Takes an event off the outbox for good; false when it was off. */
  finish(stream: string, jti: string): Promise<boolean>;
}

const streamKey = (id: string): string => `st#${id}`;
const listKey = (tenant: string): string => `sl#${tenant}`;
const eventKey = (stream: string, jti: string): string => `se#${stream}#${jti}`;
const exclusionKey = (stream: string, subject: string): string => `sx#${stream}#${subject}`;
const heldPartition = (stream: string): string => `held#${stream}`;
const pushPartition = (jti: string): string => `push#${jti.charCodeAt(jti.length - 1) % PUSH_SHARDS}`;

/**
 * The streams table on DynamoDB.
 *
 * @param clock processing time, ms.
 * @throws SessionError `session-store-unavailable` (503)
 */
export const streamStore = (client: DynamoDBClient, table: string, clock: () => number): StreamStore => {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw storeUnavailable(cause);
    }
  };
  /** False when the condition did not hold. */
  const conditional = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };
  const seconds = () => Math.floor(clock() / 1000);
  const batch = async (keys: readonly string[]): Promise<Item[]> => {
    const found: Item[] = [];
    for (let first = 0; first < keys.length; first += 100) {
      let wanted: Item[] = [...new Set(keys.slice(first, first + 100))].map((key) => ({ pk: { S: key } }));
      while (wanted.length > 0) {
        const answer = await client.send(
          new BatchGetItemCommand({ RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } } }),
        );
        for (const item of answer.Responses?.[table] ?? [])
          if (!item.expiresAt?.N || Number(item.expiresAt.N) > seconds()) found.push(item);
        wanted = answer.UnprocessedKeys?.[table]?.Keys ?? [];
      }
    }
    return found;
  };
  const putVersioned = (key: string, value: unknown, version: number, readVersion: number) =>
    conditional(() =>
      client.send(
        new PutItemCommand({
          TableName: table,
          Item: { pk: { S: key }, v: { N: String(version) }, s: { S: JSON.stringify(value) } },
          ...(readVersion === 0
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : {
                ConditionExpression: 'v = :read',
                ExpressionAttributeValues: { ':read': { N: String(readVersion) } },
              }),
        }),
      ),
    );
  const query = async (partition: string, before: number | undefined, limit: number): Promise<Item[]> => {
    const answer = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: 'outbox',
        KeyConditionExpression: before === undefined ? 'outbox = :o' : 'outbox = :o AND due <= :before',
        ExpressionAttributeValues: {
          ':o': { S: partition },
          ...(before === undefined ? {} : { ':before': { N: String(before) } }),
        },
        Limit: limit,
      }),
    );
    return answer.Items ?? [];
  };
  /** The events of index entries as the table has them now: the index lags behind, and holds keys only. */
  const waiting = async (
    entries: readonly Item[],
    limit: number,
    stillWaits: (partition: string, due: number) => boolean,
  ): Promise<OutboxEvent[]> => {
    const keys = entries.flatMap((item) => (item.pk?.S ? [item.pk.S] : []));
    return (await batch(keys))
      .flatMap((item): OutboxEvent[] =>
        item.outbox?.S && item.token?.S && stillWaits(item.outbox.S, Number(item.due?.N))
          ? [
              {
                stream: item.stream!.S!,
                jti: item.jti!.S!,
                token: item.token.S,
                attempts: Number(item.attempts?.N ?? 0),
                due: Number(item.due?.N ?? 0),
                expires: Number(item.expiresAt?.N ?? 0) * 1000,
              },
            ]
          : [],
      )
      .sort((a, b) => a.due - b.due)
      .slice(0, limit);
  };
  return {
    list: (tenant) =>
      guarded(async () => {
        const [item] = await batch([listKey(tenant)]);
        return item
          ? { version: Number(item.v!.N), streams: JSON.parse(item.s!.S!) }
          : { version: 0, streams: [] };
      }),
    putList: (tenant, { version, streams }) =>
      guarded(() => putVersioned(listKey(tenant), streams, version + 1, version)),
    getMany: (ids) =>
      guarded(async () =>
        (await batch(ids.map(streamKey))).map((item) => ({
          ...(JSON.parse(item.s!.S!) as Stream),
          version: Number(item.v!.N),
        })),
      ),
    put: (stream, readVersion) =>
      guarded(() => putVersioned(streamKey(stream.id), stream, readVersion + 1, readVersion)),
    remove: (id) =>
      guarded(async () => {
        await client.send(new DeleteItemCommand({ TableName: table, Key: { pk: { S: streamKey(id) } } }));
      }),
    exclude: (stream, subject, excluded) =>
      guarded(async () => {
        const key = { pk: { S: exclusionKey(stream, subject) } };
        if (excluded) await client.send(new PutItemCommand({ TableName: table, Item: key }));
        else await client.send(new DeleteItemCommand({ TableName: table, Key: key }));
      }),
    excluding: (streams, subject) =>
      guarded(async () => {
        const found = new Set(
          (await batch(streams.map((id) => exclusionKey(id, subject)))).map((item) => item.pk!.S),
        );
        return new Set(streams.filter((id) => found.has(exclusionKey(id, subject))));
      }),
    add: (event, held) =>
      guarded(() =>
        conditional(() =>
          client.send(
            new PutItemCommand({
              TableName: table,
              Item: {
                pk: { S: eventKey(event.stream, event.jti) },
                stream: { S: event.stream },
                jti: { S: event.jti },
                token: { S: event.token },
                attempts: { N: String(event.attempts) },
                outbox: { S: held ? heldPartition(event.stream) : pushPartition(event.jti) },
                due: { N: String(event.due) },
                expiresAt: { N: String(Math.floor(event.expires / 1000)) },
              },
              ConditionExpression: 'attribute_not_exists(pk)',
            }),
          ),
        ),
      ),
    held: (stream, limit) =>
      guarded(async () => {
        const partition = heldPartition(stream);
        return waiting(await query(partition, undefined, limit), limit, (found) => found === partition);
      }),
    dueBefore: (time, limit) =>
      guarded(async () => {
        const shards = await Promise.all(
          Array.from({ length: PUSH_SHARDS }, (_, shard) => query(`push#${shard}`, time, limit)),
        );
        return waiting(
          shards
            .flat()
            .sort((a, b) => Number(a.due?.N) - Number(b.due?.N))
            .slice(0, limit),
          limit,
          (partition, due) => partition.startsWith('push#') && due <= time,
        );
      }),
    reschedule: ({ stream, jti, due }, next) =>
      guarded(() =>
        conditional(() =>
          client.send(
            new UpdateItemCommand({
              TableName: table,
              Key: { pk: { S: eventKey(stream, jti) } },
              UpdateExpression: 'SET due = :next, attempts = :attempts, outbox = :outbox',
              ConditionExpression: 'due = :due AND attribute_exists(outbox)',
              ExpressionAttributeValues: {
                ':next': { N: String(next.due) },
                ':due': { N: String(due) },
                ':attempts': { N: String(next.attempts) },
                ':outbox': { S: next.held ? heldPartition(stream) : pushPartition(jti) },
              },
            }),
          ),
        ),
      ),
    finish: (stream, jti) =>
      guarded(() =>
        conditional(() =>
          client.send(
            new UpdateItemCommand({
              TableName: table,
              Key: { pk: { S: eventKey(stream, jti) } },
              // What remains says that it was delivered, until it is forgotten.
              UpdateExpression: 'REMOVE outbox, due, #token',
              ConditionExpression: 'attribute_exists(outbox)',
              ExpressionAttributeNames: { '#token': 'token' },
            }),
          ),
        ),
      ),
  };
};
