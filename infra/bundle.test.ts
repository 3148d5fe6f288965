import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ASSETS } from '../functions/platform/index.ts';
import { BundleError, bundle, ROOT } from './bundle.ts';
import { buildOpenApi } from './openapi/build.ts';
import { buildPolicies } from './policies.ts';
import { resourcesOf, templatesOf, testApp } from './test-app.ts';
import { zippedSize } from './zipped-size.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-bundle-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('one bundle', () => {
  const entry = join(folder, 'hello.handler.ts');
  writeFileSync(
    entry,
    `/*! Notice of a licence */
     import { createHash } from 'node:crypto';
     type Name = string;
     export const handler = async (name: Name) => createHash('sha256').update(name).digest('hex').length;`,
  );

  it('keeps what is imported later in a part of its own', () => {
    const [lazy, later] = ['lazy', 'later'].map((name) => join(folder, `${name}.ts`)) as [string, string];
    writeFileSync(later, `export const word = 'countersign, later';`);
    writeFileSync(lazy, `export const handler = async () => (await import('./later.ts')).word;`);
    const out = join(folder, 'lazy');
    bundle({ entry: lazy, assets: {} }, out);
    const [part, ...others] = readdirSync(out).filter((name) => /^part-\w+\.mjs$/.test(name));
    expect(others).toEqual([]);
    expect(readFileSync(join(out, part!), 'utf8')).toContain('countersign, later');
    expect(readFileSync(join(out, 'index.mjs'), 'utf8')).not.toContain('countersign, later');
  });

  it('is one minified module with its assets beside it, and its account elsewhere', async () => {
    const out = join(folder, 'hello');
    bundle({ entry, assets: { 'a/words.json': 'package.json' } }, out, join(folder, 'meta', 'hello.json'));
    expect(readdirSync(out).sort()).toEqual(['assets', 'index.mjs', 'index.mjs.LEGAL.txt']);
    expect(readFileSync(join(out, 'assets', 'a', 'words.json'))).toEqual(
      readFileSync(join(ROOT, 'package.json')),
    );
    const { handler } = await import(pathToFileURL(join(out, 'index.mjs')).href);
    expect(await handler('x')).toBe(64);
    expect(JSON.parse(readFileSync(join(folder, 'meta', 'hello.json'), 'utf8'))).toHaveProperty('inputs');
  });

  it('says which asset is not there', () => {
    const make = () =>
      bundle({ entry, assets: { 'risk.onnx': 'models/nowhere.onnx' } }, join(folder, 'missing'));
    expect(make).toThrow(BundleError);
    expect(make).toThrow(/models\/nowhere\.onnx/);
  });
});

