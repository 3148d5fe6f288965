// @ts-expect-error: the package ships no types
import { oid4vp } from '@digitalbazaar/oid4-client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Party, party } from '../../functions/credentials/data-integrity/testing.ts';
import { trustedIssuerStore } from '../../functions/credentials/trust/index.ts';
import { oauthError } from '../../functions/presentations/oauth-error.ts';
import type { PresentationRequest } from '../../functions/presentations/presentation-request.ts';
import { certifiedIdentity } from '../../functions/presentations/testing/certified-key.ts';
import { IDENTITY, issueJwtVc, issueLdp, issueSdJwt } from '../../functions/presentations/testing/issuer.ts';
import {
  PUBLIC_URL,
  startVerifier,
  type TestVerifier,
} from '../../functions/presentations/testing/verifier.ts';
import {
  type Presenter,
  presentJwtVc,
  presentLdp,
  presentSdJwt,
} from '../../functions/presentations/testing/wallet.ts';

/** Digital Bazaar's client: another reading of OpenID4VP 1.0 than the OpenWallet Foundation's (docs/adr/0027). */
const CLERK = 'https://www.w3.org/ns/credentials/undefined-term#ClerkCredential';
let verifier: TestVerifier;
let ldpIssuer: Party;
let ldpHolder: Party;
/** The request that the network stands for: its request URI, and its response endpoint. */
let open: PresentationRequest;
beforeAll(async () => {
  verifier = await startVerifier(await certifiedIdentity());
  [ldpIssuer, ldpHolder] = await Promise.all([party(), party()]);
  await trustedIssuerStore(verifier.tables.client, verifier.tables.issuers).put('default', {
    issuer: ldpIssuer.did,
    types: [CLERK],
  });
  vi.stubGlobal('fetch', async (input: Request | string, init?: RequestInit) => {
    const request = new Request(input, init);
    const base = `${PUBLIC_URL}/v1/presentation-requests/${open.walletId}`;
    if (request.url === `${base}/request.jwt`)
      return new Response(await verifier.requestObject(open), {
        headers: { 'content-type': 'application/oauth-authz-req+jwt' },
      });
    if (request.url !== `${base}/response`) return new Response(null, { status: 404 });
    try {
      await verifier.post(open, await request.text());
      return Response.json({});
    } catch (error) {
      const { status, body } = oauthError(error);
      return Response.json(body, { status });
    }
  });
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await verifier.close();
});

/** The wallet trusts the certificate that the verifier shows. */
const getTrustedCertificates = async ({ chain }: { chain: unknown[] }) => chain;
const get = (url: string): Promise<{ authorizationRequest: Record<string, string> }> =>
  oid4vp.authzRequest.get({ url, getTrustedCertificates });

const formats = {
  'dc+sd-jwt': {
    meta: { vct_values: [IDENTITY] },
    present: async () =>
      presentSdJwt(await issueSdJwt(verifier.issuer, verifier.holder), verifier.holder, { given_name: true }),
  },
  jwt_vc_json: {
    meta: { type_values: [['IdentityCredential']] },
    present: async () =>
      presentJwtVc(await issueJwtVc(verifier.issuer, verifier.holder.did), verifier.holder),
  },
  ldp_vc: {
    meta: { type_values: [[CLERK]] },
    present: async () => presentLdp(await issueLdp(ldpIssuer, ldpHolder.did), ldpHolder),
  },
} satisfies Record<string, { meta: object; present: () => Promise<Presenter> }>;
type Format = keyof typeof formats;

const ask = async (format: Format, more: object) => {
  const asked = await verifier.ask({
    client_id_prefix: 'x509_san_dns',
    dcql_query: { credentials: [{ id: 'a', format, meta: formats[format].meta }] },
    ...more,
  });
  open = asked.request;
  return asked.answer;
};
const tokenFor = async (format: Format, { client_id, nonce }: Record<string, string>) => ({
  a: [await (await formats[format].present())(client_id!, nonce!, {})],
});

describe('a second wallet, by the client of Digital Bazaar', () => {
  test('reads a signed request, and finds certificate and identifier right', async () => {
    const answer = await ask('dc+sd-jwt', { response_mode: 'direct_post' });
    const { authorizationRequest } = await get(answer.authorization_request!);
    expect(authorizationRequest).toMatchObject({
      client_id: 'x509_san_dns:verifier.example',
      nonce: open.nonce,
      dcql_query: open.query,
      response_type: 'vp_token',
    });
  });

  test.each(Object.keys(formats) as Format[])('presents %s by direct_post', async (format) => {
    const answer = await ask(format, { response_mode: 'direct_post' });
    const { authorizationRequest } = await get(answer.authorization_request!);
    const { authorizationResponse } = await oid4vp.authzResponse.create({
      authorizationRequest,
      vpToken: JSON.stringify(await tokenFor(format, authorizationRequest)),
      vpTokenMediaType: 'application/json',
    });
    const send = (response: object) =>
      oid4vp.authzResponse.send({
        authorizationRequest,
        authorizationResponse: response,
        // Its default for this is an object, which it then refuses beside a response that was made before.
        encryptionOptions: null,
      });
    // The client leaves the state to its caller.
    await expect(send(authorizationResponse)).rejects.toThrow(/state differs/);
    await send({ ...authorizationResponse, state: authorizationRequest.state });
    expect(await verifier.result(answer)).toMatchObject({
      status: 'verified',
      credentials: [{ id: 'a', format }],
    });
  });

  test('encrypts by direct_post.jwt to the key of the request; without the state, which it has no place for', async () => {
    const answer = await ask('dc+sd-jwt', { response_mode: 'direct_post.jwt' });
    const { authorizationRequest } = await get(answer.authorization_request!);
    const send = oid4vp.authzResponse.send({
      authorizationRequest,
      vpToken: await tokenFor('dc+sd-jwt', authorizationRequest),
      vpTokenMediaType: 'application/json',
    });
    // It opens: what is missed is inside.
    await expect(send).rejects.toThrow('The response is of another request: its state differs');
    expect((await verifier.result(answer)).status).toBe('pending');
  });
});
