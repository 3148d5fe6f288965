import { createRequire } from 'node:module';
import * as publicSuite from '@digitalbazaar/bbs-2023-cryptosuite';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import * as vc from '@digitalbazaar/vc';
import { describe, expect, it } from 'vitest';
import { encodeBase58 } from '../did/multibase.ts';
import { createBbsVerifyCryptosuite } from './cryptosuite.ts';
import { bytes, type Credential, documentLoader, w3c } from './testing.ts';

const require = createRequire(import.meta.url);
const Multikey = await import(require.resolve('@digitalbazaar/bls12-381-multikey'));
/** Its purpose takes the vectors' issuers, which are no controllers of the key; `vc` would refuse them. */
const jsigs = require('jsonld-signatures');
const purpose = new jsigs.purposes.AssertionProofPurpose();

interface Answer {
  verified: boolean;
  code?: string;
}

const judge = async (cryptosuite: object, credential: object): Promise<Answer> => {
  const suite = new DataIntegrityProof({ cryptosuite });
  const { verified, results, error } = await jsigs.verify(credential, { suite, purpose, documentLoader });
  const code = results?.[0]?.error?.code ?? error?.code;
  return { verified, ...(code === undefined ? {} : { code }) };
};
const ours = (credential: object) => judge(createBbsVerifyCryptosuite(), credential);
const theirs = async (credential: object) =>
  (await judge(publicSuite.createVerifyCryptosuite(), credential)).verified;

const [windsurf, resident] = w3c.derived as [Credential, Credential];
const changed = (credential: Credential, change: (copy: never) => void): Credential => {
  const copy = structuredClone(credential);
  change(copy as never);
  return copy;
};
const value = (credential: Credential, edit: (cbor: number[]) => number[]) =>
  changed(credential, (copy: { proof: { proofValue: string } }) => {
    const cbor = edit([...Buffer.from(copy.proof.proofValue.slice(1), 'base64url')]);
    copy.proof.proofValue = `u${Buffer.from(cbor).toString('base64url')}`;
  });

describe("the W3C's vectors (vc-di-bbs)", () => {
  it.each([
    ['windsurf', windsurf],
    ['permanent resident', resident],
  ])('%s is taken by both suites', async (_, credential) => {
    expect(await ours(credential)).toEqual({ verified: true });
    expect(await theirs(credential)).toBe(true);
  });

  it('headers are hashed as the vectors say', async () => {
    const { createVerifyData } = createBbsVerifyCryptosuite();
    for (const [i, { proof, ...document }] of w3c.derived.entries()) {
      const given = { document, proof: { '@context': document['@context'], ...proof }, documentLoader };
      const { header } = await createVerifyData(given);
      expect(Buffer.from(header).toString('hex')).toBe(w3c.proofHash + w3c.mandatoryHashes[i]!);
    }
  });
});

describe('documents that differ from what was signed', () => {
  type Windsurf = {
    issuer: string;
    credentialSubject: { sailNumber?: string; sails: object[]; boards: { year: number }[] };
  };
  it.each<[string, (copy: never) => void]>([
    [
      'a mandatory value',
      (copy: Windsurf) => Object.assign(copy.credentialSubject, { sailNumber: 'Earth102' }),
    ],
    [
      'a selected value',
      (copy: Windsurf) => Object.assign(copy.credentialSubject.boards[1]!, { year: 2020 }),
    ],
    ['the issuer', (copy: Windsurf) => Object.assign(copy, { issuer: 'https://vc.example/other' })],
    ['a statement more', (copy: Windsurf) => Object.assign(copy.credentialSubject, { note: 'x' })],
    ['a statement less', (copy: Windsurf) => void delete copy.credentialSubject.sailNumber],
    ['an entry less', (copy: Windsurf) => void copy.credentialSubject.sails.pop()],
    [
      'the proof purpose date',
      (copy: Credential) => Object.assign(copy.proof, { created: '2023-08-15T23:36:39Z' }),
    ],
    ['an unsigned member of the proof', (copy: Credential) => Object.assign(copy.proof, { domain: 'x' })],
    [
      'the vocabulary',
      (copy: Credential) =>
        Object.assign(copy['@context'][1] as object, { '@vocab': 'https://evil.example#' }),
    ],
  ] as never)('%s: refused by both', async (_, change) => {
    const credential = changed(windsurf, change as never);
    expect((await ours(credential)).verified).toBe(false);
    expect(await theirs(credential)).toBe(false);
  });
});

