import { beforeAll, describe, expect, it } from 'vitest';
import { CREDENTIALS_V2 } from '../contexts/index.ts';
import { replaced } from '../groth16/testing/replaced.ts';
import type { Json } from './shape.ts';
import { NOW, type Party, party, sign, UNDEFINED_TERMS, unsigned } from './testing.ts';
import { createVerifier } from './verify-credential.ts';
import { verifyPresentation } from './verify-presentation.ts';

const verifier = createVerifier({ now: () => NOW });
const request = { challenge: 'c-1', domain: 'https://shop.example' };
const proof = { proofPurpose: 'authentication', ...request };

let issuer: Party;
let holder: Party;
let thief: Party;
let credential: Json;
let good: Json;

const present = (by: Party, members: Json = {}, options: Json = {}) =>
  sign(
    {
      '@context': [CREDENTIALS_V2, UNDEFINED_TERMS],
      type: ['VerifiablePresentation'],
      holder: by.did,
      verifiableCredential: [credential],
      ...members,
    },
    by,
    { proof: { ...proof, ...options } },
  );

beforeAll(async () => {
  [issuer, holder, thief] = await Promise.all([party(), party(), party()]);
  credential = await sign(unsigned(issuer.did, holder.did), issuer);
  good = await present(holder);
});

const failures = async (presentation: unknown, asked = request) => {
  const { verified, checks, credentials } = await verifyPresentation(verifier, presentation, asked);
  const failed = [
    ...Object.entries(checks),
    ...credentials.flatMap(({ checks }, i) =>
      Object.entries(checks).map(([n, c]) => [`${i}.${n}`, c] as const),
    ),
  ].flatMap(([name, check]) => (check.ok ? [] : [[name, check.error.code] as const]));
  expect(verified).toBe(failed.length === 0);
  return Object.fromEntries(failed);
};

describe('verifyPresentation', () => {
  it("takes a holder's presentation of its own credential", async () => {
    expect(await failures(good)).toEqual({});
    expect(await verifyPresentation(verifier, good, request)).toMatchObject({
      verified: true,
      holder: holder.did,
      credentials: [{ verified: true, issuer: issuer.did, subjects: [holder.did] }],
    });
  });

  it.each<[string, object, object]>([
    ['another challenge', { challenge: 'c-2' }, { proof: 'challenge-mismatch' }],
    ['another domain', { domain: 'https://other.example' }, { proof: 'domain-mismatch' }],
  ])('refuses %s than it was made for', async (_, asked, expected) => {
    expect(await failures(good, { ...request, ...asked })).toMatchObject(expected);
  });

  it.each<[string, Json, string]>([
    ['no domain', { domain: undefined }, 'domain-mismatch'],
    ['several domains', { domain: ['https://shop.example', 'https://other.example'] }, 'domain-mismatch'],
    ['no challenge', { challenge: undefined }, 'challenge-mismatch'],
    ['a proof made for assertion', { proofPurpose: 'assertionMethod' }, 'proof-purpose-wrong'],
  ])('refuses a presentation with %s', async (_, options, code) => {
    expect(await failures(await present(holder, {}, options))).toMatchObject({ proof: code });
  });

  it('refuses a presentation changed after it was signed', async () => {
    expect(await failures(replaced(good, 'proof.created', '2026-01-05T00:00:00Z'))).toMatchObject({
      proof: 'proof-invalid',
    });
    expect(await failures(replaced(good, 'note', 'x'))).toMatchObject({ proof: 'proof-invalid' });
    const other = await sign(unsigned(issuer.did, holder.did), issuer, { date: '2026-01-06T00:00:00Z' });
    expect(await failures({ ...good, verifiableCredential: [other] })).toMatchObject({
      proof: 'proof-invalid',
    });
  });

  it('refuses an unsigned presentation', async () => {
    expect(await failures(replaced(good, 'proof', undefined))).toMatchObject({ proof: 'proof-missing' });
  });
});

describe('holder', () => {
  it("refuses somebody else's credential", async () => {
    expect(await failures(await present(thief))).toEqual({ holder: 'holder-mismatch' });
    expect(await failures(await present(thief, { holder: holder.did }))).toMatchObject({
      holder: 'holder-mismatch',
    });
  });

  it('takes the signer as holder when none is named', async () => {
    expect(await failures(await present(holder, { holder: undefined }))).toEqual({});
    expect(await failures(await present(thief, { holder: undefined }))).toEqual({
      holder: 'holder-mismatch',
    });
  });

  it('refuses a credential that names nobody, and one of several in a presentation', async () => {
    const bearer = await sign(unsigned(issuer.did), issuer);
    expect(await failures(await present(holder, { verifiableCredential: [bearer] }))).toEqual({
      holder: 'holder-unbound',
    });
    const foreign = await sign(unsigned(issuer.did, thief.did), issuer);
    expect(await failures(await present(holder, { verifiableCredential: [credential, foreign] }))).toEqual({
      holder: 'holder-mismatch',
    });
  });

  it('refuses a presentation signed by two holders', async () => {
    const second = await sign({ ...good, proof: undefined }, thief, { proof });
    const both = { ...good, proof: [good.proof, second.proof] };
    expect(await failures(both)).toMatchObject({ proof: 'holder-mismatch' });
  });
});

describe('credentials in it', () => {
  it('refuses one of two that does not verify, and says which', async () => {
    const broken = replaced(credential, 'credentialSubject.role', 'owner');
    const result = await failures(await present(holder, { verifiableCredential: [credential, broken] }));
    expect(result).toEqual({ '1.proof': 'proof-invalid' });
  });

  it('refuses none, too many, and what is not embedded', async () => {
    for (const verifiableCredential of [
      [],
      undefined,
      Array(9).fill(credential),
      ['https://issuer.example/1'],
    ]) {
      expect(await failures({ ...good, verifiableCredential })).toMatchObject({
        proof: 'document-malformed',
      });
    }
  });

  it('refuses a context of its own that was not reviewed', async () => {
    const bent = replaced(credential, '@context', (c: unknown[]) => [...c, { role: 'urn:x:owner' }]);
    expect(await failures({ ...good, verifiableCredential: [bent] })).toMatchObject({
      proof: 'context-refused',
    });
    expect(
      await failures(replaced(good, '@context', [CREDENTIALS_V2, { '@vocab': 'urn:x:' }])),
    ).toMatchObject({
      proof: 'context-refused',
    });
  });
});
