import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IDENTITY, issueJwtVc, issueSdJwt, newKey } from '../../functions/presentations/testing/issuer.ts';
import {
  answerInBrowser,
  answerResolved,
  openClient,
  presentJwtVc,
  presentSdJwt,
  resolveLink,
} from '../../functions/presentations/testing/wallet.ts';
import { type LocalModeForTest, startLocalMode } from '../local-mode.ts';
import { appOf } from './client.ts';

let local: LocalModeForTest;
let app: ReturnType<typeof appOf>;
const client = openClient();
const issuer = newKey();
const holder = newKey();

beforeAll(async () => {
  local = await startLocalMode();
  app = appOf(local);
  const put = await app.request(`/v1/trusted-issuers/${encodeURIComponent(issuer.did)}`, {
    method: 'PUT',
    body: JSON.stringify({ types: [IDENTITY, 'IdentityCredential'] }),
  });
  expect(put.status).toBe(200);
});
afterAll(async () => {
  app?.close();
  await local?.end();
});

const SD_JWT_QUERY = {
  credentials: [
    {
      id: 'identity',
      format: 'dc+sd-jwt',
      meta: { vct_values: [IDENTITY] },
      claims: [{ path: ['given_name'] }, { path: ['address', 'country'], values: ['GB'] }],
    },
  ],
};
const JWT_QUERY = {
  credentials: [
    {
      id: 'identity',
      format: 'jwt_vc_json',
      meta: { type_values: [['IdentityCredential']] },
      claims: [{ path: ['credentialSubject', 'given_name'] }],
    },
  ],
};

const ask = async (body: Record<string, unknown>) => {
  const { status, body: answer } = await app.request('/v1/presentation-requests', {
    method: 'POST',
    body: JSON.stringify({ purpose: 'To see that you are you', ...body }),
  });
  expect(answer).toHaveProperty('id');
  expect(status).toBe(201);
  return answer;
};
const result = async (id: string, code?: string) =>
  (await app.request(`/v1/presentation-requests/${id}${code ? `?response_code=${code}` : ''}`)).body;

const sdJwtPresenter = async () => ({
  identity: presentSdJwt(await issueSdJwt(issuer, holder), holder, {
    given_name: true,
    address: { country: true },
  }),
});
const jwtPresenter = async () => ({ identity: presentJwtVc(await issueJwtVc(issuer, holder.did), holder) });

describe.each([
  ['dc+sd-jwt', SD_JWT_QUERY, sdJwtPresenter],
  ['jwt_vc_json', JWT_QUERY, jwtPresenter],
] as const)('a wallet presents %s', (format, dcql_query, presenters) => {
  const claims =
    format === 'dc+sd-jwt'
      ? { given_name: 'Ada', address: { country: 'GB' } }
      : { id: holder.did, given_name: 'Ada' };

  test.each(['direct_post', 'direct_post.jwt'])('by %s, from another device', async (response_mode) => {
    const asked = await ask({ dcql_query, response_mode });
    expect(await result(asked.id)).toEqual({ status: 'pending', credentials: [] });
    const response = await answerResolved(
      client,
      await resolveLink(client, asked.authorization_request),
      await presenters(),
    );
    expect({ status: response.status, body: await response.json() }).toEqual({ status: 200, body: {} });
    expect(await result(asked.id)).toEqual({
      status: 'verified',
      credentials: [
        {
          id: 'identity',
          format,
          issuer: issuer.did,
          type: format === 'dc+sd-jwt' ? IDENTITY : 'IdentityCredential',
          claims,
          status: 'not-checked',
        },
      ],
    });
  });

  test('on the same device, and the app must bring the response code', async () => {
    const asked = await ask({ dcql_query, return_uri: 'http://localhost:9999/back?x=1' });
    const response = await answerResolved(
      client,
      await resolveLink(client, asked.authorization_request),
      await presenters(),
    );
    const { redirect_uri } = (await response.json()) as { redirect_uri: string };
    const back = new URL(redirect_uri);
    expect([back.origin, back.searchParams.get('x')]).toEqual(['http://localhost:9999', '1']);
    const code = back.searchParams.get('response_code')!;
    expect(await result(asked.id)).toEqual({ status: 'pending', credentials: [] });
    expect(await result(asked.id, 'x'.repeat(43))).toMatchObject({
      type: 'urn:countersign:problem:response-code-wrong',
    });
    expect(await result(asked.id, code)).toMatchObject({ status: 'verified', credentials: [{ claims }] });
  });

  test.each([
    ['dc_api', 'decentralized_identifier'],
    ['dc_api', 'redirect_uri'],
    ['dc_api.jwt', 'decentralized_identifier'],
    ['dc_api.jwt', 'redirect_uri'],
  ])("by %s, asked as %s, over the browser's API", async (response_mode, client_id_prefix) => {
    const origin = 'http://localhost:9999';
    const asked = await ask({ dcql_query, response_mode, client_id_prefix, origins: [origin] });
    const data = await answerInBrowser(client, asked.dc_request, origin, await presenters());
    const { status, body } = await app.request(`/v1/presentation-requests/${asked.id}/dc-response`, {
      method: 'POST',
      body: JSON.stringify({ origin, data }),
    });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { status: 'verified', credentials: [{ claims }] },
    });
  });

  test('by an unsigned request', async () => {
    const asked = await ask({ dcql_query, client_id_prefix: 'redirect_uri', response_mode: 'direct_post' });
    const response = await answerResolved(
      client,
      await resolveLink(client, asked.authorization_request),
      await presenters(),
    );
    expect(response.status).toBe(200);
    expect(await result(asked.id)).toMatchObject({ status: 'verified' });
  });
});
