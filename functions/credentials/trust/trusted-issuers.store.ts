import { createHash } from 'node:crypto';
import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CountersignError } from '../../platform/errors.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

/** The registry of trusted issuers: which issuer is trusted by which tenant, for which types of credentials. */
export interface TrustedIssuerStore {
  get(tenant: string, issuer: string): Promise<TrustedIssuer | undefined>;
  put(tenant: string, issuer: TrustedIssuer): Promise<void>;
  /** False when it was not there. */
  remove(tenant: string, issuer: string): Promise<boolean>;
}

/** Identifiers are digested, as a DID can be longer than a key may be. */
const keyOf = (tenant: string, issuer: string) => ({
  pk: { S: `i#${tenant}#${createHash('sha256').update(issuer).digest('base64url')}` },
});

/**
 * The registry on DynamoDB.
 *
 * @throws CountersignError `store-unavailable` (503), from every method.
 */
export const trustedIssuerStore = (client: DynamoDBClient, table: string): TrustedIssuerStore => {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw new CountersignError('store-unavailable', 'The registry of issuers did not answer', {
        status: 503,
        cause,
      });
    }
  };
  return {
    get: (tenant, issuer) =>
      guarded(async () => {
        const { Item } = await client.send(
          new GetItemCommand({ TableName: table, Key: keyOf(tenant, issuer) }),
        );
        return Item?.record?.S === undefined ? undefined : (JSON.parse(Item.record.S) as TrustedIssuer);
      }),
    put: (tenant, issuer) =>
      guarded(async () => {
        const record = { S: JSON.stringify(issuer) };
        await client.send(
          new PutItemCommand({ TableName: table, Item: { ...keyOf(tenant, issuer.issuer), record } }),
        );
      }),
    remove: (tenant, issuer) =>
      guarded(async () => {
        const { Attributes } = await client.send(
          new DeleteItemCommand({ TableName: table, Key: keyOf(tenant, issuer), ReturnValues: 'ALL_OLD' }),
        );
        return Attributes !== undefined;
      }),
  };
};
