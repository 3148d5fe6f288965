// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import * as vc from '@digitalbazaar/vc';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeClaim } from '../../../functions/credentials/statement/claim-value.ts';
import type { JsonObject } from '../../../functions/credentials/statement/derived-document.ts';
import { LargeSet } from '../../../functions/credentials/statement/large-set.ts';
import { type TrustedIssuer, trustedIssuerStore } from '../../../functions/credentials/trust/index.ts';
import { loadZkKey } from '../../../functions/credentials/zk/index.ts';
import { ldpVerifier } from '../../../functions/presentations/ldp-format.ts';
import type { PresentationRequest } from '../../../functions/presentations/presentation-request.ts';
import {
  causeOf,
  codeOf,
  PUBLIC_URL,
  startVerifier,
  type TestVerifier,
} from '../../../functions/presentations/testing/verifier.ts';
import { paths } from '../../setup/paths.ts';
import {
  artefacts,
  documentLoader,
  ed25519,
  eddsaSuite,
  ISSUER,
  issue,
  opening,
  TERMS_URL,
  unsigned,
} from '../../testing/credential.ts';
import { sampleKind, sampleList } from '../../testing/sample.ts';
import { localProver, releaseProver } from '../prove.ts';
import { createZkDeriveCryptosuite, type DeriveOptions } from './derive-cryptosuite.ts';

const EMPLOYEE = 'https://issuer.example/terms#EmployeeCredential';
const ADULT = { path: '/credentialSubject/birthDate', atMost: '2008-11-20' };

let verifier: TestVerifier;
let credential: JsonObject;
/** DID documents that are found where did:web says. */
const published = new Map<string, object>();
/** What the operator pinned for the issuer. */
let documents: Record<string, Record<string, unknown>>;
let trust: (documents: object, sets?: TrustedIssuer['sets']) => Promise<void>;

beforeAll(async () => {
  verifier = await startVerifier();
  const issuers = trustedIssuerStore(verifier.tables.client, verifier.tables.issuers);
  const documentOf = async (url: string) => (await documentLoader(url)).document as Record<string, unknown>;
  documents = Object.fromEntries(
    await Promise.all(
      [TERMS_URL, ISSUER, sampleKind.schema.id].map(async (url) => [url, await documentOf(url)]),
    ),
  );
  trust = async (documents, sets = {}) =>
    issuers.put('default', { issuer: ISSUER, types: [EMPLOYEE], documents: documents as never, sets });
  await trust(documents);
  const file = (name: string): Buffer => readFileSync(join(paths.keys, name));
  const key = await loadZkKey(
    { manifest: file('manifest.json'), verificationKey: file('credential.vkey.json') },
    { stage: 'test' },
  );
  const { verify } = ldpVerifier({
    resolve: async (did) => published.get(did) as never,
    clock: Date.now,
    zkKey: async () => key,
    zkStatuses: async () => [{ status: sampleKind.status, root: sampleList.root }],
  });
  Object.assign(verifier.deps, { verifiers: { ...verifier.deps.verifiers, ldp_vc: verify } });
  const day = (offset: number) =>
    new Date(Date.now() + offset * 86_400_000).toISOString().replace(/\.\d+/, '');
  credential = await issue({ ...unsigned, validFrom: day(-30), validUntil: day(30) });
});
afterAll(async () => {
  await releaseProver();
  await verifier.close();
});

const ask = (meta: Record<string, unknown> = {}, claims?: object[]) =>
  verifier.ask({
    response_mode: 'direct_post',
    dcql_query: {
      credentials: [
        {
          id: 'employee',
          format: 'ldp_vc',
          meta: { type_values: [[EMPLOYEE]], predicates: [ADULT], ...meta },
          ...(claims ? { claims } : {}),
        },
      ],
    },
  });

/** A derived credential for a request, bound to the key that will sign the presentation. */
const derive = async (
  request: PresentationRequest,
  options: Partial<DeriveOptions>,
  presentationKey: string,
  responseUri = `${PUBLIC_URL}/v1/presentation-requests/${request.walletId}/response`,
) => {
  const cryptosuite = createZkDeriveCryptosuite({
    opening,
    statusList: sampleList,
    prover: localProver(artefacts, { singleThread: true }),
    now: Math.floor(Date.now() / 1000),
    predicates: [ADULT],
    binding: { nonce: request.nonce, audience: request.clientId, responseUri, presentationKey },
    ...options,
  });
  return (await vc.derive({
    verifiableCredential: structuredClone(credential),
    suite: new DataIntegrityProof({ cryptosuite }),
    documentLoader,
  })) as JsonObject;
};

/** What the prover's wallet posts: a derived credential in a presentation by a fresh key. */
const answer = async (
  request: PresentationRequest,
  options: Partial<DeriveOptions> = {},
  responseUri?: string,
) => {
  const signer = ed25519();
  return wrap(request, await derive(request, options, signer.did, responseUri), signer);
};
const wrap = async (request: PresentationRequest, derived: JsonObject, { did, signer } = ed25519()) => {
  const presentation = {
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    type: ['VerifiablePresentation'],
    holder: did,
    verifiableCredential: [derived],
  };
  const signed = await vc.signPresentation({
    presentation,
    suite: eddsaSuite(signer),
    challenge: request.nonce,
    domain: request.clientId,
    documentLoader,
  });
  return { vp_token: JSON.stringify({ employee: [signed] }), state: request.state };
};