describe('the bundles that are deployed', () => {
  const bundles: Record<string, string> = {};
  let remove = () => {};

  beforeAll(async () => {
    await Promise.all([buildPolicies(), buildOpenApi()]);
    const made = testApp({ stage: 'local', 'aws:cdk:bundling-stacks': ['**'] });
    remove = made.remove;
    const template = templatesOf(made.app).local!;
    for (const [, { Properties }] of resourcesOf(template, 'AWS::Lambda::Function')) {
      const name = Properties.FunctionName.replace('countersign-local-', '');
      bundles[name] = join(made.app.outdir, `asset.${Properties.Code.S3Key.replace('.zip', '')}`);
    }
  });
  afterAll(() => remove());

  /** Calls the bundle's handler in a process of its own, with an environment and without a network. */
  const run = async (name: string, event: unknown): Promise<{ handler: string; answer: unknown }> => {
    const program = `const { handler } = await import(${JSON.stringify(pathToFileURL(join(bundles[name]!, 'index.mjs')))});
      const event = ${JSON.stringify(event ?? null)};
      const answer = event && await handler(event, { functionName: 'test', getRemainingTimeInMillis: () => 5000 });
      process.stdout.write('\\n' + JSON.stringify({ handler: typeof handler, answer }));
      process.exit(0);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: folder,
      env: {
        DECISIONS_TABLE: 'decisions',
        BASELINES_TABLE: 'baselines',
        POLICIES_TABLE: 'policies',
        PRESENTATIONS_TABLE: 'presentations',
        WALLETS_TABLE: 'wallets',
        ANSWERED_QUEUE_URL: 'http://127.0.0.1:1/000000000000/answered',
        PUBLIC_URL: 'https://api.example',
        SIGNING_KEY_ARN: 'arn:aws:kms:us-east-1:000000000000:key/x',
        BUS_NAME: 'countersign-local',
        REJECTED_QUEUE_URL: 'http://127.0.0.1:1/000000000000/rejected',
        PSEUDONYM_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:x',
        SESSIONS_TABLE: 'sessions',
        SUBJECT_ISSUER: 'https://idp.example',
        STREAMS_TABLE: 'streams',
        SESSIONS_QUEUE_URL: 'http://127.0.0.1:1/000000000000/sessions',
        TRANSMIT_QUEUE_URL: 'http://127.0.0.1:1/000000000000/transmit',
        UNDELIVERABLE_QUEUE_URL: 'http://127.0.0.1:1/000000000000/undeliverable',
        GEO_DIR: join(folder, 'no-geo'),
        TENANTS: '{}',
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'none',
        AWS_SECRET_ACCESS_KEY: 'none',
        AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
        LAMBDA_TASK_ROOT: bundles[name]!,
        AWS_LAMBDA_FUNCTION_NAME: name,
        POWERTOOLS_METRICS_NAMESPACE: 'Countersign',
        POWERTOOLS_SERVICE_NAME: name,
      },
    });
    return JSON.parse(stdout.slice(stdout.lastIndexOf('\n')));
  };

  const http = (method: string, path: string, body?: string) => ({
    version: '2.0',
    routeKey: `${method} ${path}`,
    rawPath: path,
    headers: { 'content-type': 'application/json' },
    requestContext: {
      http: { method, path },
      authorizer: { jwt: { claims: { tenant: 'shop', client_id: 'app' }, scopes: ['countersign/evaluate'] } },
    },
    pathParameters: { eventId: 'x'.repeat(300) },
    isBase64Encoded: false,
    ...(body === undefined ? {} : { body }),
  });

  it.each(Object.keys(ASSETS))('hold the code and every asset of %s', (name) => {
    expect(existsSync(join(bundles[name]!, 'index.mjs'))).toBe(true);
    for (const [asset, path] of Object.entries(ASSETS[name as keyof typeof ASSETS]))
      expect(statSync(join(bundles[name]!, 'assets', asset)).size).toBe(statSync(join(ROOT, path)).size);
  });

  it('are small, zipped: score with model and WASM at most 10 MB, those with Cedar 4 MB, the others 1 MB', () => {
    const sizes = Object.entries(bundles).map(([name, path]) => [name, zippedSize(path)] as const);
    const limit = (name: string) =>
      name === 'score'
        ? 10_000_000
        : /^(reviews|policies|complete|wallets|log)$/.test(name)
          ? 4_000_000
          : 1_000_000;
    for (const [name, size] of sizes) expect(size, name).toBeLessThan(limit(name));
  });

  it('hold no code under the GPL', () => {
    for (const name of Object.keys(bundles)) {
      const { inputs } = JSON.parse(readFileSync(join(ROOT, '.build/bundles', `${name}.meta.json`), 'utf8'));
      expect(
        Object.keys(inputs).filter((path) => /snarkjs|circomlib|ffjavascript|circuits\//.test(path)),
      ).toEqual([]);
    }
  });

  it('run: score refuses junk by itself', async () => {
    const { answer } = await run('score', http('POST', '/v1/evaluate', 'junk'));
    expect(answer).toMatchObject({
      statusCode: 400,
      headers: { 'content-type': 'application/problem+json' },
    });
  });

  it('run: decisions knows no decision of an id that cannot be', async () => {
    const { answer } = await run('decisions', http('GET', '/v1/decisions/{eventId}'));
    expect(answer).toMatchObject({ statusCode: 404 });
  });

  it('run: settle is done with nothing at once', async () => {
    expect(await run('settle', { Records: [] })).toEqual({
      handler: 'function',
      answer: { batchItemFailures: [] },
    });
  });

  it('run: sweep loads', async () => {
    expect(await run('sweep', undefined)).toEqual({ handler: 'function', answer: null });
  });
});
