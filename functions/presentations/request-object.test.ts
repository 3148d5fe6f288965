import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PresentationRequest } from './presentation-request.ts';
import { CERTIFICATE, certifiedIdentity, certifiedKey } from './testing/certified-key.ts';
import { IDENTITY } from './testing/issuer.ts';
import { codeOf, ORIGIN, PUBLIC_URL, sha256, startVerifier, type TestVerifier } from './testing/verifier.ts';
import { openClient, resolveLink } from './testing/wallet.ts';
import { clientIdOf, didDocumentOf, didOfKey, verifierIdentity } from './verifier-identity.ts';
import { readWalletRequest } from './wallet-request.ts';

let verifier: TestVerifier;
beforeAll(async () => {
  verifier = await startVerifier(await certifiedIdentity());
});
afterAll(() => verifier.close());

const QUERY = {
  credentials: [{ id: 'identity', format: 'dc+sd-jwt', meta: { vct_values: [IDENTITY], x: 1 } }],
};
const ask = (body: Record<string, unknown> = {}) => verifier.ask({ dcql_query: QUERY, ...body });

/** A client whose network is the verifier's request URI. */
const clientFor = (request: PresentationRequest, seen: string[] = []) =>
  openClient((async (url: string | URL, init?: RequestInit) => {
    seen.push(`${init?.method ?? 'GET'} ${url}`);
    const nonce = init?.body ? readWalletRequest(String(init.body)) : undefined;
    return new Response(await verifier.requestObject(request, nonce), {
      headers: { 'content-type': 'application/oauth-authz-req+jwt' },
    });
  }) as typeof fetch);

