import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import * as vc from '@digitalbazaar/vc';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { trustedIssuerStore } from '../../functions/credentials/trust/index.ts';
import { loadZkKey } from '../../functions/credentials/zk/index.ts';
import { ldpVerifier } from '../../functions/presentations/ldp-format.ts';
import {
  PUBLIC_URL,
  startVerifier,
  type TestVerifier,
} from '../../functions/presentations/testing/verifier.ts';
import {
  askedOf,
  derivingSuite,
  loadProving,
  type ProvingWorkspace,
  postAnswer,
  type VerifiedRequest,
  WalletError,
} from './wallet.ts';

const ADULT = { path: '/credentialSubject/birthDate', atMost: '2008-11-20' };
const EMPLOYEE = 'https://issuer.example/terms#EmployeeCredential';
const query = {
  id: 'employee',
  format: 'ldp_vc',
  meta: { type_values: [[EMPLOYEE]], predicates: [ADULT], pseudonym_scope: 'staff' },
  claims: [{ id: 'cleared', path: ['credentialSubject', 'cleared'] }],
};
const request: VerifiedRequest = {
  client_id: 'x509_san_dns:verifier.example',
  nonce: 'n-1',
  response_mode: 'direct_post',
  response_uri: 'https://verifier.example/response',
  state: 's-1',
  dcql_query: { credentials: [query] },
};
const withQuery = (more: object): VerifiedRequest => ({
  ...request,
  dcql_query: { credentials: [{ ...query, ...more }] },
});
/** What a request object says; that its signature holds is tested where it is made. */
const payloadOf = (jwt: string): VerifiedRequest =>
  JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString());
const file = (name: string): Buffer => readFileSync(join(import.meta.dirname, '../../circuits/keys', name));
const codeOf = async (work: () => unknown): Promise<string | undefined> => {
  try {
    await work();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(WalletError);
    return (error as WalletError).code;
  }
};

describe('what is asked', () => {
  test('is told in full: who asks, what is proved, what is shown, and whether one is recognised', () => {
    expect(askedOf(request)).toEqual({
      id: 'employee',
      verifier: 'x509_san_dns:verifier.example',
      predicates: [ADULT],
      reveal: ['/credentialSubject/cleared'],
      pseudonymScope: 'staff',
    });
    expect(askedOf(withQuery({ meta: {}, claims: [] }))).toEqual({
      id: 'employee',
      verifier: 'x509_san_dns:verifier.example',
      predicates: [],
      reveal: [],
    });
  });

  test('is the first of alternatives, and pointers are escaped', () => {
    const claims = [
      { id: 'a', path: ['credentialSubject', 'a/b~c'] },
      { id: 'b', path: ['credentialSubject', 'b'] },
    ];
    expect(askedOf(withQuery({ claims, claim_sets: [['a'], ['b']] })).reveal).toEqual([
      '/credentialSubject/a~1b~0c',
    ]);
  });

  test('is refused where these proofs cannot give it', async () => {
    expect(await codeOf(() => askedOf(request, 'other'))).toBe('query-unknown');
    expect(await codeOf(() => askedOf(withQuery({ format: 'dc+sd-jwt' }), 'employee'))).toBe('query-unknown');
    const inList = withQuery({ claims: [{ path: ['credentialSubject', 'names', null] }] });
    expect(await codeOf(() => askedOf(inList))).toBe('claim-unsupported');
  });
});

describe('an answer', () => {
  const answering = (answer: Response | Error) => {
    const posted: Record<string, string>[] = [];
    const fetch = async (_: string, { body }: RequestInit) => {
      posted.push(Object.fromEntries(body as URLSearchParams));
      if (answer instanceof Error) throw answer;
      return answer.clone();
    };
    return { posted, fetch };
  };
  const token = { employee: ['…'] };

  test('goes to the verifier, and may bring back where the person goes', async () => {
    const { posted, fetch } = answering(Response.json({ redirect_uri: 'https://shop.example/back' }));
    expect(await postAnswer(request, token, { fetch })).toEqual({ redirectUri: 'https://shop.example/back' });
    expect(posted).toEqual([{ vp_token: JSON.stringify(token), state: 's-1' }]);
    expect(await postAnswer(request, token, { fetch: answering(Response.json({})).fetch })).toEqual({});
  });

  test('is encrypted where that is asked for, or not sent', async () => {
    const encrypted = { ...request, response_mode: 'direct_post.jwt' };
    const { posted, fetch } = answering(Response.json({}));
    expect(await codeOf(() => postAnswer(encrypted, token, { fetch }))).toBe('encryption-needed');
    expect(posted).toEqual([]);
    const encrypt = async (response: object) => `jwe of ${JSON.stringify(response)}`;
    await postAnswer(encrypted, token, { fetch, encrypt });
    expect(posted).toEqual([{ response: `jwe of ${JSON.stringify({ vp_token: token, state: 's-1' })}` }]);
  });

  test('fails with the words of the verifier', async () => {
    const refusal = { error: 'invalid_request', error_description: 'The request was answered already' };
    const refused = answering(Response.json(refusal, { status: 400 }));
    await expect(postAnswer(request, token, refused)).rejects.toMatchObject({
      code: 'answer-refused',
      message: 'The request was answered already',
    });
    const silent = answering(new TypeError('fetch failed'));
    expect(await codeOf(() => postAnswer(request, token, silent))).toBe('verifier-unreachable');
    const browser = { ...request, response_mode: 'dc_api' };
    expect(await codeOf(() => postAnswer(browser, token, silent))).toBe('mode-unsupported');
  });
});

