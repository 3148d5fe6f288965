import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Dynamodb, startDynamodb } from '../infra/local/dynamodb.ts';
import type { LocalResource } from '../infra/local/template.ts';

/** The tables on an embedded DynamoDB of a test's own. */
export interface TestTables {
  readonly client: DynamoDBClient;
  readonly endpoint: Dynamodb['endpoint'];
  readonly decisions: string;
  readonly baselines: string;
  readonly sessions: string;
  close(): Promise<void>;
}

const table = (
  name: string,
  sortedIndex?: { name: string; partition: string; sort: string },
): LocalResource => ({
  stack: 'test',
  logicalId: name,
  type: 'AWS::DynamoDB::Table',
  support: { kind: 'run', by: 'dynalite' },
  ref: name,
  attributes: {},
  properties: {
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      ...(sortedIndex
        ? [
            { AttributeName: sortedIndex.partition, AttributeType: 'S' },
            { AttributeName: sortedIndex.sort, AttributeType: 'N' },
          ]
        : []),
    ],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    ...(sortedIndex
      ? {
          GlobalSecondaryIndexes: [
            {
              IndexName: sortedIndex.name,
              KeySchema: [
                { AttributeName: sortedIndex.partition, KeyType: 'HASH' },
                { AttributeName: sortedIndex.sort, KeyType: 'RANGE' },
              ],
              Projection: { ProjectionType: 'KEYS_ONLY' },
            },
          ],
        }
      : {}),
  },
});

/**
 * Starts an embedded DynamoDB in memory with empty tables, for tests of one room. That the deployment shapes its
 * tables alike is what the end-to-end tests show.
 */
export const startTables = async (): Promise<TestTables> => {
  const database = await startDynamodb(
    [
      table('decisions', { name: 'pending', partition: 'pendingShard', sort: 'pendingSince' }),
      table('baselines'),
      table('sessions'),
    ],
    { port: 0 },
  );
  const client = new DynamoDBClient({
    endpoint: database.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  return {
    client,
    endpoint: database.endpoint,
    decisions: 'decisions',
    baselines: 'baselines',
    sessions: 'sessions',
    close: async () => {
      client.destroy();
      await database.close();
    },
  };
};
