import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { AttributeType, BillingMode, ProjectionType, Table, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { describe, expect, it } from 'vitest';
import { startDynamodb } from './dynamodb.ts';
import { templateOf } from './template-fixture.ts';

const tablesOf = (index: string) => {
  const template = templateOf((stack) => {
    const decisions = new Table(stack, 'Decisions', {
      tableName: 'decisions',
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expiresAt',
    });
    decisions.addGlobalSecondaryIndex({
      indexName: index,
      partitionKey: { name: 'half', type: AttributeType.STRING },
      sortKey: { name: 'since', type: AttributeType.NUMBER },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: ['summary'],
    });
    new TableV2(stack, 'Baselines', {
      tableName: 'baselines',
      partitionKey: { name: 'pk', type: AttributeType.STRING },
    });
  });
  return [...template.ofType('AWS::DynamoDB::Table'), ...template.ofType('AWS::DynamoDB::GlobalTable')];
};

const clientOf = (endpoint: string) =>
  new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });

describe('startDynamodb', () => {
  it("makes the template's tables and indexes, and keeps what is in them", async () => {
    const directory = join(mkdtempSync(join(tmpdir(), 'countersign-db-')), 'dynamodb');
    const first = await startDynamodb(tablesOf('recent'), { port: 0, directory });
    expect(first.created).toEqual(['decisions', 'baselines']);
    const client = clientOf(first.endpoint);
    const item = {
      pk: { S: 'a' },
      half: { S: '0' },
      since: { N: '7' },
      summary: { S: 's' },
      secret: { S: 'x' },
    };
    await client.send(new PutItemCommand({ TableName: 'decisions', Item: item }));
    await client.send(new PutItemCommand({ TableName: 'baselines', Item: { pk: { S: 'b' } } }));
    await first.close();

    const second = await startDynamodb(tablesOf('recent'), { port: 0, directory });
    expect(second.created).toEqual([]);
    const again = clientOf(second.endpoint);
    const found = await again.send(
      new QueryCommand({
        TableName: 'decisions',
        IndexName: 'recent',
        KeyConditionExpression: 'half = :half',
        ExpressionAttributeValues: { ':half': { S: '0' } },
      }),
    );
    const { secret: _left, ...projected } = item;
    expect(found.Items).toEqual([projected]);
    const kept = await again.send(new GetItemCommand({ TableName: 'baselines', Key: { pk: { S: 'b' } } }));
    expect(kept.Item).toEqual({ pk: { S: 'b' } });
    await second.close();

    await expect(startDynamodb(tablesOf('latest'), { port: 0, directory })).rejects.toMatchObject({
      code: 'table-changed',
      message: expect.stringContaining('--fresh'),
    });
    // The refusal left nothing open behind it.
    await (await startDynamodb(tablesOf('recent'), { port: 0, directory })).close();
  });

  it('says that the port is taken', async () => {
    const first = await startDynamodb([], { port: 0 });
    const port = Number(new URL(first.endpoint).port);
    await expect(startDynamodb([], { port })).rejects.toMatchObject({ code: 'database-in-use' });
    await first.close();
  });
});
