import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DecisionError } from './decision-error.ts';
import type { KeptPolicies } from './keep-policies.ts';
import type { LogSegment } from './log-chain.ts';

type Item = Record<string, AttributeValue>;

/** How long the log is kept, days: as long as decisions. */
export const LOG_DAYS = 400;
const DAY_MS = 86_400_000;

/** A segment with the encrypted payloads of its entries, in their order. */
export interface StoredSegment extends LogSegment {
  readonly payloads: readonly Uint8Array[];
}

/** The heads of all chains, signed. */
export interface SealedRoot {
  readonly number: number;
  /** A JWS over {@link RootClaims}. */
  readonly jws: string;
}

/** The log table: chains, keys of subjects, and which entries are about whom. */
export interface LogStore {
  /** The latest known segment of a chain, by number and hash. */
  head(shard: number): Promise<Pick<LogSegment, 'number' | 'hash'> | undefined>;
  /** Appends a segment; false when another writer took its place. */
  append(segment: StoredSegment): Promise<boolean>;
  /** Segments of one chain, by number; at most 16. Missing ones are left out. */
  segments(shard: number, numbers: readonly number[]): Promise<StoredSegment[]>;
  /** Sealed keys of subjects, by `<tenant>#<subject>`. */
  subjectKeys(subjects: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Keeps a sealed key, or gives the one that is there. */
  putSubjectKey(subject: string, sealed: string): Promise<string>;
  destroySubjectKey(subject: string): Promise<void>;
  /** Notes that entries are about a subject. Repeats do nothing. */
  note(subject: string, day: string, ids: readonly string[]): Promise<void>;
  /** Which of the entries were noted already. */
  noted(subject: string, day: string): Promise<ReadonlySet<string>>;
  /** Ids of all entries about a subject in the days given; with `forget`, the notes go. */
  about(subject: string, days: readonly string[], forget?: boolean): Promise<string[]>;
  putRoot(root: SealedRoot): Promise<boolean>;
  root(number: number): Promise<SealedRoot | undefined>;
  /** The policies of a digest, as decisions were made with them. */
  policies(digest: string): Promise<KeptPolicies | undefined>;
  /** Keeps the policies of a digest; a repeat does nothing. */
  putPolicies(digest: string, policies: KeptPolicies): Promise<void>;
  /** The last segment of a chain that the archive has for certain; 0 is none. */
  shipped(shard: number): Promise<number>;
  /** Notes that the archive has a chain up to a segment; what is noted never goes back. */
  markShipped(shard: number, number: number): Promise<void>;
}

/** The log on DynamoDB. @throws DecisionError `store-unavailable` (503) */
export const logStore = (client: DynamoDBClient, table: string, clock: () => number): LogStore => {
  const expiresAt = () => ({ N: String(Math.floor((clock() + LOG_DAYS * DAY_MS) / 1000)) });
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw new DecisionError('store-unavailable', 'The log did not answer', { status: 503, cause });
    }
  };
  const get = (key: string) =>
    guarded(
      async () =>
        (
          await client.send(
            new GetItemCommand({ TableName: table, Key: { pk: { S: key } }, ConsistentRead: true }),
          )
        ).Item,
    );
  const getMany = (keys: readonly string[]) =>
    guarded(async () => {
      const found = new Map<string, Item>();
      for (let first = 0; first < keys.length; first += 100) {
        let wanted: Item[] = keys.slice(first, first + 100).map((key) => ({ pk: { S: key } }));
        while (wanted.length > 0) {
          const answer = await client.send(
            new BatchGetItemCommand({ RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } } }),
          );
          for (const item of answer.Responses?.[table] ?? []) found.set(item.pk!.S!, item);
          wanted = answer.UnprocessedKeys?.[table]?.Keys ?? [];
        }
      }
      return found;
    });
  /** Puts an item that is not there; false when it is. */
  const putNew = (item: Item) =>
    guarded(async () => {
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: { ...item, expiresAt: expiresAt() },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    });
  const update = (key: string, expression: string, values: Record<string, AttributeValue>) =>
    guarded(async () => {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { pk: { S: key } },
          UpdateExpression: expression,
          ExpressionAttributeValues: values,
        }),
      );
    });
  const segmentKey = (shard: number, number: number) => `g#${shard}#${number}`;
  const segmentOf = (item: Item): StoredSegment => ({
    ...JSON.parse(item.segment!.S!),
    payloads: item.payloads?.L?.map(({ B }) => B!) ?? [],
  });
  const segments: LogStore['segments'] = async (shard, numbers) => {
    const keys = numbers.map((number) => segmentKey(shard, number));
    const items = await getMany(keys);
    return keys.flatMap((key) => (items.has(key) ? [segmentOf(items.get(key)!)] : []));
  };
  const dayKey = (subject: string, day: string) => `u#${subject}#${day}`;
  return {
    segments,
    head: async (shard) => {
      // The record is a hint: the chain itself says where it ends, should a crash have left the hint behind.
      const item = await get(`h#${shard}`);
      let last = item ? { number: Number(item.lastNumber!.N), hash: item.lastHash!.S! } : undefined;
      for (;;) {
        const [next] = await segments(shard, [(last?.number ?? 0) + 1]);
        if (!next) return last;
        last = next;
      }
    },
    append: async ({ payloads, ...segment }) => {
      const isFirst = await putNew({
        pk: { S: segmentKey(segment.shard, segment.number) },
        segment: { S: JSON.stringify(segment) },
        payloads: { L: payloads.map((payload) => ({ B: payload })) },
      });
      if (isFirst)
        await update(`h#${segment.shard}`, 'SET lastNumber = :number, lastHash = :hash', {
          ':number': { N: String(segment.number) },
          ':hash': { S: segment.hash },
        }).catch(() => undefined);
      return isFirst;
    },
    subjectKeys: async (subjects) => {
      const items = await getMany([...new Set(subjects)].map((subject) => `k#${subject}`));
      return new Map([...items].map(([key, item]) => [key.slice(2), item.key!.S!]));
    },
    putSubjectKey: async (subject, sealed) => {
      const pk = `k#${subject}`;
      if (await putNew({ pk: { S: pk }, key: { S: sealed } })) return sealed;
      return (await get(pk))?.key?.S ?? sealed;
    },
    destroySubjectKey: (subject) =>
      guarded(async () => {
        await client.send(new DeleteItemCommand({ TableName: table, Key: { pk: { S: `k#${subject}` } } }));
      }),
    note: (subject, day, ids) =>
      update(dayKey(subject, day), 'ADD ids :ids SET expiresAt = :expires', {
        ':ids': { SS: [...new Set(ids)] },
        ':expires': expiresAt(),
      }),
    noted: async (subject, day) => new Set((await get(dayKey(subject, day)))?.ids?.SS ?? []),
    about: async (subject, days, forget = false) => {
      const items = await getMany(days.map((day) => dayKey(subject, day)));
      if (forget)
        for (const key of items.keys())
          await guarded(async () => {
            await client.send(new DeleteItemCommand({ TableName: table, Key: { pk: { S: key } } }));
          });
      return [...items.values()].flatMap((item) => item.ids?.SS ?? []);
    },
    policies: async (digest) => {
      const item = await get(`p#${digest}`);
      return item ? (JSON.parse(item.policies!.S!) as KeptPolicies) : undefined;
    },
    putPolicies: async (digest, policies) => {
      await putNew({ pk: { S: `p#${digest}` }, policies: { S: JSON.stringify(policies) } });
    },
    shipped: async (shard) => Number((await get(`a#${shard}`))?.lastNumber?.N ?? 0),
    markShipped: (shard, number) =>
      guarded(async () => {
        try {
          await client.send(
            new UpdateItemCommand({
              TableName: table,
              Key: { pk: { S: `a#${shard}` } },
              UpdateExpression: 'SET lastNumber = :number',
              ConditionExpression: 'attribute_not_exists(lastNumber) OR lastNumber < :number',
              ExpressionAttributeValues: { ':number': { N: String(number) } },
            }),
          );
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
        }
      }),
    putRoot: ({ number, jws }) => putNew({ pk: { S: `r#${number}` }, jws: { S: jws } }),
    root: async (number) => {
      const item = await get(`r#${number}`);
      return item ? { number, jws: item.jws!.S! } : undefined;
    },
  };
};
