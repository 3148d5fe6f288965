import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  DERIVABLE,
  type DerivableSuite,
  issueDerivable,
} from '../../functions/presentations/testing/derivable.ts';
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
  type ContentEncryption,
  openClient,
  type Presenter,
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
const ISSUERS = {
  'eddsa-rdfc-2022': () => party(),
  'ecdsa-rdfc-2019': () => party('P-256'),
  'ecdsa-sd-2023': DERIVABLE['ecdsa-sd-2023'].issuer,
  'bbs-2023': DERIVABLE['bbs-2023'].issuer,
};
type Suite = keyof typeof ISSUERS;
const ldpIssuers = {} as Record<Suite, Party>;
let ldpHolder: Party;

beforeAll(async () => {
  local = await startLocalMode();
  app = appOf(local);
  ldpHolder = await party();
  for (const suite of Object.keys(ISSUERS) as Suite[]) ldpIssuers[suite] = await ISSUERS[suite]();
  for (const { did } of [issuer, ...Object.values(ldpIssuers)]) {
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

/** A format, with one way to ask for it, to present it, and what the app then gets. */
interface Case {
  readonly name: string;
  readonly format: string;
  readonly dcql_query: object;
  readonly presenters: () => Promise<Record<string, Presenter>>;
  readonly expected: () => { issuer: string; type: string; claims: object };
}

const sdJwt: Case = {
  name: 'dc+sd-jwt',
  format: 'dc+sd-jwt',
  dcql_query: SD_JWT_QUERY,
  presenters: async () => ({
    identity: presentSdJwt(await issueSdJwt(issuer, holder), holder, {
      given_name: true,
      address: { country: true },
    }),
  }),
  expected: () => ({
    issuer: issuer.did,
    type: IDENTITY,
    claims: { given_name: 'Ada', address: { country: 'GB' } },
  }),
};
const jwtVc: Case = {
  name: 'jwt_vc_json',
  format: 'jwt_vc_json',
  dcql_query: JWT_QUERY,
  presenters: async () => ({ identity: presentJwtVc(await issueJwtVc(issuer, holder.did), holder) }),
  expected: () => ({
    issuer: issuer.did,
    type: 'IdentityCredential',
    claims: { id: holder.did, given_name: 'Ada' },
  }),
};
const isDerivable = (suite: Suite): suite is Suite & DerivableSuite => suite in DERIVABLE;
const ldp = (suite: Suite): Case => ({
  name: `ldp_vc ${suite}`,
  format: 'ldp_vc',
  dcql_query: LDP_QUERY,
  presenters: async () => {
    const by = ldpIssuers[suite];
    const credential = isDerivable(suite)
      ? await (await issueDerivable(suite, by, ldpHolder)).derive(['/type', '/credentialSubject/role'])
      : await issueLdp(by, ldpHolder.did, { cryptosuite: suite });
    return { identity: presentLdp(credential, ldpHolder) };
  },
  expected: () => ({
    issuer: ldpIssuers[suite].did,
    type: 'ClerkCredential',
    claims: { id: ldpHolder.did, role: 'clerk' },
  }),
});
const CASES: Case[] = [sdJwt, jwtVc, ...(Object.keys(ISSUERS) as Suite[]).map(ldp)];

/** Answers a request as the client of the OpenWallet Foundation does, by the link. */
const answerBy = async (link: string, presenters: Record<string, Presenter>, enc?: ContentEncryption) => {
  const response = await answerResolved(client, await resolveLink(client, link), presenters, enc);
  return { status: response.status, body: (await response.json()) as Record<string, string> };
};

describe.each(CASES)('a wallet presents $name', ({ format, dcql_query, presenters, expected }) => {
  test.each([
    ['direct_post', undefined],
    ['direct_post.jwt', 'A128GCM'],
    ['direct_post.jwt', 'A256GCM'],
  ] as const)('by %s (%s), from another device', async (response_mode, enc) => {
    const asked = await ask({ dcql_query, response_mode });
    expect(await result(asked.id)).toEqual({ status: 'pending', credentials: [] });
    const answered = await answerBy(asked.authorization_request, await presenters(), enc);
    expect(answered).toEqual({ status: 200, body: {} });
    expect(await result(asked.id)).toEqual({
      status: 'verified',
      credentials: [{ id: 'identity', format, status: 'not-checked', ...expected() }],
    });
  });

  test('on the same device, and the app must bring the response code', async () => {
    const asked = await ask({ dcql_query, return_uri: 'http://localhost:9999/back?x=1' });
    const { body } = await answerBy(asked.authorization_request, await presenters());
    const back = new URL(body.redirect_uri!);
    expect([back.origin, back.searchParams.get('x')]).toEqual(['http://localhost:9999', '1']);
    const code = back.searchParams.get('response_code')!;
    expect(await result(asked.id)).toEqual({ status: 'pending', credentials: [] });
    expect(await result(asked.id, 'x'.repeat(43))).toMatchObject({
      type: 'urn:countersign:problem:response-code-wrong',
    });
    expect(await result(asked.id, code)).toMatchObject({ status: 'verified', credentials: [expected()] });
  });

  test.each([
    ['dc_api', 'decentralized_identifier', undefined],
    ['dc_api', 'redirect_uri', undefined],
    ['dc_api.jwt', 'decentralized_identifier', 'A128GCM'],
    ['dc_api.jwt', 'redirect_uri', 'A256GCM'],
  ] as const)("by %s, asked as %s, over the browser's API", async (response_mode, client_id_prefix, enc) => {
    const origin = 'http://localhost:9999';
    const asked = await ask({ dcql_query, response_mode, client_id_prefix, origins: [origin] });
    const data = await answerInBrowser(client, asked.dc_request, origin, await presenters(), enc);
    if (enc) {
      const [header] = String(data.response).split('.') as [string];
      expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({
        alg: 'ECDH-ES',
        enc,
        apu: expect.any(String),
        apv: expect.any(String),
      });
    }
    const { status, body } = await app.request(`/v1/presentation-requests/${asked.id}/dc-response`, {
      method: 'POST',
      body: JSON.stringify({ origin, data }),
    });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { status: 'verified', credentials: [expected()] },
    });
  });

  test.each([
    ['redirect_uri', 'direct_post', 'get'],
    ['redirect_uri', 'direct_post.jwt', 'get'],
    ['decentralized_identifier', 'direct_post.jwt', 'post'],
  ])('asked as %s, by %s, any request object read by %s', async (client_id_prefix, response_mode, method) => {
    const asked = await ask({ dcql_query, client_id_prefix, response_mode, request_uri_method: method });
    // Told what the wallet can do, the client posts that; its version 0.4.6 leaves the wallet's nonce out.
    const metadata = { request_object_signing_alg_values_supported: ['ES256'], vp_formats_supported: {} };
    const read: string[] = [];
    const wallet = openClient((url, init) => {
      read.push(`${init?.method}`.toLowerCase());
      return fetch(url, init);
    });
    const resolved = await resolveLink(
      wallet,
      asked.authorization_request,
      method === 'post' ? { metadata } : undefined,
    );
    expect(read).toEqual(client_id_prefix === 'redirect_uri' ? [] : [method]);
    expect((await answerResolved(client, resolved, await presenters())).status).toBe(200);
    expect(await result(asked.id)).toMatchObject({ status: 'verified', credentials: [expected()] });
  });
});

describe('one request, one answer, through the deployed functions', () => {
  /** A wallet's form for a request, made and not yet posted. */
  const formFor = async (asked: { request_uri: string }, given_name = 'Ada') => {
    const object = await (await fetch(asked.request_uri)).text();
    const request = JSON.parse(Buffer.from(object.split('.')[1]!, 'base64url').toString());
    const credential = await issueSdJwt(issuer, holder, { given_name });
    const shown = { given_name: true, address: { country: true } };
    const presentation = await presentSdJwt(credential, holder, shown)(
      request.client_id,
      request.nonce,
      request,
    );
    const vp_token = JSON.stringify({ identity: [presentation] });
    return { uri: request.response_uri as string, form: { vp_token, state: request.state as string } };
  };
  const post = async ({ uri, form }: Awaited<ReturnType<typeof formFor>>) =>
    (await fetch(uri, { method: 'POST', body: new URLSearchParams(form) })).status;
  const askSdJwt = () => ask({ dcql_query: SD_JWT_QUERY, response_mode: 'direct_post' });

  test('64 wallets answer 64 requests at once: none is lost, none gets what is of another', async () => {
    const asked = await Promise.all(Array.from({ length: 64 }, askSdJwt));
    const forms = await Promise.all(asked.map((one, index) => formFor(one, `Ada ${index}`)));
    const statuses = await Promise.all(forms.map(post));
    expect(statuses).toEqual(Array(64).fill(200));
    const results = await Promise.all(asked.map(({ id }) => result(id)));
    expect(results.map(({ credentials: [one] }) => one.claims.given_name)).toEqual(
      asked.map((_, index) => `Ada ${index}`),
    );
  });

  test('64 answers to one request at once: one is accepted', async () => {
    const asked = await askSdJwt();
    const right = await formFor(asked);
    const statuses = await Promise.all(Array.from({ length: 64 }, () => post(right)));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 400)).toHaveLength(63);
    expect((await result(asked.id)).status).toBe('verified');
  });

  test('an answer with the state of another request is refused, and the right one still accepted', async () => {
    const [one, two] = [await formFor(await askSdJwt()), await formFor(await askSdJwt())];
    expect(await post({ ...one, form: { ...one.form, state: two.form.state } })).toBe(400);
    expect(await post(one)).toBe(200);
    expect(await post(one)).toBe(400);
  });
});