describe('a signed request object', () => {
  test.each(['decentralized_identifier', 'x509_san_dns', 'x509_hash'])(
    'under %s is believed by a third-party wallet, which sees what the app asked',
    async (client_id_prefix) => {
      const { answer, request } = await ask({
        client_id_prefix,
        transaction_data: [{ type: 'payment', credential_ids: ['identity'] }],
      });
      const resolved = await resolveLink(clientFor(request), answer.authorization_request!);
      expect(resolved.client.prefix).toBe(client_id_prefix);
      expect(resolved.authorizationRequestPayload).toMatchObject({
        response_type: 'vp_token',
        response_mode: 'direct_post.jwt',
        response_uri: `${PUBLIC_URL}/v1/presentation-requests/${request.walletId}/response`,
        nonce: request.nonce,
        state: request.state,
        dcql_query: QUERY,
        aud: 'https://self-issued.me/v2',
      });
      expect(resolved.transactionData?.[0]?.transactionData).toMatchObject({ type: 'payment' });
    },
  );

  test('has its type, an end, and names its key; metadata says only what the query needs', async () => {
    const { request } = await ask();
    const token = await verifier.requestObject(request);
    expect(decodeProtectedHeader(token)).toEqual({
      alg: 'ES256',
      typ: 'oauth-authz-req+jwt',
      kid: `${verifier.settings.identity.did}#0`,
    });
    const payload = decodeJwt(token) as Record<string, never>;
    expect(payload.exp).toBe(Math.floor(request.expiresAt / 1000));
    expect(payload).not.toHaveProperty('wallet_nonce');
    const { vp_formats_supported, jwks, encrypted_response_enc_values_supported } =
      payload.client_metadata as never;
    expect(Object.keys(vp_formats_supported)).toEqual(['dc+sd-jwt']);
    expect(encrypted_response_enc_values_supported).toEqual(['A128GCM', 'A256GCM']);
    expect((jwks as { keys: object[] }).keys).toEqual([
      expect.objectContaining({
        kty: 'EC',
        crv: 'P-256',
        use: 'enc',
        alg: 'ECDH-ES',
        kid: expect.any(String),
      }),
    ]);
    // Neither the private half nor the app's id leaves.
    expect(JSON.stringify(jwks)).not.toContain('"d"');
  });

  test('names the zero-knowledge suite to wallets where it is asked for, and only there', async () => {
    const suites = async (predicates?: object[]) => {
      const meta = { type_values: [['Employee']], ...(predicates ? { predicates } : {}) };
      const { request } = await ask({ dcql_query: { credentials: [{ id: 'a', format: 'ldp_vc', meta }] } });
      const { client_metadata } = decodeJwt(await verifier.requestObject(request)) as never;
      return (client_metadata as { vp_formats_supported: { ldp_vc: { cryptosuite_values: string[] } } })
        .vp_formats_supported.ldp_vc.cryptosuite_values;
    };
    const standard = ['eddsa-rdfc-2022', 'ecdsa-rdfc-2019', 'ecdsa-sd-2023', 'bbs-2023'];
    expect(await suites()).toEqual(standard);
    expect(await suites([{ path: '/credentialSubject/age', atLeast: 18 }])).toEqual([
      ...standard,
      'countersign-groth16-2026',
    ]);
  });

  test('under x509_hash and x509_san_dns brings the certificate, whose digest or name is the identifier', async () => {
    const { request } = await ask({ client_id_prefix: 'x509_hash' });
    const der = Buffer.from(CERTIFICATE, 'base64');
    expect(request.clientId).toBe(`x509_hash:${sha256(der)}`);
    expect(decodeProtectedHeader(await verifier.requestObject(request)).x5c).toEqual([CERTIFICATE]);
    expect((await ask({ client_id_prefix: 'x509_san_dns' })).request.clientId).toBe(
      'x509_san_dns:verifier.example',
    );
  });

  test('oid4vp-1final-verifier-request-uri-fetched-twice', async () => {
    const { answer, request } = await ask();
    const seen: string[] = [];
    const client = clientFor(request, seen);
    const [one, two] = [
      await resolveLink(client, answer.authorization_request!),
      await resolveLink(client, answer.authorization_request!),
    ];
    expect(one.authorizationRequestPayload.nonce).toBe(two.authorizationRequestPayload.nonce);
    expect(seen).toEqual([`get ${answer.request_uri}`, `get ${answer.request_uri}`]);
  });

  test('oid4vp-1final-verifier-request-uri-method-post', async () => {
    const { answer, request } = await ask({ request_uri_method: 'post' });
    expect(new URL(answer.authorization_request!).searchParams.get('request_uri_method')).toBe('post');
    const seen: string[] = [];
    await resolveLink(clientFor(request, seen), answer.authorization_request!, {
      metadata: { request_object_signing_alg_values_supported: ['ES256'], vp_formats_supported: {} },
    });
    expect(seen).toEqual([`post ${answer.request_uri}`]);
    const token = await verifier.requestObject(request, 'fresh-from-the-wallet');
    expect(decodeJwt(token).wallet_nonce).toBe('fresh-from-the-wallet');
  });

  test("over the browser's API names the origins, and has no address to answer to", async () => {
    const { answer } = await ask({ response_mode: 'dc_api.jwt', origins: [ORIGIN] });
    expect(answer.dc_request?.protocol).toBe('openid4vp-v1-signed');
    const payload = decodeJwt((answer.dc_request!.data as { request: string }).request);
    expect(payload).toMatchObject({ expected_origins: [ORIGIN], client_id: expect.any(String) });
    for (const name of ['response_uri', 'state', 'redirect_uri']) expect(payload).not.toHaveProperty(name);
  });

  test("an unsigned one over the browser's API names no client: its origin is what counts", async () => {
    const { answer } = await ask({
      response_mode: 'dc_api',
      client_id_prefix: 'redirect_uri',
      origins: [ORIGIN],
    });
    expect(answer.dc_request?.protocol).toBe('openid4vp-v1-unsigned');
    expect(answer.dc_request?.data).not.toHaveProperty('client_id');
    expect(answer.dc_request?.data).not.toHaveProperty('expected_origins');
  });
});

describe('who the verifier says it is', () => {
  test('is refused where the certificate is missing, for another host, or for another key', async () => {
    const identity = await verifierIdentity(certifiedKey, { did: undefined, certificates: [] });
    const uri = `${PUBLIC_URL}/response`;
    expect(() => clientIdOf('x509_hash', identity, uri)).toThrow(/no certificate/);
    const right = { ...identity, certificates: [CERTIFICATE] };
    expect(() => clientIdOf('x509_san_dns', right, 'https://other.example/response')).toThrow(/host/);
    expect(clientIdOf('x509_san_dns', right, uri)).toBe('x509_san_dns:verifier.example');
    const other = { ...right, publicJwk: { ...right.publicJwk, x: right.publicJwk.y! } };
    expect(() => clientIdOf('x509_hash', other, uri)).toThrow(/another key/);
  });

  test('is the signing key itself, or a did:web whose document names it', async () => {
    const own = verifier.settings.identity;
    expect(own.did).toBe(didOfKey(own.publicJwk));
    const web = await verifierIdentity(certifiedKey, { did: 'did:web:verifier.example', certificates: [] });
    expect(didDocumentOf(web)).toMatchObject({
      id: 'did:web:verifier.example',
      verificationMethod: [
        { id: 'did:web:verifier.example#request-signing', publicKeyJwk: { crv: 'P-256' } },
      ],
    });
    expect(JSON.stringify(didDocumentOf(web))).not.toContain('"d"');
  });
});

