import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DAY_MS } from '../baselines/index.ts';
import type { OutsideEvidence } from './apply-evidence.ts';
import type { Session } from './session.ts';
import { storeUnavailable } from './session-error.ts';

type Item = Record<string, AttributeValue>;

/** A session that nothing happens in is forgotten after this long, days. */
const KEPT_DAYS = 30;

/** Sessions of one subject that evidence about the subject reaches; the oldest gives way. */
export const SUBJECT_SESSIONS = 16;

/** Pieces of evidence about a subject that are remembered. */
const SUBJECT_EVIDENCE = 8;

/** Which sessions a subject has, newest last. */
export interface SubjectSessions {
  readonly version: number;
  readonly sessions: readonly string[];
  /** The latest evidence about the subject itself: for sessions that are counted only after it. */
  readonly evidence: readonly OutsideEvidence[];
}

/** Key of a session's record. */
export const sessionKey = (tenant: string, session: string): string => `n#${tenant}#${session}`;

/** Key of the record of a subject's sessions. */
export const subjectSessionsKey = (tenant: string, subject: string): string => `u#${tenant}#${subject}`;

/** The sessions table. */
export interface SessionStore {
  /** Reads sessions, strongly consistent, at most 100 keys a call. */
  read(keys: readonly string[]): Promise<ReadonlyMap<string, Session>>;
  /** Writes a session over the version that it was read at, 0 for a first one. False when another was faster. */
  put(key: string, session: Session, readVersion: number): Promise<boolean>;
  readSubject(key: string): Promise<SubjectSessions>;
  putSubject(key: string, record: SubjectSessions): Promise<boolean>;
  /** Removes a record of a session or of a subject's sessions, whether or not there is one. */
  remove(key: string): Promise<void>;
}

/**
 * The sessions table on DynamoDB.
 *
 * @param clock processing time, ms.
 * @throws SessionError `session-store-unavailable` (503)
 */
export const sessionStore = (client: DynamoDBClient, table: string, clock: () => number): SessionStore => {
  const readItems = async (keys: readonly string[]): Promise<Item[]> => {
    const found: Item[] = [];
    let wanted: Item[] = [...new Set(keys)].map((key) => ({ pk: { S: key } }));
    try {
      while (wanted.length > 0) {
        const answer = await client.send(
          new BatchGetItemCommand({
            RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } },
            ReturnConsumedCapacity: 'TOTAL',
          }),
        );
        for (const item of answer.Responses?.[table] ?? [])
          if (Number(item.expiresAt?.N ?? 0) * 1000 > clock()) found.push(item);
        wanted = answer.UnprocessedKeys?.[table]?.Keys ?? [];
      }
    } catch (error) {
      throw storeUnavailable(error);
    }
    return found;
  };
  const put = async (key: string, text: string, version: number, readVersion: number): Promise<boolean> => {
    const now = Math.floor(clock() / 1000);
    try {
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: {
            pk: { S: key },
            v: { N: String(version) },
            s: { S: text },
            expiresAt: { N: String(now + (KEPT_DAYS * DAY_MS) / 1000) },
          },
          ConditionExpression:
            readVersion === 0 ? 'attribute_not_exists(pk) OR expiresAt <= :now' : 'v = :read',
          ExpressionAttributeValues:
            readVersion === 0 ? { ':now': { N: String(now) } } : { ':read': { N: String(readVersion) } },
          ReturnConsumedCapacity: 'TOTAL',
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw storeUnavailable(error);
    }
  };
  return {
    read: async (keys) =>
      new Map(
        (await readItems(keys)).map((item) => [
          item.pk!.S!,
          { ...JSON.parse(item.s!.S!), version: Number(item.v!.N) } as Session,
        ]),
      ),
    put: (key, session, readVersion) => put(key, JSON.stringify(session), session.version, readVersion),
    readSubject: async (key) => {
      const [item] = await readItems([key]);
      return item
        ? { version: Number(item.v!.N), ...JSON.parse(item.s!.S!) }
        : { version: 0, sessions: [], evidence: [] };
    },
    putSubject: (key, { version, sessions, evidence }) => {
      const bounded = {
        sessions: sessions.slice(-SUBJECT_SESSIONS),
        evidence: evidence.slice(-SUBJECT_EVIDENCE),
      };
      return put(key, JSON.stringify(bounded), version + 1, version);
    },
    remove: async (key) => {
      try {
        await client.send(new DeleteItemCommand({ TableName: table, Key: { pk: { S: key } } }));
      } catch (error) {
        throw storeUnavailable(error);
      }
    },
  };
};
