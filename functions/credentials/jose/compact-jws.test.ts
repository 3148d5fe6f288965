import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fuzzRuns } from '../testing/fuzz.ts';
import { parseJws, publicKeyOf, verifyJws } from './compact-jws.ts';
import { TokenError } from './jose-error.ts';

const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

const KEYS = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  EdDSA: generateKeyPairSync('ed25519'),
};

const signed = (header: Record<string, unknown>, payload: unknown, key: KeyObject, digest: string | null) => {
  const input = `${part(header)}.${part(payload)}`;
  const options = digest === null ? key : { key, dsaEncoding: 'ieee-p1363' as const };
  return `${input}.${sign(digest, Buffer.from(input), options).toString('base64url')}`;
};
const es256 = (header: Record<string, unknown> = {}, payload: unknown = { a: 1 }) =>
  signed({ alg: 'ES256', ...header }, payload, KEYS.ES256.privateKey, 'sha256');
const code = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof TokenError ? error.code : String(error);
  }
};

describe('a compact JWS', () => {
  test.each([
    ['ES256', 'sha256'],
    ['ES384', 'sha384'],
    ['EdDSA', null],
  ] as const)('verifies under %s', (alg, digest) => {
    const jws = parseJws(signed({ alg }, { a: 1 }, KEYS[alg].privateKey, digest));
    expect(code(() => verifyJws(jws, KEYS[alg].publicKey))).toBeUndefined();
    const others = Object.entries(KEYS).filter(([name]) => name !== alg);
    // A key of another kind is refused for its kind, not tried.
    for (const [, other] of others)
      expect(code(() => verifyJws(jws, other.publicKey))).toBe('algorithm-refused');
  });

  test('does not verify under another key of the same kind, or when a byte differs', () => {
    const token = es256();
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(code(() => verifyJws(parseJws(token), other.publicKey))).toBe('signature-invalid');
    const [head, , signature] = token.split('.');
    const changed = parseJws(`${head}.${part({ a: 2 })}.${signature}`);
    expect(code(() => verifyJws(changed, KEYS.ES256.publicKey))).toBe('signature-invalid');
  });

  test('has its signature as two numbers, not in DER, and of full length', () => {
    const input = `${part({ alg: 'ES256' })}.${part({ a: 1 })}`;
    const der = sign('sha256', Buffer.from(input), KEYS.ES256.privateKey).toString('base64url');
    const raw = sign('sha256', Buffer.from(input), { key: KEYS.ES256.privateKey, dsaEncoding: 'ieee-p1363' });
    for (const signature of [der, '', raw.subarray(0, 63).toString('base64url')])
      expect(code(() => verifyJws(parseJws(`${input}.${signature}`), KEYS.ES256.publicKey))).toBe(
        'signature-invalid',
      );
    expect(
      code(() => verifyJws(parseJws(`${input}.${raw.toString('base64url')}`), KEYS.ES256.publicKey)),
    ).toBeUndefined();
  });

  test.each(['none', 'None', 'HS256', 'RS256', 'ES512', 'ES256K', 'constructor', '__proto__', 7])(
    'is refused under alg %s',
    (alg) => {
      expect(code(() => parseJws(`${part(JSON.stringify({ alg }))}.${part({})}.`))).toBe('algorithm-refused');
    },
  );

  test('is refused when it demands extensions', () => {
    expect(code(() => parseJws(es256({ crit: ['exp'], exp: 1 })))).toBe('token-malformed');
    expect(code(() => parseJws(es256({ b64: false })))).toBe('token-malformed');
    expect(code(() => parseJws(es256({ jku: 'https://evil.example', jwk: {}, x: 1 })))).toBeUndefined();
  });

  test('has one text: no padding, no stray bits, no other alphabet, three parts', () => {
    const token = es256();
    const [head, body, signature] = token.split('.') as [string, string, string];
    expect(code(() => parseJws(token))).toBeUndefined();
    for (const other of [
      `${token}.`,
      `${head}.${body}`,
      `${head}=.${body}.${signature}`,
      `${head}.${body}.${signature}=`,
      ` ${token}`,
      `${head}.${body}.${signature.replace(/.$/, (last) => String.fromCharCode(last.charCodeAt(0) + 1))}`,
      `${Buffer.from('{"alg":"ES256"}').toString('base64')}.${body}.${signature}+/`,
    ])
      expect(code(() => parseJws(other))).toBe('token-malformed');
  });

  test.each([
    ['an array as payload', es256({}, [1])],
    ['text as payload', es256({}, '"text"')],
    [
      'a payload that is not UTF-8',
      `${part({ alg: 'ES256' })}.${Buffer.from([0x22, 0xff, 0x22]).toString('base64url')}.`,
    ],
    ['a member named __proto__', es256({}, '{"__proto__":{"admin":true}}')],
  ])('is refused with %s', (_, token) => {
    expect(code(() => parseJws(token))).toBe('token-malformed');
  });

  test('is bounded in length and depth', () => {
    const nested = (depth: number): unknown => (depth === 0 ? {} : { a: nested(depth - 1) });
    expect(code(() => parseJws(es256({}, nested(15))))).toBeUndefined();
    expect(code(() => parseJws(es256({}, nested(16))))).toBe('token-too-large');
    expect(code(() => parseJws(es256({}, { a: 'x'.repeat(40_000) })))).toBeUndefined();
    expect(code(() => parseJws(es256({}, { a: 'x'.repeat(60_000) })))).toBe('token-too-large');
  });

  test('whatever is sent is read or refused with a code', () => {
    const texts = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.tuple(fc.json(), fc.json(), fc.string()).map(([a, b, c]) => `${part(a)}.${part(b)}.${part(c)}`),
      fc.anything(),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(code(() => parseJws(text)) ?? 'token-ok').toMatch(/^(token|algorithm)-/);
      }),
      fuzzRuns(100),
    );
  });
});

describe('a public JWK', () => {
  const jwk = KEYS.ES256.publicKey.export({ format: 'jwk' });

  test('may be minimal, and may say more', () => {
    expect(publicKeyOf(jwk).asymmetricKeyType).toBe('ec');
    expect(publicKeyOf({ ...jwk, kid: '1', use: 'sig', x5c: ['junk'] }).asymmetricKeyType).toBe('ec');
  });

  test.each([
    ['a private key', KEYS.ES256.privateKey.export({ format: 'jwk' })],
    ['a symmetric key', { kty: 'oct', k: 'AAAA' }],
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })],
    ['a point off the curve', { ...jwk, y: jwk.x }],
    ['an unknown curve', { ...jwk, crv: 'P-521' }],
    ['nothing', undefined],
    ['text', 'jwk'],
  ])('is refused when it is %s', (_, key) => {
    expect(code(() => publicKeyOf(key))).toBe('algorithm-refused');
  });
});
