import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { CompactEncrypt, importJWK } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fuzzRuns } from '../credentials/testing/fuzz.ts';
import type { PresentationRequest } from './presentation-request.ts';
import { MAX_TRIES } from './presentations.store.ts';
import { IDENTITY, issueSdJwt, newKey } from './testing/issuer.ts';
import { causeOf, codeOf, ORIGIN, startVerifier, type TestVerifier } from './testing/verifier.ts';
import { presentSdJwt } from './testing/wallet.ts';
import { verifyAnswer } from './verify-answer.ts';

let verifier: TestVerifier;
beforeAll(async () => {
  verifier = await startVerifier();
});
afterAll(() => verifier.close());
beforeEach(() => {
  verifier.clock.offset = 0;
  verifier.refusals.length = 0;
});

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
const ask = (body: Record<string, unknown> = {}) =>
  verifier.ask({ dcql_query: QUERY, response_mode: 'direct_post', ...body });

/** A right answer to a request, or one that differs where told. */
const vpToken = async (
  request: PresentationRequest,
  {
    claims = {},
    binding = {},
    holder = verifier.holder,
    audience = request.clientId,
    nonce = request.nonce,
  } = {} as {
    claims?: Record<string, unknown>;
    binding?: Record<string, unknown>;
    holder?: ReturnType<typeof newKey>;
    audience?: string;
    nonce?: string;
  },
): Promise<Record<string, unknown[]>> => {
  const credential = await issueSdJwt(verifier.issuer, verifier.holder, claims);
  return {
    identity: [await presentSdJwt(credential, holder, { given_name: true }, binding)(audience, nonce, {})],
  };
};
const form = async (request: PresentationRequest, options?: Parameters<typeof vpToken>[1]) => ({
  vp_token: JSON.stringify(await vpToken(request, options)),
  state: request.state,
});
const encrypt = async (
  request: PresentationRequest,
  payload: unknown,
  header: Record<string, unknown> = {},
  key: Record<string, unknown> | undefined = request.decryptionKey as never,
): Promise<string> => {
  const { d: _, ...jwk } = key as Record<string, unknown>;
  return new CompactEncrypt(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({
      alg: 'ECDH-ES',
      enc: 'A128GCM',
      kid: request.decryptionKey!.kid as string,
      ...header,
    } as never)
    .encrypt(await importJWK(jwk as never, 'ECDH-ES'));
};

describe('one request, one answer', () => {
  test('the second answer is refused, and the first one stays', async () => {
    const { answer, request } = await ask();
    const right = await form(request);
    expect(await verifier.post(request, right)).toEqual({});
    expect(await codeOf(verifier.post(request, right))).toBe('request-closed');
    expect((await verifier.result(answer)).status).toBe('verified');
  });

  test('of 64 answers at once one is accepted', async () => {
    const { request } = await ask();
    const right = await form(request);
    const codes = await Promise.all(Array.from({ length: 64 }, () => codeOf(verifier.post(request, right))));
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    expect(codes.filter((code) => code === 'request-closed')).toHaveLength(63);
  });

  test('64 answers to 64 requests at once are all accepted, each by its own', async () => {
    const asked = await Promise.all(Array.from({ length: 64 }, () => ask()));
    const forms = await Promise.all(
      asked.map(({ request }, index) => form(request, { claims: { given_name: `Ada ${index}` } })),
    );
    await Promise.all(asked.map(({ request }, index) => verifier.post(request, forms[index]!)));
    const names = await Promise.all(
      asked.map(async ({ answer }) => (await verifier.result(answer)).credentials[0]?.claims.given_name),
    );
    expect(names).toEqual(asked.map((_, index) => `Ada ${index}`));
  });

  test('a late answer is refused', async () => {
    const { answer, request } = await ask();
    verifier.clock.offset = 599_000;
    expect((await verifier.result(answer)).status).toBe('pending');
    verifier.clock.offset = 601_000;
    expect((await verifier.result(answer)).status).toBe('expired');
    expect(await codeOf(verifier.post(request, await form(request)))).toBe('request-closed');
  });

  test('an answer for another request is refused, by its nonce and by its state', async () => {
    const [one, two] = [await ask(), await ask()];
    const right = await form(one.request);
    expect(await codeOf(verifier.post(two.request, right))).toBe('response-invalid');
    expect(await causeOf(verifier.post(two.request, { ...right, state: two.request.state }))).toBe(
      'nonce-mismatch',
    );
    expect(await codeOf(verifier.post(one.request, right))).toBeUndefined();
  });

  test.each(['', 'x', 'x'.repeat(32), '../../x', 'é'.repeat(32)])(
    'no request has the id %j',
    async (walletId) => {
      expect(await codeOf(verifier.post({ walletId } as never, { state: 'x' }))).toBe(
        'presentation-request-unknown',
      );
    },
  );

  test("the app's id is not the wallet's, and neither leads to the other's record", async () => {
    const { answer, request } = await ask();
    expect(answer.id).not.toBe(request.walletId);
    expect(JSON.stringify({ ...answer, id: '' })).not.toContain(answer.id);
    expect(await codeOf(verifier.post({ walletId: answer.id } as never, await form(request)))).toBe(
      'presentation-request-unknown',
    );
  });
});

describe('answers that do not hold', () => {
  test('leave the request open for a few tries, and then it closes', async () => {
    const { answer, request } = await ask();
    for (let tries = 1; tries < MAX_TRIES; tries++) {
      expect(await codeOf(verifier.post(request, 'junk'))).toBe('response-invalid');
      expect(await verifier.result(answer)).toMatchObject({ status: 'pending', reason: 'response-invalid' });
    }
    const right = await form(request);
    expect(await codeOf(verifier.post(request, 'junk'))).toBe('response-invalid');
    expect(await codeOf(verifier.post(request, right))).toBe('request-closed');
    expect(await verifier.result(answer)).toEqual({
      status: 'rejected',
      credentials: [],
      reason: 'response-invalid',
    });
  });

  test('do not spoil a right one that follows', async () => {
    const { answer, request } = await ask();
    await codeOf(verifier.post(request, 'junk'));
    await codeOf(verifier.post(request, await form(request, { nonce: 'other' })));
    expect(await codeOf(verifier.post(request, await form(request)))).toBeUndefined();
    expect(await verifier.result(answer)).toMatchObject({
      status: 'verified',
      credentials: [{ id: 'identity' }],
    });
  });

  test('tell operators why, and say nothing of what was in them', async () => {
    const { request } = await ask();
    const secret = 'Secretname';
    await codeOf(
      verifier.post(request, await form(request, { claims: { given_name: secret }, nonce: 'other' })),
    );
    const [error] = verifier.refusals as { message: string; code: string; cause: { code: string } }[];
    expect([error?.code, error?.cause.code]).toEqual(['presentation-refused', 'nonce-mismatch']);
    expect(error?.message).not.toContain(secret);
  });

  test.each([
    ['without a state', { state: undefined }],
    ['with the state of another', { state: 'x'.repeat(43) }],
    ['with an empty state', { state: '' }],
  ])('are refused %s', async (_, change) => {
    const { request } = await ask();
    const right: Record<string, string | undefined> = { ...(await form(request)), ...change };
    const entries = Object.entries(right).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    expect(await codeOf(verifier.post(request, Object.fromEntries(entries)))).toBe('response-invalid');
  });

  test('are refused with a parameter twice', async () => {
    const { request } = await ask();
    const right = new URLSearchParams(await form(request));
    expect(await codeOf(verifier.post(request, `${right}&state=${request.state}`))).toBe('response-invalid');
  });

  test.each([
    ['no JSON', 'x'],
    ['an array', '[]'],
    ['text', '"x"'],
    ['no entries', '{}'],
    ['an entry that is no array', '{"identity":"x"}'],
    ['an entry without presentations', '{"identity":[]}'],
    ['seventeen presentations', JSON.stringify({ identity: Array(17).fill('x') })],
    ['an unknown id', '{"other":["x"]}'],
    ['__proto__', '{"__proto__":["x"]}'],
    ['nesting without end', `{"identity":[${'['.repeat(500)}${']'.repeat(500)}]}`],
  ])('are refused as vp_token: %s', async (_, vp_token) => {
    const { request } = await ask();
    expect(await codeOf(verifier.post(request, { vp_token, state: request.state }))).toMatch(
      /^(response-invalid|presentation-refused)$/,
    );
  });

  test('are refused for another client, and for a part of the client identifier', async () => {
    for (const audience of ['redirect_uri:https://verifier.example', verifier.settings.identity.did]) {
      const { request } = await ask();
      expect(await causeOf(verifier.post(request, await form(request, { audience })))).toBe(
        'audience-mismatch',
      );
    }
  });

  test('are refused by an issuer that the tenant does not trust, or not for this type', async () => {
    const stranger = newKey();
    const shown = async (request: PresentationRequest) => {
      const credential = await issueSdJwt(stranger, verifier.holder);
      const present = presentSdJwt(credential, verifier.holder, { given_name: true });
      const token = { identity: [await present(request.clientId, request.nonce, {})] };
      return { vp_token: JSON.stringify(token), state: request.state };
    };
    const first = await ask();
    expect(await codeOf(verifier.post(first.request, await shown(first.request)))).toBe(
      'presentation-refused',
    );
    const put = (tenant: string, types: string[]) => {
      const issuers = verifier.deps.issuers as { put?: unknown };
      return (issuers as { put: (tenant: string, issuer: object) => Promise<void> }).put(tenant, {
        issuer: stranger.did,
        types,
      });
    };
    await put('default', ['https://credentials.example/other']);
    expect(await codeOf(verifier.post(first.request, await shown(first.request)))).toBe(
      'presentation-refused',
    );
    await put('elsewhere', [IDENTITY]);
    expect(await codeOf(verifier.post(first.request, await shown(first.request)))).toBe(
      'presentation-refused',
    );
    await put('default', ['https://credentials.example/other', IDENTITY]);
    expect(await codeOf(verifier.post(first.request, await shown(first.request)))).toBeUndefined();
  });

  test('are refused when the status cannot be looked up', async () => {
    const { request } = await ask();
    const status = { status_list: { idx: 1, uri: 'https://elsewhere.example/list' } };
    expect(await causeOf(verifier.post(request, await form(request, { claims: { status } })))).toBe(
      'status-unavailable',
    );
  });
});

describe('an answer with one thing changed', () => {
  test('whatever is changed in it, it is refused with a 4xx or was no change', async () => {
    const { request } = await ask();
    const right = await form(request);
    const [presentation = ''] = JSON.parse(right.vp_token).identity as string[];
    const registry = (issuer: string) => verifier.deps.issuers.get('default', issuer);
    const verify = (text: string) =>
      verifyAnswer(
        request,
        new Map([['identity', [text]]]),
        { audience: request.clientId },
        registry,
        verifier.deps,
      );
    await verify(presentation);
    const change = fc.record({
      at: fc.nat(presentation.length - 1),
      remove: fc.integer({ min: 0, max: 3 }),
      insert: fc.stringMatching(/^[A-Za-z0-9~._=-]{0,3}$/),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, remove, insert }) => {
        const changed = presentation.slice(0, at) + insert + presentation.slice(at + remove);
        if (changed === presentation) return;
        await expect(verify(changed)).rejects.toMatchObject({ code: 'presentation-refused', status: 400 });
      }),
      fuzzRuns(300),
    );
  });
});

