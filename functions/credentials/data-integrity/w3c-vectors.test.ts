import { readFileSync } from 'node:fs';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import jsigs from 'jsonld-signatures';
import { describe, expect, it } from 'vitest';
import { contextDigest } from '../contexts/index.ts';
import { STANDARD_SUITES } from './proofs.ts';
import type { Json } from './shape.ts';
import { createVerifier, verifyCredential } from './verify-credential.ts';

interface Vector {
  readonly source: string;
  readonly credential: Json & { readonly proof: Record<string, string> };
}

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const vectors: { signed: Vector[]; base: Vector } = read('fixtures/w3c.json');
const citizenship = read('../bbs/fixtures/citizenship-v4rc1.json');

const pinned = (url: string, document: object) => ({ url, document, digest: contextDigest(document) });
const ISSUER = 'https://vc.example/issuers/5678';
const methods = vectors.signed
  .map(({ credential }) => credential.proof.verificationMethod!)
  .filter((id) => id.startsWith(`${ISSUER}#`));
const verifier = createVerifier({
  // While every one of them is valid.
  now: () => Date.UTC(2025, 5, 1),
  contexts: [pinned('https://w3id.org/citizenship/v4rc1', citizenship)],
  controllers: new Map([
    [
      ISSUER,
      {
        '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
        id: ISSUER,
        assertionMethod: methods,
        verificationMethod: methods.map((id) => ({
          id,
          type: 'Multikey',
          controller: ISSUER,
          publicKeyMultibase: id.split('#')[1],
        })),
      },
    ],
  ]),
});

/** The suite's own answer: the proof alone, as the specification's algorithm verifies it. */
const holds = async (credential: Vector['credential']): Promise<boolean> => {
  const suite = new DataIntegrityProof({
    cryptosuite: STANDARD_SUITES[credential.proof.cryptosuite!]!.create(),
  });
  const purpose = new jsigs.purposes.AssertionProofPurpose();
  const { documentLoader } = verifier;
  const { verified } = await jsigs.verify(credential, { suite, purpose, documentLoader });
  return verified;
};

/** The nearest thing: one claim of it in other words. */
const changed = (credential: Vector['credential']): Vector['credential'] => {
  const copy = structuredClone(credential);
  const subject = copy.credentialSubject as Record<string, unknown>;
  const name = Object.keys(subject).find((key) => key !== 'id' && typeof subject[key] === 'string')!;
  subject[name] = `${subject[name]}.`;
  return copy;
};

const nameOf = ({ source }: Vector): string => source.split('/TestVectors/')[1]!;

describe("the W3C's vectors of eddsa-rdfc-2022, ecdsa-rdfc-2019 and ecdsa-sd-2023", () => {
  it.each(vectors.signed.map((vector) => [nameOf(vector), vector.credential] as const))(
    '%s holds, and does not with a claim changed',
    async (_, credential) => {
      expect(await holds(credential)).toBe(true);
      expect(await holds(changed(credential))).toBe(false);
    },
  );

  it('are of every suite that they are said to be of', () => {
    expect(vectors.signed.map(({ credential }) => credential.proof.cryptosuite)).toEqual([
      ...Array(2).fill('eddsa-rdfc-2022'),
      ...Array(2).fill('ecdsa-rdfc-2019'),
      ...Array(2).fill('ecdsa-sd-2023'),
    ]);
  });
});

describe('the whole verifier, which asks for more than the proof', () => {
  const outcome = async (credential: object): Promise<string> => {
    const { verified, checks } = await verifyCredential(verifier, credential);
    if (verified) return 'verified';
    const [error] = Object.values(checks).flatMap((check) => (check.ok ? [] : [check.error]));
    return error!.cause instanceof Error ? error!.cause.message : error!.code;
  };

  it.each(
    vectors.signed.map((vector) => {
      const { issuer, '@context': contexts } = vector.credential;
      const expected = JSON.stringify(contexts).includes('@vocab')
        ? 'context-refused'
        : issuer === ISSUER
          ? 'verified'
          : 'Credential issuer must match the verification method controller.';
      return [nameOf(vector), expected, vector.credential] as const;
    }),
  )('%s: %s', async (_, expected, credential) => {
    expect(await outcome(credential)).toBe(expected);
  });

  it('refuses the base proof that a holder derives from', async () => {
    const { credential } = vectors.base;
    const { '@context': _, ...rest } = credential;
    expect(await outcome({ '@context': ['https://www.w3.org/ns/credentials/v2'], ...rest })).toBe(
      'base-proof',
    );
    // So does the suite that verifies what was derived.
    expect(await holds(credential)).toBe(false);
  });
});
