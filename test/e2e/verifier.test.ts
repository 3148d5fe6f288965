import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fuzzRuns } from '../../functions/credentials/testing/fuzz.ts';
import {
  IDENTITY,
  issueLdp,
  issueSdJwt,
  newKey,
  type Party,
  party,
} from '../../functions/presentations/testing/issuer.ts';
import {
  answerResolved,
  openClient,
  presentLdp,
  presentSdJwt,
  resolveLink,
} from '../../functions/presentations/testing/wallet.ts';
import { main } from '../../infra/cli/main.ts';
import { startLambdaHost } from '../../infra/local/lambda-host.ts';
import { type LocalModeForTest, startLocalMode } from '../local-mode.ts';
import { appOf } from './client.ts';

let local: LocalModeForTest;
let app: ReturnType<typeof appOf>;
let ldpIssuer: Party;
let ldpHolder: Party;
const issuer = newKey();
const holder = newKey();

beforeAll(async () => {
  local = await startLocalMode();
  app = appOf(local);
  [ldpIssuer, ldpHolder] = await Promise.all([party(), party()]);
});
afterAll(async () => {
  app?.close();
  await local?.end();
});

const post = (path: string, body: unknown) =>
  app.request(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
const QUERY = {
  credentials: [
    {
      id: 'identity',
      format: 'dc+sd-jwt',
      meta: { vct_values: [IDENTITY] },
      claims: [{ path: ['given_name'] }],
    },
  ],
};
const ask = async (body: Record<string, unknown> = {}) =>
  (await post('/v1/presentation-requests', { purpose: 'A test', dcql_query: QUERY, ...body })).body;
/** A wallet's request, without a token. */
const wallet = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(path.startsWith('http') ? path : `${local.urls.api}${path}`, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
};
const form = (body: string): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
});

