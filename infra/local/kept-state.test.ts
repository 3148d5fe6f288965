import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  baselineStore,
  emptyBaseline,
  emptyVelocity,
  encodeBaseline,
} from '../../functions/baselines/index.ts';
import { startTables, type TestTables } from '../../test/tables.ts';
import { checkKeptState } from './kept-state.ts';
import type { LocalTemplate } from './template.ts';

let tables: TestTables;
let template: LocalTemplate;
beforeAll(async () => {
  tables = await startTables();
  template = {
    place: { region: 'us-east-1' },
    ofType: () => [{ logicalId: 'TablesBaselines0', ref: tables.baselines }],
  } as unknown as LocalTemplate;
});
afterAll(() => tables?.close());

const put = (pk: string, b: string) =>
  tables.client.send(
    new PutItemCommand({
      TableName: tables.baselines,
      Item: { pk: { S: pk }, v: { N: '1' }, b: { S: b }, expiresAt: { N: '4000000000' } },
    }),
  );

describe('data of earlier starts', () => {
  it('is taken when there is none, and when it is of the format of today', async () => {
    await checkKeptState(template, tables.endpoint);
    const store = baselineStore(tables.client, tables.baselines, Date.now);
    await store.putBaseline('s#default#a', { ...emptyBaseline(), version: 1 }, 0);
    await store.putVelocity('v#default#p#x', { ...emptyVelocity(), version: 1 }, 0);
    await checkKeptState(template, tables.endpoint);
  });

  it.each([
    ['a baseline', 's#default#old', encodeBaseline(emptyBaseline()).replace(/^\[\d+/, '[1')],
    ['a counter', 'v#default#p#old', '[0]'],
  ])('is refused with the way out when %s is of an older one', async (_, key, text) => {
    await put(key, text);
    await expect(checkKeptState(template, tables.endpoint)).rejects.toMatchObject({
      code: 'state-outdated',
      message: expect.stringMatching(/older format[\s\S]*--fresh[\s\S]*--state/),
    });
    await tables.client.send(new DeleteItemCommand({ TableName: tables.baselines, Key: { pk: { S: key } } }));
    await checkKeptState(template, tables.endpoint);
  });
});
