import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { PresentationError } from './presentation-error.ts';
import type { PresentationRequest } from './presentation-request.ts';
import type { Enrolment, Outcome } from './presentation-result.ts';

/** How many answers that do not hold a request bears before it closes. */
export const MAX_TRIES = 5;

/** How long a request and its result are kept after the time to answer it, ms. */
const KEPT_MS = 3_600_000;

/** The same where something else waits for the answer, ms: what is late because of a fault still finds it. */
const CONCERNED_KEPT_MS = 86_400_000;

/** How long the function that took an answer has to announce it before the sweeper does, ms. */
export const ANNOUNCE_WITHIN_MS = 90_000;

/** Over how many partitions the sparse index of answers that are to be announced is spread. */
const ANSWERED_SHARDS = 4;

/** An answer that is to be announced. */
export interface Unannounced {
  readonly walletId: string;
  /** When the sweeper is to announce it, ms since 1970. */
  readonly due: number;
}

/** A request with what became of it. */
export interface StoredPresentation {
  readonly request: PresentationRequest;
  /** Answers so far that did not hold. */
  readonly tries: number;
  /** Present once an answer was accepted. */
  readonly outcome?: Outcome;
  /** SHA-256 of the response code that the app must show, base64url; in the same-device flow only. */
  readonly responseCodeHash?: string;
  /** Why the last answer was refused, or the wallet's own error. */
  readonly reason?: string;
  /** What became of the enrolment that it was for; absent until then. */
  readonly enrolment?: Enrolment;
}

/** The records of presentation requests, by the id that wallets see. */
export interface PresentationStore {
  insert(request: PresentationRequest): Promise<void>;
  get(walletId: string): Promise<StoredPresentation | undefined>;
  /**
   * Accepts an answer: once, in time, and while tries are left. Without a response code it is marked to be
   * announced in the same write; with one, once the app has {@link redeem | redeemed} it.
   *
   * @returns false when the request was no longer open.
   */
  accept(walletId: string, outcome: Outcome, responseCodeHash: string | undefined): Promise<boolean>;
  /**
   * Counts an answer that did not hold against an open request.
   *
   * @returns true when it was the last try: the request is closed, and marked to be announced in the same write.
   */
  refuse(walletId: string, reason: string): Promise<boolean>;
  /** Marks an accepted answer to be announced; false when it was marked before. */
  redeem(walletId: string): Promise<boolean>;
  /** Takes the mark off, and keeps what became of an enrolment. */
  announced(walletId: string, enrolment?: Enrolment): Promise<void>;
  /** Answers whose mark is due before a time, ms since 1970, those that wait longest first. */
  unannounced(before: number, limit: number): Promise<Unannounced[]>;
  /** Puts a mark off to a later time; false when it is gone, or somebody else has put it off. */
  postpone(mark: Unannounced, due: number): Promise<boolean>;
}

/**
 * The presentations table on DynamoDB. Every transition is one conditional write on one item, so that of any
 * number of answers at once one is accepted.
 *
 * @param clock processing time, ms.
 * @throws PresentationError `store-unavailable` (503), from every method.
 */
