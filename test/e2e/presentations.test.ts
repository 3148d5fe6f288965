import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  AUTHORITY,
  CERTIFICATES,
  issueMdoc,
  MDL,
  MDL_NAMESPACE,
} from '../../functions/credentials/testing/mdoc.ts';
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
  presentMdoc,
  presentSdJwt,
  resolveLink,
} from '../../functions/presentations/testing/wallet.ts';
import { freePorts, type LocalModeForTest, startLocalMode } from '../local-mode.ts';
import { appOf, eventually, nativeEvent } from './client.ts';
import requestSigning from './request-signing.json' with { type: 'json' };

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
  // A name and a certificate, as the x509 prefixes ask for them.
  const ports = await freePorts();
  local = await startLocalMode({
    ports,
    requestKey: requestSigning.privateKey,
    environment: {
      PUBLIC_URL: `http://localhost:${ports.api}`,
      SIGNING_CERTIFICATES: JSON.stringify([requestSigning.certificate]),
      PSEUDONYM_SCOPES: JSON.stringify({ 'loyalty-card': 'the loyalty card knows you by' }),
    },
  });
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
  const put = await app.request(`/v1/trusted-issuers/${encodeURIComponent(AUTHORITY)}`, {
    method: 'PUT',
    body: JSON.stringify({ types: [MDL], certificates: [CERTIFICATES.root] }),
  });
  expect(put.status).toBe(200);
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
const mdoc: Case = {
  name: 'mso_mdoc',
  format: 'mso_mdoc',
  dcql_query: {
    credentials: [
      {
        id: 'identity',
        format: 'mso_mdoc',
        meta: { doctype_value: MDL },
        claims: [{ path: [MDL_NAMESPACE, 'age_over_18'], values: [true], intent_to_retain: false }],
      },
    ],
  },
  presenters: async () => ({ identity: presentMdoc(await issueMdoc(holder), holder, ['age_over_18']) }),
  expected: () => ({
    issuer: AUTHORITY,
    type: MDL,
    claims: { [MDL_NAMESPACE]: { age_over_18: true } },
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
const CASES: Case[] = [sdJwt, mdoc, jwtVc, ...(Object.keys(ISSUERS) as Suite[]).map(ldp)];

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
    ['x509_san_dns', 'direct_post.jwt', 'get'],
    ['x509_hash', 'direct_post', 'get'],
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

describe('DCQL, checked again on what came', () => {
  /** Who is asked: the request as the wallet reads it. */
  const requestOf = async (asked: { request_uri: string }): Promise<Record<string, string>> => {
    const object = await (await fetch(asked.request_uri)).text();
    return JSON.parse(Buffer.from(object.split('.')[1]!, 'base64url').toString());
  };
  type Token = Record<string, (string | Presenter)[]>;
  /** The status of an answer to a query: 200, or 400 while the request stays open. */
  const answered = async (dcql_query: object, token: Token): Promise<number> => {
    const asked = await ask({ dcql_query, response_mode: 'direct_post' });
    const { client_id, nonce, state, response_uri } = await requestOf(asked);
    const shown: Record<string, unknown[]> = {};
    for (const [id, presentations] of Object.entries(token))
      shown[id] = await Promise.all(
        presentations.map((one) => (typeof one === 'string' ? one : one(client_id!, nonce!, {}))),
      );
    const { status } = await fetch(response_uri!, {
      method: 'POST',
      body: new URLSearchParams({ vp_token: JSON.stringify(shown), state: state! }),
    });
    expect((await result(asked.id)).status).toBe(status === 200 ? 'verified' : 'pending');
    return status;
  };
  const identity = (more: object = {}) => ({
    id: 'a',
    format: 'dc+sd-jwt',
    meta: { vct_values: [IDENTITY] },
    ...more,
  });
  const showing = async (frame: Record<string, unknown>, claims: object = {}): Promise<Presenter> =>
    presentSdJwt(await issueSdJwt(issuer, holder, { ...claims }), holder, frame);

  test('claims: all of them, by path, position and value', async () => {
    const query = (...claims: object[]) => ({ credentials: [identity({ claims })] });
    const both = query({ path: ['given_name'] }, { path: ['address', 'country'], values: ['FR', 'GB'] });
    const whole = await showing({ given_name: true, address: { country: true } });
    expect(await answered(both, { a: [whole] })).toBe(200);
    expect(await answered(both, { a: [await showing({ given_name: true })] })).toBe(400);
    const french = query({ path: ['address', 'country'], values: ['FR'] });
    expect(await answered(french, { a: [whole] })).toBe(400);
    // Of two nationalities the second is asked for; the first, shown alone, does not take its place.
    const second = query({ path: ['nationalities', 1] });
    expect(await answered(second, { a: [await showing({ nationalities: { 1: true } })] })).toBe(200);
    expect(await answered(second, { a: [await showing({ nationalities: { 0: true } })] })).toBe(400);
    const any = query({ path: ['nationalities', null], values: ['FR'] });
    expect(await answered(any, { a: [await showing({ nationalities: { 1: true } })] })).toBe(200);
    expect(await answered(any, { a: [await showing({ nationalities: { 0: true } })] })).toBe(400);
  });

  test('claim_sets: one of them, whole', async () => {
    const claims = [
      { id: 'name', path: ['given_name'] },
      { id: 'born', path: ['birthdate'] },
      { id: 'country', path: ['address', 'country'] },
    ];
    const query = {
      credentials: [identity({ claims, claim_sets: [['name', 'born'], ['country']] })],
    };
    expect(await answered(query, { a: [await showing({ address: { country: true } })] })).toBe(200);
    expect(await answered(query, { a: [await showing({ given_name: true })] })).toBe(400);
  });

  test('credentials: all of them, or an option of each required set, and nothing unasked', async () => {
    const clerk = { ...LDP_QUERY.credentials[0], id: 'b' };
    const one = await showing({});
    const two = (await ldp('eddsa-rdfc-2022').presenters()).identity!;
    const all = { credentials: [identity(), clerk] };
    expect(await answered(all, { a: [one], b: [two] })).toBe(200);
    expect(await answered(all, { a: [one] })).toBe(400);
    const sets = {
      ...all,
      credential_sets: [{ options: [['a', 'b'], ['b']] }, { options: [['a']], required: false }],
    };
    expect(await answered(sets, { b: [two] })).toBe(200);
    expect(await answered(sets, { a: [one] })).toBe(400);
    expect(await answered(all, { a: [one], b: [two], c: [one] })).toBe(400);
  });

  test('multiple: several only where they were asked for, and each right', async () => {
    const [one, two] = [await showing({ given_name: true }), await showing({ given_name: true })];
    const claims = [{ path: ['given_name'] }];
    const several = { credentials: [identity({ claims, multiple: true })] };
    expect(await answered(several, { a: [one, two] })).toBe(200);
    expect(await answered({ credentials: [identity({ claims })] }, { a: [one, two] })).toBe(400);
    expect(await answered(several, { a: [one, await showing({})] })).toBe(400);
  });

  test('holder binding: waived only where the query says so', async () => {
    const bare = await issueSdJwt(issuer, undefined);
    const waived = { require_cryptographic_holder_binding: false };
    expect(await answered({ credentials: [identity(waived)] }, { a: [bare] })).toBe(200);
    expect(await answered({ credentials: [identity()] }, { a: [bare] })).toBe(400);
    const jwt = await issueJwtVc(issuer, holder.did);
    const asked = { ...JWT_QUERY.credentials[0], id: 'a' };
    expect(await answered({ credentials: [{ ...asked, ...waived }] }, { a: [jwt] })).toBe(200);
    expect(await answered({ credentials: [asked] }, { a: [jwt] })).toBe(400);
  });

  test('trusted_authorities: by key identifier; other kinds are refused by name before anybody is asked', async () => {
    const by = (type: string, values: string[]) => ({
      credentials: [identity({ trusted_authorities: [{ type, values }] })],
    });
    expect(await answered(by('aki', ['s9tIpPmhxdiuNkHMEWNpYim8S8Y']), { a: [await showing({})] })).toBe(400);
    for (const type of ['etsi_tl', 'openid_federation']) {
      const { status, body } = await app.request('/v1/presentation-requests', {
        method: 'POST',
        body: JSON.stringify({ purpose: 'A test', dcql_query: by(type, ['https://trust.example']) }),
      });
      expect([status, body.fields?.[0]?.field]).toEqual([
        422,
        'dcql_query.credentials.0.trusted_authorities',
      ]);
    }
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

describe('who asks, by a certificate', () => {
  const clientIdOf = async (client_id_prefix: string) => {
    const asked = await ask({ dcql_query: SD_JWT_QUERY, client_id_prefix });
    const object = await (await fetch(asked.request_uri)).text();
    const [header, payload] = object.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    return { x5c: JSON.parse(header!).x5c, id: JSON.parse(payload!).client_id };
  };
  test('is its name or its digest, and the certificate comes along', async () => {
    const digest = createHash('sha256').update(Buffer.from(requestSigning.certificate, 'base64'));
    const x5c = [requestSigning.certificate];
    expect(await clientIdOf('x509_san_dns')).toEqual({ x5c, id: 'x509_san_dns:localhost' });
    expect(await clientIdOf('x509_hash')).toEqual({ x5c, id: `x509_hash:${digest.digest('base64url')}` });
  });

  test('is not believed by a wallet when the request object was signed by another key', async () => {
    const asked = await ask({ dcql_query: SD_JWT_QUERY, client_id_prefix: 'x509_hash' });
    const wallet = openClient(async (url, init) => {
      const text = await (await fetch(url, init)).text();
      const [header, payload, signature] = text.split('.') as [string, string, string];
      const other = signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
      return new Response(`${header}.${payload}.${other}`, {
        headers: { 'content-type': 'application/oauth-authz-req+jwt' },
      });
    });
    await expect(resolveLink(wallet, asked.authorization_request)).rejects.toThrow();
  });
});

describe('a pseudonym', () => {
  const under = (pseudonym_scope: string, more = {}) => ({
    purpose: 'To count your visits',
    dcql_query: {
      credentials: [{ id: 'a', format: 'ldp_vc', meta: { type_values: [[CLERK]], pseudonym_scope } }],
    },
    ...more,
  });

  test('is asked for under a registered scope, and the page says in plain words what it is for', async () => {
    const asked = await ask(under('loyalty-card'));
    const page = await (await fetch(asked.page_uri)).text();
    expect(page).toContain('a name for you that the loyalty card knows you by');
  });

  test.each([
    ['a scope that nobody registered', under('advertising')],
    ['the scope of enrolled wallets, which is not for apps', under('wallet')],
    ['a name that every object has', under('constructor')],
    [
      'a client identifier that is another each time',
      under('loyalty-card', { client_id_prefix: 'redirect_uri' }),
    ],
  ])('is not asked for under %s', async (_, asked) => {
    const { status, body } = await app.request('/v1/presentation-requests', {
      method: 'POST',
      body: JSON.stringify(asked),
    });
    expect([status, body.type]).toEqual([422, 'urn:countersign:problem:request-invalid']);
  });
});

describe('enrolling a wallet', () => {
  const post = (value: object, init: RequestInit = {}, query = '') =>
    app.request(`/v1/wallets${query}`, { method: 'POST', body: JSON.stringify(value), ...init });
  const bearer = async (claims: Record<string, unknown>) => ({
    headers: { authorization: `Bearer ${await local.issuer.token(claims)}` },
  });
  /** What a subject has, as an operator sees it. */
  const walletsOf = async (subject: string) =>
    (await app.request(`/v1/wallets?subject=${subject}`)).body.wallets;
  const retire = (id: string, subject: string) =>
    app.request(`/v1/wallets/${id}?subject=${subject}`, { method: 'DELETE' });
  const enrolmentOf = (id: string, code?: string) =>
    eventually(async () => {
      const { enrolment } = await result(id, code);
      return enrolment?.status === 'pending' ? undefined : enrolment;
    });
  const phoneOf =
    (key = newKey()) =>
    async () => ({
      identity: presentSdJwt(await issueSdJwt(issuer, key), key, {}),
    });

  /** A sign-in of somebody with habits, an hour of the same day as ever. */
  const signIn = async (subject: string, name: string, more: object = {}) => {
    const { status, body } = await app.evaluate(
      nativeEvent(`${subject}-${name}`, { subject: { id: subject, kind: 'person' }, ...more }),
    );
    expect(status).toBe(200);
    return body;
  };
  const regular = async (subject: string) => {
    for (let day = 12; day > 0; day--)
      await signIn(subject, `${day}`, {
        metadata: { time: new Date(Date.now() - day * 86_400_000).toISOString() },
      });
  };
  const cleared = async (subject: string, more: object = {}) => {
    const decision = await signIn(subject, 'now', more);
    expect([decision.outcome, decision.level]).toEqual(['allow', 'low']);
    return decision.eventId as string;
  };
  let ada: string;
  beforeAll(async () => {
    await Promise.all(['ada', 'ben', 'cleo'].map(regular));
    ada = await cleared('ada');
  });

  test("from a cleared session with a second factor: it is listed, told, and nobody else's until it is retired", async () => {
    const told: { type: string; data: Record<string, unknown> }[] = [];
    local.events.observe((_, event) => {
      if (/^Presentation /.test(event['detail-type']))
        told.push({
          type: event['detail-type'],
          data: (event.detail as { data: Record<string, unknown> }).data,
        });
    });
    const phone = phoneOf();
    const asked = await post({ eventId: ada, format: 'dc+sd-jwt' });
    expect(asked.status).toBe(201);
    expect((await answerBy(asked.body.authorization_request, await phone())).status).toBe(200);
    const enrolment = await enrolmentOf(asked.body.id);
    expect(enrolment).toEqual({ status: 'enrolled', wallet: expect.any(String) });
    const one = { id: enrolment.wallet, format: 'dc+sd-jwt', enrolledBy: 'session' };
    expect(await walletsOf('ada')).toEqual([{ ...one, enrolledAt: expect.any(String) }]);
    await eventually(() =>
      told.some(({ type, data }) => type === 'Presentation Verified' && data.wallet === one.id),
    );

    const again = await post({ eventId: await cleared('ben'), format: 'dc+sd-jwt' });
    await answerBy(again.body.authorization_request, await phone());
    expect(await enrolmentOf(again.body.id)).toEqual({
      status: 'refused',
      reason: 'wallet-of-another-subject',
    });
    expect(await walletsOf('ben')).toEqual([]);
    await eventually(() =>
      told.some(
        ({ data, type }) => type === 'Presentation Rejected' && data.reason === 'wallet-of-another-subject',
      ),
    );

    expect((await retire(one.id, 'ben')).status).toBe(404);
    expect((await retire(one.id, 'ada')).body).toMatchObject({ retiredAt: expect.any(String) });
    expect(await walletsOf('ada')).toMatchObject([{ id: one.id, retiredAt: expect.any(String) }]);
    const freed = await post({ subject: 'ben', format: 'dc+sd-jwt' });
    await answerBy(freed.body.authorization_request, await phone());
    expect((await enrolmentOf(freed.body.id)).status).toBe('enrolled');
    expect(await walletsOf('ben')).toMatchObject([{ enrolledBy: 'operator' }]);
  });

  test('on the same device, once the app has shown the response code', async () => {
    const asked = await post({
      eventId: ada,
      dcql_query: SD_JWT_QUERY,
      return_uri: 'http://localhost:9999/back',
    });
    const key = newKey();
    const shown = { given_name: true, address: { country: true } };
    const { body } = await answerBy(asked.body.authorization_request, {
      identity: presentSdJwt(await issueSdJwt(issuer, key), key, shown),
    });
    const code = new URL(body.redirect_uri!).searchParams.get('response_code')!;
    expect(await result(asked.body.id)).toEqual({ status: 'pending', credentials: [] });
    const before = (await walletsOf('ada')).length;
    expect((await enrolmentOf(asked.body.id, code)).status).toBe('enrolled');
    expect((await walletsOf('ada')).length).toBe(before + 1);
  });

  test('is exported with its subject, and erased with it', async () => {
    const asked = await post({ subject: 'dora', format: 'dc+sd-jwt' });
    await answerBy(asked.body.authorization_request, await phoneOf()());
    expect((await enrolmentOf(asked.body.id)).status).toBe('enrolled');
    const kept = await app.request('/v1/subjects/dora');
    expect(kept.body.wallets).toMatchObject([{ enrolledBy: 'operator', holder: expect.any(String) }]);
    expect((await app.request('/v1/subjects/dora', { method: 'DELETE' })).status).toBe(200);
    expect(await walletsOf('dora')).toEqual([]);
  });

  test('is refused, and nothing is kept, where the session does not vouch for the person', async () => {
    const factor = await cleared('cleo', { factors: ['password'] });
    const pending = await signIn('cleo', 'away', {
      network: { ip: '41.58.0.1' },
      agent: { userAgent: 'curl/8.5.0', deviceId: 'd-elsewhere' },
    });
    expect(pending.outcome).toBe('step_up');
    const late = await signIn('cleo', 'late', {
      metadata: { time: new Date(Date.now() - 700_000).toISOString() },
    });
    expect([late.outcome, late.level]).toEqual(['allow', 'low']);
    const codeOf = async (work: ReturnType<typeof post>) => {
      const { status, body } = await work;
      return [status, String(body.type).split(':').at(-1)];
    };
    expect(await codeOf(post({ eventId: factor }))).toEqual([403, 'session-single-factor']);
    expect(await codeOf(post({ eventId: pending.eventId }))).toEqual([403, 'session-not-cleared']);
    expect(await codeOf(post({ eventId: late.eventId }))).toEqual([409, 'session-too-old']);
    expect(await codeOf(post({ eventId: 'never-seen' }))).toEqual([404, 'decision-unknown']);
    // Another tenant's event is one that does not exist; a token of one tenant names no other.
    expect(await codeOf(post({ eventId: ada }, {}, '?tenant=bank'))).toEqual([404, 'decision-unknown']);
    const bank = await bearer({ tenant: 'bank' });
    expect(await codeOf(post({ eventId: ada }, bank))).toEqual([404, 'decision-unknown']);
    expect(await codeOf(post({ eventId: ada }, bank, '?tenant=default'))).toEqual([403, 'tenant-mismatch']);
    expect(await walletsOf('cleo')).toEqual([]);
  });

  test('for a subject by name, listing and retiring are for operators', async () => {
    const asApp = await bearer({ scope: 'countersign/present countersign/evaluate' });
    expect(await post({ subject: 'ada' }, asApp)).toMatchObject({
      status: 403,
      body: { type: 'urn:countersign:problem:operator-only' },
    });
    expect((await app.request('/v1/wallets?subject=ada', asApp)).status).toBe(403);
    expect((await app.request('/v1/wallets/x?subject=ada', { method: 'DELETE', ...asApp })).status).toBe(403);
    expect((await post({ eventId: ada }, await bearer({ scope: 'countersign/evaluate' }))).status).toBe(403);
    expect((await post({ eventId: ada }, asApp)).status).toBe(201);
  });

  test('is refused where the body names nobody, two, or what it may not', async () => {
    const bad = [
      {},
      { eventId: ada, subject: 'ada' },
      { eventId: ada, concerns: { kind: 'enrolment', subject: 'x', by: 'operator', reference: 'x' } },
      { eventId: ada, response_mode: 'dc_api' },
      { eventId: '' },
      { subject: 'x'.repeat(257) },
      { eventId: ada, format: 'jwt_vc_json' },
      {
        eventId: ada,
        dcql_query: {
          credentials: [{ ...SD_JWT_QUERY.credentials[0], require_cryptographic_holder_binding: false }],
        },
      },
    ];
    for (const value of bad) {
      const { status, body } = await post(value);
      expect([status, body.type], JSON.stringify(value)).toEqual([
        422,
        'urn:countersign:problem:enrolment-invalid',
      ]);
    }
    expect((await app.request('/v1/wallets')).status).toBe(422);
  });

  test('is refused by five answers that do not hold, and the request says so', async () => {
    const asked = await post({ subject: 'emil', format: 'dc+sd-jwt' });
    const thief = newKey();
    for (let tries = 0; tries < 5; tries++) {
      // A credential of an issuer that nobody trusts.
      const presenter = presentSdJwt(await issueSdJwt(newKey(), thief), thief, {});
      expect((await answerBy(asked.body.authorization_request, { identity: presenter })).status).toBe(400);
    }
    expect(await result(asked.body.id)).toMatchObject({ status: 'rejected' });
    expect(await walletsOf('emil')).toEqual([]);
  });
});
