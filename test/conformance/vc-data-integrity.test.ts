// Assertions on verifiers of Data Integrity proofs by the names of the W3C's suites:
// https://github.com/w3c/vc-di-eddsa-test-suite and vc-di-ecdsa-test-suite (tests/20-rdfc-verify.js), with the common
// ones of https://github.com/w3c-ccg/data-integrity-test-suite-assertion. The documents are made here.
import { cryptosuite as ecdsa } from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import { cryptosuite as eddsa } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sign } from '../../functions/credentials/data-integrity/testing.ts';
import { decodeMultibase, encodeBase58 } from '../../functions/credentials/did/multibase.ts';
import type { JsonObject } from '../../functions/credentials/jose/index.ts';
import { type Party, party } from '../../functions/presentations/testing/issuer.ts';
import { CREDENTIAL, type Endpoints, openEndpoints } from './w3c.ts';

let w3c: Endpoints;
beforeAll(async () => {
  w3c = await openEndpoints();
});
afterAll(() => w3c.close());

type Proof = Record<string, unknown>;
const SUITES = [
  ['eddsa-rdfc-2022', 'Ed25519'],
  ['ecdsa-rdfc-2019', 'P-256'],
  ['ecdsa-rdfc-2019', 'P-384'],
] as const;

describe.each(SUITES)('%s with %s', (cryptosuite, curve) => {
  let issuer: Party;
  let issued: JsonObject & { readonly proof: Proof };
  const issue = async (options: Parameters<typeof sign>[2] = {}, members: object = {}) =>
    (await sign({ ...CREDENTIAL, issuer: issuer.did, ...members }, issuer, {
      cryptosuite,
      ...options,
    })) as typeof issued;
  const verified = async (credential: unknown, options?: object) =>
    (await w3c.verify(credential, options)).verified;
  const withProof = (change: (proof: Proof) => unknown) => ({
    ...issued,
    proof: change(structuredClone(issued.proof)),
  });
  beforeAll(async () => {
    issuer = await party(curve);
    issued = await issue();
  });

  test('MUST verify a valid VC with a proof', async () => {
    expect(await verified(issued)).toBe(true);
  });

  test.each<[string, (proof: Proof) => unknown]>([
    ['If the "proof" field is invalid', () => null],
    ['the "proof" field is text', () => 'proof'],
    ['the "proof" field is an empty set', () => []],
    ['If the "proof.type" field is missing', ({ type: _, ...proof }) => proof],
    [
      'the "proof.type" field is not the string "DataIntegrityProof"',
      (proof) => ({ ...proof, type: 'Ed25519Signature2020' }),
    ],
    ['If the "proof.verificationMethod" field is missing', ({ verificationMethod: _, ...proof }) => proof],
    [
      'If the "proof.verificationMethod" field is invalid',
      (proof) => ({ ...proof, verificationMethod: 'did:key:invalidVm' }),
    ],
    ['If the "proof.proofPurpose" field is missing', ({ proofPurpose: _, ...proof }) => proof],
    [
      'If the "proof.proofPurpose" field is invalid',
      (proof) => ({ ...proof, proofPurpose: 'invalidPurpose' }),
    ],
    ['The proofValue property MUST be used', ({ proofValue: _, ...proof }) => proof],
    ['proofValue is null', (proof) => ({ ...proof, proofValue: null })],
    [
      'proofValue lacks its multibase header',
      (proof) => ({ ...proof, proofValue: String(proof.proofValue).slice(1) }),
    ],
    [
      'proofValue in another base',
      (proof) => ({
        ...proof,
        proofValue: `u${Buffer.from(decodeMultibase(proof.proofValue)).toString('base64url')}`,
      }),
    ],
    ['"created" is no dateTimeStamp', (proof) => ({ ...proof, created: 'invalid' })],
    ['the cryptosuite MUST be a string', (proof) => ({ ...proof, cryptosuite: 7 })],
    [
      'If the "cryptosuite" field is not the suite',
      (proof) => ({ ...proof, cryptosuite: 'UnknownCryptosuite' }),
    ],
    [
      'the cryptosuite is one of the other kind of key',
      (proof) => ({
        ...proof,
        cryptosuite: cryptosuite.startsWith('eddsa') ? 'ecdsa-rdfc-2019' : 'eddsa-rdfc-2022',
      }),
    ],
    ['one proof of a set is invalid', (proof) => [proof, { ...proof, proofPurpose: 'authentication' }]],
    [
      'one proof of a set is of an unknown suite',
      (proof) => [proof, { ...proof, cryptosuite: 'unknown-2024' }],
    ],
    ['a chain of proofs', (proof) => ({ ...proof, previousProof: 'urn:uuid:1' })],
  ])('refuses: %s', async (_, change) => {
    expect(await verified(withProof(change))).toBe(false);
  });

  test('refuses: If the "proof" field is missing', async () => {
    const { proof: _, ...bare } = issued;
    expect(await verified(bare)).toBe(false);
  });

  test('refuses: the decoded proofValue is not of the length of a signature', async () => {
    const longer = withProof((proof) => ({
      ...proof,
      proofValue: `z${encodeBase58(Buffer.concat([decodeMultibase(proof.proofValue), Buffer.alloc(32, 7)]))}`,
    }));
    expect(await verified(longer)).toBe(false);
  });

  test('If the "proof.proofPurpose" value does not match "options.expectedProofPurpose", an error MUST be raised', async () => {
    const expected = (expectedProofPurpose: string) => ({ checks: ['proof'], expectedProofPurpose });
    expect(await verified(issued, expected('assertionMethod'))).toBe(true);
    expect(await verified(issued, expected('authentication'))).toBe(false);
  });

  test('If options has a non-null domain or challenge item, it MUST be equal to that of the proof', async () => {
    const bound = await issue({ proof: { domain: 'domain.example', challenge: '1235abcd6789' } });
    const asked = { checks: ['proof'], domain: 'domain.example', challenge: '1235abcd6789' };
    expect(await verified(bound, asked)).toBe(true);
    expect(await verified(bound, { ...asked, domain: 'other.example' })).toBe(false);
    expect(await verified(bound, { ...asked, challenge: 'other' })).toBe(false);
    expect(await verified(issued, asked)).toBe(false);
  });

  test('data that JSON-LD drops is refused: undefined terms and types, added after issuance or signed', async () => {
    const subject = issued.credentialSubject as object;
    const added = { ...issued, credentialSubject: { ...subject, undefinedTerm: 'IfDroppedWillVerify' } };
    expect(await verified(added)).toBe(false);
    expect(await verified({ ...issued, type: ['VerifiableCredential', 'UndefinedType'] })).toBe(false);
    // Made by an issuer that lets the term drop.
    const lossy = { ...added, proof: issued.proof };
    expect(await verified(lossy)).toBe(false);
  });

  test('canonical form and digest are those of the suite alone', async () => {
    const suite = cryptosuite.startsWith('eddsa') ? eddsa : ecdsa;
    const jcs = await issue({
      suite: { ...suite, canonize: async (input: unknown) => JSON.stringify(input) },
    });
    expect(await verified(jcs)).toBe(false);
    const same = await issue({ suite: { ...suite } });
    expect(await verified(same)).toBe(true);
  });

  test('a key that its DID does not hold, and a DID in a form that is not canonical', async () => {
    const other = await party(curve);
    expect(
      await verified(
        withProof((proof) => ({ ...proof, verificationMethod: `${other.did}#${other.did.slice(8)}` })),
      ),
    ).toBe(false);
    expect(
      await verified(
        withProof((proof) => ({
          ...proof,
          verificationMethod: String(proof.verificationMethod).replace('did:key:z', 'did:key:u'),
        })),
      ),
    ).toBe(false);
  });
});
