import { createHash } from 'node:crypto';
import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CountersignError } from '../../platform/errors.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

/** The registry of trusted issuers: which issuer is trusted by which tenant, for which types of credentials. */
export interface TrustedIssuerStore {
  get(tenant: string, issuer: string): Promise<TrustedIssuer | undefined>;
  put(tenant: string, issuer: TrustedIssuer): Promise<void>;
  /** False when it was not there. */
  remove(tenant: string, issuer: string): Promise<boolean>;
  /** Names of all issuers that a tenant trusts, in order. */
  list(tenant: string): Promise<readonly string[]>;
}

/** Identifiers are digested, as a DID can be longer than a key may be. */
const keyOf = (tenant: string, issuer: string) => ({
  pk: { S: `i#${tenant}#${createHash('sha256').update(issuer).digest('base64url')}` },
});

/** The names that a tenant's records are kept under: one item, so that listing them reads no table whole. */
const namesKeyOf = (tenant: string) => ({ pk: { S: `n#${tenant}` } });

/** A set of names fills its item after some thousands of issuers. */
const isFull = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ValidationException' && /size/i.test(error.message);

/**
 * The registry on DynamoDB.
 *
 * A name enters the list before its record is there, and leaves it after: what is trusted is always listed, and a
 * name whose record is gone is shown as that by {@link TrustedIssuerStore.get}.
 *
 * @throws CountersignError `store-unavailable` (503), from every method; `registry-full` (409) from `put`.
 */
export const trustedIssuerStore = (client: DynamoDBClient, table: string): TrustedIssuerStore => {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      if (isFull(cause))
        throw new CountersignError('registry-full', 'The registry holds as many issuers as it can', {
          status: 409,
          cause,
        });
      throw new CountersignError('store-unavailable', 'The registry of issuers did not answer', {
        status: 503,
        cause,
      });
    }
  };
  const listed = (tenant: string, change: 'ADD' | 'DELETE', issuer: string) =>
    client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: namesKeyOf(tenant),
        UpdateExpression: `${change} issuers :one`,
        ExpressionAttributeValues: { ':one': { SS: [issuer] } },
      }),
    );
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
        await listed(tenant, 'ADD', issuer.issuer);
        await client.send(
          new PutItemCommand({ TableName: table, Item: { ...keyOf(tenant, issuer.issuer), record } }),
        );
      }),
    remove: (tenant, issuer) =>
      guarded(async () => {
        const { Attributes } = await client.send(
          new DeleteItemCommand({ TableName: table, Key: keyOf(tenant, issuer), ReturnValues: 'ALL_OLD' }),
        );
        await listed(tenant, 'DELETE', issuer);
        return Attributes !== undefined;
      }),
    list: (tenant) =>
      guarded(async () => {
        const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: namesKeyOf(tenant) }));
        return [...(Item?.issuers?.SS ?? [])].sort();
      }),
  };
};