describe('the registry of issuers', () => {
  const path = `/v1/trusted-issuers/${encodeURIComponent(issuer.did)}`;

  test('is kept by operators: put, read, removed', async () => {
    expect(await app.request(path)).toMatchObject({
      status: 404,
      body: { type: expect.stringMatching(/trusted-issuer-unknown$/) },
    });
    const put = await app.request(path, { method: 'PUT', body: JSON.stringify({ types: [IDENTITY] }) });
    expect(put).toMatchObject({ status: 200, body: { issuer: issuer.did, types: [IDENTITY] } });
    expect((await app.request(path)).body).toEqual(put.body);
    expect((await app.request(path, { method: 'DELETE' })).status).toBe(204);
    expect((await app.request(path, { method: 'DELETE' })).status).toBe(404);
  });

  test('is kept from the command line too', async () => {
    const said: string[] = [];
    const run = async (...args: string[]) => {
      said.length = 0;
      const environment = { COUNTERSIGN_URL: local.urls.api, COUNTERSIGN_TOKEN: await local.issuer.token() };
      return main(['issuers', ...args, '--tenant', 'by-hand'], environment, (line) => said.push(line));
    };
    expect([await run('list'), said]).toEqual([0, ['Nobody is trusted yet.']]);
    const jwks = join(local.state, 'jwks.json');
    writeFileSync(jwks, JSON.stringify({ keys: [issuer.publicJwk] }));
    const url = 'https://issuer.example/by-hand';
    expect(await run('trust', url, '--type', IDENTITY, '--jwks', jwks, '--comment', 'A test')).toBe(0);
    expect(await run('trust', url, '--type', 'https://credentials.example/other')).toBe(0);
    expect(await run('trust', issuer.did, '--type', IDENTITY)).toBe(0);
    expect([await run('list'), said]).toEqual([
      0,
      [`${issuer.did}\n  ${IDENTITY}`, `${url}\n  ${IDENTITY}\n  https://credentials.example/other`],
    ]);
    // What was not named is kept.
    expect(await run('show', url)).toBe(0);
    expect(JSON.parse(said[0]!)).toMatchObject({ jwks: { keys: [issuer.publicJwk] }, comment: 'A test' });
    expect(await run('revoke', url, '--type', IDENTITY)).toBe(0);
    expect([await run('revoke', url, '--type', IDENTITY), said]).toEqual([
      1,
      [`${url} is not trusted for all of these types`],
    ]);
    expect(await run('revoke', url)).toBe(0);
    expect(await run('revoke', issuer.did)).toBe(0);
    expect(await run('show', issuer.did)).toBe(1);
    expect([await run('list'), said]).toEqual([0, ['Nobody is trusted yet.']]);
  });

  test('refuses from the command line what the API refuses, and what it cannot understand', async () => {
    const said: string[] = [];
    const run = async (...args: string[]) =>
      main(['issuers', ...args], { COUNTERSIGN_URL: local.urls.api }, (line) => said.push(line));
    const token = await local.issuer.token();
    expect(await run('trust', 'junk', '--type', IDENTITY, '--token', token)).toBe(1);
    expect(said.at(-1)).toMatch(/^422: .*must be a DID, an https URL/);
    const evaluating = await local.issuer.token({ scope: 'countersign/evaluate' });
    expect(await run('list', '--token', evaluating)).toBe(1);
    expect(said.at(-1)).toMatch(/^403/);
    expect(await run('trust', issuer.did, '--type', IDENTITY, '--jwks', 'none.json', '--token', token)).toBe(
      1,
    );
    for (const args of [[], ['trust', issuer.did], ['list', 'x'], ['revoke'], ['--nonsense'], ['dance', 'x']])
      expect(await run(...args, '--token', token)).toBe(2);
    expect(await run('--help')).toBe(0);
    expect(said.at(-1)).toMatch(/^Usage: npx countersign issuers/);
  });

  test('takes issuers named by a URL, with pinned keys, and nothing that is no issuer', async () => {
    const url = encodeURIComponent('https://issuer.example/tenant/1');
    const record = { types: [IDENTITY], jwks: { keys: [issuer.publicJwk] } };
    expect(
      (await app.request(`/v1/trusted-issuers/${url}`, { method: 'PUT', body: JSON.stringify(record) }))
        .status,
    ).toBe(200);
    for (const [name, body] of [
      ['junk', record],
      [encodeURIComponent('http://issuer.example'), record],
      [url, { types: [] }],
      [url, { ...record, jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }],
      [url, { ...record, extra: 1 }],
    ] as const)
      expect(
        (await app.request(`/v1/trusted-issuers/${name}`, { method: 'PUT', body: JSON.stringify(body) }))
          .status,
      ).toBe(422);
  });

  test('decides whose credentials are accepted', async () => {
    const client = openClient();
    const shown = async () => {
      const { authorization_request } = await ask({ response_mode: 'direct_post' });
      const present = presentSdJwt(await issueSdJwt(issuer, holder), holder, { given_name: true });
      return answerResolved(client, await resolveLink(client, authorization_request), { identity: present });
    };
    const refused = await shown();
    expect({ status: refused.status, body: await refused.json() }).toEqual({
      status: 400,
      body: {
        error: 'invalid_request',
        error_description: 'A credential is by an issuer that is not trusted for it',
      },
    });
    await app.request(path, { method: 'PUT', body: JSON.stringify({ types: [IDENTITY] }) });
    expect((await shown()).status).toBe(200);
  });
});

