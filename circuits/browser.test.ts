// SPDX-License-Identifier: GPL-3.0-or-later
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import * as vc from '@digitalbazaar/vc';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadVerificationKey } from '../functions/credentials/groth16/index.ts';
import { createZkVerifyCryptosuite } from '../functions/credentials/zk/index.ts';
import { paths } from './setup/paths.ts';
import { documentLoader, ISSUER, unsigned, ZK_KEY } from './testing/credential.ts';
import type { PageOrder, PageReport } from './testing/page.ts';
import { sampleKey, sampleKind, sampleList, sampleNow } from './testing/sample.ts';

/** A Chromium on this machine: named in CHROMIUM, or found by its usual names. */
const chromium = [
  process.env.CHROMIUM,
  ...(process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((dir) => ['chromium', 'chromium-browser', 'google-chrome'].map((n) => join(dir, n))),
].find((path) => path !== undefined && existsSync(path));

const binding = { nonce: 'n-7', audience: 'origin:https://shop.example', presentationKey: 'did:key:z6Mk' };
const DOCUMENTS = [...(unsigned['@context'] as string[]), sampleKind.schema.id, ISSUER, ZK_KEY];
const read = (name: string): Buffer => readFileSync(join(paths.keys, name));
const { digest } = JSON.parse(read('manifest.json').toString()) as { digest: string };

async function bundle(name: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(paths.circuits, name)],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    define: { global: 'globalThis', 'process.browser': 'true' },
    // Its package names a browser's file, which esbuild passes over where there are exports too.
    alias: {
      'base64url-universal': join(paths.repository, 'node_modules/base64url-universal/lib/browser.js'),
    },
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]!.contents;
}

describe.skipIf(chromium === undefined)('in Chromium', () => {
  let server: Server;
  let browser: ChildProcess;
  let profile: string;
  let reported: Promise<PageReport>;

  beforeAll(async () => {
    const order: PageOrder = {
      unsigned,
      documents: Object.fromEntries(
        await Promise.all(DOCUMENTS.map(async (url) => [url, (await documentLoader(url)).document] as const)),
      ),
      issuerKeyId: ZK_KEY,
      issuerKey: [...sampleKey],
      verificationKey: { text: read('credential.vkey.json').toString(), digest },
      status: sampleKind.status!,
      derive: {
        binding,
        scopeName: 'staff',
        now: sampleNow,
        reveal: ['/credentialSubject/cleared'],
        predicates: [{ path: '/credentialSubject/birthDate', atMost: '2008-11-20' }],
      },
    };
    const files = new Map<string, readonly [type: string, body: string | Uint8Array]>([
      ['/', ['text/html', '<!doctype html><script type="module" src="/page.js"></script>']],
      ['/page.js', ['text/javascript', await bundle('testing/page.ts')]],
      ['/worker.js', ['text/javascript', await bundle('src/proving-worker.ts')]],
      ['/order', ['application/json', JSON.stringify(order)]],
      ...['credential.wasm', 'credential.zkey'].map(
        (name) => [`/${name}`, ['application/octet-stream', readFileSync(join(paths.keys, name))]] as const,
      ),
    ]);
    let resolve: (report: PageReport) => void;
    reported = new Promise((done) => {
      resolve = done;
    });
    server = createServer((request, response) => {
      if (request.url === '/report') {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          response.end();
          resolve(JSON.parse(Buffer.concat(chunks).toString()) as PageReport);
        });
        return;
      }
      const [type, body] = files.get(request.url ?? '') ?? [];
      response.writeHead(type === undefined ? 404 : 200, { 'content-type': type ?? 'text/plain' }).end(body);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    profile = mkdtempSync(join(tmpdir(), 'chromium-'));
    browser = spawn(
      chromium!,
      [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        `--user-data-dir=${profile}`,
        `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      ],
      { stdio: 'ignore' },
    );
  });
  afterAll(async () => {
    const ended = new Promise((done) => browser.once('exit', done));
    browser.kill();
    await ended;
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  it('a credential is issued, derived and verified in a page that stays responsive, and verifies here', {
    timeout: 120_000,
  }, async () => {
    const report = await reported;
    if ('error' in report) expect.fail(report.error);
    expect(report.stages).toEqual(['witness', 'proof', 'done']);

    // By the page's own verifier, which refuses it for another nonce; and by this one.
    expect(report.verified).toEqual(['verified', 'Error: Invalid signature.']);
    const cryptosuite = createZkVerifyCryptosuite({
      verificationKey: await loadVerificationKey(read('credential.vkey.json'), { digest }),
      binding,
      scopeName: 'staff',
      statusLists: [{ status: sampleKind.status, root: sampleList.root }],
      now: () => sampleNow,
    });
    const result = await vc.verifyCredential({
      credential: report.derived,
      suite: new DataIntegrityProof({ cryptosuite }),
      documentLoader,
    });
    expect(result.error).toBeUndefined();
    expect(result.verified).toBe(true);
    // A page that did the work itself would not tick once: proving does not yield to timers while it multiplies.
    expect(report.ticks).toBeGreaterThan(10);
  });
});
