import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { createDiscloseCryptosuite, createSignCryptosuite } from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import { beforeAll, describe, expect, it } from 'vitest';
import { CREDENTIALS_V1, contextDigest } from '../contexts/index.ts';
import { replaced } from '../groth16/testing/replaced.ts';
import type { Json } from './shape.ts';
import { documentLoader, NOW, type Party, party, sign, unsigned } from './testing.ts';
import { createVerifier, type Verifier, verifyCredential } from './verify-credential.ts';

const verifier = createVerifier({ now: () => NOW });
let issuer: Party;
let stranger: Party;
let credential: Json;
beforeAll(async () => {
  [issuer, stranger] = await Promise.all([party(), party()]);
  credential = await sign(unsigned(issuer.did, 'did:example:ada'), issuer);
});

/** The codes of the checks that failed. */
const failures = async (document: unknown, by: Verifier = verifier) => {
  const { verified, checks } = await verifyCredential(by, document);
  const failed = Object.fromEntries(
    Object.entries(checks).flatMap(([name, check]) => (check.ok ? [] : [[name, check.error.code]])),
  );
  expect(verified).toBe(Object.keys(failed).length === 0);
  return failed;
};
const malformedAll = (code: string) => ({ proof: code, validity: code, status: code });
const signed = (change: (document: Json) => Json, options = {}) =>
  sign(change(unsigned(issuer.did)), issuer, options);

describe('suites', () => {
  it('takes eddsa-rdfc-2022, and tells what the credential says', async () => {
    expect(await failures(credential)).toEqual({});
    expect(await verifyCredential(verifier, credential)).toMatchObject({
      verified: true,
      issuer: issuer.did,
      types: ['VerifiableCredential'],
      subjects: ['did:example:ada'],
      subjectsNamed: true,
    });
  });

  it.each(['P-256', 'P-384'] as const)('takes ecdsa-rdfc-2019 with %s', async (curve) => {
    const by = await party(curve);
    const good = await sign(unsigned(by.did), by, { cryptosuite: 'ecdsa-rdfc-2019' });
    expect(await failures(good)).toEqual({});
    expect(await failures(replaced(good, 'credentialSubject.role', 'owner'))).toEqual({
      proof: 'proof-invalid',
    });
  });

  it('takes a derived ecdsa-sd-2023 proof and refuses its base proof', async () => {
    const by = await party('P-256');
    const base = await sign(unsigned(by.did), by, {
      suite: createSignCryptosuite({ mandatoryPointers: ['/issuer', '/validFrom', '/validUntil'] }),
    });
    const derived = await vc.derive({
      verifiableCredential: base,
      suite: new DataIntegrityProof({
        cryptosuite: createDiscloseCryptosuite({ selectivePointers: ['/credentialSubject/role'] }),
      }),
      documentLoader,
    });
    expect(await failures(derived)).toEqual({});
    expect(await failures(replaced(derived, 'credentialSubject.role', 'owner'))).toEqual({
      proof: 'proof-invalid',
    });
    expect(await failures(base)).toEqual({ proof: 'base-proof' });
  });

  it.each([
    ['cryptosuite', 'eddsa-jcs-2022'],
    ['cryptosuite', 'toString'],
    ['type', 'Ed25519Signature2020'],
    ['previousProof', 'urn:uuid:1'],
  ])('refuses a proof with %s %s', async (member, value) => {
    expect(await failures(replaced(credential, `proof.${member}`, value))).toEqual({
      proof: 'proof-unsupported',
    });
  });
});

describe('proof sets', () => {
  it('takes two proofs that both hold, and refuses two of which one does not', async () => {
    const again = await sign({ ...credential, proof: undefined }, issuer, { date: '2026-01-03T00:00:00Z' });
    const both = [credential.proof, again.proof];
    expect(await failures({ ...credential, proof: both })).toEqual({});
    const broken = replaced(again.proof as Json, 'created', '2026-01-04T00:00:00Z');
    expect(await failures({ ...credential, proof: [credential.proof, broken] })).toEqual({
      proof: 'proof-invalid',
    });
    const unknown = replaced(again.proof as Json, 'cryptosuite', 'other-2030');
    expect(await failures({ ...credential, proof: [credential.proof, unknown] })).toEqual({
      proof: 'proof-unsupported',
    });
  });

  it('refuses none, and more than the limit', async () => {
    expect(await failures({ ...credential, proof: [] })).toEqual({ proof: 'proof-missing' });
    expect(await failures(replaced(credential, 'proof', undefined))).toEqual({ proof: 'proof-missing' });
    expect(await failures({ ...credential, proof: Array(5).fill(credential.proof) })).toEqual({
      proof: 'document-malformed',
    });
  });

  it('refuses a second proof beside one that must stand alone', async () => {
    const suites = { 'alone-2026': { create: () => ({}), alone: true } };
    const by = createVerifier({ now: () => NOW, suites });
    const alone = replaced(credential.proof as Json, 'cryptosuite', 'alone-2026');
    expect(await failures({ ...credential, proof: [credential.proof, alone] }, by)).toEqual({
      proof: 'proof-unsupported',
    });
  });
});

