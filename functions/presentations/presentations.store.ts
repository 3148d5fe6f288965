import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { PresentationError } from './presentation-error.ts';
import type { PresentationRequest } from './presentation-request.ts';
import type { Outcome } from './presentation-result.ts';

/** How many answers that do not hold a request bears before it closes. */
export const MAX_TRIES = 5;

/** How long a request and its result are kept after the time to answer it, ms. */
const KEPT_MS = 3_600_000;

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
}

/** The records of presentation requests, by the id that wallets see. */
export interface PresentationStore {
  insert(request: PresentationRequest): Promise<void>;
  get(walletId: string): Promise<StoredPresentation | undefined>;
  /**
   * Accepts an answer: once, in time, and while tries are left.
   *
   * @returns false when the request was no longer open.
   */
  accept(walletId: string, outcome: Outcome, responseCodeHash: string | undefined): Promise<boolean>;
  /** Counts an answer that did not hold against an open request. */
  refuse(walletId: string, reason: string): Promise<void>;
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
  const update = async (
    walletId: string,
    change: string,
    values: Record<string, { S: string } | { N: string }>,
  ) => {
    try {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: keyOf(walletId),
          UpdateExpression: change,
          ConditionExpression:
            'attribute_exists(pk) AND attribute_not_exists(outcome) AND tries < :max AND answerBy > :now',
          ExpressionAttributeValues: {
            ...values,
            ':max': { N: String(MAX_TRIES) },
            ':now': { N: String(clock()) },
          },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };
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
              expiresAt: { N: String(Math.floor((request.expiresAt + KEPT_MS) / 1000)) },
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
        };
      }),
    accept: (walletId, outcome, responseCodeHash) =>
      guarded(() =>
        responseCodeHash === undefined
          ? update(walletId, 'SET outcome = :outcome REMOVE reason', {
              ':outcome': { S: JSON.stringify(outcome) },
            })
          : update(walletId, 'SET outcome = :outcome, responseCodeHash = :hash REMOVE reason', {
              ':outcome': { S: JSON.stringify(outcome) },
              ':hash': { S: responseCodeHash },
            }),
      ),
    refuse: (walletId, reason) =>
      guarded(async () => {
        await update(walletId, 'SET tries = tries + :one, reason = :reason', {
          ':one': { N: '1' },
          ':reason': { S: reason },
        });
      }),
  };
};