export const presentationStore = (
  client: DynamoDBClient,
  table: string,
  clock: () => number,
): PresentationStore => {
  const keyOf = (walletId: string) => ({ pk: { S: `p#${walletId}` } });
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw new PresentationError('store-unavailable', 'The store of presentations did not answer', {
        status: 503,
        cause,
      });
    }
  };
  const attempt = async (
    walletId: string,
    change: string,
    condition: string,
    values: Record<string, { S: string } | { N: string }>,
  ) => {
    try {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: keyOf(walletId),
          UpdateExpression: change,
          ConditionExpression: condition,
          ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };
  const OPEN = 'attribute_exists(pk) AND attribute_not_exists(outcome) AND answerBy > :now';
  const MARK = 'answeredAt = :now, answered = :shard, due = :due';
  const now = () => ({ ':now': { N: String(clock()) } });
  const marked = (walletId: string) => ({
    ...now(),
    ':shard': { S: shardOf(walletId) },
    ':due': { N: String(clock() + ANNOUNCE_WITHIN_MS) },
  });
  return {
    insert: (request) =>
      guarded(async () => {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: {
              ...keyOf(request.walletId),
              request: { S: JSON.stringify(request) },
              tries: { N: '0' },
              answerBy: { N: String(request.expiresAt) },
              expiresAt: {
                N: String(
                  Math.floor((request.expiresAt + (request.concerns ? CONCERNED_KEPT_MS : KEPT_MS)) / 1000),
                ),
              },
            },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
      }),
    get: (walletId) =>
      guarded(async () => {
        const { Item } = await client.send(
          new GetItemCommand({ TableName: table, Key: keyOf(walletId), ConsistentRead: true }),
        );
        if (!Item?.request?.S || Number(Item.expiresAt?.N) * 1000 <= clock()) return undefined;
        return {
          request: JSON.parse(Item.request.S) as PresentationRequest,
          tries: Number(Item.tries?.N),
          ...(Item.outcome?.S ? { outcome: JSON.parse(Item.outcome.S) as Outcome } : {}),
          ...(Item.responseCodeHash?.S ? { responseCodeHash: Item.responseCodeHash.S } : {}),
          ...(Item.reason?.S ? { reason: Item.reason.S } : {}),
          ...(Item.enrolment?.S ? { enrolment: JSON.parse(Item.enrolment.S) as Enrolment } : {}),
        };
      }),
    accept: (walletId, outcome, responseCodeHash) => {
      const max = { ':max': { N: String(MAX_TRIES) } };
      const kept = { ':outcome': { S: JSON.stringify(outcome) } };
      const open = `${OPEN} AND tries < :max`;
      return guarded(() =>
        responseCodeHash === undefined
          ? attempt(walletId, `SET outcome = :outcome, ${MARK} REMOVE reason`, open, {
              ...kept,
              ...max,
              ...marked(walletId),
            })
          : attempt(walletId, 'SET outcome = :outcome, responseCodeHash = :hash REMOVE reason', open, {
              ...kept,
              ...max,
              ...now(),
              ':hash': { S: responseCodeHash },
            }),
      );
    },
    refuse: (walletId, reason) =>
      guarded(async () => {
        const values = {
          ':one': { N: '1' },
          ':reason': { S: reason },
          ':last': { N: String(MAX_TRIES - 1) },
        };
        // Tries only grow: what is not before the last one is the last one, or too late.
        const earlier = await attempt(
          walletId,
          'SET tries = tries + :one, reason = :reason',
          `${OPEN} AND tries < :last`,
          { ...values, ...now() },
        );
        if (earlier) return false;
        return attempt(
          walletId,
          `SET tries = tries + :one, reason = :reason, ${MARK}`,
          `${OPEN} AND tries = :last`,
          { ...values, ...marked(walletId) },
        );
      }),
    redeem: (walletId) =>
      guarded(() =>
        attempt(
          walletId,
          `SET ${MARK}`,
          'attribute_exists(outcome) AND attribute_not_exists(answeredAt)',
          marked(walletId),
        ),
      ),
    announced: (walletId, enrolment) =>
      guarded(async () => {
        await attempt(
          walletId,
          `${enrolment === undefined ? '' : 'SET enrolment = :enrolment '}REMOVE answered, due`,
          'attribute_exists(pk)',
          enrolment === undefined ? {} : { ':enrolment': { S: JSON.stringify(enrolment) } },
        );
      }),
    unannounced: (before, limit) =>
      guarded(async () => {
        const shards = await Promise.all(
          Array.from({ length: ANSWERED_SHARDS }, (_, shard) =>
            client.send(
              new QueryCommand({
                TableName: table,
                IndexName: 'answered',
                KeyConditionExpression: 'answered = :shard AND due < :before',
                ExpressionAttributeValues: {
                  ':shard': { S: `answered#${shard}` },
                  ':before': { N: String(before) },
                },
                Limit: limit,
              }),
            ),
          ),
        );
        return shards
          .flatMap((answer) => answer.Items ?? [])
          .map((item) => ({ walletId: item.pk?.S?.slice('p#'.length) ?? '', due: Number(item.due?.N) }))
          .sort((a, b) => a.due - b.due)
          .slice(0, limit);
      }),
    postpone: ({ walletId, due }, next) =>
      guarded(() =>
        attempt(walletId, 'SET due = :next', 'due = :due', {
          ':due': { N: String(due) },
          ':next': { N: String(next) },
        }),
      ),
  };
};

const shardOf = (walletId: string): string =>
  `answered#${walletId.charCodeAt(walletId.length - 1) % ANSWERED_SHARDS}`;