describe('what a wallet posts to the request URI', () => {
  test('is its nonce, and what it can do', () => {
    expect(readWalletRequest('')).toBeUndefined();
    expect(readWalletRequest('wallet_nonce=abc&unknown=1')).toBe('abc');
    expect(readWalletRequest(`wallet_nonce=abc&wallet_metadata=${encodeURIComponent('{"x":1}')}`)).toBe(
      'abc',
    );
  });

  test.each([
    'wallet_nonce=',
    `wallet_nonce=${'x'.repeat(513)}`,
    'wallet_nonce=a&wallet_nonce=b',
    'wallet_metadata=junk',
    'wallet_metadata=[]',
    `wallet_metadata=${'x'.repeat(16_385)}`,
    `wallet_metadata=${encodeURIComponent('{"request_object_signing_alg_values_supported":["RS256"]}')}`,
  ])('is refused: %s', (body) => {
    expect(() => readWalletRequest(body)).toThrow();
  });
});

describe('what an app asks for', () => {
  test.each([
    ['nothing', {}],
    ['no purpose', { purpose: '' }],
    ['a purpose without end', { purpose: 'x'.repeat(301) }],
    ['an unknown member', { scope: 'x' }],
    ['an unknown mode', { response_mode: 'fragment' }],
    ['an unknown prefix', { client_id_prefix: 'origin' }],
    ['a return without https', { return_uri: 'javascript:alert(1)' }],
    ['a return elsewhere', { return_uri: 'https://evil.example/' }],
    ['a return to a host that begins alike', { return_uri: `${ORIGIN}.evil.example/` }],
    ['a return with credentials', { return_uri: 'https://user@shop.example/' }],
    ['the same device without a return', { flow: 'same_device' }],
    ['another device with a return', { flow: 'cross_device', return_uri: `${ORIGIN}/` }],
    ['origins without the browser', { origins: [ORIGIN] }],
    ['the browser without origins', { response_mode: 'dc_api' }],
    ['the browser with a return', { response_mode: 'dc_api', origins: [ORIGIN], return_uri: `${ORIGIN}/` }],
    ['the browser elsewhere', { response_mode: 'dc_api', origins: ['https://evil.example'] }],
    ['an origin with a path', { response_mode: 'dc_api', origins: [`${ORIGIN}/path`] }],
    ['a transaction of another credential', { transaction_data: [{ type: 'p', credential_ids: ['other'] }] }],
    ['a transaction without type', { transaction_data: [{ credential_ids: ['identity'] }] }],
    [
      'a transaction by a weak hash',
      {
        transaction_data: [{ type: 'p', credential_ids: ['identity'], transaction_data_hashes_alg: ['md5'] }],
      },
    ],
    [
      'a transaction that is too large',
      { transaction_data: [{ type: 'p', credential_ids: ['identity'], text: 'x'.repeat(5_000) }] },
    ],
  ])('is refused with %s', async (name, change) => {
    const asked = ask(name === 'nothing' ? { dcql_query: undefined } : change);
    expect(await codeOf(asked)).toMatch(/^(request-invalid|return-uri-refused)$/);
  });

  test('has nonces, states and ids of 256 random bits, all different', async () => {
    const asked = await Promise.all(Array.from({ length: 20 }, () => ask()));
    const values = asked.flatMap(({ answer, request }) => [answer.id, request.nonce, request.state]);
    for (const value of values) expect(Buffer.from(value, 'base64url')).toHaveLength(32);
    expect(new Set([...values, ...asked.map(({ request }) => request.walletId)]).size).toBe(80);
  });

  test('comes with a link, a page and a QR code of the link', async () => {
    const { answer, request } = await ask();
    expect(answer.authorization_request).toMatch(
      /^openid4vp:\/\/\?client_id=decentralized_identifier%3Adid%3Ajwk/,
    );
    expect(answer.page_uri).toBe(`${PUBLIC_URL}/v1/presentation-requests/${request.walletId}/page`);
    expect(answer.qr_code).toMatch(/^<svg [\s\S]*<\/svg>/);
    expect(Date.parse(answer.expires_at) - request.createdAt).toBe(600_000);
  });
});
