import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DecisionError } from './decision-error.ts';
import type { PresentationQueries } from './presentation-query.ts';

/** A policy set that an operator has put on record. Versions count from 1 and never change. */
export interface PolicyVersion {
  readonly version: number;
  /** Cedar, as it was written. */
  readonly policies: string;
  /** `default`: on top of the deployment's own; `nothing`: in its place. */
  readonly over: 'default' | 'nothing';
  /** What wallets are asked where its policies name it, on top of the deployment's own queries. */
  readonly queries?: PresentationQueries;
  readonly digest: string;
  readonly by: string;
  /** ISO 8601. */
  readonly time: string;
  readonly comment?: string;
}

/** Which version a tenant uses, and which it used before. */
export interface PolicyHistory {
  /** Number of writes so far. */
  readonly revision: number;
  /** The latest version on record. */
  readonly latest: number;
  /** Activations, oldest first; 0 is the deployment's own set. Bounded. */
  readonly activations: readonly { readonly version: number; readonly by: string; readonly time: string }[];
}

/** Policy sets of tenants. */
export interface PolicyVersions {
  history(tenant: string): Promise<PolicyHistory>;
  /** Writes the history over the revision before; false when another writer was faster. */
  putHistory(tenant: string, history: PolicyHistory): Promise<boolean>;
  version(tenant: string, version: number): Promise<PolicyVersion | undefined>;
  /** Puts a version on record; false when its number is taken. */
  putVersion(tenant: string, version: PolicyVersion): Promise<boolean>;
  /** The version that is active; undefined where it is the deployment's own set. */
  active(tenant: string): Promise<PolicyVersion | undefined>;
}

const NO_HISTORY: PolicyHistory = { revision: 0, latest: 0, activations: [] };

/** The number of the active version; 0 is the deployment's own set. */
export const activeVersion = ({ activations }: PolicyHistory): number => activations.at(-1)?.version ?? 0;

/** Policy sets on DynamoDB. @throws DecisionError `store-unavailable` (503) */
export const policyVersions = (client: DynamoDBClient, table: string): PolicyVersions => {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw new DecisionError('store-unavailable', 'The policies could not be read or written', {
        status: 503,
        cause,
      });
    }
  };
  const get = <T>(key: string) =>
    guarded(async (): Promise<T | undefined> => {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: { pk: { S: key } }, ConsistentRead: true }),
      );
      return Item?.body?.S === undefined ? undefined : (JSON.parse(Item.body.S) as T);
    });
  const put = (key: string, body: unknown, revision: number) =>
    guarded(async () => {
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: { pk: { S: key }, body: { S: JSON.stringify(body) }, revision: { N: String(revision) } },
            ConditionExpression: revision === 1 ? 'attribute_not_exists(pk)' : 'revision = :before',
            ...(revision === 1
              ? {}
              : { ExpressionAttributeValues: { ':before': { N: String(revision - 1) } } }),
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    });
  const history: PolicyVersions['history'] = async (tenant) =>
    (await get<PolicyHistory>(`p#${tenant}`)) ?? NO_HISTORY;
  const version: PolicyVersions['version'] = (tenant, number) => get(`p#${tenant}#${number}`);
  return {
    history,
    putHistory: (tenant, next) => put(`p#${tenant}`, next, next.revision),
    version,
    putVersion: (tenant, next) => put(`p#${tenant}#${next.version}`, next, 1),
    active: async (tenant) => {
      const number = activeVersion(await history(tenant));
      if (number === 0) return undefined;
      const found = await version(tenant, number);
      if (!found)
        throw new DecisionError('policy-unavailable', 'The active policy is not on record', { status: 503 });
      return found;
    },
  };
};
