import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sign, unsigned } from '../credentials/data-integrity/testing.ts';
import { fuzzRuns } from '../credentials/testing/fuzz.ts';
import { issuerSigners, type TrustedIssuer } from '../credentials/trust/index.ts';
import { issueLdp, type Party, party } from './testing/issuer.ts';
import { presentLdp } from './testing/wallet.ts';
import { type VcApiDeps, verifyOne, verifyShown } from './vc-api.ts';
import { verificationDeps } from './verification-deps.ts';

const V2 = 'https://www.w3.org/ns/credentials/v2';
const CLERK = 'https://www.w3.org/ns/credentials/undefined-term#ClerkCredential';
const registry = new Map<string, TrustedIssuer>();
const verification = verificationDeps({
  REMOTE_HOSTS: ['loopback'],
  UNAVAILABLE_STATUS: 'refuse',
  STAGE: 'test',
});
const deps: VcApiDeps = {
  registry: async (issuer) => registry.get(issuer),
  get: verification.get,
  signers: issuerSigners(async (issuer) => registry.get(issuer), verification.resolve),
  unavailable: 'refuse',
  checkStatus: verification.checkStatus,
  verifierOf: async (issuer, documents) =>
    verification.ldp.verifierFor(issuer === undefined ? undefined : registry.get(issuer), documents),
  defaultChecks: ['proof', 'validity', 'status', 'holder'],
};

