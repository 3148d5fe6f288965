import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { CfnEventInvokeConfig, Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LambdaHost, startLambdaHost } from './lambda-host.ts';
import { type DestinationRecord, startAsyncInvoker } from './lambda-host-async.ts';
import { functionsOf } from './lambda-host-template.ts';
import { folderOf, functionOf, templateOf } from './template-fixture.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:failed';
const ECHO = `
  import { readFileSync } from 'node:fs';
  let served = 0;
  export const handler = async (event, context) => {
    served += 1;
    if (event.sleep) await new Promise((done) => setTimeout(done, event.sleep));
    if (event.spin) for (;;);
    if (event.fail) throw new RangeError(event.fail);
    if (event.exit !== undefined) process.exit(event.exit);
    if (event.hoard) { const kept = []; for (;;) { kept.push(Buffer.alloc(8 << 20, 1)); await new Promise(setImmediate); } }
    if (event.big) return 'x'.repeat(event.big);
    if (event.geo) return readFileSync(process.env.GEO_DIR + '/geo.json', 'utf8');
    if (event.env) return process.env;
    if (event.nothing) return undefined;
    console.log('served', served);
    return { served, pid: process.pid, name: context.functionName, memory: context.memoryLimitInMB,
      id: context.awsRequestId, left: context.getRemainingTimeInMillis(), event };
  };`;

let host: LambdaHost;
let logs: string;
const colds: string[] = [];

beforeAll(() => {
  process.env.AWS_PROFILE = 'bogus';
  const template = templateOf((stack) => {
    const geo = new LayerVersion(stack, 'Geo', {
      code: Code.fromAsset(folderOf({ 'geo/geo.json': '{"v":1}' })),
    });
    functionOf(stack, 'echo', ECHO, {
      timeout: Duration.millis(2000),
      memorySize: 256,
      layers: [geo],
      environment: { GEO_DIR: '/opt/geo', COLOUR: 'blue' },
    });
    functionOf(stack, 'broken', 'export const handler = nothing;', { timeout: Duration.seconds(1) });
    functionOf(stack, 'unnamed', 'export const other = 1;');
    new CfnEventInvokeConfig(stack, 'Invoke', {
      functionName: 'echo',
      qualifier: '$LATEST',
      maximumRetryAttempts: 1,
      maximumEventAgeInSeconds: 60,
      destinationConfig: { onFailure: { destination: QUEUE } },
    });
  });
  logs = mkdtempSync(join(tmpdir(), 'countersign-logs-'));
  host = startLambdaHost(functionsOf(template), {
    region: 'us-east-1',
    awsEndpoint: 'http://127.0.0.1:1',
    dynamodbEndpoint: 'http://127.0.0.1:2',
    logs,
    onColdStart: (name) => colds.push(name),
  });
});

afterAll(() => host.stop());

const body = ({ payload }: { payload: string }) => JSON.parse(payload);

