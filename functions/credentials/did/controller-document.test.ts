import { describe, expect, test } from 'vitest';
import { newKey } from '../testing/tokens.ts';
import { controllerDocument } from './controller-document.ts';
import { multikeyOf } from './did-key.ts';

const did = 'did:web:issuer.example';
const key = newKey();
const publicKeyMultibase = multikeyOf(key.publicJwk);
const method = { id: `${did}#1`, type: 'Multikey', controller: did, publicKeyMultibase };
const issuing = (more: object) =>
  controllerDocument(did, { id: did, verificationMethod: [method], assertionMethod: [method.id], ...more });

describe('the document of a DID', () => {
  test.each<[string, object]>([
    ['without a context', {}],
    ['with a context that is not known here', { '@context': ['https://elsewhere.example/v1'] }],
    ['with a context that would bend its terms', { '@context': { assertionMethod: 'urn:x' } }],
    ['with a relative id', { verificationMethod: [{ ...method, id: '#1' }], assertionMethod: ['#1'] }],
    ['with its method embedded', { verificationMethod: [], assertionMethod: [method] }],
    [
      'with a JWK',
      {
        verificationMethod: [
          { ...method, type: 'JsonWebKey', publicKeyMultibase: undefined, publicKeyJwk: key.publicJwk },
        ],
      },
    ],
    [
      'beside a key of another kind',
      { verificationMethod: [{ ...method, id: `${did}#2`, type: 'RsaKey' }, method] },
    ],
  ])('is read %s', (_, more) => {
    expect(issuing(more)).toMatchObject({
      id: did,
      verificationMethod: [{ id: `${did}#1`, type: 'Multikey', controller: did, publicKeyMultibase }],
      assertionMethod: [`${did}#1`],
      authentication: [],
    });
  });

  test.each<[string, object]>([
    [
      'a key that another controls',
      { verificationMethod: [{ ...method, controller: 'did:web:other.example' }] },
    ],
    ['a key that nobody is said to control', { verificationMethod: [{ ...method, controller: undefined }] }],
    [
      'a key named as another DID’s',
      {
        verificationMethod: [{ ...method, id: 'did:web:other.example#1' }],
        assertionMethod: ['did:web:other.example#1'],
      },
    ],
    ['a key that is not listed for the purpose', { assertionMethod: [] }],
    [
      'two keys of one name',
      { verificationMethod: [method, { ...method, publicKeyMultibase: multikeyOf(newKey().publicJwk) }] },
    ],
    ['a key in two forms', { verificationMethod: [{ ...method, publicKeyJwk: newKey().publicJwk }] }],
    [
      'a private key',
      {
        verificationMethod: [
          {
            ...method,
            type: 'JsonWebKey',
            publicKeyMultibase: undefined,
            publicKeyJwk: key.privateKey.export({ format: 'jwk' }),
          },
        ],
      },
    ],
    ['a key of another kind', { verificationMethod: [{ ...method, type: 'RsaKey' }] }],
    ['no methods', { verificationMethod: undefined }],
  ])('issues nothing by %s', (_, more) => {
    expect(issuing(more)?.assertionMethod).toEqual([]);
  });

  test('keeps a JWK of a curve that only one suite knows', () => {
    const publicKeyJwk = { kty: 'EC', crv: 'BabyJubJub', x: 'AA', y: 'AA' };
    const own = { id: `${did}#zk`, type: 'JsonWebKey', controller: did, publicKeyJwk };
    expect(issuing({ verificationMethod: [own], assertionMethod: [own.id] })).toMatchObject({
      verificationMethod: [own],
      assertionMethod: [own.id],
    });
  });

  test('is not that of another DID, and no document is none', () => {
    for (const document of [undefined, null, 'x', [], {}, { id: 'did:web:other.example' }])
      expect(controllerDocument(did, document)).toBeUndefined();
  });
});
