import { describe, expect, test } from 'vitest';
import { createVerifier } from '../credentials/index.ts';
import { withControllers, withDocuments } from './ldp-controllers.ts';

const verifier = createVerifier({ now: () => 0 });
const did = 'did:web:issuer.example';
const method = { id: `${did}#1`, type: 'Multikey', controller: did, publicKeyMultibase: 'z6Mk' };
const document = {
  id: did,
  verificationMethod: [method],
  assertionMethod: [method.id],
  service: [{ id: '#s' }],
};

describe('documents that an operator pinned for an issuer', () => {
  test("are read as a DID's where they are one, and stay as they are where they are not", async () => {
    const schema = { id: 'https://issuer.example/schema', claims: [{ name: 'age' }] };
    const { documentLoader } = withDocuments(verifier, { [did]: document, [schema.id]: schema });
    expect((await documentLoader(did)).document).toMatchObject({ id: did, assertionMethod: [method.id] });
    expect((await documentLoader(did)).document).not.toHaveProperty('service');
    expect((await documentLoader(method.id)).document).toMatchObject(method);
    expect((await documentLoader(schema.id)).document).toEqual(schema);
  });
});

describe("controllers of a document's proofs", () => {
  const proved = (...dids: string[]) => ({ proof: dids.map((one) => ({ verificationMethod: `${one}#1` })) });
  const asked: string[] = [];
  const resolve = async (one: string) => {
    asked.push(one);
    return { ...document, id: one };
  };

  test('are read beforehand, each once, and a pinned one not at all', async () => {
    asked.length = 0;
    const pinned = withDocuments(verifier, { [did]: document });
    await withControllers(pinned, [proved(did)], resolve);
    expect(asked).toEqual([]);
    const other = 'did:web:other.example';
    const { documentLoader } = await withControllers(pinned, [proved(other, other), proved(other)], resolve);
    expect(asked).toEqual([other]);
    expect((await documentLoader(other)).document).toMatchObject({ id: other });
    await expect(documentLoader('did:web:third.example')).rejects.toMatchObject({ code: 'did-unsupported' });
  });

  test('are at most four', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => `did:web:i${at}.example`);
    await withControllers(verifier, [proved(...many(4))], resolve);
    await expect(withControllers(verifier, [proved(...many(5))], resolve)).rejects.toMatchObject({
      code: 'token-too-large',
    });
  });
});