describe('a hosted function', () => {
  it('is started when an event comes, and serves the next one warm', async () => {
    const first = await host.invoke('echo', { n: 1 });
    expect(first.coldStart).toMatchObject({ processMs: expect.any(Number), initMs: expect.any(Number) });
    expect(body(first)).toMatchObject({
      served: 1,
      name: 'echo',
      memory: '256',
      id: first.requestId,
      event: { n: 1 },
    });
    expect(body(first).left).toBeGreaterThan(1000);
    expect(body(first).left).toBeLessThanOrEqual(2000);
    const second = await host.invoke('arn:aws:lambda:us-east-1:000000000000:function:echo:$LATEST', {});
    expect(second.coldStart).toBeUndefined();
    expect(body(second)).toMatchObject({ served: 2, pid: body(first).pid });
    expect(colds).toEqual(['echo']);
    expect(readFileSync(join(logs, 'echo.log'), 'utf8')).toMatch(
      /served 1\n[\s\S]*REPORT RequestId: .*Init Duration/,
    );
  });

  it('has its own environment and nothing of ours', async () => {
    const environment = body(await host.invoke('echo', { env: true }));
    expect(environment).toMatchObject({
      COLOUR: 'blue',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:2',
      TZ: 'UTC',
    });
    expect(environment).not.toHaveProperty('AWS_PROFILE');
    expect(environment).not.toHaveProperty('HOME');
    expect(environment).not.toHaveProperty('PATH');
    expect(host.callerOf(environment.AWS_ACCESS_KEY_ID)?.functionName).toBe('echo');
    expect(host.callerOf('AKIAIOSFODNN7EXAMPLE')).toBeUndefined();
  });

  it('finds its layer', async () => {
    expect(body(await host.invoke('echo', { geo: true }))).toBe('{"v":1}');
  });

  it('answers null for nothing', async () => {
    expect((await host.invoke('echo', { nothing: true })).payload).toBe('null');
  });

  it('runs one event at a time in a process, two processes at most, and lets the rest wait', async () => {
    const runs = await Promise.all([1, 2, 3, 4].map(() => host.invoke('echo', { sleep: 60 })));
    const pids = new Set(runs.map((run) => body(run).pid));
    expect(pids.size).toBe(2);
  });

  it('reports what a handler threw', async () => {
    const { functionError, payload } = await host.invoke('echo', { fail: 'too far' });
    expect(functionError).toMatchObject({ errorType: 'RangeError', errorMessage: 'too far' });
    expect(JSON.parse(payload).trace[0]).toBe('RangeError: too far');
  });

  it.each([
    ['waits too long', { sleep: 5000 }],
    ['spins', { spin: true }],
  ])('is killed when it %s, and starts anew', async (_how, event) => {
    const { functionError } = await host.invoke('echo', event);
    expect(functionError?.errorType).toBe('Sandbox.Timedout');
    expect(functionError?.errorMessage).toMatch(/Task timed out after 2\.00 seconds$/);
    expect(body(await host.invoke('echo', { n: 2 }))).toMatchObject({ event: { n: 2 } });
  });

  it('is killed when it takes more memory than it has', async () => {
    const { functionError } = await host.invoke('echo', { hoard: true });
    expect(functionError).toMatchObject({
      errorType: 'Runtime.OutOfMemory',
      errorMessage: expect.stringMatching(/signal: killed \(used \d+ MB of 256 MB\)$/),
    });
  });

  it('reports a process that ends by itself', async () => {
    const { functionError } = await host.invoke('echo', { exit: 3 });
    expect(functionError).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: 'Runtime exited with error: exit status 3',
    });
  });

  it('may answer 6 MB, quotes included, and no more', async () => {
    const limit = 6 * 1024 * 1024;
    expect((await host.invoke('echo', { big: limit - 2 })).functionError).toBeUndefined();
    expect((await host.invoke('echo', { big: limit - 1 })).functionError?.errorType).toBe(
      'Function.ResponseSizeTooLarge',
    );
  });

  it('may be sent 6 MB and no more', async () => {
    const room = 6 * 1024 * 1024 - JSON.stringify({ fail: 'f', pad: '' }).length;
    expect(
      (await host.invoke('echo', { fail: 'f', pad: 'x'.repeat(room) })).functionError?.errorMessage,
    ).toBe('f');
    await expect(host.invoke('echo', { fail: 'f', pad: 'x'.repeat(room + 1) })).rejects.toMatchObject({
      code: 'payload-too-large',
    });
  });

  it('says so when its bundle does not load or has no such export', async () => {
    expect((await host.invoke('broken', {})).functionError).toMatchObject({
      errorType: 'ReferenceError',
      errorMessage: 'nothing is not defined',
    });
    expect((await host.invoke('unnamed', {})).functionError?.errorType).toBe('Runtime.HandlerNotFound');
  });

  it('is unknown under another name', async () => {
    await expect(host.invoke('ech', {})).rejects.toMatchObject({ code: 'function-unknown' });
  });
});