describe('proof values', () => {
  it('every changed byte is refused', async () => {
    const length = Buffer.from(windsurf.proof.proofValue.slice(1), 'base64url').length;
    for (let at = 0; at < length; at += 23) {
      const credential = value(windsurf, (cbor) => cbor.with(at, cbor[at]! ^ 1));
      expect((await ours(credential)).verified, `byte ${at}`).toBe(false);
      if (at % 230 === 0) expect(await theirs(credential)).toBe(false);
    }
  });

  it('a base proof is no presentation', async () => {
    expect(await ours(w3c.base)).toEqual({ verified: false, code: 'base-proof' });
    expect(await theirs(w3c.base)).toBe(false);
  });

  it('another presentation header than the one asked for is refused', async () => {
    const suite = (header: string) =>
      createBbsVerifyCryptosuite({ expectedPresentationHeader: bytes(header) });
    expect(await judge(suite('113377aa'), windsurf)).toEqual({ verified: true });
    expect(await judge(suite('113377ab'), windsurf)).toEqual({
      verified: false,
      code: 'presentation-header-mismatch',
    });
    expect((await judge(suite(''), windsurf)).code).toBe('presentation-header-mismatch');
  });

  // The public suite reads CBOR and labels as they come. These say nothing other than the original, in other
  // bytes: what must be one text for one proof is many, and a node left without a label is called "undefined".
  const tail = (cbor: number[]) => cbor.length - 5;
  it.each<[string, boolean, (cbor: number[]) => number[]]>([
    ['a length that is not the shortest', true, (cbor) => cbor.toSpliced(tail(cbor), 1, 0x58, 0x04)],
    ['bytes as tagged bytes', true, (cbor) => cbor.toSpliced(tail(cbor), 0, 0xd8, 0x40)],
    ['more behind the end', false, (cbor) => [...cbor, 0]],
    [
      'a label for no node',
      true,
      (cbor) => {
        const at = cbor.lastIndexOf(0xa6);
        return cbor.toSpliced(at, 1, 0xa7).toSpliced(at + 13, 0, 0x0a, 0x09);
      },
    ],
  ])('%s: refused, where the public suite answers %j', async (_, lax, edit) => {
    const credential = value(windsurf, edit);
    expect(await ours(credential)).toEqual({ verified: false, code: 'disclosure-malformed' });
    expect(await theirs(credential)).toBe(lax);
  });

  it('a node without a label is refused', async () => {
    const credential = value(resident, (cbor) => {
      const at = cbor.lastIndexOf(0xa2);
      return cbor.toSpliced(at, 5, 0xa1, 0, 0);
    });
    expect(await ours(credential)).toEqual({ verified: false, code: 'disclosure-malformed' });
  });

  it('a key of another kind is refused', async () => {
    const { createVerifier } = createBbsVerifyCryptosuite();
    const g1 = Uint8Array.of(0xea, 0x01, ...new Uint8Array(48).fill(1));
    const shorter = Uint8Array.of(0xeb, 0x01, ...bytes(w3c.publicKeyHex).subarray(1));
    for (const key of [g1, shorter]) {
      const publicKeyMultibase = `z${encodeBase58(key)}`;
      await expect(createVerifier({ verificationMethod: { publicKeyMultibase } })).rejects.toMatchObject({
        code: 'key-type-unsupported',
      });
    }
  });
});

describe('with @digitalbazaar/vc', () => {
  it('verifies what the public suite issued and derived, issuer bound to the key', async () => {
    const keyPair = await Multikey.generateBbsKeyPair({ algorithm: 'BBS-BLS12-381-SHA-256' });
    const { publicKeyMultibase } = await keyPair.export({ publicKey: true });
    const issuer = `did:key:${publicKeyMultibase}`;
    Object.assign(keyPair, { id: `${issuer}#${publicKeyMultibase}`, controller: issuer });
    const unsigned = {
      '@context': [
        'https://www.w3.org/ns/credentials/v2',
        'https://www.w3.org/ns/credentials/undefined-terms/v2',
      ],
      type: ['VerifiableCredential'],
      issuer,
      validFrom: '2026-01-01T00:00:00Z',
      credentialSubject: { givenName: 'Ada', familyName: 'Lovelace', member: { since: 2020, level: 'gold' } },
    };
    const sign = publicSuite.createSignCryptosuite({ mandatoryPointers: ['/issuer', '/validFrom'] });
    const signed = await vc.issue({
      credential: unsigned,
      suite: new DataIntegrityProof({ signer: keyPair.signer(), cryptosuite: sign }),
      documentLoader,
    });
    const derive = publicSuite.createDiscloseCryptosuite({
      selectivePointers: ['/credentialSubject/member'],
    });
    const derived = await vc.derive({
      verifiableCredential: signed,
      suite: new DataIntegrityProof({ cryptosuite: derive }),
      documentLoader,
    });
    expect(derived.credentialSubject).toEqual({ member: { since: 2020, level: 'gold' } });
    const check = async (credential: object) => {
      const suite = new DataIntegrityProof({ cryptosuite: createBbsVerifyCryptosuite() });
      return (await vc.verifyCredential({ credential, suite, documentLoader })).verified;
    };
    expect(await check(derived)).toBe(true);
    expect(await check({ ...derived, credentialSubject: { member: { since: 2019, level: 'gold' } } })).toBe(
      false,
    );
    expect(await check({ ...derived, issuer: 'did:example:other' })).toBe(false);
    expect(await check(signed)).toBe(false);
  });
});
