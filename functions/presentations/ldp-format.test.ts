import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Party, party } from '../credentials/data-integrity/testing.ts';
import { trustedIssuerStore } from '../credentials/trust/index.ts';
import type { PresentationRequest } from './presentation-request.ts';
import { DERIVABLE, type DerivableSuite, issueDerivable } from './testing/derivable.ts';
import { issueLdp } from './testing/issuer.ts';
import { causeOf, codeOf, startVerifier, type TestVerifier } from './testing/verifier.ts';
import { presentLdp } from './testing/wallet.ts';

const CLERK = 'https://www.w3.org/ns/credentials/undefined-term#ClerkCredential';

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

describe.each(Object.keys(DERIVABLE) as DerivableSuite[])('a credential under %s', (name) => {
  const made = async () => {
    const issuer = await DERIVABLE[name].issuer();
    await trust(issuer.did);
    return issueDerivable(name, issuer, holder);
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

describe.each(['P-256', 'P-384'] as const)('a credential under ecdsa-rdfc-2019 with %s', (curve) => {
  const cryptosuite = 'ecdsa-rdfc-2019';

  test('is taken whole, from a holder of either kind of key, and refused when it was changed', async () => {
    const issuer = await party(curve);
    await trust(issuer.did);
    const ecdsaHolder = await party(curve);
    for (const by of [holder, ecdsaHolder]) {
      const credential = await issueLdp(issuer, by.did, { cryptosuite });
      const { request, answer } = await ask([{ path: ['credentialSubject', 'role'] }]);
      const presentation = await presentLdp(
        credential,
        by,
        {},
        by === holder ? undefined : cryptosuite,
      )(request.clientId, request.nonce, {});
      const changed = structuredClone(presentation) as {
        verifiableCredential: { credentialSubject: object }[];
      };
      changed.verifiableCredential[0]!.credentialSubject = { id: by.did, role: 'director' };
      expect(await causeOf(post(request, changed))).toBe('proof-invalid');
      await post(request, presentation);
      expect((await verifier.result(answer)).credentials[0]?.claims).toEqual({ id: by.did, role: 'clerk' });
    }
  });

  test('is refused by the signature of another key of the same curve', async () => {
    const [issuer, other] = await Promise.all([party(curve), party(curve)]);
    await trust(issuer.did);
    const { request } = await ask();
    const credential = await issueLdp(issuer, holder.did, { cryptosuite });
    const { proof } = await issueLdp(other, holder.did, { cryptosuite });
    const forged = {
      ...credential,
      proof: {
        ...(proof as object),
        verificationMethod: (credential.proof as { verificationMethod: string }).verificationMethod,
      },
    };
    expect(await causeOf(post(request, await shown(request, forged)))).toBe('proof-invalid');
  });
});