describe('asynchronous invocation', () => {
  const sent: [string, DestinationRecord][] = [];
  const send = async (arn: string, text: string) => void sent.push([arn, JSON.parse(text)]);
  const arn = 'arn:aws:lambda:us-east-1:000000000000:function:echo';

  it('repeats a failure as often as configured, then writes the record to the on-failure queue', async () => {
    const invoker = startAsyncInvoker(host, { send, retryDelaysMs: [1, 1] });
    await invoker.invoke(arn, { fail: 'always' }, { async: true });
    await invoker.drain();
    expect(sent).toEqual([
      [
        QUEUE,
        {
          version: '1.0',
          timestamp: expect.stringMatching(/Z$/),
          requestContext: {
            requestId: expect.any(String),
            functionArn: `${arn}:$LATEST`,
            condition: 'RetriesExhausted',
            approximateInvokeCount: 2,
          },
          requestPayload: { fail: 'always' },
          responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
          responsePayload: expect.objectContaining({ errorType: 'RangeError', errorMessage: 'always' }),
        },
      ],
    ]);
  });

  it('writes nothing for a success, and gives an event up when its next repeat would come too late', async () => {
    sent.length = 0;
    const invoker = startAsyncInvoker(host, { send, retryDelaysMs: [60_001] });
    await invoker.invoke(arn, { n: 1 }, { async: true });
    await invoker.drain();
    expect(sent).toEqual([]);
    await invoker.invoke(arn, { fail: 'late' }, { async: true });
    await invoker.drain();
    expect(sent[0]?.[1].requestContext).toMatchObject({
      condition: 'EventAgeExceeded',
      approximateInvokeCount: 1,
    });
  });

  it('gives an event up unrun when its turn comes too late', async () => {
    sent.length = 0;
    let now = 0;
    const invoker = startAsyncInvoker(host, {
      send,
      clock: { now: () => (now += 60_001), after: () => () => {} },
    });
    await invoker.invoke(arn, { n: 1 }, { async: true });
    await invoker.drain();
    expect(sent[0]?.[1]).toMatchObject({
      requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 0 },
      requestPayload: { n: 1 },
    });
    expect(sent[0]?.[1]).not.toHaveProperty('responsePayload');
  });

  it('keeps in its file what waits, and what was running when the process fell', async () => {
    sent.length = 0;
    const file = join(mkdtempSync(join(tmpdir(), 'countersign-async-')), 'invocations.jsonl');
    const first = startAsyncInvoker(host, { send, file, retryDelaysMs: [30_000] });
    await first.invoke(arn, { fail: 'once more' }, { async: true });
    await first.invoke(arn, { n: 1 }, { async: true });
    await expect.poll(() => first.pending).toBe(1);
    await first.drain();
    expect(sent).toEqual([]);
    // As though it had been killed here: its file says what had not ended.
    const second = startAsyncInvoker(host, { send, file, retryDelaysMs: [1] });
    expect(second.pending).toBe(1);
    await expect.poll(() => sent.length, { timeout: 5000 }).toBe(1);
    expect(sent[0]?.[1]).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 2 },
      requestPayload: { fail: 'once more' },
    });
    await second.drain();
    expect(startAsyncInvoker(host, { send, file }).pending).toBe(0);
  });

  it('does not take over what has no function, or more than 1 MB', async () => {
    const invoker = startAsyncInvoker(host, { send });
    await expect(invoker.invoke(`${arn}x`, {}, { async: true })).rejects.toMatchObject({
      code: 'NO_RESOURCE',
      retriable: false,
    });
    await expect(invoker.invoke(arn, 'x'.repeat(1024 * 1024 - 1), { async: true })).rejects.toMatchObject({
      code: 'SDK_CLIENT_ERROR',
    });
  });
});

describe('functionsOf', () => {
  it('reads limits and the rules of asynchronous invocation from the template', () => {
    expect(host.find('echo')).toMatchObject({
      memoryMb: 256,
      timeoutMs: 2000,
      retries: 1,
      maxAgeMs: 60_000,
      destinations: { onFailure: QUEUE },
    });
    expect(host.find('broken')).toMatchObject({
      memoryMb: 128,
      retries: 2,
      maxAgeMs: 21_600_000,
      destinations: {},
    });
  });

  it('refuses a path under /opt that no layer holds', () => {
    const template = templateOf((stack) => {
      functionOf(stack, 'lost', 'export const handler = () => 1;', { environment: { GEO_DIR: '/opt/geo' } });
    });
    expect(() => functionsOf(template)).toThrow(/GEO_DIR, a path under \/opt/);
  });

  it('refuses code in the template itself', () => {
    const template = templateOf((stack) => {
      functionOf(stack, 'inline', '', { code: Code.fromInline('exports.handler = () => 1;') });
    });
    expect(() => functionsOf(template)).toThrow(expect.objectContaining({ code: 'property-refused' }));
  });
});
