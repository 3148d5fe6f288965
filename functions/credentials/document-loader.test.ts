import { describe, expect, it } from 'vitest';
import { CREDENTIALS_V2, contextDigest, pinContexts, STANDARD_CONTEXTS } from './contexts/index.ts';
import { createDocumentLoader } from './document-loader.ts';

const did = 'did:web:issuer.example';
const method = { id: `${did}#1`, type: 'Multikey', controller: did };
const load = createDocumentLoader({
  contexts: pinContexts(),
  controllers: new Map([[did, { id: did, verificationMethod: [method] }]]),
});

describe('documents without a network', () => {
  it('are the pinned contexts', async () => {
    for (const { url, digest } of STANDARD_CONTEXTS) {
      expect(contextDigest((await load(url)).document)).toBe(digest);
    }
  });

  it('are pinned controllers and their embedded keys', async () => {
    expect((await load(did)).document).toMatchObject({ id: did });
    expect((await load(`${did}#1`)).document).toMatchObject(method);
    await expect(load(`${did}#2`)).rejects.toMatchObject({ code: 'document-unknown' });
  });

  it.each([
    'https://example.com/context',
    `${CREDENTIALS_V2}#x`,
    CREDENTIALS_V2.toUpperCase(),
    'http://www.w3.org/ns/credentials/v2',
    'file:///etc/passwd',
    '',
  ])('are nothing else: %j', async (url) => {
    await expect(load(url)).rejects.toMatchObject({ code: 'document-unknown' });
  });

  it('are not other DIDs', async () => {
    await expect(load('did:web:other.example')).rejects.toMatchObject({ code: 'did-unsupported' });
  });
});