describe('issuer and purpose', () => {
  it("refuses a credential signed by a key that is not the issuer's", async () => {
    expect(await failures(await sign(unsigned(issuer.did), stranger))).toEqual({ proof: 'proof-invalid' });
    expect(await failures(await sign(unsigned(stranger.did), stranger))).toEqual({});
  });

  it('refuses a proof made for authentication', async () => {
    const proof = { proofPurpose: 'authentication' };
    expect(await failures(await signed((d) => d, { proof }))).toEqual({ proof: 'proof-purpose-wrong' });
  });

  it('takes an issuer whose document is pinned, for the relationships that it names', async () => {
    const did = 'did:web:issuer.example';
    const id = `${did}#key-1`;
    const { publicKeyMultibase } = await issuer.key.export({ publicKey: true });
    const method = { id, type: 'Multikey', controller: did, publicKeyMultibase };
    const document = {
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
      id: did,
      verificationMethod: [method],
      assertionMethod: [id],
    };
    const key = Object.assign(Object.create(issuer.key), { id, controller: did });
    key.signer = () => ({ ...issuer.key.signer(), id });
    const good = await sign(unsigned(did), { did, key });
    const knowing = (controller: object) =>
      createVerifier({ now: () => NOW, controllers: new Map([[did, controller]]) });
    expect(await failures(good, knowing(document))).toEqual({});
    expect(await failures(good, knowing({ ...document, assertionMethod: [] }))).toEqual({
      proof: 'proof-invalid',
    });
    expect(await failures(good, knowing({ ...document, verificationMethod: [] }))).toMatchObject({
      proof: expect.any(String),
    });
    expect(
      await failures(good, knowing({ ...document, verificationMethod: [method, method] })),
    ).toMatchObject({
      proof: expect.any(String),
    });
    expect(await failures(good)).toMatchObject({ proof: expect.any(String) });
  });
});

describe('periods', () => {
  const at = (time: string) => createVerifier({ now: () => Date.parse(time) });
  it.each<[string, object]>([
    ['2025-12-31T23:55:00Z', {}],
    ['2025-12-31T23:54:59Z', { validity: 'not-yet-valid', proof: 'proof-expired' }],
    ['2027-01-01T00:05:00Z', {}],
    ['2027-01-01T00:05:01Z', { validity: 'expired' }],
  ])('at %s, with five minutes of skew', async (time, expected) => {
    const early = await signed((d) => d, { date: '2026-01-01T00:00:00Z' });
    expect(await failures(early, at(time))).toEqual(expected);
  });

  it.each(['2026-01-01', 'yesterday', 5, '2026-13-01T00:00:00Z', ''])(
    'refuses validFrom %j',
    async (validFrom) => {
      const good = await signed((d) => d);
      const result = await failures({ ...good, validFrom });
      expect(result).toMatchObject({ validity: 'document-malformed' });
    },
  );

  it('refuses a proof that has expired or is of tomorrow', async () => {
    const proof = { expires: '2026-05-31T23:54:59Z' };
    expect(await failures(await signed((d) => d, { proof }))).toEqual({ proof: 'proof-expired' });
    const fresh = { expires: '2026-06-01T00:00:00Z' };
    expect(await failures(await signed((d) => d, { proof: fresh }))).toEqual({});
    expect(await failures(await signed((d) => d, { date: '2026-06-02T00:00:00Z' }))).toEqual({
      proof: 'proof-expired',
    });
  });

  it('requires an issuance date of data model 1.1', async () => {
    const first = (d: Json) => {
      const { validFrom: _, validUntil: __, ...rest } = d;
      return {
        ...rest,
        '@context': [CREDENTIALS_V1, 'https://w3id.org/security/data-integrity/v2'],
        credentialSubject: { id: 'did:example:ada' },
      };
    };
    const dated = (d: Json) => ({ ...first(d), issuanceDate: '2026-01-01T00:00:00Z' });
    expect(await failures(await signed(first))).toEqual({ validity: 'document-malformed' });
    expect(await failures(await signed(dated))).toEqual({});
    // Its context defines the later names too, and a signed end is an end under either name.
    for (const name of ['validUntil', 'expirationDate']) {
      const until = (date: string) => signed((d) => ({ ...dated(d), [name]: date }));
      expect(await failures(await until('2026-05-31T23:54:59Z'))).toEqual({ validity: 'expired' });
      expect(await failures(await until('2026-06-01T00:00:00Z'))).toEqual({});
    }
    const early = await signed((d) => ({ ...dated(d), validFrom: '2026-06-01T00:05:01Z' }));
    expect(await failures(early)).toEqual({ validity: 'not-yet-valid' });
  });
});