describe("a wallet's error", () => {
  test('leaves the request open, since anybody may have sent it', async () => {
    const { answer, request } = await ask();
    expect(await verifier.post(request, { error: 'access_denied', state: request.state })).toEqual({});
    expect(await verifier.result(answer)).toEqual({
      status: 'pending',
      credentials: [],
      reason: 'wallet-error:access_denied',
    });
    expect(await codeOf(verifier.post(request, await form(request)))).toBeUndefined();
  });

  test('is one of the known ones, and needs the state', async () => {
    const { answer, request } = await ask();
    expect(await codeOf(verifier.post(request, { error: 'access_denied', state: 'x' }))).toBe(
      'response-invalid',
    );
    await verifier.post(request, { error: '<script>', error_description: '<script>', state: request.state });
    expect((await verifier.result(answer)).reason).toBe('wallet-error:invalid_request');
  });

  test('cannot come with an answer', async () => {
    const { request } = await ask();
    const both = { ...(await form(request)), error: 'access_denied' };
    expect(await codeOf(verifier.post(request, both))).toBe('response-invalid');
  });

  test('brings the person back to the app on the same device', async () => {
    const { request } = await ask({ return_uri: `${ORIGIN}/back?x=1` });
    expect(await verifier.post(request, { error: 'access_denied', state: request.state })).toEqual({
      redirectUri: `${ORIGIN}/back?x=1&error=access_denied`,
    });
  });
});

