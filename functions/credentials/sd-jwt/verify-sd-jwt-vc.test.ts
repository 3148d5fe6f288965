import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { keyOfDid, resolveLocalDid, type SignerResolver, TokenError } from '../jose/index.ts';
import { issueToken, newKey, sdJwtLibrary, signToken, type TestKey } from '../testing/tokens.ts';
import { verifySdJwtVc } from './verify-sd-jwt-vc.ts';

const VCT = 'https://credentials.example/identity';
const NOW = Date.UTC(2026, 10, 20, 12);
const seconds = NOW / 1000;
const issuer = newKey();
const holder = newKey();
const other = newKey();
const binding = { audience: 'decentralized_identifier:did:example:verifier', nonce: 'n'.repeat(43) };

const signers: SignerResolver = async ({ issuer: iss = '', header }) => ({
  issuer: iss,
  key: await keyOfDid(iss, header.kid, 'assertionMethod', resolveLocalDid),
});
const code = async (presentation: unknown, options: object = {}): Promise<string | undefined> => {
  try {
    await verifySdJwtVc(presentation, { signers, binding, bindingRequired: true, now: NOW, ...options });
    return undefined;
  } catch (error) {
    return error instanceof TokenError ? error.code : String(error);
  }
};

const credential = (payload: object = {}, header: object = {}, key: TestKey = issuer): string =>
  issueToken(
    key,
    { typ: 'dc+sd-jwt', kid: '#0', ...header },
    {
      iss: issuer.did,
      vct: VCT,
      iat: seconds - 60,
      exp: seconds + 3600,
      cnf: { jwk: holder.publicJwk },
      ...payload,
    },
    { given_name: 'Ada', birthdate: '1815-12-10' },
  );

/** A presentation of all disclosures, with a key binding that may differ from the right one. */
const present = (
  sdJwt: string,
  payload: object = {},
  { header = {}, key = holder }: { header?: object; key?: TestKey } = {},
): string =>
  sdJwt +
  signToken(
    key,
    { typ: 'kb+jwt', ...header },
    {
      iat: seconds,
      aud: binding.audience,
      nonce: binding.nonce,
      sd_hash: createHash('sha256').update(sdJwt).digest('base64url'),
      ...payload,
    },
  );

