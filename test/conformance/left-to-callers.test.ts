import { createHash, createHmac, createPublicKey, verify } from 'node:crypto';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite as eddsa } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import { DcqlPresentationResult, DcqlQuery } from 'dcql';
import { CompactEncrypt, compactDecrypt, compactVerify, importJWK, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  documentLoader,
  type Party,
  party,
  sign,
} from '../../functions/credentials/data-integrity/testing.ts';
import {
  issueToken,
  newKey,
  sdJwtLibrary,
  signToken,
  type TestKey,
} from '../../functions/credentials/testing/tokens.ts';
import { trustedIssuerStore } from '../../functions/credentials/trust/index.ts';
import { checkAnswer, type Presented } from '../../functions/presentations/check-answer.ts';
import { parseQuery } from '../../functions/presentations/dcql-query.ts';
import type { PresentationRequest } from '../../functions/presentations/presentation-request.ts';
import { IDENTITY, issueJwtVc, issueLdp, issueSdJwt } from '../../functions/presentations/testing/issuer.ts';
import {
  causeOf,
  codeOf,
  startVerifier,
  type TestVerifier,
} from '../../functions/presentations/testing/verifier.ts';
import { presentJwtVc, presentLdp, presentSdJwt } from '../../functions/presentations/testing/wallet.ts';

/*
 * What the libraries around a verifier leave to their callers, and what it does with it. Where the library can be asked
 * it is, first: a test whose library has learned to refuse fails, and its sentence here can go.
 */

const CLERK = 'https://www.w3.org/ns/credentials/undefined-term#ClerkCredential';
const other = newKey();
let verifier: TestVerifier;
let ldpIssuer: Party;
let ldpHolder: Party;
beforeAll(async () => {
  verifier = await startVerifier();
  [ldpIssuer, ldpHolder] = await Promise.all([party(), party()]);
  await trustedIssuerStore(verifier.tables.client, verifier.tables.issuers).put('default', {
    issuer: ldpIssuer.did,
    types: [CLERK],
  });
});
afterAll(() => verifier.close());

const FORMATS = {
  'dc+sd-jwt': { vct_values: [IDENTITY] },
  jwt_vc_json: { type_values: [['IdentityCredential']] },
  ldp_vc: { type_values: [[CLERK]] },
};
type Format = keyof typeof FORMATS;
const ask = (format: Format, more: object = {}, response_mode = 'direct_post') =>
  verifier.ask({
    response_mode,
    dcql_query: { credentials: [{ id: 'a', format, meta: FORMATS[format], ...more }] },
  });
/** Why an answer is refused; undefined when it is accepted. */
const refusal = (request: PresentationRequest, presentation: unknown, ...more: unknown[]) =>
  causeOf(
    verifier.post(request, {
      vp_token: JSON.stringify({ a: [presentation, ...more] }),
      state: request.state,
    }),
  );

const seconds = () => Math.floor(Date.now() / 1000);
const hash = (text: string) => createHash('sha256').update(text).digest('base64url');
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An SD-JWT with whatever its payload and disclosures are to be, all disclosed. */
const sdJwtOf = (
  payload: object = {},
  hidden: Record<string, unknown> = { given_name: 'Ada' },
  header: object = {},
) =>
  issueToken(
    verifier.issuer,
    { typ: 'dc+sd-jwt', kid: '#0', ...header },
    { iss: verifier.issuer.did, vct: IDENTITY, cnf: { jwk: verifier.holder.publicJwk }, ...payload },
    hidden,
  );
const bound = (
  sdJwt: string,
  { clientId, nonce }: PresentationRequest,
  payload: object = {},
  by = verifier.holder,
) =>
  sdJwt +
  signToken(
    by,
    { typ: 'kb+jwt' },
    { iat: seconds(), aud: clientId, nonce, sd_hash: hash(sdJwt), ...payload },
  );

