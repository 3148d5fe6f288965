import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTables, type TestTables } from '../../../test/tables.ts';
import fixture from '../fixtures/certificates.json' with { type: 'json' };
import { resolveLocalDid } from '../jose/index.ts';
import { newKey } from '../testing/tokens.ts';
import {
  type IssuerRegistry,
  isIssuer,
  issuerSigners,
  trustedIssuerSchema,
  trustedIssuerStore,
} from './index.ts';

const key = newKey();
const other = newKey();
const URL_ISSUER = 'https://issuer.example/tenant/1';

describe('who may be named an issuer', () => {
  test.each([key.did, 'did:web:issuer.example%3A8443:x', URL_ISSUER, 'https://issuer.example'])(
    '%s',
    (name) => {
      expect(isIssuer(name)).toBe(true);
    },
  );
  test.each([
    '',
    'issuer.example',
    'http://issuer.example',
    'https://issuer.example/?q',
    'https://a@issuer.example/',
    'did:',
    'did:web:a b',
    `did:key:${'z'.repeat(1_100)}`,
  ])('not %j', (name) => {
    expect(isIssuer(name)).toBe(false);
  });
});

describe('the key of an issuer', () => {
  const registryOf =
    (keys: object[]): IssuerRegistry =>
    async (issuer) =>
      issuer === URL_ISSUER ? { issuer, types: ['t'], jwks: { keys: keys as never } } : undefined;
  const find = (issuer: string | undefined, header: object, keys: object[] = [key.publicJwk]) =>
    issuerSigners(
      registryOf(keys),
      resolveLocalDid,
    )({ issuer, header: header as never }).then(
      (signer) => signer.key.export({ format: 'jwk' }).x,
      (error) => error.code,
    );

  test('is the one of its DID, or the one that was pinned for its URL', async () => {
    expect(await find(key.did, { kid: '#0' })).toBe(key.publicJwk.x);
    expect(await find(URL_ISSUER, {})).toBe(key.publicJwk.x);
  });

  test('is named where there are several', async () => {
    const keys = [
      { ...key.publicJwk, kid: 'a' },
      { ...other.publicJwk, kid: 'b' },
    ];
    expect(await find(URL_ISSUER, { kid: 'b' }, keys)).toBe(other.publicJwk.x);
    expect(await find(URL_ISSUER, {}, keys)).toBe('key-unknown');
    expect(await find(URL_ISSUER, { kid: 'c' }, keys)).toBe('key-unknown');
  });

  test('is that of a certificate whose chain leads to an authority that was pinned for it', async () => {
    const { ca, direct, other: stranger } = fixture.certificates;
    const pinned =
      (...anchors: string[]): IssuerRegistry =>
      async (issuer) => ({ issuer, types: ['t'], certificates: anchors });
    const find = (registry: IssuerRegistry, x5c: string[]) =>
      issuerSigners(
        registry,
        resolveLocalDid,
      )({ issuer: URL_ISSUER, header: { x5c } }).then(
        ({ authorityKeyIds }) => authorityKeyIds?.length,
        (error) => error.code,
      );
    expect(await find(pinned(ca), [direct])).toBe(1);
    expect(await find(pinned(stranger), [direct])).toBe('key-unknown');
  });

  test('is never the one that the credential brings along', async () => {
    expect(await find('https://elsewhere.example', { jwk: other.publicJwk })).toBe('key-unknown');
    expect(await find(undefined, { jwk: other.publicJwk, x5c: ['MIIB'] })).toBe('key-unknown');
    expect(await find(URL_ISSUER, { jwk: other.publicJwk })).toBe(key.publicJwk.x);
  });
});

describe('an entry of the registry', () => {
  test.each([
    ['no types', { types: [] }],
    ['a private key', { types: ['t'], jwks: { keys: [key.privateKey.export({ format: 'jwk' })] } }],
    ['an unknown member', { types: ['t'], trusted: true }],
    [
      'too many documents',
      { types: ['t'], documents: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`u${i}`, {}])) },
    ],
    [
      'a status list of an unknown purpose',
      { types: ['t'], statusLists: [{ list: 'https://x.example', purpose: 'message' }] },
    ],
  ])('is refused with %s', (_, entry) => {
    expect(trustedIssuerSchema.safeParse(entry).success).toBe(false);
    expect(trustedIssuerSchema.safeParse({ types: ['t'] }).success).toBe(true);
  });
});

describe('the registry on DynamoDB', () => {
  let tables: TestTables;
  beforeAll(async () => {
    tables = await startTables();
  });
  afterAll(() => tables.close());

  test('belongs to its tenant', async () => {
    const store = trustedIssuerStore(tables.client, tables.issuers);
    const record = { issuer: key.did, types: ['t'] };
    await store.put('shop', record);
    expect(await store.get('shop', key.did)).toEqual(record);
    expect(await store.get('bank', key.did)).toBeUndefined();
    expect(await store.get('shop', other.did)).toBeUndefined();
    expect([await store.remove('bank', key.did), await store.remove('shop', key.did)]).toEqual([false, true]);
    expect(await store.get('shop', key.did)).toBeUndefined();
  });

  test('says so when it does not answer', async () => {
    const store = trustedIssuerStore(tables.client, 'no-such-table');
    await expect(store.get('shop', key.did)).rejects.toMatchObject({
      code: 'store-unavailable',
      status: 503,
    });
  });
});
