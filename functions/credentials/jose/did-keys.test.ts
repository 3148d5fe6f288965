import { generateKeyPairSync } from 'node:crypto';
import { p256, p384 } from '@noble/curves/nist.js';
import { describe, expect, test } from 'vitest';
import { encodeBase58 } from '../did/multibase.ts';
import { newKey } from '../testing/tokens.ts';
import { type DidResolver, keyOfDid, resolveLocalDid } from './did-keys.ts';
import { TokenError } from './jose-error.ts';

const code = async (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error) => (error instanceof TokenError ? error.code : String(error)),
  );
const didKey = (prefix: number[], bytes: Uint8Array) =>
  `did:key:z${encodeBase58(Uint8Array.from([...prefix, ...bytes]))}`;

describe('keys of DIDs that hold them', () => {
  test('come out of did:jwk, named or not', async () => {
    const { did, publicJwk } = newKey();
    for (const kid of ['#0', `${did}#0`, undefined]) {
      const key = await keyOfDid(did, kid, 'assertionMethod', resolveLocalDid);
      expect(key.export({ format: 'jwk' })).toEqual(publicJwk);
    }
    for (const kid of ['#1', '0', `${newKey().did}#0`, ''])
      expect(await code(keyOfDid(did, kid, 'assertionMethod', resolveLocalDid))).toBe('key-unknown');
  });

  test.each([
    ['P-256', p256, [0x80, 0x24]],
    ['P-384', p384, [0x81, 0x24]],
  ] as const)('come out of did:key on %s, uncompressed', async (_, curve, prefix) => {
    const secret = curve.utils.randomSecretKey();
    const point = curve.getPublicKey(secret, false);
    const key = await keyOfDid(
      didKey([...prefix], curve.getPublicKey(secret, true)),
      undefined,
      'authentication',
      resolveLocalDid,
    );
    const { x, y } = key.export({ format: 'jwk' });
    const half = (point.length - 1) / 2;
    expect([x, y]).toEqual(
      [point.subarray(1, 1 + half), point.subarray(1 + half)].map((part) =>
        Buffer.from(part).toString('base64url'),
      ),
    );
  });

  test('come out of did:key on Ed25519', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const { x } = publicKey.export({ format: 'jwk' });
    const did = didKey([0xed, 0x01], Buffer.from(x!, 'base64url'));
    expect((await keyOfDid(did, undefined, 'assertionMethod', resolveLocalDid)).equals(publicKey)).toBe(true);
  });

  test('are refused off their curve, and for signatures that they do not make', async () => {
    const off = didKey([0x80, 0x24], Uint8Array.from([2, ...new Uint8Array(32).fill(0xff)]));
    expect(await code(keyOfDid(off, undefined, 'assertionMethod', resolveLocalDid))).toBe(
      'algorithm-refused',
    );
    const bls = didKey([0xeb, 0x01], new Uint8Array(96).fill(1));
    expect(await code(keyOfDid(bls, undefined, 'assertionMethod', resolveLocalDid))).toBe(
      'algorithm-refused',
    );
    for (const did of ['did:example:1', 'did:web:issuer.example', 'did:key:zJunk', 'did:jwk:e30', 'junk'])
      expect(await code(keyOfDid(did, undefined, 'assertionMethod', resolveLocalDid))).toBe('key-unknown');
  });
});

describe('keys in a document', () => {
  const did = 'did:web:issuer.example';
  const [issuing, signing] = [newKey().publicJwk, newKey().publicJwk];
  const method = (id: string, publicKeyJwk: unknown, more: object = {}) => ({
    id,
    type: 'JsonWebKey',
    controller: did,
    publicKeyJwk,
    ...more,
  });
  const document = {
    id: did,
    verificationMethod: [
      method(`${did}#issue`, issuing),
      method('#sign', signing),
      method(`${did}#foreign`, signing, { controller: 'did:web:other.example' }),
    ],
    assertionMethod: [`${did}#issue`, `${did}#foreign`, method(`${did}#embedded`, signing)],
    authentication: ['#sign'],
  };
  const resolve: DidResolver = async () => document;

  test('count for the purpose that they are listed for, and no other', async () => {
    expect(await code(keyOfDid(did, '#issue', 'assertionMethod', resolve))).toBeUndefined();
    expect(await code(keyOfDid(did, `${did}#embedded`, 'assertionMethod', resolve))).toBeUndefined();
    expect(await code(keyOfDid(did, '#sign', 'authentication', resolve))).toBeUndefined();
    expect(await code(keyOfDid(did, '#issue', 'authentication', resolve))).toBe('key-unknown');
    expect(await code(keyOfDid(did, '#sign', 'assertionMethod', resolve))).toBe('key-unknown');
  });

  test('must be named where there are several, and be controlled by the DID itself', async () => {
    expect(await code(keyOfDid(did, undefined, 'assertionMethod', resolve))).toBe('key-unknown');
    expect(await code(keyOfDid(did, '#foreign', 'assertionMethod', resolve))).toBe('key-unknown');
  });

  test("are refused in another's document", async () => {
    expect(await code(keyOfDid('did:web:other.example', '#issue', 'assertionMethod', resolve))).toBe(
      'key-unknown',
    );
  });
});