/** Whether the OpenWallet Foundation's library takes a presentation. */
const libraryTakes = async (
  presentation: string,
  keyBindingNonce: string,
  keyBy: TestKey = verifier.holder,
) => {
  const by = (key: TestKey) => async (data: string, signature: string) =>
    verify(
      'sha256',
      Buffer.from(data),
      { key: createPublicKey(key.privateKey), dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
  const library = sdJwtLibrary(undefined);
  library.config({
    ...(library as unknown as { userConfig: object }).userConfig,
    verifier: by(verifier.issuer),
    kbVerifier: by(keyBy),
  });
  return library.verify(presentation, { keyBindingNonce } as never).then(
    () => true,
    () => false,
  );
};

describe('@sd-jwt (sd-jwt-js issues 314 and 388) leaves to its caller', () => {
  test.each([
    ['for whom a key binding was made', { aud: 'https://other.example' }, 'audience-mismatch'],
    ['how old a key binding is', { iat: 1 }, 'key-binding-stale'],
  ])('%s', async (_, binding, expected) => {
    const { request } = await ask('dc+sd-jwt');
    const sdJwt = sdJwtOf();
    const wrong = bound(sdJwt, request, binding);
    expect(await libraryTakes(wrong, request.nonce)).toBe(true);
    expect(await refusal(request, wrong)).toBe(expected);
    expect(await refusal(request, bound(sdJwt, request))).toBeUndefined();
  });

  test('validity that stands in a disclosure, after its period', async () => {
    const { request } = await ask('dc+sd-jwt');
    const expired = sdJwtOf({}, { given_name: 'Ada', exp: 1 });
    expect(await libraryTakes(bound(expired, request), request.nonce)).toBe(true);
    expect(await refusal(request, bound(expired, request))).toBe('disclosure-refused');
  });

  test('that the key binding is there: without a nonce given it checks none', async () => {
    const { request } = await ask('dc+sd-jwt');
    const bare = sdJwtOf();
    expect(await refusal(request, bare)).toBe('key-binding-missing');
    expect(await refusal(request, bound(bare, request))).toBeUndefined();
  });

  test('whose key signed the binding: it is told one, and reads no cnf', async () => {
    const { request } = await ask('dc+sd-jwt');
    const stolen = bound(sdJwtOf(), request, {}, other);
    expect(await libraryTakes(stolen, request.nonce, other)).toBe(true);
    expect(await refusal(request, stolen)).toBe('signature-invalid');
  });

  test('which hash functions are strong: a disclosure under another digest could be anything', async () => {
    const { request } = await ask('dc+sd-jwt');
    for (const _sd_alg of ['md5', 'sha-1', 'sha-256-32'])
      expect(
        await refusal(
          request,
          bound(
            `${signToken(
              verifier.issuer,
              { typ: 'dc+sd-jwt', kid: '#0' },
              {
                iss: verifier.issuer.did,
                vct: IDENTITY,
                cnf: { jwk: verifier.holder.publicJwk },
                _sd_alg,
              },
            )}~`,
            request,
          ),
        ),
      ).toBe('algorithm-refused');
  });

  test('that a disclosure takes no claim over: neither a signed one nor one that decides', async () => {
    const { request } = await ask('dc+sd-jwt');
    for (const hidden of [
      { iss: other.did },
      { vct: 'x' },
      { cnf: { jwk: other.publicJwk } },
      { status: {} },
    ])
      expect(await refusal(request, bound(sdJwtOf({}, hidden), request))).toBe('disclosure-refused');
    const { request: next } = await ask('dc+sd-jwt');
    expect(await refusal(next, bound(sdJwtOf({ name: 'Ada' }, { name: 'Bob' }), next))).toBe(
      'disclosure-refused',
    );
  });
});

describe('jose leaves to its caller', () => {
  const keyOf = (key: TestKey) => importJWK(key.publicJwk, 'ES256');

  test('what a token is for: any type verifies', async () => {
    const { request } = await ask('dc+sd-jwt');
    const sdJwt = sdJwtOf({}, { given_name: 'Ada' }, { typ: 'at+jwt' });
    await jwtVerify(sdJwt.split('~')[0]!, await keyOf(verifier.issuer));
    expect(await refusal(request, bound(sdJwt, request))).toBe('type-refused');
  });

  test('who may name the key: a key in the header, another kid, and a public key as a shared secret', async () => {
    const { request } = await ask('jwt_vc_json');
    const credential = await issueJwtVc(verifier.issuer, verifier.holder.did);
    const [, payload] = credential.split('.') as [string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const shown = (token: string) =>
      presentJwtVc(token, verifier.holder)(request.clientId, request.nonce, {});
    const embedded = signToken(other, { typ: 'JWT', jwk: other.publicJwk }, claims);
    expect(await refusal(request, await shown(embedded))).toBe('signature-invalid');
    const elsewhere = signToken(other, { typ: 'JWT', kid: `${other.did}#0` }, claims);
    expect(await refusal(request, await shown(elsewhere))).toBe('key-unknown');
    const input = `${part({ alg: 'HS256', typ: 'JWT', kid: '#0' })}.${payload}`;
    const mac = createHmac('sha256', JSON.stringify(verifier.issuer.publicJwk))
      .update(input)
      .digest('base64url');
    expect(await refusal(request, await shown(`${input}.${mac}`))).toBe('algorithm-refused');
    const unsecured = `${part({ alg: 'none', typ: 'JWT' })}.${payload}.`;
    expect(await refusal(request, await shown(unsecured))).toBe('algorithm-refused');
  });

  test('which extensions matter: crit, and payloads that are not encoded', async () => {
    const { request } = await ask('jwt_vc_json');
    const claims = JSON.parse(
      Buffer.from(
        (await issueJwtVc(verifier.issuer, verifier.holder.did)).split('.')[1]!,
        'base64url',
      ).toString(),
    );
    const shown = (header: object) =>
      presentJwtVc(signToken(verifier.issuer, { typ: 'JWT', kid: '#0', ...header }, claims), verifier.holder)(
        request.clientId,
        request.nonce,
        {},
      );
    for (const header of [{ crit: ['exp'], exp: 1 }, { b64: true }, { crit: ['b64'], b64: true }])
      expect(await refusal(request, await shown(header))).toBe('token-malformed');
    expect(await refusal(request, await shown({}))).toBeUndefined();
  });

  test('that one token has one text: unused bits of base64url may differ', async () => {
    const token = signToken(verifier.issuer, { typ: 'JWT' }, { a: 1 });
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twin = token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1)!) + 1];
    await compactVerify(twin, await keyOf(verifier.issuer));
    const { request } = await ask('dc+sd-jwt');
    const [jwt, ...rest] = sdJwtOf().split('~') as [string, ...string[]];
    const other = `${jwt.slice(0, -1)}${alphabet[alphabet.indexOf(jwt.at(-1)!) + 1]}`;
    expect(await refusal(request, bound([other, ...rest].join('~'), request))).toBe('token-malformed');
  });

  describe('in an encrypted response', () => {
    const opened = async (header: object, body: (request: PresentationRequest) => string = () => '{}') => {
      const { request } = await ask('dc+sd-jwt', {}, 'direct_post.jwt');
      const { d: _, ...jwk } = request.decryptionKey as Record<string, unknown>;
      const jwe = await new CompactEncrypt(Buffer.from(body(request)))
        .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: jwk.kid, ...header } as never)
        .encrypt(await importJWK(jwk as never, 'ECDH-ES'));
      return { request, jwe, code: () => codeOf(verifier.post(request, { response: jwe })) };
    };

    test('compression: a few bytes that unfold to many', async () => {
      const small = await opened({ zip: 'DEF' }, ({ state }) =>
        JSON.stringify({ error: 'access_denied', state }),
      );
      await compactDecrypt(small.jwe, await importJWK(small.request.decryptionKey as never, 'ECDH-ES'));
      expect(await small.code()).toBe('response-invalid');
      const bomb = await opened({ zip: 'DEF' }, () => JSON.stringify({ a: 'x'.repeat(200_000) }));
      expect(bomb.jwe.length).toBeLessThan(2_000);
      expect(await bomb.code()).toBe('response-invalid');
      const plain = await opened({}, ({ state }) => JSON.stringify({ error: 'access_denied', state }));
      expect(await plain.code()).toBeUndefined();
    });

    test('which algorithms: passwords with a million rounds, shared keys, wrapped keys', async () => {
      const { request, jwe } = await opened({});
      const [head = '', ...rest] = jwe.split('.');
      const header = JSON.parse(Buffer.from(head, 'base64url').toString());
      for (const changed of [
        { alg: 'PBES2-HS512+A256KW', p2s: 'AAAA', p2c: 2_000_000_000 },
        { alg: 'dir' },
        { alg: 'RSA-OAEP-256' },
        { alg: 'A256KW' },
        { enc: 'A256CBC-HS512' },
        { crit: ['exp'], exp: 1 },
        { epk: { ...header.epk, y: header.epk.x } },
        { epk: { kty: 'OKP', crv: 'X25519', x: header.epk.x } },
      ]) {
        const response = [part({ ...header, ...changed }), ...rest].join('.');
        const next = await opened({});
        expect(await codeOf(verifier.post(next.request, { response }))).toBe('response-invalid');
      }
      expect(await codeOf(verifier.post(request, { response: 'a.b.c' }))).toBe('response-invalid');
    });

    test('who the parties are: apu and apv are part of the key', async () => {
      const { request, jwe } = await opened({}, ({ state }) =>
        JSON.stringify({ error: 'access_denied', state }),
      );
      const [head = '', ...rest] = jwe.split('.');
      const header = JSON.parse(Buffer.from(head, 'base64url').toString());
      const response = [part({ ...header, apu: 'AAAA', apv: 'AAAA' }), ...rest].join('.');
      expect(await codeOf(verifier.post(request, { response }))).toBe('response-invalid');
    });
  });
});

