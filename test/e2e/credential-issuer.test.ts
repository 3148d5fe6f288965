import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalModeForTest, startLocalMode } from '../local-mode.ts';
import { appOf } from './client.ts';

let local: LocalModeForTest;
let app: ReturnType<typeof appOf>;
beforeAll(async () => {
  local = await startLocalMode();
  app = appOf(local);
});
afterAll(async () => {
  app?.close();
  await local?.end();
});

const post = (path: string, body: unknown) =>
  app.request(path, { method: 'POST', body: JSON.stringify(body) });
const credential = {
  '@context': [
    'https://www.w3.org/ns/credentials/v2',
    'https://www.w3.org/ns/credentials/undefined-terms/v2',
  ],
  type: ['VerifiableCredential'],
  credentialSubject: { role: 'clerk' },
};

describe("local mode's issuer of W3C credentials", () => {
  test('issues what the verifier accepts', async () => {
    const { status, body } = await post('/credentials/issue', { credential });
    expect(status).toBe(201);
    const { verifiableCredential } = body;
    expect(verifiableCredential.issuer).toMatch(/^did:key:z6Mk/);
    expect((await post('/credentials/verify', { verifiableCredential })).body.verified).toBe(true);
    const changed = { ...verifiableCredential, credentialSubject: { role: 'director' } };
    expect((await post('/credentials/verify', { verifiableCredential: changed })).status).toBe(400);
  });

  test('a status that is set is seen once the copy of its list is old', async () => {
    const issue = async () =>
      (await post('/credentials/issue', { credential, options: { statusPurpose: 'revocation' } })).body
        .verifiableCredential;
    const [good, bad] = [await issue(), await issue()];
    const { statusPurpose, statusListIndex } = bad.credentialStatus;
    expect((await post('/credentials/status', { statusPurpose, statusListIndex, status: true })).status).toBe(
      200,
    );
    expect(await post('/credentials/verify', { verifiableCredential: good })).toMatchObject({
      status: 200,
      body: { checks: { status: 'passed' } },
    });
    expect(await post('/credentials/verify', { verifiableCredential: bad })).toMatchObject({
      status: 400,
      body: { checks: { proof: 'passed', status: 'failed' } },
    });
  });

  test('refuses what is no credential, and statuses that it never gave', async () => {
    for (const body of [{}, { credential: 7 }, { credential: { ...credential, type: [] } }])
      expect((await post('/credentials/issue', body)).status).toBe(400);
    for (const body of [{}, { statusPurpose: 'revocation', statusListIndex: 5_000, status: true }])
      expect((await post('/credentials/status', body)).status).toBe(400);
  });

  test('lets the public suites, which send no token, in below /w3c, and nowhere else', async () => {
    const bare = async (path: string, body: unknown) => {
      const response = await fetch(`${local.urls.api}${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const { verifiableCredential } = (await bare('/w3c/credentials/issue', { credential })).body;
    expect(await bare('/w3c/credentials/verify', { verifiableCredential })).toMatchObject({
      status: 200,
      body: { verified: true },
    });
    expect((await bare('/credentials/verify', { verifiableCredential })).status).toBe(401);
    const shown = {
      '@context': ['https://www.w3.org/ns/credentials/v2'],
      type: ['VerifiablePresentation'],
      verifiableCredential: [verifiableCredential],
    };
    const options = { checks: [] };
    expect((await bare('/w3c/presentations/verify', { verifiablePresentation: shown, options })).status).toBe(
      200,
    );
    const broken = { ...shown, type: [] };
    expect(
      (await bare('/w3c/presentations/verify', { verifiablePresentation: broken, options })).status,
    ).toBe(400);
    expect((await bare('/w3c/v1/evaluate', {})).status).toBe(404);
  });

  test('answers no page elsewhere, and is no part of the template', async () => {
    const { port } = new URL(local.urls.api);
    const { request } = await import('node:http');
    const status = await new Promise<number | undefined>((resolve) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port,
          path: '/credentials/issue',
          method: 'POST',
          headers: { host: 'evil.example' },
        },
        (response) => resolve(response.resume().statusCode),
      );
      asked.end(JSON.stringify({ credential }));
    });
    expect(status).toBe(403);
    const routes = local.template
      .ofType('AWS::ApiGatewayV2::Route')
      .map(({ properties }) => properties.RouteKey);
    for (const route of [
      'POST /credentials/issue',
      'POST /credentials/status',
      'POST /w3c/credentials/verify',
    ])
      expect(routes).not.toContain(route);
  });
});
