// SPDX-License-Identifier: GPL-3.0-or-later
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../functions/credentials/statement/derived-document.ts';
import type { PredicateRequest } from '../functions/credentials/statement/index.ts';
import {
  answerInBrowser,
  answerResolved,
  openClient,
  type Presenter,
  resolveLink,
} from '../functions/presentations/testing/wallet.ts';
import { appOf } from '../test/e2e/client.ts';
import { type LocalModeForTest, startLocalMode } from '../test/local-mode.ts';
import { releaseProver } from './src/prove.ts';
import { ISSUER } from './testing/credential.ts';
import { EMPLOYEE, issueUnrevocable, proveFor, sampleIssuer } from './testing/presenting.ts';

const ADULT = { path: '/credentialSubject/birthDate', atMost: '2008-11-20' };
const QUERY = {
  credentials: [
    {
      id: 'employee',
      format: 'ldp_vc',
      meta: { type_values: [[EMPLOYEE]], predicates: [ADULT] },
      claims: [{ path: ['credentialSubject', 'cleared'], values: [true] }],
    },
  ],
};
const ORIGIN = 'http://localhost:9999';

let local: LocalModeForTest;
let app: ReturnType<typeof appOf>;
let credential: JsonObject;
const client = openClient();

beforeAll(async () => {
  local = await startLocalMode();
  app = appOf(local);
  const put = await app.request(`/v1/trusted-issuers/${encodeURIComponent(ISSUER)}`, {
    method: 'PUT',
    body: JSON.stringify(await sampleIssuer()),
  });
  expect(put.status).toBe(200);
  credential = await issueUnrevocable();
});
afterAll(async () => {
  await releaseProver();
  app?.close();
  await local?.end();
});

/** Proves what is asked for, or else. */
const prove =
  (predicates: readonly PredicateRequest[] = [ADULT]): Presenter =>
  async (audience, nonce, { response_uri: uri }) => {
    const responseUri = uri === undefined ? undefined : String(uri);
    const presentation = await proveFor(credential, predicates, { nonce, audience, responseUri });
    // A proof takes seconds in which no socket is read: now the client learns which connections were closed meanwhile.
    await setTimeout(50);
    return presentation;
  };

const ask = async (more: object) =>
  (
    await app.request('/v1/presentation-requests', {
      method: 'POST',
      body: JSON.stringify({ purpose: 'To see that you are of age', dcql_query: QUERY, ...more }),
    })
  ).body;
const VERIFIED = {
  status: 'verified',
  credentials: [
    {
      id: 'employee',
      format: 'ldp_vc',
      issuer: ISSUER,
      type: 'EmployeeCredential',
      claims: { cleared: true },
      predicates: [ADULT],
    },
  ],
};

describe('a wallet that proves, with a public OpenID4VP client, before the deployed functions', () => {
  test.each(['direct_post', 'direct_post.jwt'])('is believed by %s', async (response_mode) => {
    const asked = await ask({ response_mode });
    const resolved = await resolveLink(client, asked.authorization_request);
    const response = await answerResolved(client, resolved, { employee: prove() });
    expect({ status: response.status, body: await response.json() }).toEqual({ status: 200, body: {} });
    const { body } = await app.request(`/v1/presentation-requests/${asked.id}`);
    expect(body).toMatchObject(VERIFIED);
    expect(JSON.stringify(body)).not.toMatch(/1990|Ada/);
  });

  test("is believed over the browser's API", async () => {
    const asked = await ask({ response_mode: 'dc_api.jwt', origins: [ORIGIN] });
    const data = await answerInBrowser(client, asked.dc_request, ORIGIN, { employee: prove() });
    const { status, body } = await app.request(`/v1/presentation-requests/${asked.id}/dc-response`, {
      method: 'POST',
      body: JSON.stringify({ origin: ORIGIN, data }),
    });
    expect({ status, body }).toMatchObject({ status: 200, body: VERIFIED });
  });

  test('is refused when it proves less than was asked', async () => {
    const asked = await ask({ response_mode: 'direct_post' });
    const resolved = await resolveLink(client, asked.authorization_request);
    const response = await answerResolved(client, resolved, {
      employee: prove([{ path: '/credentialSubject/birthDate', atMost: '2026-01-01' }]),
    });
    expect(response.status).toBe(400);
    expect((await app.request(`/v1/presentation-requests/${asked.id}`)).body).toMatchObject({
      status: 'pending',
      credentials: [],
    });
  });
});
