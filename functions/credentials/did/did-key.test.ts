import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, w3c } from '../bbs/testing.ts';
import { party } from '../data-integrity/testing.ts';
import { resolveDid } from './did-key.ts';
import { decodeBase58, decodeMultibase, encodeBase58 } from './multibase.ts';

const code = (code: string) => expect.objectContaining({ name: 'CredentialError', code });
const didJwk = (jwk: object) => `did:jwk:${Buffer.from(JSON.stringify(jwk)).toString('base64url')}`;

describe('did:key', () => {
  it.each(['Ed25519', 'P-256', 'P-384'] as const)('resolves %s', async (curve) => {
    const { did, key } = await party(curve);
    const { publicKeyMultibase } = await key.export({ publicKey: true });
    expect(resolveDid(did)).toMatchObject({
      id: did,
      verificationMethod: [{ id: key.id, type: 'Multikey', controller: did, publicKeyMultibase }],
      assertionMethod: [key.id],
      authentication: [key.id],
    });
  });

  it('resolves BLS12-381 in G2: the key of the W3C vectors', () => {
    const did = (w3c.base.proof.verificationMethod as string).split('#')[0]!;
    const { publicKeyMultibase } = resolveDid(did).verificationMethod[0]!;
    expect(decodeMultibase(publicKeyMultibase).subarray(2)).toEqual(bytes(w3c.publicKeyHex));
  });

  it('refuses other kinds of keys, other lengths, and texts that are not canonical', async () => {
    const { did } = await party();
    const multikey = decodeMultibase(did.slice('did:key:'.length));
    const secp256k1 = Uint8Array.of(0xe7, 0x01, ...new Uint8Array(33).fill(2));
    for (const key of [
      secp256k1,
      multikey.subarray(0, 33),
      Uint8Array.of(...multikey, 0),
      new Uint8Array(),
    ]) {
      expect(() => resolveDid(`did:key:z${encodeBase58(key)}`)).toThrow(code('did-unsupported'));
    }
    expect(() => resolveDid(`did:key:u${Buffer.from(multikey).toString('base64url')}`)).toThrow(
      code('did-malformed'),
    );
    expect(() => resolveDid(`${did}0`)).toThrow(code('encoding-malformed'));
    expect(() => resolveDid('did:web:example.com')).toThrow(code('did-unsupported'));
  });
});

describe('did:jwk', () => {
  it.each([
    ['ed25519', () => generateKeyPairSync('ed25519')],
    ['P-256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['P-384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ])('resolves %s to the same Multikey that did:key has', (_, generate) => {
    const { publicKey, privateKey } = generate();
    const did = didJwk(publicKey.export({ format: 'jwk' }));
    const { id, verificationMethod } = resolveDid(did);
    expect(id).toBe(did);
    const { publicKeyMultibase } = verificationMethod[0]!;
    expect(verificationMethod[0]!.id).toBe(`${did}#0`);
    expect(resolveDid(`did:key:${publicKeyMultibase}`).verificationMethod[0]).toMatchObject({
      publicKeyMultibase,
    });
    expect(() => resolveDid(didJwk(privateKey.export({ format: 'jwk' })))).toThrow(code('did-malformed'));
  });

  it('refuses other keys, points off the curve, and what is no JWK', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = publicKey.export({ format: 'jwk' });
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
    expect(() => resolveDid(didJwk(rsa))).toThrow(code('did-unsupported'));
    const y = Buffer.from(jwk.y!, 'base64url').map((byte, i) => (i === 0 ? byte ^ 1 : byte));
    expect(() => resolveDid(didJwk({ ...jwk, y: Buffer.from(y).toString('base64url') }))).toThrow(
      code('did-malformed'),
    );
    for (const text of [
      '',
      '!',
      Buffer.from('null').toString('base64url'),
      Buffer.from('{').toString('base64url'),
    ]) {
      expect(() => resolveDid(`did:jwk:${text}`)).toThrow(code('did-malformed'));
    }
  });
});

describe('multibase', () => {
  it('comes back as it went in, zeros included', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (value) => {
        expect(new Uint8Array(decodeBase58(encodeBase58(value)))).toEqual(value);
      }),
    );
  });

  it('gives the vectors of draft-msporny-base58', () => {
    expect(encodeBase58(Buffer.from('Hello World!'))).toBe('2NEpo7TZRRrLZSi2U');
    expect(encodeBase58(Buffer.from('0000287fb4cd', 'hex'))).toBe('11233QC4');
    expect(Buffer.from(decodeBase58('11233QC4')).toString('hex')).toBe('0000287fb4cd');
  });

  it('refuses letters outside the alphabet, other bases and texts that are too long', () => {
    for (const text of [
      'z0',
      'zO',
      'zI',
      'zl',
      'z ',
      'f00',
      'm00',
      '',
      `z${'2'.repeat(257)}`,
      'uA',
      'uAB=',
      5,
      null,
    ]) {
      expect(() => decodeMultibase(text)).toThrow(code('encoding-malformed'));
    }
  });
});