describe('an encrypted answer', () => {
  const asked = () => ask({ response_mode: 'direct_post.jwt' });

  test.each(['A128GCM', 'A256GCM'])('opens under %s', async (enc) => {
    const { answer, request } = await asked();
    const payload = { vp_token: await vpToken(request), state: request.state };
    await verifier.post(request, { response: await encrypt(request, payload, { enc }) });
    expect((await verifier.result(answer)).status).toBe('verified');
  });

  test('opens with apu and apv as the wallet set them, and not when they were changed', async () => {
    const { request } = await asked();
    const { d: _, ...jwk } = request.decryptionKey as Record<string, unknown>;
    const jwe = await new CompactEncrypt(
      Buffer.from(JSON.stringify({ vp_token: await vpToken(request), state: request.state })),
    )
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: request.decryptionKey!.kid as string })
      .setKeyManagementParameters({ apu: randomBytes(16), apv: Buffer.from(request.nonce) })
      .encrypt(await importJWK(jwk as never, 'ECDH-ES'));
    const [head = '', ...rest] = jwe.split('.');
    const header = JSON.parse(Buffer.from(head, 'base64url').toString());
    expect(header).toMatchObject({ apu: expect.any(String), apv: expect.any(String) });
    const changed = Buffer.from(JSON.stringify({ ...header, apu: 'AAAA' })).toString('base64url');
    expect(await codeOf(verifier.post(request, { response: [changed, ...rest].join('.') }))).toBe(
      'response-invalid',
    );
    expect(await codeOf(verifier.post(request, { response: jwe }))).toBeUndefined();
  });

  test('unusable encryption key: is refused to that of another request, or of nobody', async () => {
    const [one, two] = [await asked(), await asked()];
    const payload = { vp_token: await vpToken(one.request), state: one.request.state };
    expect(await codeOf(verifier.post(one.request, { response: await encrypt(two.request, payload) }))).toBe(
      'response-invalid',
    );
    const kidOfOther = await encrypt(one.request, payload, { kid: two.request.decryptionKey!.kid });
    expect(await codeOf(verifier.post(one.request, { response: kidOfOther }))).toBe('response-invalid');
    const noKid = await encrypt(one.request, payload, { kid: undefined });
    expect(await codeOf(verifier.post(one.request, { response: noKid }))).toBe('response-invalid');
  });

  test('is refused under another algorithm, compressed, or signed only', async () => {
    const { request } = await asked();
    const payload = { vp_token: await vpToken(request), state: request.state };
    for (const header of [{ alg: 'ECDH-ES+A128KW' }, { enc: 'A128CBC-HS256' }, { enc: 'A192GCM' }])
      expect(
        await codeOf(verifier.post(request, { response: await encrypt(request, payload, header) })),
      ).toBe('response-invalid');
    expect(await codeOf(verifier.post(request, { response: 'eyJhbGciOiJub25lIn0.e30.' }))).toBe(
      'response-invalid',
    );
  });

  test('is required where it was asked for, and the state in it', async () => {
    const { request } = await asked();
    expect(await codeOf(verifier.post(request, await form(request)))).toBe('response-invalid');
    const bare = await encrypt(request, { vp_token: await vpToken(request) });
    expect(await codeOf(verifier.post(request, { response: bare, state: request.state }))).toBe(
      'response-invalid',
    );
    const both = await encrypt(request, { vp_token: await vpToken(request), state: request.state });
    expect(await codeOf(verifier.post(request, { response: both, vp_token: '{}' }))).toBe('response-invalid');
    expect(await codeOf(verifier.post(request, { response: both }))).toBeUndefined();
  });

  test('may be an error in plain', async () => {
    const { answer, request } = await asked();
    await verifier.post(request, { error: 'vp_formats_not_supported', state: request.state });
    expect((await verifier.result(answer)).reason).toBe('wallet-error:vp_formats_not_supported');
  });
});