describe('the proving workspace', () => {
  test('is a peer that may be missing, and then that is said', async () => {
    const missing = () => import('@countersign/not-there' as string);
    await expect(loadProving(missing)).rejects.toMatchObject({
      code: 'prover-missing',
      message: expect.stringContaining('@countersign/circuits (GPL-3.0-or-later)'),
    });
  });

  test('is of the form that is expected here', async () => {
    type Workspace = typeof import('@countersign/circuits');
    expectTypeOf<Workspace>().toExtend<ProvingWorkspace>();
    expect(await loadProving()).toHaveProperty('createZkDeriveCryptosuite');
  });
});

describe('with a verifier', () => {
  let verifier: TestVerifier;
  beforeAll(async () => {
    verifier = await startVerifier();
  });
  afterAll(() => verifier?.close());

  test('asks the workspace for exactly what the signed request asks, bound to it', async () => {
    const { request: made } = await verifier.ask({
      response_mode: 'direct_post',
      dcql_query: { credentials: [query] },
    });
    const read = payloadOf(await verifier.requestObject(made));
    const asked: unknown[] = [];
    const proving: ProvingWorkspace = {
      createZkDeriveCryptosuite: (options) => {
        asked.push(options);
        return { name: 'countersign-groth16-2026' };
      },
    };
    const holder = { opening: { secret: 1n, blinding: 2n }, statusList: {}, prover: () => {}, now: 1 };
    await derivingSuite(read, 'employee', 'did:key:z6Mk', holder, proving);
    expect(asked).toEqual([
      {
        ...holder,
        predicates: [ADULT],
        reveal: ['/credentialSubject/cleared'],
        scopeName: 'staff',
        binding: {
          nonce: made.nonce,
          audience: made.clientId,
          responseUri: `${PUBLIC_URL}/v1/presentation-requests/${made.walletId}/response`,
          presentationKey: 'did:key:z6Mk',
        },
      },
    ]);
  });

  test('answers with a proof of the real workspace, and the app learns what was asked and no more', async () => {
    // Apart, and by name only: the proving workspace and its samples are under another licence.
    const samples: string = '../../circuits/testing/credential.ts';
    const { issue, unsigned, opening, artefacts, documentLoader, ed25519, eddsaSuite, ISSUER } = await import(
      samples
    );
    const lists: string = '../../circuits/testing/sample.ts';
    const { sampleKind, sampleList } = await import(lists);
    const proving = await loadProving();
    const { localProver, releaseProver } = proving as typeof import('@countersign/circuits');

    const key = await loadZkKey(
      { manifest: file('manifest.json'), verificationKey: file('credential.vkey.json') },
      { stage: 'test' },
    );
    const { verify } = ldpVerifier({
      resolve: async () => undefined,
      clock: Date.now,
      zkKey: async () => key,
      zkStatuses: async () => [{ status: sampleKind.status, root: sampleList.root }],
    });
    Object.assign(verifier.deps, { verifiers: { ...verifier.deps.verifiers, ldp_vc: verify } });
    const urls = [...unsigned['@context'].slice(1, 2), ISSUER, sampleKind.schema.id];
    const documents = Object.fromEntries(
      await Promise.all(urls.map(async (url) => [url, (await documentLoader(url)).document])),
    );
    await trustedIssuerStore(verifier.tables.client, verifier.tables.issuers).put('default', {
      issuer: ISSUER,
      types: [EMPLOYEE],
      documents,
    });

    const { request: made, answer } = await verifier.ask({
      response_mode: 'direct_post',
      dcql_query: { credentials: [query] },
    });
    const read = payloadOf(await verifier.requestObject(made));
    const day = (offset: number) =>
      new Date(Date.now() + offset * 86_400_000).toISOString().replace(/\.\d+/, '');
    const credential = await issue({ ...unsigned, validFrom: day(-30), validUntil: day(30) });
    const { did, signer } = ed25519();
    const cryptosuite = await derivingSuite(
      read,
      'employee',
      did,
      {
        opening,
        statusList: sampleList,
        prover: localProver(artefacts, { singleThread: true }),
        now: Math.floor(Date.now() / 1000),
      },
      proving,
    );
    const derived = await vc.derive({
      verifiableCredential: credential,
      suite: new DataIntegrityProof({ cryptosuite }),
      documentLoader,
    });
    const presentation = {
      '@context': ['https://www.w3.org/ns/credentials/v2'],
      type: ['VerifiablePresentation'],
      holder: did,
      verifiableCredential: [derived],
    };
    const signed = await vc.signPresentation({
      presentation,
      suite: eddsaSuite(signer),
      challenge: read.nonce,
      domain: read.client_id,
      documentLoader,
    });
    await releaseProver();

    const posting = {
      fetch: async (_: string, { body }: RequestInit) => {
        await verifier.post(made, String(body));
        return Response.json({});
      },
    };
    await postAnswer(read, { employee: [signed] }, posting);
    const result = await verifier.result(answer);
    expect(result).toMatchObject({
      status: 'verified',
      credentials: [{ id: 'employee', issuer: ISSUER, claims: { cleared: true }, predicates: [ADULT] }],
    });
    expect(result.pseudonym).toMatch(/^[\w-]{43}$/);
    expect(JSON.stringify(result)).not.toMatch(/1990-12-10|Ada/);
  });
});
