import { createRequire } from 'node:module';
import * as bbsSuite from '@digitalbazaar/bbs-2023-cryptosuite';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { createDiscloseCryptosuite, createSignCryptosuite } from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentLoader, type Party, party, sign, unsigned } from '../credentials/data-integrity/testing.ts';
import { trustedIssuerStore } from '../credentials/trust/index.ts';
import type { PresentationRequest } from './presentation-request.ts';
import { issueLdp } from './testing/issuer.ts';
import { causeOf, codeOf, startVerifier, type TestVerifier } from './testing/verifier.ts';
import { presentLdp } from './testing/wallet.ts';

const CLERK = 'https://www.w3.org/ns/credentials/undefined-term#ClerkCredential';
const Bls = await import(createRequire(import.meta.url).resolve('@digitalbazaar/bls12-381-multikey'));

let verifier: TestVerifier;
let holder: Party;
const trust = (issuer: string, more: object = {}) =>
  trustedIssuerStore(verifier.tables.client, verifier.tables.issuers).put('default', {
    issuer,
    types: [CLERK],
    ...more,
  });
beforeAll(async () => {
  verifier = await startVerifier();
  holder = await party();
});
afterAll(() => verifier.close());

const bls = async (): Promise<Party> => {
  const key = await Bls.generateBbsKeyPair({ algorithm: Bls.ALGORITHMS.BBS_BLS12381_SHA256 });
  const { publicKeyMultibase } = await key.export({ publicKey: true });
  const did = `did:key:${publicKeyMultibase}`;
  return { did, key: Object.assign(key, { id: `${did}#${publicKeyMultibase}`, controller: did }) };
};

const ask = (claims?: object[], more: object = {}) =>
  verifier.ask({
    response_mode: 'direct_post',
    dcql_query: {
      credentials: [
        {
          id: 'a',
          format: 'ldp_vc',
          meta: { type_values: [[CLERK]] },
          ...(claims ? { claims } : {}),
          ...more,
        },
      ],
    },
  });
const post = async (request: PresentationRequest, presentation: unknown) =>
  verifier.post(request, { vp_token: JSON.stringify({ a: [presentation] }), state: request.state });
const shown = (request: PresentationRequest, credential: object, by = holder, proof = {}) =>
  presentLdp(credential, by, proof)(request.clientId, request.nonce, {});

const MANDATORY = ['/issuer', '/validFrom', '/validUntil', '/credentialSubject/id'];
const SUITES = {
  'ecdsa-sd-2023': {
    issuer: () => party('P-256'),
    sign: () => createSignCryptosuite({ mandatoryPointers: MANDATORY }),
    disclose: (selectivePointers: string[]) => createDiscloseCryptosuite({ selectivePointers }),
  },
  'bbs-2023': {
    issuer: bls,
    sign: () => bbsSuite.createSignCryptosuite({ mandatoryPointers: MANDATORY }),
    disclose: (selectivePointers: string[]) => bbsSuite.createDiscloseCryptosuite({ selectivePointers }),
  },
} as const;

describe.each(Object.keys(SUITES) as (keyof typeof SUITES)[])('a credential under %s', (name) => {
  const suite = SUITES[name];
  const made = async () => {
    const issuer = await suite.issuer();
    await trust(issuer.did);
    const base = await sign(
      {
        ...unsigned(issuer.did, holder.did),
        validFrom: new Date(Date.now() - 60_000).toISOString(),
        validUntil: new Date(Date.now() + 3_600_000).toISOString(),
        type: ['VerifiableCredential', 'ClerkCredential'],
        credentialSubject: { id: holder.did, role: 'clerk', floor: '7' },
      },
      issuer,
      { suite: suite.sign(), date: new Date().toISOString() },
    );
    const derive = (pointers: string[]) =>
      vc.derive({
        verifiableCredential: structuredClone(base),
        suite: new DataIntegrityProof({ cryptosuite: suite.disclose(pointers) }),
        documentLoader,
      });
    return { base, derive };
  };

  test('shows what was asked and no more, and is refused when that is withheld', async () => {
    const { derive } = await made();
    const { request, answer } = await ask([{ path: ['credentialSubject', 'role'] }]);
    const withheld = await derive(['/type', '/credentialSubject/floor']);
    expect(await codeOf(post(request, await shown(request, withheld)))).toBe('presentation-refused');
    await post(request, await shown(request, await derive(['/type', '/credentialSubject/role'])));
    expect((await verifier.result(answer)).credentials[0]?.claims).toEqual({ id: holder.did, role: 'clerk' });
  });

  test("is refused by its issuer's own proof, and when what is shown was changed", async () => {
    const { base, derive } = await made();
    const { request } = await ask();
    expect(await causeOf(post(request, await shown(request, base)))).toBe('base-proof');
    const derived = await derive(['/type', '/credentialSubject/role']);
    const changed = { ...derived, credentialSubject: { id: holder.did, role: 'director' } };
    expect(await codeOf(post(request, await shown(request, changed)))).toBe('presentation-refused');
    expect(await codeOf(post(request, await shown(request, derived)))).toBeUndefined();
  });
});