describe('an SD-JWT VC', () => {
  test('verifies with its key binding, and says who holds it', async () => {
    const {
      issuer: by,
      vct,
      claims,
      holder: held,
    } = await verifySdJwtVc(present(credential()), {
      signers,
      binding,
      bindingRequired: true,
      now: NOW,
    });
    expect([by, vct, claims.given_name, claims.birthdate]).toEqual([issuer.did, VCT, 'Ada', '1815-12-10']);
    expect(held).toMatch(/^[\w-]{43}$/);
    expect(claims).not.toHaveProperty('_sd');
  });

  test('made and shown by the OpenWallet library verifies alike', async () => {
    const library = sdJwtLibrary(issuer, holder);
    const made = await library.issue(
      { iss: issuer.did, vct: VCT, cnf: { jwk: holder.publicJwk }, given_name: 'Ada', age: 36 } as never,
      { _sd: ['given_name', 'age'] } as never,
      { header: { kid: '#0' } },
    );
    const shown = await library.present(made, { given_name: true } as never, {
      kb: { payload: { iat: seconds, aud: binding.audience, nonce: binding.nonce } },
    });
    const { claims } = await verifySdJwtVc(shown, { signers, binding, bindingRequired: true, now: NOW });
    expect(claims).toEqual(await library.getClaims(shown));
    expect(claims).not.toHaveProperty('age');
  });

  // Modules of the OpenID Foundation's verifier test plan, by their names there.
  test('oid4vp-1final-verifier-minimal-cnf-jwk', async () => {
    const { kty, crv, x, y } = holder.publicJwk;
    expect(await code(present(credential({ cnf: { jwk: { kty, crv, x, y } } })))).toBeUndefined();
  });
  test('oid4vp-1final-verifier-invalid-credential-signature', async () => {
    expect(await code(present(credential({}, {}, other)))).toBe('signature-invalid');
    const [jwt, ...rest] = credential().split('~') as [string, ...string[]];
    const flipped = jwt.replace(/.{5}$/, (end) =>
      end.startsWith('A') ? `B${end.slice(1)}` : `A${end.slice(1)}`,
    );
    expect(await code(present([flipped, ...rest].join('~')))).toMatch(/signature-invalid|token-malformed/);
  });
  test('oid4vp-1final-verifier-invalid-kb-jwt-signature', async () => {
    expect(await code(present(credential(), {}, { key: other }))).toBe('signature-invalid');
  });
  test('oid4vp-1final-verifier-invalid-kb-jwt-nonce', async () => {
    expect(await code(present(credential(), { nonce: 'other' }))).toBe('nonce-mismatch');
    expect(await code(present(credential(), { nonce: undefined }))).toBe('nonce-mismatch');
  });
  test('oid4vp-1final-verifier-invalid-kb-jwt-aud', async () => {
    for (const aud of ['https://other.example', undefined, [binding.audience], 'did:example:verifier'])
      expect(await code(present(credential(), { aud }))).toBe('audience-mismatch');
  });
  test('oid4vp-1final-verifier-invalid-sd-hash', async () => {
    expect(await code(present(credential(), { sd_hash: 'x'.repeat(43) }))).toBe('holder-mismatch');
    expect(await code(present(credential(), { sd_hash: undefined }))).toBe('holder-mismatch');
    // A binding over fewer disclosures than are shown.
    const whole = credential();
    const fewer = `${whole.split('~').slice(0, 2).join('~')}~`;
    expect(await code(whole + present(fewer).slice(fewer.length))).toBe('holder-mismatch');
    // The library of the format's authors takes `_sd_hash` as well: an older draft's name.
    const sd_hash = createHash('sha256').update(whole).digest('base64url');
    expect(await code(present(whole, { sd_hash: undefined, _sd_hash: sd_hash }))).toBe('holder-mismatch');
  });
  test('oid4vp-1final-verifier-kb-jwt-iat-in-past', async () => {
    expect(await code(present(credential(), { iat: seconds - 299 }))).toBeUndefined();
    expect(await code(present(credential(), { iat: seconds - 301 }))).toBe('key-binding-stale');
    expect(await code(present(credential(), { iat: 0 }))).toBe('key-binding-stale');
    expect(await code(present(credential(), { iat: undefined }))).toBe('token-malformed');
  });
  test('oid4vp-1final-verifier-kb-jwt-iat-in-future', async () => {
    expect(await code(present(credential(), { iat: seconds + 59 }))).toBeUndefined();
    expect(await code(present(credential(), { iat: seconds + 61 }))).toBe('key-binding-stale');
  });

  test('is refused without a key binding, unless none is asked for', async () => {
    const bare = credential();
    expect(await code(bare)).toBe('key-binding-missing');
    expect(await code(bare, { bindingRequired: false })).toBeUndefined();
    // One that is there is verified all the same.
    expect(await code(present(bare, { nonce: 'other' }), { bindingRequired: false })).toBe('nonce-mismatch');
  });

  test.each([
    ['no key', undefined, 'key-binding-missing'],
    ['a key by reference', { kid: 'did:example:holder#1' }, 'key-binding-missing'],
    ['a key set by URL', { jku: 'https://evil.example/jwks' }, 'key-binding-missing'],
    ['a private key', { jwk: { ...holder.publicJwk, d: 'AAAA' } }, 'algorithm-refused'],
    ['a symmetric key', { jwk: { kty: 'oct', k: 'AAAA' } }, 'algorithm-refused'],
  ])('is refused when its cnf has %s', async (_, cnf, expected) => {
    expect(await code(present(credential({ cnf })))).toBe(expected);
  });

  test.each(['JWT', 'vc+sd-jwt', 'kb+jwt', 'example+sd-jwt', undefined])(
    'is refused as type %s',
    async (typ) => {
      expect(await code(present(credential({}, { typ })))).toBe('type-refused');
    },
  );
  test('its key binding is refused as another type', async () => {
    expect(await code(present(credential(), {}, { header: { typ: 'JWT' } }))).toBe('type-refused');
    // The credential's own JWT is no key binding, though its holder be its issuer.
    const own = credential({ cnf: { jwk: issuer.publicJwk } });
    expect(await code(own + own.split('~')[0])).toBe('type-refused');
  });

  test('is refused outside its period, and within a minute of it is not', async () => {
    expect(await code(present(credential({ exp: seconds - 59 })))).toBeUndefined();
    expect(await code(present(credential({ exp: seconds - 60 })))).toBe('expired');
    expect(await code(present(credential({ nbf: seconds + 60 })))).toBeUndefined();
    expect(await code(present(credential({ nbf: seconds + 61 })))).toBe('not-yet-valid');
    expect(await code(present(credential({ iat: seconds + 61 })))).toBe('not-yet-valid');
    for (const exp of ['2030-01-01', null, -1])
      expect(await code(present(credential({ exp })))).toBe('token-malformed');
  });

  test.each(['iss', 'nbf', 'exp', 'cnf', 'vct', 'status'])('is refused when it hides %s', async (name) => {
    const text = Buffer.from(JSON.stringify(['salt', name, 1])).toString('base64url');
    const digest = createHash('sha256').update(text).digest('base64url');
    const sdJwt = `${signToken(
      issuer,
      { typ: 'dc+sd-jwt', kid: '#0' },
      { iss: issuer.did, vct: VCT, cnf: { jwk: holder.publicJwk }, [name]: undefined, _sd: [digest] },
    )}~${text}~`;
    expect(await code(present(sdJwt))).toMatch(/disclosure-refused|token-malformed|key-unknown/);
  });

  test('is refused when it hides a part of its status or of its key, shown or withheld', async () => {
    const list = { idx: 1, uri: 'https://issuer.example/list' };
    expect(await code(present(credential({ status: { status_list: list } })))).toBeUndefined();
    const text = Buffer.from(JSON.stringify(['salt', 'status_list', list])).toString('base64url');
    const digest = createHash('sha256').update(text).digest('base64url');
    const withheld = credential({ status: { _sd: [digest] } });
    expect(await code(present(withheld))).toBe('disclosure-refused');
    expect(await code(present(`${withheld}${text}~`))).toBe('disclosure-refused');
    const key = Buffer.from(JSON.stringify(['salt', 'jwk', other.publicJwk])).toString('base64url');
    const _sd = [createHash('sha256').update(key).digest('base64url')];
    expect(await code(present(`${credential({ cnf: { jwk: holder.publicJwk, _sd } })}${key}~`))).toBe(
      'disclosure-refused',
    );
  });

  test.each([
    ['no type', { vct: undefined }, 'token-malformed'],
    ['a type that is no text', { vct: [VCT] }, 'token-malformed'],
    ['an issuer that is no text', { iss: { id: issuer.did } }, 'token-malformed'],
    ['another issuer than signed it', { iss: other.did }, 'signature-invalid'],
    ['an issuer that is not known', { iss: 'did:example:1' }, 'key-unknown'],
  ])('is refused with %s', async (_, payload, expected) => {
    expect(await code(present(credential(payload)))).toBe(expected);
  });

  test('is refused when its header brings the key', async () => {
    const forged = credential({}, { kid: undefined, jwk: other.publicJwk }, other);
    expect(await code(present(forged))).toBe('signature-invalid');
  });

  test('is refused when it is no SD-JWT', async () => {
    const whole = present(credential());
    expect(await code(whole)).toBeUndefined();
    for (const text of [
      whole.split('~')[0],
      '',
      '~',
      '~~',
      whole.replaceAll('~', '.'),
      7,
      null,
      { a: 1 },
      [whole],
    ])
      expect(await code(text)).toMatch(/^(token-malformed|key-binding-missing)$/);
    expect(await code(`${whole.split('~')[0]}~${'x'.repeat(131_072)}~`)).toBe('token-too-large');
  });
});

describe('transaction data (OpenID4VP 1.0 §B.3.3.1)', () => {
  const encoded = Buffer.from('{"type":"payment"}').toString('base64url');
  const hash = createHash('sha256').update(encoded).digest('base64url');
  const asked = { binding: { ...binding, transactionData: [{ encoded, hashes: ['sha-256'] }] } };

  test('must be hashed in the key binding: all of it, and nothing else', async () => {
    const shown = (payload: object) => code(present(credential(), payload), asked);
    expect(await shown({ transaction_data_hashes: [hash] })).toBeUndefined();
    expect(
      await shown({ transaction_data_hashes: [hash], transaction_data_hashes_alg: 'sha-256' }),
    ).toBeUndefined();
    for (const transaction_data_hashes of [undefined, [], [hash, hash], ['x'], hash])
      expect(await shown({ transaction_data_hashes })).toBe('holder-mismatch');
    expect(await shown({ transaction_data_hashes: [hash], transaction_data_hashes_alg: 'sha-512' })).toBe(
      'holder-mismatch',
    );
  });
});
