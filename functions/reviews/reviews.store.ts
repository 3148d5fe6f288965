import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { DAY_MS } from '../baselines/index.ts';
import { ReviewError } from './review-error.ts';

type Item = Record<string, AttributeValue>;

/** How long a record is kept after its last change, days: as long as the decision it is about. */
const KEPT_DAYS = 400;

/** Over how many partitions the index of deadlines is spread. */
export const DUE_SHARDS = 2;

/** Where a record is to be found besides by its key. */
export interface Filing {
  /** The list it is on, as `open#shop`; sorted by `since`, ms. Absent: on no list. */
  readonly queue?: string;
  readonly since: number;
  /** When the clock is to look at it, ms. Absent: never. */
  readonly dueAt?: number;
  /** `<tenant>#<pseudonym>` of whom it is about. */
  readonly subject: string;
}

/** A page of keys, in the order of `since`. */
export interface Page {
  readonly keys: readonly string[];
  /** Where the next page begins; absent at the end. */
  readonly next?: string;
}

/** Records about events that people have a say in: cases, reviews and disputes. */
export interface ReviewStore {
  /** Reads a record, strongly consistent. */
  get<T extends { readonly version: number }>(key: string): Promise<T | undefined>;
  /** Writes a record over the version before its own, 0 being none. False when another writer was faster. */
  put<T extends { readonly version: number }>(key: string, record: T, filing: Filing): Promise<boolean>;
  list(queue: string, limit: number, after?: string): Promise<Page>;
  /** Keys of records whose time has come, the longest due first. */
  due(now: number, limit: number): Promise<string[]>;
  /** Keys of all records about a subject. */
  ofSubject(subject: string): Promise<string[]>;
  remove(key: string): Promise<void>;
}

const shardOf = (key: string): string => `due#${key.charCodeAt(key.length - 1) % DUE_SHARDS}`;

/** A place in a list, opaque to callers. */
const encodePlace = (item: Item): string =>
  Buffer.from(JSON.stringify([item.pk?.S, item.since?.N])).toString('base64url');

const decodePlace = (text: string, queue: string): Item => {
  try {
    const [pk, since] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (typeof pk === 'string' && /^\d+$/.test(since))
      return { pk: { S: pk }, since: { N: since }, queue: { S: queue } };
  } catch {
    // Falls through to the refusal.
  }
  throw new ReviewError('page-invalid', 'There is no such page', {
    status: 400,
    fields: [{ field: 'after', problem: 'must be the next of an earlier answer' }],
  });
};

/**
 * The reviews table on DynamoDB.
 *
 * @param clock processing time, ms.
 * @throws ReviewError `review-store-unavailable` (503)
 */
export const reviewStore = (client: DynamoDBClient, table: string, clock: () => number): ReviewStore => {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ReviewError) throw error;
      throw new ReviewError('review-store-unavailable', 'The review store did not answer', {
        status: 503,
        cause: error,
      });
    }
  };
  return {
    get: <T>(key: string) =>
      guarded(async () => {
        const { Item } = await client.send(
          new GetItemCommand({ TableName: table, Key: { pk: { S: key } }, ConsistentRead: true }),
        );
        if (!Item?.body?.S || Number(Item.expiresAt?.N) * 1000 <= clock()) return undefined;
        return JSON.parse(Item.body.S) as T;
      }),
    put: (key, record, { queue, since, dueAt, subject }) =>
      guarded(async () => {
        const now = Math.floor(clock() / 1000);
        try {
          await client.send(
            new PutItemCommand({
              TableName: table,
              Item: {
                pk: { S: key },
                v: { N: String(record.version) },
                body: { S: JSON.stringify(record) },
                subject: { S: subject },
                since: { N: String(since) },
                ...(queue === undefined ? {} : { queue: { S: queue } }),
                ...(dueAt === undefined
                  ? {}
                  : { dueShard: { S: shardOf(key) }, dueAt: { N: String(dueAt) } }),
                expiresAt: { N: String(now + (KEPT_DAYS * DAY_MS) / 1000) },
              },
              ConditionExpression:
                record.version === 1 ? 'attribute_not_exists(pk) OR expiresAt <= :now' : 'v = :before',
              ExpressionAttributeValues:
                record.version === 1
                  ? { ':now': { N: String(now) } }
                  : { ':before': { N: String(record.version - 1) } },
            }),
          );
          return true;
        } catch (error) {
          if (error instanceof ConditionalCheckFailedException) return false;
          throw error;
        }
      }),
    list: (queue, limit, after) =>
      guarded(async () => {
        const start = after === undefined ? undefined : decodePlace(after, queue);
        const answer = await client.send(
          new QueryCommand({
            TableName: table,
            IndexName: 'queue',
            KeyConditionExpression: 'queue = :queue',
            ExpressionAttributeValues: { ':queue': { S: queue } },
            Limit: limit,
            ...(start ? { ExclusiveStartKey: start } : {}),
          }),
        );
        return {
          keys: (answer.Items ?? []).flatMap((item) => (item.pk?.S ? [item.pk.S] : [])),
          ...(answer.LastEvaluatedKey ? { next: encodePlace(answer.LastEvaluatedKey) } : {}),
        };
      }),
    due: (now, limit) =>
      guarded(async () => {
        const shards = await Promise.all(
          Array.from({ length: DUE_SHARDS }, (_, shard) =>
            client.send(
              new QueryCommand({
                TableName: table,
                IndexName: 'due',
                KeyConditionExpression: 'dueShard = :shard AND dueAt <= :now',
                ExpressionAttributeValues: { ':shard': { S: `due#${shard}` }, ':now': { N: String(now) } },
                Limit: limit,
              }),
            ),
          ),
        );
        return shards
          .flatMap(({ Items = [] }) => Items)
          .sort((a, b) => Number(a.dueAt?.N) - Number(b.dueAt?.N))
          .slice(0, limit)
          .flatMap((item) => (item.pk?.S ? [item.pk.S] : []));
      }),
    ofSubject: (subject) =>
      guarded(async () => {
        const keys: string[] = [];
        let start: Item | undefined;
        do {
          const answer: QueryCommandOutput = await client.send(
            new QueryCommand({
              TableName: table,
              IndexName: 'subject',
              KeyConditionExpression: 'subject = :subject',
              ExpressionAttributeValues: { ':subject': { S: subject } },
              ...(start ? { ExclusiveStartKey: start } : {}),
            }),
          );
          for (const item of answer.Items ?? []) if (item.pk?.S) keys.push(item.pk.S);
          start = answer.LastEvaluatedKey;
        } while (start);
        return keys;
      }),
    remove: (key) =>
      guarded(async () => {
        await client.send(new DeleteItemCommand({ TableName: table, Key: { pk: { S: key } } }));
      }),
  };
};