describe('a presentation with Data Integrity proofs', () => {
  let issuer: Party;
  beforeAll(async () => {
    issuer = await party();
    await trust(issuer.did);
  });

  test.each([
    ['another challenge', { challenge: 'other' }, 'challenge-mismatch'],
    ['another domain', { domain: 'https://other.example' }, 'domain-mismatch'],
    ['another purpose', { proofPurpose: 'assertionMethod' }, 'proof-purpose-wrong'],
  ])('is refused for %s', async (_, proof, expected) => {
    const { request } = await ask();
    const credential = await issueLdp(issuer, holder.did);
    expect(await causeOf(post(request, await shown(request, credential, holder, proof)))).toBe(expected);
    expect(await causeOf(post(request, await shown(request, credential)))).toBeUndefined();
  });

  test('is refused by another than the subject, unsigned, beside another credential, and as a bare credential', async () => {
    const { request } = await ask();
    const credential = await issueLdp(issuer, holder.did);
    expect(await causeOf(post(request, await shown(request, credential, await party())))).toBe(
      'holder-mismatch',
    );
    const signed = (await shown(request, credential)) as Record<string, unknown>;
    const { proof: _, ...unproved } = signed;
    expect(await codeOf(post(request, unproved))).toBe('presentation-refused');
    const two = { ...signed, verifiableCredential: [credential, credential] };
    expect(await causeOf(post(request, two))).toBe('token-malformed');
    expect(await causeOf(post(request, credential))).toBe('token-malformed');
  });

  test('is a bare credential where no holder binding is asked for', async () => {
    const { request, answer } = await ask(undefined, { require_cryptographic_holder_binding: false });
    await post(request, await issueLdp(issuer, holder.did));
    expect((await verifier.result(answer)).status).toBe('verified');
  });

  test('names types by what its contexts make of them: another context, another type', async () => {
    const { request } = await ask();
    const elsewhere = await issueLdp(issuer, holder.did, {
      type: ['VerifiableCredential', 'OtherCredential'],
    });
    expect(await codeOf(post(request, await shown(request, elsewhere)))).toBe('presentation-refused');
  });

  test('may use contexts that the operator pinned for its issuer, which replace no standard one', async () => {
    const own = await party();
    const url = 'https://issuer.example/contexts/1';
    const credential = {
      ...(await issueLdp(own, holder.did)),
      '@context': ['https://www.w3.org/ns/credentials/v2', url],
    };
    const { request } = await ask();
    await trust(own.did);
    expect(
      await causeOf(post(request, await shown(request, await issueLdp(own, holder.did)))),
    ).toBeUndefined();
    const next = await ask();
    const signed = (await shown(next.request, await issueLdp(own, holder.did))) as Record<string, unknown>;
    expect(await causeOf(post(next.request, { ...signed, verifiableCredential: [credential] }))).toBe(
      'context-refused',
    );
    await trust(own.did, {
      documents: {
        'https://www.w3.org/ns/credentials/v2': { '@context': { ClerkCredential: 'https://evil.example/' } },
      },
    });
    expect(await causeOf(post(next.request, signed))).toBeUndefined();
  });

  test('is refused as text, as nothing, and as anything else', async () => {
    const { request } = await ask();
    for (const presentation of ['x', 7, [], {}])
      expect(await codeOf(post(request, presentation))).toBe('presentation-refused');
  });
});