describe('dcql (dcql-ts issue 49) leaves to its caller', () => {
  const presented = (claims: object): Presented => ({
    format: 'dc+sd-jwt',
    issuer: 'did:example:1',
    types: [IDENTITY],
    holder: 'holder',
    claims: claims as never,
  });
  const sdJwt = (id: string, more: object = {}) => ({
    id,
    format: 'dc+sd-jwt',
    meta: { vct_values: [IDENTITY] },
    ...more,
  });
  const libraryTakes = (query: object, answer: Record<string, object[]>) =>
    DcqlPresentationResult.fromDcqlPresentation(
      Object.fromEntries(
        Object.entries(answer).map(([id, all]) => [
          id,
          all.map((claims) => ({
            credential_format: 'dc+sd-jwt',
            vct: IDENTITY,
            claims,
            cryptographic_holder_binding: true,
          })),
        ]),
      ) as never,
      { dcqlQuery: DcqlQuery.parse(query as never) },
    ).can_be_satisfied;
  const taken = (query: object, answer: Record<string, object[]>) =>
    codeOf(
      (async () =>
        checkAnswer(
          parseQuery(query),
          new Map(Object.entries(answer).map(([id, all]) => [id, all.map(presented)])),
        ))(),
    );

  test('positions in arrays: it takes any element for the one asked for', async () => {
    const query = { credentials: [sdJwt('a', { claims: [{ path: ['nationalities', 1], values: ['GB'] }] })] };
    expect(libraryTakes(query, { a: [{ nationalities: ['GB'] }] })).toBe(true);
    expect(await taken(query, { a: [{ nationalities: ['GB'] }] })).toBe('presentation-refused');
    expect(await taken(query, { a: [{ nationalities: ['FR', 'GB'] }] })).toBeUndefined();
  });

  test('sets that ask for nothing: an empty option is met by no credential', async () => {
    const query = { credentials: [sdJwt('a')], credential_sets: [{ options: [[]] }] };
    expect(libraryTakes(query, { a: [{ given_name: 'Ada' }] })).toBe(true);
    expect(await taken(query, { a: [{ given_name: 'Ada' }] })).toBe('request-invalid');
  });

  test('what it does not know of meta: predicates are dropped when it parses', () => {
    const query = {
      credentials: [
        { id: 'a', format: 'ldp_vc', meta: { ...FORMATS.ldp_vc, predicates: [{ path: '/a', atLeast: 1 }] } },
      ],
    };
    expect(JSON.stringify(DcqlQuery.parse(query as never))).not.toContain('predicates');
    expect(JSON.stringify(parseQuery(query))).toContain('predicates');
  });

  test('authorities that it cannot see: those that cannot be checked here are refused by name', async () => {
    for (const [type, values] of [
      ['etsi_tl', ['https://lotl.example']],
      ['openid_federation', ['https://trust.example']],
      ['own', ['x']],
    ])
      expect(
        await codeOf(
          (async () =>
            parseQuery({ credentials: [sdJwt('a', { trusted_authorities: [{ type, values }] })] }))(),
        ),
      ).toBe('request-invalid');
  });
});