describe('zero-knowledge predicates in OpenID4VP', { timeout: 120_000 }, () => {
  test('are proved of claims that stay hidden, under a pseudonym that is the same for one scope of one verifier', async () => {
    const [one, two] = [await ask({ pseudonym_scope: 'staff' }), await ask({ pseudonym_scope: 'staff' })];
    await verifier.post(one.request, await answer(one.request, { scopeName: 'staff' }));
    const result = await verifier.result(one.answer);
    expect(result).toMatchObject({
      status: 'verified',
      credentials: [
        {
          id: 'employee',
          issuer: ISSUER,
          type: 'EmployeeCredential',
          claims: {},
          predicates: [ADULT],
          status: 'valid',
        },
      ],
    });
    expect(JSON.stringify(result)).not.toMatch(/1990-12-10|Ada/);
    expect(result.pseudonym).toMatch(/^[\w-]{43}$/);

    // The issuer's key was pinned in the registry; now it is found in the issuer's did:web document, or nowhere.
    const { [ISSUER]: didDocument, ...others } = documents;
    await trust(others);
    const again = await answer(two.request, { scopeName: 'staff' });
    expect(await codeOf(verifier.post(two.request, again))).toBe('presentation-refused');
    published.set(ISSUER, didDocument!);
    await verifier.post(two.request, again);
    expect((await verifier.result(two.answer)).pseudonym).toBe(result.pseudonym);
    await trust(documents);
  });

  test('come with claims that are revealed, where the query asks for them, and without a pseudonym where it asks for none', async () => {
    const { request, answer: app } = await ask({}, [
      { path: ['credentialSubject', 'cleared'], values: [true] },
    ]);
    expect(await codeOf(verifier.post(request, await answer(request)))).toBe('presentation-refused');
    await verifier.post(request, await answer(request, { reveal: ['/credentialSubject/cleared'] }));
    const result = await verifier.result(app);
    expect(result.credentials[0]?.claims).toEqual({ cleared: true });
    expect(result).not.toHaveProperty('pseudonym');
  });

  test('are refused when others are proved than was asked for, none, or others than the document says', async () => {
    const { request } = await ask();
    const signer = ed25519();
    const derived = await derive(
      request,
      {
        predicates: [
          { path: '/credentialSubject/birthDate', atMost: '2010-11-20' },
          { path: '/credentialSubject/hiredAt', atMost: '2022-01-01T00:00:00Z' },
        ],
      },
      signer.did,
    );
    expect(await causeOf(verifier.post(request, await wrap(request, derived, signer)))).toBe('type-refused');
    // Nothing shown at all is no credential.
    for (const [credentialSubject, code] of [
      [{}, 'document-malformed'],
      [{ predicates: [ADULT] }, 'proof-invalid'],
    ] as const) {
      const changed = { ...derived, credentialSubject } as unknown as JsonObject;
      expect(await causeOf(verifier.post(request, await wrap(request, changed, signer)))).toBe(code);
    }
  });

  test('are refused for another request, another address, another key, or another scope', async () => {
    const [one, two] = [await ask(), await ask()];
    const derived = await derive(one.request, {}, ed25519().did);
    // The proof of one request in a fresh presentation for the other, and by another key for the same.
    expect(await codeOf(verifier.post(two.request, await wrap(two.request, derived)))).toBe(
      'presentation-refused',
    );
    expect(await codeOf(verifier.post(one.request, await wrap(one.request, derived)))).toBe(
      'presentation-refused',
    );
    const elsewhere = await answer(one.request, {}, 'https://evil.example/response');
    expect(await codeOf(verifier.post(one.request, elsewhere))).toBe('presentation-refused');
    const scoped = await ask({ pseudonym_scope: 'staff' });
    const other = await answer(scoped.request, { scopeName: 'guests' });
    expect(await codeOf(verifier.post(scoped.request, other))).toBe('presentation-refused');
  });

  test('are about large sets too, as the operator registered them', async () => {
    const REGIONS = 'https://verifier.example/sets/regions';
    const inRegion = { path: '/credentialSubject/address/country', memberOf: REGIONS };
    const members = ['AU', 'FR', 'NZ'];
    const large = new LargeSet(members.map((code) => encodeClaim('string', code)));
    const { answer: asked, request } = await ask({ predicates: [inRegion] });
    const right = await answer(request, { predicates: [inRegion], sets: new Map([[REGIONS, large]]) });
    const registrations: [TrustedIssuer['sets'], boolean][] = [
      [{}, false],
      [{ [REGIONS]: { root: String(large.root + 1n) } }, false],
      [{ 'https://verifier.example/sets/other': { root: String(large.root) } }, false],
      [{ [REGIONS]: { root: String(large.root) } }, true],
    ];
    for (const [sets, holds] of registrations) {
      await trust(documents, sets);
      expect(await codeOf(verifier.post(request, right))).toBe(holds ? undefined : 'presentation-refused');
    }
    expect((await verifier.result(asked)).credentials[0]?.predicates).toEqual([inRegion]);
    await trust(documents);
  });

  test("the issuer's own proof is refused, as is a credential by another suite", async () => {
    const { request } = await ask();
    expect(await codeOf(verifier.post(request, await wrap(request, credential)))).toBe(
      'presentation-refused',
    );
  });

  test('cannot be asked for in other words', async () => {
    for (const predicates of [
      'x',
      [{ path: '/a' }],
      [{ atMost: 1 }],
      [{ path: '/a', atMost: 1, atLeast: 0 }],
      [{ path: '/a', about: 1 }],
      Array(5).fill(ADULT),
      [{ path: '/a', memberOf: '' }],
      [{ path: '/a', memberOf: ['FR'] }],
      Array(2).fill({ path: '/a', memberOf: 'https://a.example/set' }),
    ])
      expect(await codeOf(ask({ predicates }))).toBe('request-invalid');
    expect(await codeOf(ask({ pseudonym_scope: 'x'.repeat(129) }))).toBe('request-invalid');
  });
});
