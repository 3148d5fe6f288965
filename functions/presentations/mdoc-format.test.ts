import { CompactEncrypt, importJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  AUTHORITY,
  CERTIFICATES,
  issueMdoc,
  MDL,
  MDL_NAMESPACE,
  newKey,
} from '../credentials/testing/mdoc.ts';
import { trustedIssuerStore } from '../credentials/trust/index.ts';
import type { PresentationRequest } from './presentation-request.ts';
import { causeOf, codeOf, ORIGIN, startVerifier, type TestVerifier } from './testing/verifier.ts';
import { presentMdoc } from './testing/wallet.ts';

const device = newKey();
let verifier: TestVerifier;
const trust = (types: string[]) =>
  trustedIssuerStore(verifier.tables.client, verifier.tables.issuers).put('default', {
    issuer: AUTHORITY,
    types,
    certificates: [CERTIFICATES.root!],
  });
beforeAll(async () => {
  verifier = await startVerifier();
  await trust([MDL]);
});
afterAll(() => verifier.close());

const query = (more: object = {}) => ({
  credentials: [
    {
      id: 'mdl',
      format: 'mso_mdoc',
      meta: { doctype_value: MDL },
      claims: [{ path: [MDL_NAMESPACE, 'age_over_18'], values: [true], intent_to_retain: false }],
      ...more,
    },
  ],
});
const ask = (response_mode: string, more: object = {}) =>
  verifier.ask({
    response_mode,
    dcql_query: query(more),
    ...(response_mode.startsWith('dc_api') ? { origins: [ORIGIN] } : {}),
  });

/** What the wallet reads of a request, and what it presents to it. */
const vpToken = async (request: PresentationRequest, names = ['age_over_18'], issued = issueMdoc(device)) => {
  const jwt = await verifier.requestObject(request);
  const parameters = JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString());
  const audience = request.responseMode.startsWith('dc_api') ? `origin:${ORIGIN}` : request.clientId;
  return { mdl: [await presentMdoc(await issued, device, names)(audience, request.nonce, parameters)] };
};
const encrypted = async ({ decryptionKey }: PresentationRequest, payload: object) => {
  const { d: _, ...jwk } = decryptionKey as Record<string, unknown>;
  return new CompactEncrypt(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: jwk.kid as string })
    .encrypt(await importJWK(jwk as never, 'ECDH-ES'));
};
const answer = async (request: PresentationRequest, vp_token: object) => {
  const payload = { vp_token, state: request.state };
  switch (request.responseMode) {
    case 'direct_post':
      return verifier.post(request, { vp_token: JSON.stringify(vp_token), state: request.state });
    case 'direct_post.jwt':
      return verifier.post(request, { response: await encrypted(request, payload) });
    case 'dc_api':
      return verifier.fromBrowser(request, { vp_token });
    default:
      return verifier.fromBrowser(request, { response: await encrypted(request, { vp_token }) });
  }
};

describe('an mdoc', () => {
  test.each(['direct_post', 'direct_post.jwt', 'dc_api', 'dc_api.jwt'])('is taken by %s', async (mode) => {
    const { request, answer: asked } = await ask(mode);
    await answer(request, await vpToken(request));
    expect(await verifier.result(asked)).toMatchObject({
      status: 'verified',
      credentials: [
        {
          id: 'mdl',
          format: 'mso_mdoc',
          issuer: AUTHORITY,
          type: MDL,
          claims: { [MDL_NAMESPACE]: { age_over_18: true } },
          status: 'not-checked',
        },
      ],
    });
  });

  test.each([
    ['direct_post', 'direct_post.jwt'],
    ['dc_api', 'dc_api.jwt'],
  ])('made for %s is no answer by %s: the key to encrypt for is part of the session', async (plain, jwt) => {
    const [one, two] = [await ask(plain), await ask(jwt)];
    const token = await vpToken({ ...two.request, responseMode: one.request.responseMode });
    expect(await causeOf(answer(two.request, token))).toBe('signature-invalid');
    await answer(two.request, await vpToken(two.request));
  });

  test('is refused to another request, though the same verifier asked', async () => {
    const [one, two] = [await ask('direct_post'), await ask('direct_post')];
    expect(await causeOf(answer(two.request, await vpToken(one.request)))).toBe('signature-invalid');
  });

  test('is refused when it does not show what was asked, or says otherwise', async () => {
    const { request } = await ask('direct_post');
    expect(await codeOf(answer(request, await vpToken(request, ['family_name'])))).toBe(
      'presentation-refused',
    );
    const minor = issueMdoc(device, { elements: { age_over_18: false } });
    expect(await codeOf(answer(request, await vpToken(request, ['age_over_18'], minor)))).toBe(
      'presentation-refused',
    );
    const { request: other } = await ask('direct_post', { meta: { doctype_value: 'org.other' } });
    expect(await codeOf(answer(other, await vpToken(other)))).toBe('presentation-refused');
  });

  test('is refused when its authority is trusted for other documents', async () => {
    const { request } = await ask('direct_post');
    await trust(['org.other']);
    expect(await codeOf(answer(request, await vpToken(request)))).toBe('presentation-refused');
    await trust([MDL]);
    await answer(request, await vpToken(request));
  });

  test('is taken of an authority that was asked for, and refused of another', async () => {
    const of = (value: string) => ({ trusted_authorities: [{ type: 'aki', values: [value] }] });
    const { request } = await ask('direct_post', of(AUTHORITY.slice(4)));
    await answer(request, await vpToken(request));
    const { request: other } = await ask('direct_post', of('AAAAAAAAAAAAAAAAAAAAAAAAAAA'));
    expect(await codeOf(answer(other, await vpToken(other)))).toBe('presentation-refused');
  });

  test.each<[string, object]>([
    ['no document type', { meta: {} }],
    ['a type as other formats name it', { meta: { type_values: [[MDL]] } }],
    ['a path that is no namespace and element', { claims: [{ path: ['age_over_18'] }] }],
    ['a path of three steps', { claims: [{ path: [MDL_NAMESPACE, 'a', 'b'] }] }],
    ['no proof by the device', { require_cryptographic_holder_binding: false }],
    ['predicates', { meta: { doctype_value: MDL, predicates: [{ path: '/a', equals: 1 }] } }],
  ])('cannot be asked for with %s', async (_, more) => {
    expect(await codeOf(ask('direct_post', more))).toBe('request-invalid');
  });
});