describe('what wallets reach without a token', () => {
  test('the request object comes with its media type, by get and by post', async () => {
    const { request_uri } = await ask();
    const got = await wallet(request_uri);
    expect([got.status, got.headers.get('content-type'), got.headers.get('cache-control')]).toEqual([
      200,
      'application/oauth-authz-req+jwt',
      'no-store',
    ]);
    const posted = await wallet(request_uri, form('wallet_nonce=abc'));
    expect(JSON.parse(Buffer.from(posted.text.split('.')[1]!, 'base64url').toString()).wallet_nonce).toBe(
      'abc',
    );
    expect(await wallet(request_uri, form('wallet_nonce='))).toMatchObject({ status: 400 });
  });

  test('the page shows the link, under a policy that lets nothing else in, and says how the request stands', async () => {
    const { page_uri, authorization_request } = await ask({ purpose: 'Über <18>' });
    const page = await wallet(page_uri);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(page.text).toContain('Über &#60;18&#62;');
    expect(page.text).toContain(authorization_request.replaceAll('&', '&#38;'));
    expect(JSON.parse((await wallet(page_uri.replace(/page$/, 'status'))).text)).toEqual({
      status: 'pending',
    });
  });

  test("the app's routes ask for a token, and its id opens no wallet's route", async () => {
    const { id } = await ask();
    expect((await wallet(`/v1/presentation-requests/${id}`)).status).toBe(401);
    expect((await wallet('/v1/presentation-requests', { method: 'POST', body: '{}' })).status).toBe(401);
    for (const route of ['request.jwt', 'page', 'status'])
      expect((await wallet(`/v1/presentation-requests/${id}/${route}`)).status).toBe(404);
  });

  test("another tenant's app reads nothing", async () => {
    const { id } = await ask();
    expect((await app.request(`/v1/presentation-requests/${id}?tenant=other`)).status).toBe(404);
    expect((await app.request(`/v1/presentation-requests/${id}`)).status).toBe(200);
  });

  test('whatever is posted is answered with a 4xx and an OAuth error', async () => {
    const bodies = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc
        .dictionary(
          fc.constantFrom('vp_token', 'state', 'response', 'error', 'x'),
          fc.oneof(fc.json(), fc.string()),
        )
        .map((parameters) => String(new URLSearchParams(parameters))),
    );
    await fc.assert(
      fc.asyncProperty(bodies, fc.boolean(), async (body, encrypted) => {
        const { page_uri } = await ask({ response_mode: encrypted ? 'direct_post.jwt' : 'direct_post' });
        const answer = await wallet(page_uri.replace(/page$/, 'response'), form(body));
        expect(answer.status).toBe(400);
        expect(JSON.parse(answer.text)).toEqual({
          error: 'invalid_request',
          error_description: expect.any(String),
        });
      }),
      fuzzRuns(40),
    );
  });

  test('other media types, methods and ids are refused', async () => {
    const { page_uri } = await ask();
    const response = page_uri.replace(/page$/, 'response');
    expect(
      (
        await wallet(response, {
          method: 'POST',
          body: '{}',
          headers: { 'content-type': 'application/json' },
        })
      ).status,
    ).toBe(400);
    expect((await wallet(response)).status).toBe(404);
    for (const id of ['x', '%2e%2e', 'x'.repeat(500)])
      expect((await wallet(`/v1/presentation-requests/${id}/response`, form('state=x'))).status).toBe(404);
    expect((await wallet('/.well-known/did.json')).status).toBe(404);
  });
});

describe('behind a distribution', () => {
  test("the wallets' function answers what came through it, and nothing that went round", async () => {
    const named = (name: string) => local.host.functions.find((one) => one.name.endsWith(`-${name}`))!;
    // Any secret will do: this one local mode has.
    const arn = named('score').environment.PSEUDONYM_SECRET_ARN!;
    const wallets = named('wallet');
    const behind = {
      ...wallets,
      name: 'behind',
      environment: { ...wallets.environment, EDGE_SECRET_ARN: arn },
    };
    const host = startLambdaHost([behind], {
      region: 'us-east-1',
      awsEndpoint: local.urls.aws,
      dynamodbEndpoint: local.urls.dynamodb,
      logs: join(local.state, 'edge-logs'),
    });
    try {
      const { page_uri } = await ask();
      const id = /presentation-requests\/([\w-]+)\//.exec(page_uri)![1]!;
      const reached = async (headers: Record<string, string>) => {
        const { payload } = await host.invoke('behind', {
          version: '2.0',
          routeKey: 'GET /v1/presentation-requests/{id}/status',
          headers,
          requestContext: { http: { method: 'GET', path: '/' } },
          pathParameters: { id },
          isBase64Encoded: false,
        });
        const { statusCode, body } = JSON.parse(payload) as { statusCode: number; body: string };
        return [statusCode, JSON.parse(body)];
      };
      const refused = [
        403,
        {
          error: 'invalid_request',
          error_description: 'This verifier is reached at its public address only',
        },
      ];
      expect(await reached({})).toEqual(refused);
      expect(await reached({ 'x-countersign-edge': 'x'.repeat(64) })).toEqual(refused);
      expect(await reached({ 'x-countersign-edge': local.secret(arn)! })).toEqual([
        200,
        { status: 'pending' },
      ]);
    } finally {
      await host.stop();
    }
  });
});

