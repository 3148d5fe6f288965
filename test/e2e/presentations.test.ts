import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  IDENTITY,
  issueJwtVc,
  issueLdp,
  issueSdJwt,
  newKey,
  type Party,
  party,
} from '../../functions/presentations/testing/issuer.ts';
import {
  answerInBrowser,
  answerResolved,
  openClient,
  presentJwtVc,
  presentLdp,
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
let ldpIssuer: Party;
let ldpHolder: Party;

beforeAll(async () => {
  local = await startLocalMode();
  app = appOf(local);
  [ldpIssuer, ldpHolder] = await Promise.all([party(), party()]);
  for (const { did } of [issuer, ldpIssuer]) {
    const put = await app.request(`/v1/trusted-issuers/${encodeURIComponent(did)}`, {
      method: 'PUT',
      body: JSON.stringify({ types: [IDENTITY, 'IdentityCredential', CLERK] }),
    });
    expect(put.status).toBe(200);
  }
});
afterAll(async () => {
  app?.close();
  await local?.end();
});

/** `ClerkCredential` as the context for terms that nobody defined expands it. */
const CLERK = 'https://www.w3.org/ns/credentials/undefined-term#ClerkCredential';

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

const LDP_QUERY = {
  credentials: [
    {
      id: 'identity',
      format: 'ldp_vc',
      meta: { type_values: [['https://www.w3.org/2018/credentials#VerifiableCredential', CLERK]] },
      claims: [{ path: ['credentialSubject', 'role'], values: ['clerk'] }],
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
const ldpPresenter = async () => ({
  identity: presentLdp(await issueLdp(ldpIssuer, ldpHolder.did), ldpHolder),
});
const jwtPresenter = async () => ({ identity: presentJwtVc(await issueJwtVc(issuer, holder.did), holder) });

describe.each([
  ['dc+sd-jwt', SD_JWT_QUERY, sdJwtPresenter],
  ['jwt_vc_json', JWT_QUERY, jwtPresenter],
  ['ldp_vc', LDP_QUERY, ldpPresenter],
] as const)('a wallet presents %s', (format, dcql_query, presenters) => {
  const expected = () =>
    ({
      'dc+sd-jwt': {
        issuer: issuer.did,
        type: IDENTITY,
        claims: { given_name: 'Ada', address: { country: 'GB' } },
      },
      jwt_vc_json: {
        issuer: issuer.did,
        type: 'IdentityCredential',
        claims: { id: holder.did, given_name: 'Ada' },
      },
      ldp_vc: {
        issuer: ldpIssuer.did,
        type: 'ClerkCredential',
        claims: { id: ldpHolder.did, role: 'clerk' },
      },
    })[format];

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
      credentials: [{ id: 'identity', format, status: 'not-checked', ...expected() }],
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
    expect(await result(asked.id, code)).toMatchObject({ status: 'verified', credentials: [expected()] });
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
      body: { status: 'verified', credentials: [expected()] },
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
