import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../../infra/cli/main.ts';
import { type LocalModeForTest, startLocalMode } from '../local-mode.ts';
import { appOf, eventually, nativeEvent } from './client.ts';

let local: LocalModeForTest;
let app: ReturnType<typeof appOf>;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  local = await startLocalMode();
  app = appOf(local);
  environment = { COUNTERSIGN_URL: local.urls.api, COUNTERSIGN_TOKEN: await local.issuer.token() };
  for (let index = 0; index < 12; index++)
    await app.evaluate(
      nativeEvent(`logged-${index}`, {
        subject: { id: `u-${index % 3}`, kind: index % 4 ? 'person' : 'service' },
        outcome: index % 5 ? 'success' : 'failure',
      }),
    );
});
afterAll(async () => {
  app?.close();
  await local?.end();
});

// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever is logged
const logged = async (): Promise<any[]> => (await app.request('/v1/log')).body.entries;
const run = async (...command: string[]) => {
  const said: string[] = [];
  const code = await main(command, environment, (line) => said.push(line));
  return { code, said };
};

describe('the decision log', () => {
  test('holds every decision once, whole, and shows another tenant nothing', async () => {
    const entries = await eventually(async () => {
      const all = await logged();
      return all.length >= 12 && all;
    });
    expect(new Set(entries.map(({ id }) => id)).size).toBe(12);
    expect(entries.map(({ payload }) => payload.decision.eventId).sort()).toEqual(
      Array.from({ length: 12 }, (_, index) => `logged-${index}`).sort(),
    );
    expect(JSON.stringify(entries)).not.toMatch(/81\.2\.69\.142|"u-\d"/);
    expect((await app.request('/v1/log?tenant=bank')).body.entries).toEqual([]);
    expect((await app.request('/v1/log?after=1.2')).status).toBe(400);
    expect((await run('verify')).code).toBe(0);
  });

  test('replays decisions to the same score, bit for bit, and to the same outcome', async () => {
    const { code, said } = await run('replay', 'logged-0', 'logged-5', 'logged-7');
    expect(code).toBe(0);
    expect(said).toHaveLength(3);
    for (const line of said)
      expect(line).toMatch(/is the recorded one, bit for bit; policy says \w+, as then$/);
    expect(await run('replay', 'never-decided')).toMatchObject({ code: 1 });
    // With the very model, named; and with none.
    expect(await run('replay', 'logged-0', '--model', 'models')).toEqual({ code: 0, said: [said[0]] });
    expect(await run('replay', 'logged-0', '--model', local.state)).toMatchObject({
      code: 1,
      said: [expect.stringMatching(/risk\.onnx cannot be read/)],
    });
  });

  test('explains a decision in lines that add up to its score', async () => {
    const { code, said } = await run('explain', 'logged-1');
    const { decision } = (await logged()).find(
      ({ payload }) => payload.decision.eventId === 'logged-1',
    ).payload;
    expect(code).toBe(0);
    expect(said[0]).toBe(
      `score ${decision.score.toFixed(3)}, ${decision.level}: ${decision.outcome}, by ${decision.policy.determining.join(', ')}`,
    );
    const numbers = said.slice(1).map((line) => Number(/ ([+-]\d+\.\d\d)\b/.exec(line)![1]));
    const [sum, ...terms] = numbers.toReversed();
    expect(terms).toHaveLength(1 + decision.reasons.length);
    expect(terms.reduce((all, term) => all + term, 0)).toBeCloseTo(sum!, 0);
    expect(1 / (1 + Math.exp(-sum!))).toBeCloseTo(decision.score, 2);
    // Bars point to the owner for trust, and away for risk.
    for (const line of said.slice(2, -1)) expect(line).not.toMatch(/ \+\d.*#\||\s-\d.*\|#/);
    const short = await run('explain', 'logged-1', '--top', '2');
    expect(short.said).toHaveLength(6);
    expect(short.said[4]).toMatch(new RegExp(`^  ${decision.reasons.length - 2} more +[+-]`));
    const total = (line: string) => / ([+-]\d+\.\d\d) {2}log-odds$/.exec(line)![1];
    expect(total(short.said[5]!)).toBe(total(said.at(-1)!));
  });

  test('explains nothing that was not decided or not asked for rightly', async () => {
    expect(await run('explain', 'never-decided')).toMatchObject({ code: 1 });
    expect((await run('explain', '--help')).code).toBe(0);
    for (const wrong of [[], ['logged-1', 'logged-2'], ['logged-1', '--top', '0'], ['logged-1', '--by', '2']])
      expect((await run('explain', ...wrong)).code).toBe(2);
  });

  test('is read by any SIEM as OCSF, and by operators as a report', async () => {
    const { said } = await run('ocsf');
    const events = said.map((line) => JSON.parse(line));
    expect(events.filter(({ class_uid }) => class_uid === 3002)).toHaveLength(12);
    expect((await run('shadow-report')).said.join()).toMatch(/12 decisions on 3 subjects/);
    expect((await run('burn')).code).toBe(2);
  });
});

/** What the schedule does every hour. */
const seal = async () => {
  const log = local.template.ofType('AWS::Lambda::Function').find(({ ref }) => ref.endsWith('-log'))!;
  const { functionError } = await local.host.invoke(log.arn!, {});
  expect(functionError).toBeUndefined();
};

describe('the archive of the log', () => {
  const deliveries = () => join(local.state, 'deliveries', 'countersign-local-log');
  const file = () => {
    const [name] = readdirSync(deliveries(), { recursive: true, encoding: 'utf8' }).filter((one) =>
      one.endsWith('.jsonl'),
    );
    return join(deliveries(), name!);
  };
  const linesOf = () => readFileSync(file(), 'utf8').trim().split('\n');

  test('has it as lines by the hour, sealed, and nothing that can be read without the keys', async () => {
    await seal();
    expect(file()).toMatch(/log\/year=\d{4}\/month=\d\d\/day=\d\d\/hour=\d\d\//);
    const lines = linesOf().map((line) => JSON.parse(line));
    const ids = lines.flatMap(({ entries = [] }) => entries.map(({ id }: { id: string }) => id));
    expect(new Set(ids)).toEqual(new Set((await logged()).map(({ id }) => id)));
    expect(lines.at(-1)).toMatchObject({ kind: 'root', jws: expect.stringMatching(/^ey/) });
    expect(readFileSync(file(), 'utf8')).not.toMatch(/81\.2\.69\.142|newDevice|backoffice|"score"/);
    // Nothing is shipped twice.
    await seal();
    expect(linesOf().filter((line) => line.includes('"segment"'))).toHaveLength(
      lines.filter(({ kind }) => kind === 'segment').length,
    );
  });

  test('is checked whole, with the root that somebody kept; a changed one is found', async () => {
    const { body } = await app.request('/v1/log/integrity');
    expect(body).toMatchObject({ whole: true, root: { holds: true }, key: { alg: 'ES256' } });
    const root = join(local.state, 'root.jws');
    writeFileSync(root, body.root.jws);
    const check = () => run('verify', '--archive', deliveries(), '--root', root);
    expect(await check()).toMatchObject({ code: 0 });
    const kept = readFileSync(file(), 'utf8');
    const [first, ...rest] = linesOf();
    const changed = JSON.parse(first!);
    changed.entries[0].time = '2020-01-01T00:00:00.000Z';
    writeFileSync(file(), `${[JSON.stringify(changed), ...rest].join('\n')}\n`);
    const found = await check();
    expect(found.code).toBe(1);
    expect(found.said.join()).toMatch(/is not as it was hashed/);
    writeFileSync(file(), kept);
    writeFileSync(root, `${body.root.jws.slice(0, -4)}AAAA`);
    expect((await check()).code).toBe(1);
    rmSync(root);
    expect((await check()).code).toBe(1);
  });
});

describe('a subject', () => {
  test('is exported with one call, and erased with another: nothing is left, and the log is whole', async () => {
    const { body: kept } = await app.request('/v1/subjects/u-1');
    expect(kept.decisions).toHaveLength(4);
    expect(kept.baseline.format).toBe('countersign-baseline-1');
    // The log holds all by now, so the baseline built anew from it knows what the one that was learned does.
    const rebuilt = await app.request('/v1/subjects/u-1/rebuild', { method: 'POST' });
    expect(rebuilt).toMatchObject({
      status: 200,
      body: { decisions: 4, leftOut: 0, baseline: { events: kept.baseline.events } },
    });
    expect((await app.request('/v1/subjects/u-1')).body.baseline).toEqual(kept.baseline);
    const erased = await app.request('/v1/subjects/u-1', { method: 'DELETE' });
    expect(erased).toMatchObject({ status: 200, body: { decisions: 4 } });
    expect((await app.request('/v1/subjects/u-1')).status).toBe(404);
    expect((await app.decision('logged-1')).status).toBe(404);
    const left = await logged();
    expect(left).toHaveLength(12);
    expect(left.filter((entry) => entry.payload === undefined)).toHaveLength(4);
    expect((await run('verify')).code).toBe(0);
    expect((await app.request('/v1/subjects/u-2')).body.decisions).toHaveLength(4);
  });
});

describe('a log that somebody with the table changed', () => {
  test('is found out by those who ask', async () => {
    const client = new DynamoDBClient({
      endpoint: local.urls.dynamodb,
      region: 'us-east-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    });
    const TableName = local.template
      .ofType('AWS::DynamoDB::Table')
      .find(({ logicalId }) => logicalId.includes('TablesLog'))!.ref;
    const { Item } = await eventually(async () => {
      for (let shard = 0; shard < 4; shard++) {
        const got = await client.send(new GetItemCommand({ TableName, Key: { pk: { S: `g#${shard}#1` } } }));
        if (got.Item) return got;
      }
      return undefined;
    });
    const segment = JSON.parse(Item!.segment!.S!);
    segment.entries[0].subject = 'somebody-else';
    const changed = { ...Item, segment: { S: JSON.stringify(segment) } };
    await client.send(new PutItemCommand({ TableName, Item: changed }));
    const { code, said } = await run('verify');
    expect(code).toBe(1);
    expect(JSON.parse(said.join())).toMatchObject({ whole: false, broken: [`${segment.shard}/1`] });
    client.destroy();
  });
});