describe('@digitalbazaar/vc (vc issue 126, its documentation) leaves to its caller', () => {
  const library = (presentation: object, { challenge, domain }: { challenge: string; domain?: string }) =>
    vc
      .verify({
        presentation: structuredClone(presentation),
        suite: new DataIntegrityProof({ cryptosuite: eddsa }),
        challenge,
        ...(domain === undefined ? {} : { domain }),
        documentLoader,
      })
      .then(({ verified }) => verified);
  const signed = async (
    { clientId, nonce }: PresentationRequest,
    { by = ldpHolder, holder = by.did, proof = {} }: { by?: Party; holder?: string; proof?: object } = {},
  ) =>
    sign(
      {
        '@context': ['https://www.w3.org/ns/credentials/v2'],
        type: ['VerifiablePresentation'],
        holder,
        verifiableCredential: [await issueLdp(ldpIssuer, ldpHolder.did)],
      },
      by,
      {
        date: new Date().toISOString(),
        proof: { proofPurpose: 'authentication', challenge: nonce, domain: clientId, ...proof },
      },
    );

  test('whose credential is presented: anybody who signs may show it', async () => {
    const { request } = await ask('ldp_vc');
    const stolen = await signed(request, { by: await party() });
    expect(await library(stolen, { challenge: request.nonce, domain: request.clientId })).toBe(true);
    expect(await refusal(request, stolen)).toBe('holder-mismatch');
    expect(await refusal(request, await signed(request))).toBeUndefined();
  });

  test('for whom it is made: without a domain given, any will do; and of several ours is not enough', async () => {
    const { request } = await ask('ldp_vc');
    const elsewhere = await signed(request, { proof: { domain: 'https://other.example' } });
    expect(await library(elsewhere, { challenge: request.nonce })).toBe(true);
    expect(await refusal(request, elsewhere)).toBe('domain-mismatch');
    const several = await signed(request, { proof: { domain: [request.clientId, 'https://other.example'] } });
    expect(await refusal(request, several)).toBe('domain-mismatch');
  });

  test('that the holder named is the one who signed', async () => {
    const { request } = await ask('ldp_vc');
    const named = await signed(request, { by: await party(), holder: ldpHolder.did });
    expect(await refusal(request, named)).toMatch(/holder-mismatch|proof-invalid|controller/);
  });

  test('that a presentation is one: two credentials, or an envelope around another presentation', async () => {
    const { request } = await ask('ldp_vc');
    const present = presentLdp(await issueLdp(ldpIssuer, ldpHolder.did), ldpHolder);
    const right = (await present(request.clientId, request.nonce, {})) as Record<string, unknown>;
    const nested = { ...right, verifiableCredential: [right] };
    expect(
      await codeOf(
        verifier.post(request, { vp_token: JSON.stringify({ a: [nested] }), state: request.state }),
      ),
    ).toBe('presentation-refused');
  });
});