describe('what the functions log', () => {
  /** Everything that was logged so far: by the functions, and as the gateway's access log. */
  const logged = () =>
    readdirSync(join(local.state, 'logs'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
      .join('\n');

  test('is why an answer was refused, and nothing of what was in answers, requests and tokens', async () => {
    await app.request(`/v1/trusted-issuers/${encodeURIComponent(issuer.did)}`, {
      method: 'PUT',
      body: JSON.stringify({ types: [IDENTITY] }),
    });
    const client = openClient();
    const given_name = 'Rumpelstilzchen';
    const asked = await ask({ return_uri: 'http://localhost:9999/back', response_mode: 'direct_post' });
    const resolved = await resolveLink(client, asked.authorization_request);
    const request = resolved.authorizationRequestPayload as Record<string, string>;
    const credential = await issueSdJwt(issuer, holder, { given_name });
    const answer = (binding: object) =>
      answerResolved(client, resolved, {
        identity: presentSdJwt(credential, holder, { given_name: true }, { ...binding }),
      });
    const posted = (body: string) => wallet(request.response_uri!, form(body));
    // Junk, another nonce, a broken JSON, a wallet's error with words of its own; then the right one, and again.
    await posted(`vp_token={"identity":["${given_name}&state=${request.state}`);
    expect((await answer({ nonce: 'nonce-of-another' })).status).toBe(400);
    await posted(`error=access_denied&error_description=${given_name}&state=${request.state}`);
    const accepted = await answer({});
    const { redirect_uri } = (await accepted.json()) as { redirect_uri: string };
    const code = new URL(redirect_uri).searchParams.get('response_code')!;
    expect((await answer({})).status).toBe(400);
    const read = await app.request(`/v1/presentation-requests/${asked.id}?response_code=${code}`);
    expect(read.body).toMatchObject({ status: 'verified', credentials: [{ claims: { given_name } }] });
    await post('/presentations/verify', {
      verifiablePresentation: { holder: given_name, proof: credential },
    });

    // A function's output reaches the file a moment after its answer.
    await expect.poll(logged, { timeout: 10_000 }).toMatch(/nonce-mismatch/);
    const text = logged();
    const secrets = {
      'a claim': given_name,
      'a credential': credential.slice(0, 60),
      "a credential's signature": credential.split('~')[0]!.slice(-40),
      "a holder's key": String(holder.publicJwk.x),
      'a nonce': request.nonce!,
      'a state': request.state!,
      "a wallet's nonce": 'nonce-of-another',
      'a response code': code,
      "an app's id": asked.id,
      "a wallet's id": /presentation-requests\/([\w-]+)\//.exec(asked.page_uri)![1]!,
      'a token': (await local.issuer.token({ scope: 'countersign/present' })).split('.')[0]!,
      'an address': '127.0.0.1',
    };
    for (const [what, secret] of Object.entries(secrets))
      expect(text.includes(secret), `${what} is in the logs`).toBe(false);
  });
});

describe("the W3C's verifier interface", () => {
  test('answers 200 with the checks, or 400 with the problems', async () => {
    const credential = await issueLdp(ldpIssuer, ldpHolder.did);
    const right = await post('/credentials/verify', { verifiableCredential: credential });
    expect(right).toMatchObject({
      status: 200,
      body: { verified: true, checks: { proof: 'passed', trust: 'failed' } },
    });
    const wrong = { ...credential, issuer: ldpHolder.did };
    expect(await post('/credentials/verify', { verifiableCredential: wrong })).toMatchObject({
      status: 400,
      body: { verified: false, problemDetails: [{ type: expect.stringContaining('_ERROR') }] },
    });
    const trust = { verifiableCredential: credential, options: { checks: ['proof', 'trust'] } };
    expect((await post('/credentials/verify', trust)).status).toBe(400);
  });

  test('verifies presentations for their challenge and domain', async () => {
    const present = presentLdp(await issueLdp(ldpIssuer, ldpHolder.did), ldpHolder);
    const verifiablePresentation = await present('https://verifier.example', 'c-1', {});
    const options = { challenge: 'c-1', domain: 'https://verifier.example' };
    expect((await post('/presentations/verify', { verifiablePresentation, options })).status).toBe(200);
    expect(
      (
        await post('/presentations/verify', {
          verifiablePresentation,
          options: { ...options, challenge: 'c-2' },
        })
      ).status,
    ).toBe(400);
  });

  test('whatever is posted is answered with a 4xx', async () => {
    for (const body of [
      'junk',
      '[]',
      'null',
      '{}',
      '{"verifiableCredential":7}',
      '{"verifiableCredential":{}}',
      '{"verifiablePresentation":{}}',
      `{"verifiableCredential":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    ])
      for (const path of ['/credentials/verify', '/presentations/verify']) {
        const { status } = await post(path, body);
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }
  });
});
