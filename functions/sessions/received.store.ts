import { createHash } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { storeUnavailable } from './session-error.ts';
import { MAX_AGE_MS, type ReceivedSignal } from './shared-signals/receive.ts';

/** Remembers which tokens were received: `repeat` is the very same one, `other` another under its id. */
export type Remember = (
  signal: Pick<ReceivedSignal, 'issuer' | 'jti' | 'digest'>,
) => Promise<'new' | 'repeat' | 'other'>;

/**
 * Received tokens by issuer and id, in the sessions table, for a day longer than a token may be old.
 *
 * @param clock processing time, ms.
 * @throws SessionError `session-store-unavailable` (503)
 */
export const receivedStore =
  (client: DynamoDBClient, table: string, clock: () => number): Remember =>
  async ({ issuer, jti, digest }) => {
    const pk = `j#${createHash('sha256').update(`${issuer}\n${jti}`).digest('base64url')}`;
    const now = Math.floor(clock() / 1000);
    try {
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: {
            pk: { S: pk },
            digest: { S: digest },
            expiresAt: { N: String(now + MAX_AGE_MS / 1000 + 86_400) },
          },
          ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
          ExpressionAttributeValues: { ':now': { N: String(now) } },
        }),
      );
      return 'new';
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        const earlier = await client.send(
          new GetItemCommand({ TableName: table, Key: { pk: { S: pk } }, ConsistentRead: true }),
        );
        return earlier.Item?.digest?.S === digest ? 'repeat' : 'other';
      }
      throw storeUnavailable(error);
    }
  };