let issuer: Party;
let holder: Party;
let listUrl = '';
let list: unknown;
const server = createServer((_, response) =>
  list === undefined ? response.writeHead(404).end() : response.end(JSON.stringify(list)),
);
beforeAll(async () => {
  [issuer, holder] = await Promise.all([party(), party()]);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  listUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

/** Publishes a status list of the issuer at a path, and gives its address. */
const publishList = async (path: string, statusPurpose: string, bytes: Buffer): Promise<string> => {
  const url = `${listUrl}${path}`;
  list = await issueLdp(issuer, holder.did, {
    '@context': [V2],
    id: url,
    type: ['VerifiableCredential', 'BitstringStatusListCredential'],
    credentialSubject: {
      id: `${url}#list`,
      type: 'BitstringStatusList',
      statusPurpose,
      encodedList: `u${gzipSync(bytes).toString('base64url')}`,
    },
  });
  return url;
};

const types = (result: { problemDetails: readonly { type: string }[] }) =>
  result.problemDetails.map(({ type }) => type.split(/[#:]/).at(-1));

describe('POST /credentials/verify', () => {
  test.each(['eddsa-rdfc-2022', 'ecdsa-rdfc-2019'])(
    'verifies a credential under %s, all checks told',
    async (cryptosuite) => {
      const by = cryptosuite.startsWith('ecdsa') ? await party('P-256') : issuer;
      const result = await verifyOne(await issueLdp(by, holder.did, { cryptosuite }), {}, deps);
      expect(result).toEqual({
        verified: true,
        checks: {
          proof: 'passed',
          validity: 'passed',
          status: 'not-applicable',
          holder: 'not-applicable',
          trust: 'failed',
        },
        problemDetails: [],
        warnings: [expect.objectContaining({ type: 'urn:countersign:problem:issuer-not-trusted' })],
      });
    },
  );

  test('requires trust when it is asked for, and gives it by type', async () => {
    const credential = await issueLdp(issuer, holder.did);
    expect((await verifyOne(credential, { checks: ['trust'] }, deps)).verified).toBe(false);
    registry.set(issuer.did, { issuer: issuer.did, types: ['OtherCredential'] });
    expect((await verifyOne(credential, { checks: ['trust'] }, deps)).verified).toBe(false);
    registry.set(issuer.did, { issuer: issuer.did, types: [CLERK] });
    expect((await verifyOne(credential, { checks: ['proof', 'trust'] }, deps)).verified).toBe(true);
  });

  test('refuses what was changed, has expired, is not valid yet, or has no proof', async () => {
    const credential = await issueLdp(issuer, holder.did);
    const changed = { ...credential, credentialSubject: { id: holder.did, role: 'director' } };
    expect(types(await verifyOne(changed, {}, deps))).toEqual(['PROOF_VERIFICATION_ERROR']);
    const { proof: _, ...bare } = credential;
    expect(types(await verifyOne(bare, {}, deps))).toEqual(['CRYPTOGRAPHIC_SECURITY_ERROR']);
    const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString();
    const expired = await issueLdp(issuer, holder.did, { validFrom: day(-2), validUntil: day(-1) });
    expect(types(await verifyOne(expired, {}, deps))).toEqual(['RANGE_ERROR']);
    expect((await verifyOne(expired, { checks: ['proof'] }, deps)).verified).toBe(true);
    const early = await issueLdp(issuer, holder.did, { validFrom: day(1), validUntil: day(2) });
    expect(types(await verifyOne(early, {}, deps))).toEqual(['RANGE_ERROR']);
  });

  test.each([
    ['an id that is no URL', { id: 'one' }],
    ['several ids', { id: ['urn:a:1', 'urn:a:2'] }],
    ['a status without type', { credentialStatus: { id: 'urn:a:1' } }],
    ['a schema without type', { credentialSchema: { id: 'https://x.example/schema' } }],
    ['a schema without id', { credentialSchema: { type: 'JsonSchema' } }],
    ['evidence without type', { evidence: { id: 'urn:a:1' } }],
    ['terms of use without type', { termsOfUse: { id: 'urn:a:1' } }],
    ['a refresh service without type', { refreshService: { id: 'urn:a:1' } }],
    ['a name in no language', { name: { '@value': 'x', '@language': 7 } }],
    ['a name with another member', { name: { '@value': 'x', extra: 1 } }],
    ['a subject whose id is no URL', { credentialSubject: { id: 'somebody', role: 'x' } }],
    ['a related resource without digest', { relatedResource: { id: V2 } }],
    ['a related resource with another digest', { relatedResource: { id: V2, digestSRI: 'sha256-AAAA' } }],
    [
      'a related resource twice',
      {
        relatedResource: [V2, V2].map((id) => ({
          id,
          digestSRI: 'sha256-WZVc7WaX1h4D8rJVb-tTCKsWhChG9bWG1_H3re3snnQ=',
        })),
      },
    ],
    [
      'a related resource that is not read',
      { relatedResource: { id: 'https://x.example/', digestSRI: 'sha256-AAAA' } },
    ],
  ])('refuses a credential with %s, though its proof may hold', async (_, more) => {
    const credential = await issueLdp(issuer, holder.did, more).catch(() => ({
      ...unsigned(issuer.did, holder.did),
      ...more,
    }));
    const result = await verifyOne(credential, { checks: ['proof'] }, deps);
    expect(result.verified).toBe(false);
    expect(types(result)).toContain('MALFORMED_VALUE_ERROR');
  });

  test.each([
    ['a name in a language', { name: { '@value': 'Schreiber', '@language': 'de', '@direction': 'ltr' } }],
    ['evidence with a type', { evidence: { type: ['Evidence'] } }],
    [
      'a related resource with its digest',
      {
        relatedResource: {
          id: V2,
          digestSRI: `sha256-${Buffer.from('59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734', 'hex').toString('base64')}`,
        },
      },
    ],
  ])('takes a credential with %s', async (_, more) => {
    expect(
      (await verifyOne(await issueLdp(issuer, holder.did, more), { checks: ['proof'] }, deps)).problemDetails,
    ).toEqual([]);
  });

  test('checks by default what the deployment says, and the data model whatever it says', async () => {
    const { proof: _, ...bare } = await issueLdp(issuer, holder.did);
    expect((await verifyOne(bare, {}, { ...deps, defaultChecks: ['validity'] })).verified).toBe(true);
    expect((await verifyOne(bare, {}, deps)).verified).toBe(false);
    expect(
      (await verifyOne(bare, { checks: ['proof'] }, { ...deps, defaultChecks: ['validity'] })).verified,
    ).toBe(false);
    const broken = { ...bare, validUntil: 'soon' };
    const undefinedTerm = { ...bare, '@context': [V2], note: 1 };
    for (const document of [broken, undefinedTerm])
      expect((await verifyOne(document, { checks: [] }, deps)).problemDetails).toMatchObject([
        { type: expect.stringMatching(/MALFORMED_VALUE_ERROR$/) },
      ]);
  });

  test('a check that could not be made is a failed one: a did:web that is not read vouches for nothing', async () => {
    const credential = await issueLdp(issuer, holder.did);
    const did = 'did:web:issuer.example';
    const elsewhere = {
      ...credential,
      issuer: did,
      validUntil: '2020-01-01T00:00:00Z',
      validFrom: '2019-01-01T00:00:00Z',
      proof: { ...(credential.proof as object), verificationMethod: `${did}#1` },
    };
    const result = await verifyOne(elsewhere, { checks: ['validity'] }, deps);
    expect(result).toMatchObject({
      verified: false,
      checks: { proof: 'failed', validity: 'failed', trust: 'failed' },
    });
    expect(types(result)).toEqual(['RANGE_ERROR']);
  });

  test('what is unavailable is refused, or reported where the deployment says so, and never taken for good', async () => {
    const reporting = verificationDeps({
      REMOTE_HOSTS: ['loopback'],
      UNAVAILABLE_STATUS: 'report',
      STAGE: 'test',
    });
    const lenient: VcApiDeps = { ...deps, unavailable: 'report', checkStatus: reporting.checkStatus };
    const url = `${listUrl}/away`;
    const credential = await issueLdp(issuer, holder.did, {
      relatedResource: { id: 'https://elsewhere.example/', digestSRI: `sha256-${'A'.repeat(43)}=` },
      credentialSchema: { id: 'https://elsewhere.example/schema', type: 'JsonSchema' },
      credentialStatus: {
        type: 'BitstringStatusListEntry',
        statusPurpose: 'revocation',
        statusListIndex: '5',
        statusListCredential: url,
      },
    });
    list = undefined;
    const told = ['resource-unavailable', 'schema-unavailable', 'STATUS_RETRIEVAL_ERROR'];
    const refused = await verifyOne(credential, {}, deps);
    expect([refused.verified, types(refused)]).toEqual([false, told]);
    const reported = await verifyOne(credential, {}, lenient);
    expect(reported).toMatchObject({
      verified: true,
      checks: { status: 'unavailable' },
      schemas: [{ outcome: 'indeterminate' }],
    });
    expect(reported.warnings.map(({ type }) => type.split(/[#:]/).at(-1)).slice(0, 3)).toEqual(told);
  });

  test('verifies by a did:web that is read, and by no key that its document does not list for it', async () => {
    const did = `did:web:${new URL(listUrl).host.replace(':', '%3A')}`;
    const { key } = await party();
    const { publicKeyMultibase } = await key.export({ publicKey: true });
    const method = { id: `${did}#1`, type: 'Multikey', controller: did, publicKeyMultibase };
    const whole = { id: did, verificationMethod: [method], assertionMethod: [method.id] };
    const byWeb = { did, key: Object.assign(key, { id: method.id, controller: did }) };
    for (const [document, verified] of [
      [whole, true],
      [{ ...whole, id: `${did}:other` }, false],
      [{ ...whole, assertionMethod: [] }, false],
      [{ ...whole, verificationMethod: [{ ...method, controller: issuer.did }] }, false],
      [undefined, false],
    ] as const) {
      list = document;
      // A cache of its own for each document.
      const fresh = verificationDeps({
        REMOTE_HOSTS: ['loopback'],
        UNAVAILABLE_STATUS: 'refuse',
        STAGE: 'test',
      });
      const own: VcApiDeps = {
        ...deps,
        verifierOf: (_, documents) => fresh.ldp.verifierFor(undefined, documents),
      };
      const credential = {
        ...(await sign({ ...unsigned(did, holder.did), validUntil: '2100-01-01T00:00:00Z' }, byWeb)),
      };
      expect([document, (await verifyOne(credential, {}, own)).verified]).toEqual([document, verified]);
    }
    list = undefined;
  });

  test('tells what the status lists say beside, in the words of the credential', async () => {
    const bytes = Buffer.alloc(32_768);
    bytes[1] = 0xc0;
    const url = await publishList('/messages', 'message', bytes);
    const credentialStatus = {
      type: 'BitstringStatusListEntry',
      statusPurpose: 'message',
      statusSize: 2,
      statusMessage: ['0x0', '0x1', '0x2', '0x3'].map((status) => ({ status, message: `is ${status}` })),
      statusListIndex: '4',
      statusListCredential: url,
    };
    const result = await verifyOne(await issueLdp(issuer, holder.did, { credentialStatus }), {}, deps);
    expect(result).toMatchObject({ verified: true, statusMessages: ['is 0x3'] });
    const short = { ...credentialStatus, statusMessage: credentialStatus.statusMessage.slice(1) };
    const other = await issueLdp(issuer, holder.did, { credentialStatus: short });
    expect(types(await verifyOne(other, {}, deps))).toEqual(['MALFORMED_VALUE_ERROR']);
    list = undefined;
  });

  test('looks up the status, and never takes an unknown one for valid', async () => {
    const url = `${listUrl}/list`;
    const credential = await issueLdp(issuer, holder.did, {
      credentialStatus: {
        id: `${url}#5`,
        type: 'BitstringStatusListEntry',
        statusPurpose: 'revocation',
        statusListIndex: '5',
        statusListCredential: url,
      },
    });
    expect(types(await verifyOne(credential, {}, deps))).toEqual(['STATUS_RETRIEVAL_ERROR']);
    expect((await verifyOne(credential, { checks: ['proof'] }, deps)).verified).toBe(true);
  });

  test('refuses a revoked credential, by a list that its issuer signed', async () => {
    for (const [name, bit] of [
      ['clear', 0],
      ['set', 0x04],
    ] as const) {
      const bytes = Buffer.alloc(16_384);
      bytes[0] = bit;
      const url = await publishList(`/${name}`, 'revocation', bytes);
      const credentialStatus = {
        id: `${url}#5`,
        type: 'BitstringStatusListEntry',
        statusPurpose: 'revocation',
        statusListIndex: '5',
        statusListCredential: url,
      };
      const result = await verifyOne(await issueLdp(issuer, holder.did, { credentialStatus }), {}, deps);
      expect(types(result)).toEqual(bit === 0 ? [] : ['STATUS_VERIFICATION_ERROR']);
      expect(result.checks.status).toBe(bit === 0 ? 'passed' : 'failed');
    }
  });

  test('whatever it is given is answered, and never thrown', async () => {
    const members = [
      '@context',
      'type',
      'issuer',
      'credentialSubject',
      'proof',
      'credentialStatus',
      'credentialSchema',
      'relatedResource',
      'evidence',
      'validFrom',
      'name',
      'id',
    ];
    const base = await issueLdp(issuer, holder.did);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...members), fc.jsonValue(), async (member, value) => {
        const result = await verifyOne({ ...base, [member]: value } as never, {}, deps);
        expect(typeof result.verified).toBe('boolean');
        if (!result.verified) expect(result.problemDetails.length).toBeGreaterThan(0);
      }),
      fuzzRuns(150),
    );
  });
});

describe('POST /presentations/verify', () => {
  const domain = 'https://verifier.example';
  const shown = async (by = holder) =>
    (await presentLdp(await issueLdp(issuer, holder.did), by)(domain, 'challenge-1', {})) as Record<
      string,
      unknown
    >;

  test('verifies a presentation and what is in it', async () => {
    const result = await verifyShown(await shown(), { challenge: 'challenge-1', domain }, deps);
    expect(result).toMatchObject({
      verified: true,
      checks: { proof: 'passed', holder: 'passed' },
      credentialResults: [{ verified: true }],
    });
  });

  test('refuses another challenge, another domain, and no challenge', async () => {
    const presentation = await shown();
    expect(types(await verifyShown(presentation, { challenge: 'other', domain }, deps))).toContain(
      'INVALID_CHALLENGE_ERROR',
    );
    expect(types(await verifyShown(presentation, { challenge: 'challenge-1', domain: 'x' }, deps))).toContain(
      'INVALID_DOMAIN_ERROR',
    );
    expect(types(await verifyShown(presentation, { challenge: 'challenge-1' }, deps))).toContain(
      'INVALID_DOMAIN_ERROR',
    );
    await expect(verifyShown(presentation, { domain }, deps)).rejects.toMatchObject({
      status: 400,
      code: 'challenge-missing',
    });
  });

  test('refuses a presentation by another than the subject, unless the holder is not to be checked', async () => {
    const other = await party();
    const presentation = await shown(other);
    const given = { challenge: 'challenge-1', domain };
    const result = await verifyShown(presentation, given, deps);
    expect([result.verified, types(result)]).toEqual([false, ['holder-binding']]);
    expect(
      (await verifyShown(presentation, { ...given, checks: ['proof', 'validity'] }, deps)).verified,
    ).toBe(true);
  });

  test('takes an unsigned presentation only where neither proof nor holder is to be checked', async () => {
    const { proof: _, ...bare } = await shown();
    expect((await verifyShown(bare, { challenge: 'challenge-1', domain }, deps)).verified).toBe(false);
    expect((await verifyShown(bare, { checks: ['validity', 'status'] }, deps)).verified).toBe(true);
  });

  test('whatever it is given is answered, and never thrown', async () => {
    const base = await shown();
    const members = ['@context', 'type', 'id', 'holder', 'proof', 'verifiableCredential', 'termsOfUse'];
    const given = { challenge: 'challenge-1', domain };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...members), fc.jsonValue(), async (member, value) => {
        const result = await verifyShown({ ...base, [member]: value } as never, given, deps);
        const told = [result, ...result.credentialResults].flatMap(({ problemDetails }) => problemDetails);
        // What adds nothing to what is said, such as an empty list, changes nothing of what is signed.
        expect(result.verified).toBe(told.length === 0);
      }),
      fuzzRuns(100),
    );
  });

  test('refuses it when one credential in it does not hold', async () => {
    const presentation = await shown();
    const [credential] = [presentation.verifiableCredential].flat() as Record<string, unknown>[];
    const changed = {
      ...presentation,
      verifiableCredential: [{ ...credential, credentialSubject: { id: holder.did, role: 'x' } }],
    };
    const result = await verifyShown(changed, { challenge: 'challenge-1', domain }, deps);
    expect([result.verified, result.credentialResults[0]?.verified]).toEqual([false, false]);
  });
});