describe('formats leave to the protocol', () => {
  test('that a credential of one format is not taken for another', async () => {
    const [sdJwt, jwt] = [await ask('dc+sd-jwt'), await ask('jwt_vc_json')];
    const token = await issueJwtVc(verifier.issuer, verifier.holder.did);
    expect(await refusal(sdJwt.request, bound(`${token}~`, sdJwt.request))).toBe('type-refused');
    const credential = sdJwtOf({
      vc: { type: ['VerifiableCredential', 'IdentityCredential'], credentialSubject: {} },
    });
    const shown = presentJwtVc(credential.split('~')[0]!, verifier.holder);
    expect(await refusal(jwt.request, await shown(jwt.request.clientId, jwt.request.nonce, {}))).toBe(
      'type-refused',
    );
    // A key binding is no presentation, though the holder signed it.
    const whole = bound(sdJwtOf(), jwt.request);
    expect(await refusal(jwt.request, whole.slice(whole.lastIndexOf('~') + 1))).toBe('type-refused');
  });

  test('that each of several credentials proves its own holder: keys may differ, and do not stand in', async () => {
    const query = ['a', 'b'].map((id) => ({ id, format: 'dc+sd-jwt', meta: FORMATS['dc+sd-jwt'] }));
    const asked = () => verifier.ask({ response_mode: 'direct_post', dcql_query: { credentials: query } });
    const answer = async (request: PresentationRequest, keyOfB: TestKey, bindB = keyOfB) => {
      const shown = async (cnf: TestKey, by: TestKey) =>
        presentSdJwt(await issueSdJwt(verifier.issuer, cnf), by, {})(request.clientId, request.nonce, {});
      const token = { a: [await shown(verifier.holder, verifier.holder)], b: [await shown(keyOfB, bindB)] };
      return causeOf(verifier.post(request, { vp_token: JSON.stringify(token), state: request.state }));
    };
    const { request } = await asked();
    expect(await answer(request, other, verifier.holder)).toBe('signature-invalid');
    expect(await answer(request, other)).toBeUndefined();
  });

  test('that one key binding serves one credential', async () => {
    const { request } = await ask('dc+sd-jwt', { multiple: true });
    const first = bound(sdJwtOf(), request);
    const binding = first.slice(first.lastIndexOf('~') + 1);
    expect(await refusal(request, first, sdJwtOf() + binding)).toBe('holder-mismatch');
    expect(await refusal(request, first, bound(sdJwtOf(), request))).toBeUndefined();
  });
});
