import { describe, expect, test } from 'vitest';
import { keyOfDid, resolveLocalDid, type SignerResolver, TokenError } from '../jose/index.ts';
import { newKey, signToken, type TestKey } from '../testing/tokens.ts';
import { verifyJwtVc } from './verify-jwt-vc.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const seconds = NOW / 1000;
const issuer = newKey();
const holder = newKey('P-256');
const other = newKey();
const binding = { audience: 'x509_san_dns:verifier.example', nonce: 'n'.repeat(43) };
const signers: SignerResolver = async ({ issuer: iss = '', header }) => ({
  issuer: iss,
  key: await keyOfDid(iss, header.kid, 'assertionMethod', resolveLocalDid),
});

const credential = (payload: object = {}, vc: object = {}, key: TestKey = issuer): string =>
  signToken(
    key,
    { typ: 'JWT', kid: `${issuer.did}#0` },
    {
      iss: issuer.did,
      sub: holder.did,
      nbf: seconds - 60,
      exp: seconds + 3600,
      vc: {
        '@context': ['https://www.w3.org/2018/credentials/v1'],
        type: ['VerifiableCredential', 'IdentityCredential'],
        credentialSubject: { given_name: 'Ada' },
        ...vc,
      },
      ...payload,
    },
  );
const present = (
  credentials: unknown,
  payload: object = {},
  { key = holder, vp = {}, header = {} }: { key?: TestKey; vp?: object; header?: object } = {},
): string =>
  signToken(
    key,
    { typ: 'JWT', kid: `${holder.did}#0`, ...header },
    {
      iss: holder.did,
      aud: binding.audience,
      nonce: binding.nonce,
      iat: seconds,
      vp: { type: ['VerifiablePresentation'], verifiableCredential: credentials, ...vp },
      ...payload,
    },
  );
const verify = (presentation: unknown, options: object = {}) =>
  verifyJwtVc(presentation, {
    signers,
    resolve: resolveLocalDid,
    binding,
    bindingRequired: true,
    now: NOW,
    ...options,
  });
const code = async (presentation: unknown, options: object = {}): Promise<string | undefined> => {
  try {
    await verify(presentation, options);
    return undefined;
  } catch (error) {
    return error instanceof TokenError ? error.code : String(error);
  }
};

describe('a credential in a JWT', () => {
  test('verifies in a presentation by its subject, JWT claims folded in', async () => {
    const verified = await verify(present([credential({ jti: 'urn:uuid:1' })]));
    expect(verified).toMatchObject({
      issuer: issuer.did,
      types: ['VerifiableCredential', 'IdentityCredential'],
      holder: holder.did,
      credential: {
        id: 'urn:uuid:1',
        issuer: issuer.did,
        credentialSubject: { id: holder.did, given_name: 'Ada' },
      },
    });
  });

  test('verifies in a presentation by the key in its cnf', async () => {
    const bound = credential({ cnf: { jwk: other.publicJwk }, sub: undefined });
    expect(await code(present([bound], {}, { key: other, header: { kid: undefined } }))).toBeUndefined();
    expect(await code(present([bound]))).toBe('signature-invalid');
  });

  test('is accepted bare only where no holder binding is asked for', async () => {
    expect(await code(credential(), { bindingRequired: false })).toBeUndefined();
    expect(await code(credential())).toBe('type-refused');
    expect(await code(present([credential()]), { bindingRequired: false })).toBe('token-malformed');
  });

  test.each([
    ['another audience', { aud: 'x509_san_dns:other.example' }, 'audience-mismatch'],
    ['several audiences', { aud: [binding.audience] }, 'audience-mismatch'],
    ['another nonce', { nonce: 'other' }, 'nonce-mismatch'],
    ['no nonce', { nonce: undefined }, 'nonce-mismatch'],
    ['an age over five minutes', { iat: seconds - 301 }, 'key-binding-stale'],
    ['a date in the future', { iat: seconds + 61 }, 'not-yet-valid'],
    ['an end that has passed', { exp: seconds - 61 }, 'expired'],
    ['another holder than the subject', { iss: other.did }, 'holder-mismatch'],
  ])('is refused in a presentation with %s', async (_, payload, expected) => {
    expect(await code(present([credential()], payload))).toBe(expected);
  });

  test("is refused in another's presentation", async () => {
    const stolen = present(
      [credential()],
      { iss: other.did },
      { key: other, header: { kid: `${other.did}#0` } },
    );
    expect(await code(stolen)).toBe('holder-mismatch');
    expect(await code(present([credential()], {}, { key: other }))).toBe('signature-invalid');
    expect(await code(present([credential()], {}, { vp: { holder: other.did } }))).toBe('holder-mismatch');
  });

  test('is refused beside another credential, or when there is none', async () => {
    for (const credentials of [[credential(), credential()], [], undefined, [{ a: 1 }], 'junk'])
      expect(await code(present(credentials))).toBe('token-malformed');
    expect(await code(present([credential()], {}, { vp: { type: ['Other'] } }))).toBe('type-refused');
  });

  test.each([
    ['an issuer in the data model that is not the one that signed', {}, { issuer: other.did }],
    ['another subject in the data model', {}, { credentialSubject: { id: other.did } }],
    ['another id in the data model', { jti: 'urn:uuid:1' }, { id: 'urn:uuid:2' }],
    ['several subjects', {}, { credentialSubject: [{ id: holder.did }] }],
    ['no type', {}, { type: ['IdentityCredential'] }],
    ['a date that cannot be read', {}, { expirationDate: 'soon' }],
    ['no data model', { vc: undefined }, {}],
  ])('is refused with %s', async (_, payload, vc) => {
    expect(await code(present([credential(payload, vc)]))).toBe('token-malformed');
  });

  test('is refused outside its period, wherever that is stated', async () => {
    expect(await code(present([credential({ exp: seconds - 61 })]))).toBe('expired');
    expect(await code(present([credential({}, { expirationDate: '2026-11-20T11:58:00Z' })]))).toBe('expired');
    expect(await code(present([credential({}, { validUntil: '2026-11-20T11:58:00Z' })]))).toBe('expired');
    // A later end under the newer name does not extend the earlier one.
    const two = { expirationDate: '2026-11-20T11:58:00Z', validUntil: '2030-01-01T00:00:00Z' };
    expect(await code(present([credential({}, two)]))).toBe('expired');
    expect(await code(present([credential({}, { issuanceDate: '2026-11-20T12:02:00Z' })]))).toBe(
      'not-yet-valid',
    );
  });

  test('is refused when another signed it', async () => {
    expect(await code(present([credential({}, {}, other)]))).toBe('signature-invalid');
  });
});
