import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Decision } from '../../functions/decisions/decision.ts';
import { type LocalModeForTest, startLocalMode } from '../local-mode.ts';
import { appOf, eventually, nativeEvent, printedScore } from './client.ts';

let local: LocalModeForTest;
let app: ReturnType<typeof appOf>;
const assessed: { metadata: { id: string; tenant: string }; data: Decision }[] = [];

beforeAll(async () => {
  local = await startLocalMode();
  local.events.observe((_, event) => {
    if (event['detail-type'] === 'Risk Assessed') assessed.push(event.detail as (typeof assessed)[number]);
  });
  app = appOf(local);
});
afterAll(async () => {
  app?.close();
  await local?.end();
});

describe('the synchronous road', () => {
  test('an event becomes an explained decision whose printed terms add up to its score', async () => {
    const { status, body } = await app.evaluate(nativeEvent('sync-1'));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      eventId: 'sync-1',
      mode: 'shadow',
      baseline: { maturity: 'none', events: 0 },
    });
    expect(body.degraded).toBeUndefined();
    expect(body.reasons.length).toBeGreaterThan(0);
    expect(Math.abs(printedScore(body) - body.score)).toBeLessThan(1e-9);
    expect(JSON.stringify(body)).not.toMatch(/81\.2\.69\.142|u-4711/);
    for (const reason of body.reasons) expect(reason.text).not.toMatch(/\d+\.\d+\.\d+|London|GB/);
  });

  test('the decision can be read again, by its tenant only', async () => {
    const { body } = await app.evaluate(nativeEvent('sync-2'));
    expect((await app.decision('sync-2')).body).toEqual(body);
    expect(await app.decision('sync-2', 'other')).toMatchObject({
      status: 404,
      body: { type: 'urn:countersign:problem:decision-unknown' },
    });
  });

  test('a repeated event gets the first decision; another payload under its id is refused', async () => {
    const event = nativeEvent('sync-3');
    const first = await app.evaluate(event);
    // Another order of members is the same payload.
    const { source, 'detail-type': type, detail } = event;
    expect((await app.evaluate({ detail, 'detail-type': type, source })).body).toEqual(first.body);
    const other = structuredClone(event);
    other.detail.data.outcome = 'failure';
    expect(await app.evaluate(other)).toMatchObject({
      status: 409,
      type: expect.stringContaining('application/problem+json'),
      body: { fields: [{ field: 'metadata.id' }] },
    });
    // The id belongs to its tenant.
    const elsewhere = nativeEvent('sync-3', { metadata: { tenant: 'elsewhere' } });
    expect((await app.evaluate(elsewhere)).status).toBe(200);
  });

  test('a subject that keeps its habits becomes known, and its risk falls', async () => {
    const scores: number[] = [];
    for (let day = 10; day >= 0; day--) {
      const time = new Date(Date.now() - day * 86_400_000).toISOString();
      const { body } = await app.evaluate(
        nativeEvent(`habit-${day}`, { metadata: { time }, subject: { id: 'habitual', kind: 'person' } }),
      );
      scores.push(body.score);
    }
    expect(scores.at(-1)!).toBeLessThan(scores[0]!);
    const last = await app.decision('habit-0');
    expect(last.body.baseline.events).toBeGreaterThan(5);
  });

  test('only a valid token with the scope gets in', async () => {
    const without = await fetch(`${local.urls.api}/v1/evaluate`, { method: 'POST', body: '{}' });
    expect(without.status).toBe(401);
    const forged = await app.evaluate(nativeEvent('forged'), { headers: { authorization: 'Bearer x.y.z' } });
    expect(forged.status).toBe(401);
  });
});

describe('the bus', () => {
  test('an event put by the AWS SDK is decided, told on the bus, and can be read', async () => {
    const answer = await app.put(nativeEvent('bus-1', { subject: { id: 'bus-person' } }));
    expect(answer.FailedEntryCount).toBe(0);
    const told = await eventually(() => assessed.find((event) => event.data.eventId === 'bus-1'));
    expect(told.metadata.tenant).toBe('default');
    expect(Math.abs(printedScore(told.data) - told.data.score)).toBeLessThan(1e-9);
    expect((await app.decision('bus-1')).body).toEqual(told.data);
  });

  test('the same event on both roads is one decision', async () => {
    const event = nativeEvent('both-roads', { subject: { id: 'both' } });
    const [{ body }] = await Promise.all([app.evaluate(event), app.put(event, event)]);
    await eventually(() => assessed.find((told) => told.data.eventId === 'both-roads'));
    expect((await app.decision('both-roads')).body).toEqual(body);
  });

  test('a factor reset that a provider reports is known when its account signs in', async () => {
    const evaluate = async (id: string) =>
      (await app.evaluate(nativeEvent(id, { subject: { id: 'reset-person', kind: 'person' } }))).body;
    expect((await evaluate('before-reset')).evaluators.skipped).toContainEqual(
      expect.objectContaining({ code: 'factorReset' }),
    );
    await app.put({
      source: 'aws.partner/okta.com/countersign-demo/logs',
      'detail-type': 'SystemLog',
      detail: {
        uuid: '7a1c9a52-reset',
        published: new Date(Date.now() - 60_000).toISOString(),
        eventType: 'user.mfa.factor.reset_all',
        outcome: { result: 'SUCCESS' },
        actor: { id: 'help-desk', type: 'User' },
        target: [{ id: 'reset-person', type: 'User' }],
      },
    });
    let tries = 0;
    await eventually(async () => {
      const { reasons } = await evaluate(`after-reset-${tries++}`);
      const reason = (reasons as Decision['reasons']).find(({ code }) => code === 'factorReset');
      return reason?.observed?.startsWith('factor reset by somebody else');
    });
  });

  test('nobody outside may speak as Countersign', async () => {
    const answer = await app.put({
      ...nativeEvent('spoof'),
      source: 'countersign',
      'detail-type': 'Risk Assessed',
    });
    expect(answer.FailedEntryCount).toBe(1);
    expect(answer.Entries?.[0]?.ErrorCode).toBeTruthy();
  });

  test('what is told on the bus settles: nothing stays pending', async () => {
    const { DynamoDBClient, QueryCommand } = await import('@aws-sdk/client-dynamodb');
    const client = new DynamoDBClient({
      endpoint: local.urls.dynamodb,
      region: 'us-east-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    });
    const table = local.template
      .ofType('AWS::DynamoDB::Table')
      .find((one) => one.logicalId.includes('Decisions'))!;
    const pending = async () => {
      let count = 0;
      for (let shard = 0; shard < 4; shard++) {
        const { Count = 0 } = await client.send(
          new QueryCommand({
            TableName: table.ref,
            IndexName: 'pending',
            KeyConditionExpression: 'pendingShard = :shard',
            ExpressionAttributeValues: { ':shard': { S: `pending#${shard}` } },
          }),
        );
        count += Count;
      }
      return count;
    };
    await app.evaluate(nativeEvent('settles'));
    await eventually(async () => (await pending()) === 0, 25_000);
    client.destroy();
  });
});

describe('data', () => {
  test('is kept over a restart', async () => {
    const { body } = await app.evaluate(nativeEvent('kept'));
    app.close();
    local = await local.restart();
    app = appOf(local);
    expect((await app.decision('kept')).body).toEqual(body);
  });
});