describe("an answer over the browser's API", () => {
  const asked = (response_mode = 'dc_api') =>
    ask({ response_mode, origins: [ORIGIN, 'https://shop.example'] });

  test('is bound to the origin, and to no client', async () => {
    const { answer, request } = await asked();
    const wrong = { vp_token: await vpToken(request) };
    expect(await causeOf(verifier.fromBrowser(request, wrong))).toBe('audience-mismatch');
    const right = { vp_token: await vpToken(request, { audience: `origin:${ORIGIN}` }) };
    expect(await codeOf(verifier.fromBrowser(request, right, 'https://evil.example'))).toBe(
      'response-invalid',
    );
    expect(await codeOf(verifier.fromBrowser(request, right))).toBeUndefined();
    expect((await verifier.result(answer)).status).toBe('verified');
  });

  test('is not taken at the public endpoint, nor the other way round', async () => {
    const { request } = await asked();
    expect(await codeOf(verifier.post(request, await form(request)))).toBe('presentation-request-unknown');
    const posted = await ask();
    expect(await codeOf(verifier.fromBrowser(posted.request, { vp_token: {} }))).toBe(
      'presentation-request-unknown',
    );
  });

  test('is encrypted where it was asked to be', async () => {
    const { request } = await asked('dc_api.jwt');
    const vp_token = await vpToken(request, { audience: `origin:${ORIGIN}` });
    expect(await codeOf(verifier.fromBrowser(request, { vp_token }))).toBe('response-invalid');
    expect(
      await codeOf(verifier.fromBrowser(request, { response: await encrypt(request, { vp_token }) })),
    ).toBeUndefined();
  });

  test('may be an error', async () => {
    const { answer, request } = await asked('dc_api.jwt');
    await verifier.fromBrowser(request, { error: 'access_denied' });
    expect((await verifier.result(answer)).reason).toBe('wallet-error:access_denied');
  });

  test.each([undefined, null, 'x', [], { response: 7 }, { vp_token: 'x' }, {}])(
    'is refused as %j',
    async (data) => {
      const { request } = await asked();
      expect(await codeOf(verifier.fromBrowser(request, data))).toBe('response-invalid');
    },
  );
});
