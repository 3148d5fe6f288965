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
  readonly streams: string;
  readonly presentations: string;
  readonly wallets: string;
  readonly issuers: string;
  readonly reviews: string;
  readonly log: string;
  readonly policies: string;
  close(): Promise<void>;
}

interface SortedIndex {
  readonly name: string;
  readonly partition: string;
  readonly sort: string;
}

const table = (name: string, ...indexes: readonly SortedIndex[]): LocalResource => ({
  stack: 'test',
  logicalId: name,
  type: 'AWS::DynamoDB::Table',
  support: { kind: 'run', by: 'dynalite' },
  ref: name,
  attributes: {},
  properties: {
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      ...[
        ...new Map(
          indexes.flatMap(({ partition, sort }) => [
            [partition, 'S'],
            [sort, 'N'],
          ]),
        ),
      ].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    ],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    ...(indexes.length > 0
      ? {
          GlobalSecondaryIndexes: indexes.map((index) => ({
            IndexName: index.name,
            KeySchema: [
              { AttributeName: index.partition, KeyType: 'HASH' },
              { AttributeName: index.sort, KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          })),
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
      table('streams', { name: 'outbox', partition: 'outbox', sort: 'due' }),
      table('presentations', { name: 'answered', partition: 'answered', sort: 'due' }),
      table('wallets'),
      table('issuers'),
      table('log'),
      table('policies'),
      table(
        'reviews',
        { name: 'queue', partition: 'queue', sort: 'since' },
        { name: 'due', partition: 'dueShard', sort: 'dueAt' },
        { name: 'subject', partition: 'subject', sort: 'since' },
      ),
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
    streams: 'streams',
    presentations: 'presentations',
    wallets: 'wallets',
    issuers: 'issuers',
    reviews: 'reviews',
    log: 'log',
    policies: 'policies',
    close: async () => {
      client.destroy();
      await database.close();
    },
  };
};
