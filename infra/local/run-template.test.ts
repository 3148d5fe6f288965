import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { HttpApi, HttpMethod, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ports, type RunningTemplate, runTemplate } from './run-template.ts';
import { assemblyOf, functionOf } from './template-fixture.ts';

// Puts each event of the bus on a queue, with the secret's length, over the endpoint that it was given.
const RELAY = `
  const call = async (target, input) => {
    const response = await fetch(process.env.AWS_ENDPOINT_URL, { method: 'POST', body: JSON.stringify(input), headers: {
      'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target,
      authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20260101/us-east-1/x/aws4_request, SignedHeaders=host, Signature=0' } });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  };
  export const handler = async (event) => {
    if (event.detail?.fail) throw new Error('as asked');
    const secret = await call('secretsmanager.GetSecretValue', { SecretId: process.env.SECRET });
    const body = JSON.stringify({ detail: event.detail ?? null, secret: secret.SecretString.length });
    await call('AmazonSQS.SendMessage', { QueueUrl: process.env.QUEUE, MessageBody: body });
    return { ok: true };
  };`;
const SINK = `
  import { appendFileSync } from 'node:fs';
  export const handler = async ({ Records }) => {
    for (const { body } of Records) appendFileSync(process.env.OUT, body + '\\n');
    return { batchItemFailures: [] };
  };`;

const folder = mkdtempSync(join(tmpdir(), 'countersign-run-'));
const out = join(folder, 'out.jsonl');
const state = join(folder, '.local');
let assembly: string;
let ports: Ports;
let local: RunningTemplate;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

const client = () =>
  new EventBridgeClient({
    endpoint: local.urls.aws,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });

const put = (detail: unknown, busName = 'fixture-bus') =>
  client().send(
    new PutEventsCommand({
      Entries: [
        { EventBusName: busName, Source: 'shop', DetailType: 'Seen', Detail: JSON.stringify(detail) },
      ],
    }),
  );

beforeAll(async () => {
  assembly = assemblyOf((stack) => {
    new Table(stack, 'Table', { partitionKey: { name: 'pk', type: AttributeType.STRING } });
    const queue = new Queue(stack, 'Work', { queueName: 'work' });
    const failed = new Queue(stack, 'Failed', { queueName: 'failed' });
    const secret = new CfnSecret(stack, 'Secret', {
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    const relay = functionOf(stack, 'relay', RELAY, {
      environment: { QUEUE: queue.queueUrl, SECRET: secret.ref },
      onFailure: new SqsDestination(failed),
      retryAttempts: 0,
    });
    const sink = functionOf(stack, 'sink', SINK, { environment: { OUT: out } });
    sink.addEventSource(new SqsEventSource(queue, { reportBatchItemFailures: true }));
    const bus = new EventBus(stack, 'Bus', { eventBusName: 'fixture-bus' });
    const eventPattern = { source: ['shop'] };
    new Rule(stack, 'Rule', { eventBus: bus, eventPattern, targets: [new LambdaFunction(relay)] });
    const api = new HttpApi(stack, 'Api', { createDefaultStage: false });
    new HttpStage(stack, 'Stage', { httpApi: api, stageName: '$default', autoDeploy: true });
    api.addRoutes({
      path: '/relay',
      methods: [HttpMethod.POST],
      integration: new HttpLambdaIntegration('Relay', relay),
      authorizer: new HttpJwtAuthorizer('Token', 'https://deployed.example', { jwtAudience: ['an-app'] }),
    });
  });
  ports = { api: await freePort(), aws: await freePort(), dynamodb: await freePort() };
  local = await runTemplate({ assembly, state, ports });
});

afterAll(() => local?.stop());

const lines = () =>
  readFileSync(out, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe('runTemplate', () => {
  it('takes an event from the bus through a function, a queue and another function', async () => {
    expect(await put({ n: 1 })).toMatchObject({ FailedEntryCount: 0 });
    await expect.poll(lines, { timeout: 10_000 }).toEqual([{ detail: { n: 1 }, secret: 64 }]);
  });

  it('puts the record of an event whose function failed on the on-failure queue', async () => {
    await put({ fail: true });
    const [message] = await local.queues.byName('failed')!.receive({ waitSeconds: 10 });
    expect(JSON.parse(message!.body)).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 1 },
      requestPayload: { source: 'shop', detail: { fail: true } },
      responsePayload: { errorMessage: 'as asked' },
    });
  });

  it('lets the written token in, and nobody without one', async () => {
    const token = readFileSync(join(state, 'dev-token'), 'utf8').trim();
    expect(statSync(join(state, 'dev-token')).mode & 0o777).toBe(0o600);
    const url = `${local.urls.api}/relay`;
    const response = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
    expect((await fetch(url, { method: 'POST' })).status).toBe(401);
  });

  it('serves the documents of its issuer', async () => {
    const found = await fetch(`${local.issuer.issuer}/.well-known/openid-configuration`);
    const { jwks_uri } = (await found.json()) as { jwks_uri: string };
    expect(await (await fetch(jwks_uri)).json()).toEqual(local.issuer.jwks);
  });

  it('refuses a second start on the same state, and ports that are taken, and leaves the first alone', async () => {
    const elsewhere = { ...ports, api: await freePort() };
    await expect(
      runTemplate({ assembly, state: join(folder, 'other'), ports: elsewhere }),
    ).rejects.toMatchObject({
      code: 'port-taken',
    });
    // Another process that is alive and answers: this one's parent, at the port of the running API.
    const mine = readFileSync(join(state, 'running.json'), 'utf8');
    writeFileSync(join(state, 'running.json'), JSON.stringify({ pid: process.ppid, port: ports.api }));
    await expect(runTemplate({ assembly, state, ports: elsewhere })).rejects.toMatchObject({
      code: 'already-running',
    });
    writeFileSync(join(state, 'running.json'), mine);
    expect((await fetch(`${local.urls.api}/nowhere`)).status).toBe(404);
  });

  it('keeps secrets and messages over a restart, and finishes what it took over before it stops', async () => {
    const secrets = readFileSync(join(state, 'secrets.json'), 'utf8');
    await Promise.all([2, 3, 4, 5].map((n) => put({ n })));
    await local.stop();
    local = await runTemplate({ assembly, state, ports });
    await expect
      .poll(
        () =>
          lines()
            .map((line) => (line as { detail: { n: number } | null }).detail?.n ?? 0)
            .sort(),
        {
          timeout: 10_000,
        },
      )
      .toEqual([0, 1, 2, 3, 4, 5]);
    expect(readFileSync(join(state, 'secrets.json'), 'utf8')).toBe(secrets);
  });
});