describe('status', () => {
  const credentialStatus = {
    id: 'https://issuer.example/status/3#94567',
    type: 'BitstringStatusListEntry',
    statusPurpose: 'revocation',
    statusListIndex: '94567',
    statusListCredential: 'https://issuer.example/status/3',
  };
  it('refuses a status that nobody looks up, and asks who can', async () => {
    const good = await signed((d) => ({ ...d, credentialStatus }));
    const asking = (answer: boolean) => createVerifier({ now: () => NOW, checkStatus: async () => answer });
    expect(await failures(good)).toEqual({ status: 'status-unknown' });
    expect(await failures(good, asking(false))).toEqual({ status: 'revoked' });
    expect(await failures(good, asking(true))).toEqual({});
  });
});

describe('contexts', () => {
  it('refuses a context inline, in the array or inside the document', async () => {
    const inline = await sign(
      {
        ...unsigned(issuer.did),
        '@context': [...(unsigned(issuer.did)['@context'] as string[]).slice(0, 1), { '@vocab': 'urn:x:' }],
      },
      issuer,
    );
    expect(await failures(inline)).toEqual(malformedAll('context-refused'));
    const inside = replaced(credential, 'credentialSubject.@context', 'https://www.w3.org/ns/credentials/v2');
    expect(await failures(inside)).toEqual(malformedAll('context-refused'));
  });

  it.each([
    ['a context that is not pinned', (c: string[]) => [...c, 'https://evil.example/context']],
    ['a context twice', (c: string[]) => [...c, c[1]]],
    ['a context first that is no credentials context', (c: string[]) => c.toReversed()],
    ['one context that is no array', (c: string[]) => c[0]],
    ['none', () => []],
  ])('refuses %s', async (_, change) => {
    expect(await failures(replaced(credential, '@context', change))).toEqual(malformedAll('context-refused'));
  });

  it.each(['@graph', '@included', '@reverse', '@nest', '@id', '@type'])(
    'refuses the keyword %s',
    async (keyword) => {
      expect(await failures({ ...credential, [keyword]: [] })).toEqual(malformedAll('context-refused'));
      const inside = replaced(credential, `credentialSubject.${keyword}`, []);
      expect(await failures(inside)).toEqual(malformedAll('context-refused'));
    },
  );

  it('takes a context that the deployment pinned, by its digest', async () => {
    const url = 'https://club.example/v1';
    const document = { '@context': { member: 'https://club.example/terms#member' } };
    const pinned = { url, document, digest: contextDigest(document) };
    const by = createVerifier({ now: () => NOW, contexts: [pinned] });
    // The signature holds under a context that it was made without, as long as no term in use changes its
    // meaning: which is why only reviewed contexts are taken.
    expect(await failures(replaced(credential, '@context', (c: string[]) => [...c, url]))).toEqual(
      malformedAll('context-refused'),
    );
    expect(
      await failures(
        replaced(credential, '@context', (c: string[]) => [...c, url]),
        by,
      ),
    ).toEqual({});
    expect(() =>
      createVerifier({ now: () => NOW, contexts: [{ ...pinned, digest: '0'.repeat(64) }] }),
    ).toThrow(expect.objectContaining({ code: 'context-digest-mismatch' }));
    expect(() => createVerifier({ now: () => NOW, contexts: [{ ...pinned, url: CREDENTIALS_V1 }] })).toThrow(
      expect.objectContaining({ code: 'context-redefined' }),
    );
  });
});

describe('shape and limits', () => {
  it.each<[string, unknown, string]>([
    ['type', ['Other'], 'document-malformed'],
    ['issuer', ['did:example:a', 'did:example:b'], 'document-malformed'],
    ['issuer', { name: 'nobody' }, 'document-malformed'],
    ['credentialSubject', {}, 'document-malformed'],
    ['credentialSubject', [], 'document-malformed'],
    ['credentialSubject', 'did:example:ada', 'document-malformed'],
    ['name', Number.NaN, 'document-malformed'],
    ['name', new Date(0), 'document-malformed'],
    ['name', 'x'.repeat(131_072), 'document-too-large'],
    ['name', Array(2048).fill(1), 'document-too-large'],
    ['name', JSON.parse('['.repeat(16) + ']'.repeat(16)), 'document-too-large'],
  ])('refuses %s %#', async (member, value, code) => {
    expect(await failures({ ...credential, [member]: value })).toEqual(malformedAll(code));
  });

  it('refuses what is no document', async () => {
    for (const value of [null, undefined, 'x', [], 5]) {
      expect(await failures(value)).toEqual(malformedAll('document-malformed'));
    }
  });

  it('refuses a knot of blank nodes that would take long to canonize', async () => {
    // Nodes that all look the same make canonization try their orders; the public library gives up in time.
    const knot = {
      knows: Array.from({ length: 12 }, () => ({ knows: Array.from({ length: 12 }, () => ({ a: 'b' })) })),
    };
    expect(await failures(replaced(credential, 'credentialSubject.knot', knot))).toEqual({
      proof: 'proof-invalid',
    });
  });
});
