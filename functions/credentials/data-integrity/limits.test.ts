import { beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS, type Json } from './shape.ts';
import { NOW, type Party, party, sign, unsigned } from './testing.ts';
import { createVerifier, verifyCredential } from './verify-credential.ts';
import { verifyPresentation } from './verify-presentation.ts';

const verifier = createVerifier({ now: () => NOW });
let issuer: Party;
let credential: Json;
beforeAll(async () => {
  issuer = await party();
  credential = await sign(unsigned(issuer.did, issuer.did), issuer);
});

/** What the proof check says; that a signature does not hold is not what these tests are about. */
const refusal = async (document: Json): Promise<string | undefined> => {
  const { checks } = await verifyCredential(verifier, document);
  const code = checks.proof.ok ? undefined : checks.proof.error.code;
  return code === 'proof-invalid' ? undefined : code;
};
const valuesIn = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Object.values(value).reduce((sum: number, member) => sum + valuesIn(member), 0)
    : 1;

describe('a document is taken at its bound, and refused past it', () => {
  test('of length', async () => {
    const padded = (length: number) => {
      const document = { ...credential, name: '' };
      return { ...document, name: 'x'.repeat(length - JSON.stringify(document).length) };
    };
    expect(await refusal(padded(DEFAULT_LIMITS.characters))).toBeUndefined();
    expect(await refusal(padded(DEFAULT_LIMITS.characters + 1))).toBe('document-too-large');
  });

  test('of depth', async () => {
    // The document itself is the first level.
    const nested = (depth: number): unknown => (depth === 1 ? {} : { role: nested(depth - 1) });
    const at = (depth: number) => ({ ...credential, credentialSubject: nested(depth - 1) });
    expect(await refusal(at(DEFAULT_LIMITS.depth))).toBeUndefined();
    expect(await refusal(at(DEFAULT_LIMITS.depth + 1))).toBe('document-too-large');
  });

  test('of the number of values, which bounds its quads', async () => {
    const filled = (count: number) => {
      const document = { ...credential, credentialSubject: { id: issuer.did, role: [] as string[] } };
      return {
        ...document,
        credentialSubject: { id: issuer.did, role: Array(count - valuesIn(document)).fill('x') },
      };
    };
    expect(valuesIn(filled(DEFAULT_LIMITS.values))).toBe(DEFAULT_LIMITS.values);
    expect(await refusal(filled(DEFAULT_LIMITS.values))).toBeUndefined();
    expect(await refusal(filled(DEFAULT_LIMITS.values + 1))).toBe('document-too-large');
  });

  test('of proofs', async () => {
    const proved = (count: number) => ({ ...credential, proof: Array(count).fill(credential.proof) });
    expect((await verifyCredential(verifier, proved(DEFAULT_LIMITS.proofs))).verified).toBe(true);
    expect(await refusal(proved(DEFAULT_LIMITS.proofs + 1))).toBe('document-malformed');
  });

  test('of credentials in a presentation', async () => {
    const shown = async (count: number) => {
      const presentation = await sign(
        {
          '@context': ['https://www.w3.org/ns/credentials/v2'],
          type: ['VerifiablePresentation'],
          verifiableCredential: Array(count).fill(credential),
        },
        issuer,
        { proof: { proofPurpose: 'authentication', challenge: 'c', domain: 'd' } },
      );
      const { checks } = await verifyPresentation(verifier, presentation, { challenge: 'c', domain: 'd' });
      return checks.proof.ok ? undefined : checks.proof.error.code;
    };
    expect(await shown(DEFAULT_LIMITS.credentials)).toBeUndefined();
    expect(await shown(DEFAULT_LIMITS.credentials + 1)).toBe('document-malformed');
  });
});
