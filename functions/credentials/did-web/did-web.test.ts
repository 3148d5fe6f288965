import { describe, expect, test } from 'vitest';
import { keyOfDid } from '../jose/index.ts';
import type { GetDocument } from '../remote/index.ts';
import { newKey } from '../testing/tokens.ts';
import { didResolver, didWebUrl } from './index.ts';

const code = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

describe('where a did:web lies', () => {
  test.each([
    ['did:web:issuer.example', 'https://issuer.example/.well-known/did.json'],
    ['did:web:issuer.example%3A8443', 'https://issuer.example:8443/.well-known/did.json'],
    ['did:web:issuer.example:people:ada', 'https://issuer.example/people/ada/did.json'],
    ['did:web:127.0.0.1%3A4000', 'https://127.0.0.1:4000/.well-known/did.json'],
  ])('%s at %s', (did, url) => {
    expect(didWebUrl(did)).toBe(url);
  });

  test('on this machine over http, only where the deployment says so', () => {
    expect(didWebUrl('did:web:localhost%3A4000', true)).toBe('http://localhost:4000/.well-known/did.json');
    expect(didWebUrl('did:web:issuer.example', true)).toMatch(/^https:/);
  });

  test.each([
    'did:web:',
    'did:web:issuer.example%2Fpath',
    'did:web:user%40issuer.example',
    'did:web:issuer.example:..:x',
    'did:web:issuer.example:a/b',
    'did:web:issuer.example:a?b',
    'did:web:issuer.example#key',
    'did:web:issuer.example:',
    'did:web:issuer.example%3A99999999',
    `did:web:${'x'.repeat(600)}`,
  ])('and %s lies nowhere', (did) => {
    expect(code(() => didWebUrl(did))).toBe('remote-refused');
  });
});

describe('the document of a did:web', () => {
  const { publicJwk } = newKey();
  const did = 'did:web:issuer.example';
  const document = {
    id: did,
    verificationMethod: [{ id: `${did}#1`, type: 'JsonWebKey', controller: did, publicKeyJwk: publicJwk }],
    assertionMethod: [`${did}#1`],
  };
  const giving =
    (body: unknown): GetDocument =>
    async () => ({
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
      maxAge: undefined,
    });
  const keyFrom = (body: unknown) => keyOfDid(did, '#1', 'assertionMethod', didResolver(giving(body), false));

  test('gives the key, when it is about that DID', async () => {
    expect((await keyFrom(document)).export({ format: 'jwk' })).toEqual(publicJwk);
    for (const other of [{ ...document, id: 'did:web:other.example' }, [], 'junk', '', '[]'])
      await expect(keyFrom(other)).rejects.toMatchObject({ code: 'key-unknown' });
  });

  test('is not asked for where the DID holds its key', async () => {
    const refuse: GetDocument = async () => {
      throw new Error('no network');
    };
    const local = newKey();
    await expect(didResolver(refuse, false)(local.did)).resolves.toMatchObject({ id: local.did });
    await expect(didResolver(refuse, false)(did)).rejects.toThrow('no network');
    await expect(didResolver(refuse, false)('did:example:1')).resolves.toBeUndefined();
  });
});
