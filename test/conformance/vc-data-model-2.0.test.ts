// The assertions of the W3C's suite for the data model that apply to a verifier which takes no context inline,
// by the suite's own names: https://github.com/w3c/vc-data-model-2.0-test-suite (tests/4.03-contexts.js to
// tests/5-advanced-concepts.js). Its documents are written anew here.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newKey, signToken } from '../../functions/credentials/testing/tokens.ts';
import { type Party, party } from '../../functions/presentations/testing/issuer.ts';
import { presentLdp } from '../../functions/presentations/testing/wallet.ts';
import { CREDENTIAL, type Endpoints, EXAMPLES, openEndpoints, PRESENTATION, V2 } from './w3c.ts';

let w3c: Endpoints;
let holder: Party;
beforeAll(async () => {
  w3c = await openEndpoints();
  holder = await party();
});
afterAll(() => w3c.close());

const STATUS = {
  id: 'https://university.example/status/24',
  type: 'BitstringStatusListEntry',
  statusPurpose: 'revocation',
  statusListIndex: '24',
  statusListCredential: 'https://university.example/status',
};
const SCHEMA = { id: 'https://university.example/schema', type: 'JsonSchema' };
const DIGEST = 'sha256-WZVc7WaX1h4D8rJVb+v+UwirFoQoRvW1htfx963skno=';
const V2_DIGEST = `sha256-${Buffer.from('59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734', 'hex').toString('base64')}`;
const V2_MULTIBASE = `uEi${Buffer.concat([Buffer.from([0]), Buffer.from('59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734', 'hex')]).toString('base64url')}`;
const multihash = (hex: string) => `u${Buffer.from(`1220${hex}`, 'hex').toString('base64url')}`;
const RESOURCE = {
  id: V2,
  digestMultibase: multihash('59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734'),
};

/** Members that are put on a credential, and whether it is then to be issued. */
type Case = readonly [name: string, members: Record<string, unknown>, accepted: boolean];

const sections: Readonly<Record<string, readonly Case[]>> = {
  '4.3 Contexts': [
    ['credential-ok', {}, true],
    ['credential-no-context', { '@context': undefined }, false],
    ['credential-missing-base-context', { '@context': [EXAMPLES] }, false],
    ['credential-context-combo1: several URLs', { '@context': [V2, EXAMPLES] }, true],
    [
      'credential-context-combo3: no URL',
      { '@context': [V2, 'https ://not-a-url/contexts/example/v1'] },
      false,
    ],
    ['credential-context-combo4: a number', { '@context': [V2, 123192875] }, false],
    ['contexts in the wrong order', { '@context': [EXAMPLES, V2] }, false],
  ],
  '4.4 Identifiers': [
    ['credential-id-other', { id: 'did:example:credential' }, true],
    ['credential-id-single', { id: 'http://university.example/credentials/58473' }, true],
    ['credential-id-nonidentifier', { id: null }, false],
    ['credential-id-multi', { id: ['did:example:a', 'did:example:b'] }, false],
    ['credential-id-not-url', { id: 'not-a-url' }, false],
    ['credential-id-subject-multi', { credentialSubject: { id: ['did:example:a', 'did:example:b'] } }, false],
  ],
  '4.5 Types': [
    ['credential-no-type', { type: undefined }, false],
    ['credential-type-url', { type: ['VerifiableCredential', 'https://types.example/Clerk'] }, true],
    ['credential-type-unmapped', { type: ['VerifiableCredential', 'UnmappedType'] }, false],
    ['credential-type-urls-order-1', { type: ['https://types.example/Clerk', 'VerifiableCredential'] }, true],
    ['credential-missing-required-type', { type: ['https://types.example/Clerk'] }, false],
    ['credential-status-ok', { credentialStatus: STATUS }, true],
    ['credential-status-missing-type', { credentialStatus: { ...STATUS, type: undefined } }, false],
    ['credential-termsofuse', { termsOfUse: { type: 'https://terms.example/Policy' } }, true],
    ['credential-termsofuse-missing-type', { termsOfUse: { id: 'https://terms.example/1' } }, false],
    ['credential-evidence', { evidence: { type: 'https://evidence.example/Seen' } }, true],
    ['credential-evidence-missing-type', { evidence: { id: 'https://evidence.example/1' } }, false],
    ['credential-refresh-type', { refreshService: { type: 'https://refresh.example/Service' } }, true],
    ['credential-refresh-no-type', { refreshService: { id: 'https://refresh.example/1' } }, false],
    ['credential-schema-type', { credentialSchema: SCHEMA }, true],
    ['credential-schema-no-type', { credentialSchema: { id: SCHEMA.id } }, false],
  ],
  '4.6 Names and Descriptions': (['name', 'description'] as const).flatMap((member): Case[] => {
    const text = { '@value': 'Degree', '@language': 'en' };
    return [
      [`credential-${member}`, { [member]: 'Degree' }, true],
      [`credential-${member}-language-en`, { [member]: text }, true],
      [`credential-${member}-language-direction-en`, { [member]: { ...text, '@direction': 'ltr' } }, true],
      [
        `credential-multi-language-${member}`,
        { [member]: [text, { '@value': 'درجة', '@language': 'ar', '@direction': 'rtl' }] },
        true,
      ],
      [`credential-${member}-extra-prop-en`, { [member]: { ...text, url: 'did:example:subject' } }, false],
      [`a ${member} that is a number`, { [member]: 7 }, false],
      [`issuer-${member}`, { issuer: { id: 'did:example:issuer', [member]: 'University' } }, true],
      [`issuer-${member}-language-en`, { issuer: { id: 'did:example:issuer', [member]: text } }, true],
      [
        `issuer-${member}-extra-prop-en`,
        { issuer: { id: 'did:example:issuer', [member]: { ...text, url: 'x' } } },
        false,
      ],
    ];
  }),
  '4.7 Issuer': [
    ['credential-issuer-object', { issuer: { id: 'did:example:issuer' } }, true],
    ['credential-issuer-no-url', { issuer: 'not-a-url' }, false],
    ['credential-issuer-null', { issuer: null }, false],
    ['credential-issuer-object-id-null', { issuer: { id: null } }, false],
    ['credential-issuer-object-id-no-url', { issuer: { id: 'not-a-url' } }, false],
  ],
  '4.8 Credential Subject': [
    ['credential-no-subject', { credentialSubject: undefined }, false],
    ['credential-subject-no-claims', { credentialSubject: {} }, false],
    [
      'credential-subject-multiple',
      { credentialSubject: [{ id: 'did:example:a' }, { id: 'did:example:b' }] },
      true,
    ],
    ['credential-subject-multiple-empty', { credentialSubject: [{ id: 'did:example:a' }, {}] }, false],
  ],
  '4.9 Validity Period': [
    ['credential-validfrom-ms', { validFrom: '2023-02-27T05:03:28.123Z' }, true],
    ['credential-validfrom-tz', { validFrom: '2023-02-27T05:03:28-05:00' }, true],
    ['credential-validfrom-invalid', { validFrom: '02-27-2023T05:03:28Z' }, false],
    ['a validFrom without a zone', { validFrom: '2023-02-27T05:03:28' }, false],
    ['credential-validuntil', { validUntil: '2093-02-27T05:03:28Z' }, true],
    ['credential-validuntil-ms', { validUntil: '2093-02-27T05:03:28.123Z' }, true],
    ['credential-validuntil-tz', { validUntil: '2093-02-27T05:03:28-05:00' }, true],
    ['credential-validuntil-invalid', { validUntil: '2093-02-27' }, false],
    [
      'credential-validUntil-validFrom',
      { validFrom: '2023-02-27T05:03:28Z', validUntil: '2093-02-27T05:03:28Z' },
      true,
    ],
    [
      'validFrom and validUntil at once',
      { validFrom: '2093-02-27T05:03:28Z', validUntil: '2093-02-27T05:03:28Z' },
      true,
    ],
    [
      'credential-validUntil-validFrom-fail',
      { validFrom: '2093-02-27T05:03:28Z', validUntil: '2023-02-27T05:03:28Z' },
      false,
    ],
  ],
  '4.10 Status': [
    ['credential-status-missing-id', { credentialStatus: { ...STATUS, id: undefined } }, true],
    [
      'credential-status-multiple-id',
      { credentialStatus: { ...STATUS, id: ['did:example:a', 'did:example:b'] } },
      false,
    ],
    ['credential-status-nonurl-id', { credentialStatus: { ...STATUS, id: 'not-a-url' } }, false],
    ['credential-status-type-nonurl', { credentialStatus: { ...STATUS, type: 'not-a-url' } }, false],
  ],
  '4.11 Data Schemas': [
    ['credential-schema', { credentialSchema: SCHEMA }, true],
    ['credential-schemas', { credentialSchema: [SCHEMA, { ...SCHEMA, id: 'did:example:schema' }] }, true],
    ['credential-schema-no-id', { credentialSchema: { type: 'JsonSchema' } }, false],
    ['credential-schema-non-url-id', { credentialSchema: { ...SCHEMA, id: 7 } }, false],
  ],
  '5.2 Extensibility': [
    [
      'credential-redef-type: a term of the base context, again',
      { '@context': [V2, { VerifiableCredential: 'https://evil.example/#x' }] },
      false,
    ],
  ],
  '5.3 Integrity of Related Resources': [
    ['relatedResource-digest-sri', { relatedResource: { id: V2, digestSRI: V2_DIGEST } }, true],
    ['relatedResource-digest-multibase', { relatedResource: [RESOURCE] }, true],
    [
      'relatedResource-with-mediaType',
      { relatedResource: { ...RESOURCE, mediaType: 'application/ld+json' } },
      true,
    ],
    ['relatedResource-list-of-strings', { relatedResource: [V2] }, false],
    ['relatedResource-missing-id', { relatedResource: { ...RESOURCE, id: undefined } }, false],
    ['relatedResource-duplicate-id', { relatedResource: [RESOURCE, RESOURCE] }, false],
    ['relatedResource-no-digest', { relatedResource: { id: V2 } }, false],
    ['relatedResource-digest-sri-fail', { relatedResource: { id: V2, digestSRI: DIGEST } }, false],
    [
      'relatedResource-digest-multibase-fail',
      { relatedResource: { id: V2, digestMultibase: multihash('11'.repeat(32)) } },
      false,
    ],
    ['a multihash of another length', { relatedResource: { id: V2, digestMultibase: V2_MULTIBASE } }, false],
  ],
  '5.4 to 5.6 and 5.10': [
    [
      'credential-refreshs',
      {
        refreshService: [1, 2].map((n) => ({
          id: `did:example:${n}`,
          type: 'https://refresh.example/Service',
        })),
      },
      true,
    ],
    [
      'credential-termsofuses',
      { termsOfUse: [1, 2].map((n) => ({ id: `did:example:${n}`, type: 'https://terms.example/Policy' })) },
      true,
    ],
    [
      'credential-evidences',
      { evidence: [1, 2].map((n) => ({ id: `did:example:${n}`, type: 'https://evidence.example/Seen' })) },
      true,
    ],
    [
      'a reserved extension point with a type',
      { renderMethod: { type: 'https://render.example/Svg' } },
      true,
    ],
    ['a reserved extension point without one', { renderMethod: { id: 'https://render.example/1' } }, false],
  ],
};

/** Refused either way counts, as in the suite: some issuers look before they sign, and some do not. */
const issuedAndVerified = async (members: Record<string, unknown>) => {
  const issued = await w3c.issue({ ...CREDENTIAL, ...members });
  return issued === undefined ? undefined : w3c.verify(issued, { checks: ['proof'] });
};

describe.each(Object.entries(sections))('%s', (_, cases) => {
  test.each(cases.filter(([, , accepted]) => accepted))('%s is taken', async (_, members) => {
    const { verified, problemDetails } = (await issuedAndVerified(members))!;
    // What the credential refers to is on no host that is read here; that is told, and is no fault of its form.
    const form = problemDetails.filter(({ type }) => !/schema-unavailable$/.test(type));
    expect(form).toEqual([]);
    expect(verified || problemDetails.length > 0).toBe(true);
  });
  test.each(cases.filter(([, , accepted]) => !accepted))('%s is refused', async (_, members) => {
    expect((await issuedAndVerified(members))?.verified ?? false).toBe(false);
  });
});

describe('4.13 Verifiable Presentations, unsigned and checked by nothing but the data model', () => {
  const held = async () => (await w3c.issue(CREDENTIAL))!;
  const own = { ...CREDENTIAL, issuer: 'did:example:holder' };
  test.each<Case>([
    ['presentation-ok', {}, true],
    ['presentation-id-ok', { id: 'urn:uuid:e5d2a31b-9d1f-4d8b-a5a4-9a1f5d0e7a11' }, true],
    ['an id that is no URL', { id: 'x' }, false],
    ['presentation without @context', { '@context': undefined }, false],
    ['presentation-context-order', { '@context': [EXAMPLES, V2] }, false],
    ['presentation-missing-base-context', { '@context': [EXAMPLES] }, false],
    ['presentation-context-combo1', { '@context': [V2, EXAMPLES] }, true],
    ['a context that is not known', { '@context': [V2, 'https://example.com'] }, false],
    ['a context that is a number', { '@context': [V2, 123192875] }, false],
    ['presentation-no-type', { type: undefined }, false],
    ['presentation-missing-required-type', { type: ['VerifiableCredential'] }, false],
    ['presentation-optional-type', { type: ['VerifiablePresentation', 'https://types.example/Shown'] }, true],
    ['a type that is not mapped', { type: ['VerifiablePresentation', 'Unmapped'] }, false],
    ['presentation-holder', { holder: 'did:example:holder' }, true],
    ['presentation-holder-object', { holder: { id: 'did:example:holder' } }, true],
    ['presentation-holder-object-fail', { holder: { name: 'x' } }, false],
    ['verifiableCredential as text', { verifiableCredential: ['eyJhbGciOiJFUzI1NiJ9'] }, false],
    ['verifiableCredential as a number', { verifiableCredential: [7] }, false],
    ['no verifiableCredential at all in its list', { verifiableCredential: [] }, false],
    ['presentation-vc-ok, self-asserted, without holder', { verifiableCredential: [own] }, false],
    [
      'a self-asserted credential by the holder',
      { verifiableCredential: [own], holder: 'did:example:holder' },
      true,
    ],
    [
      'a self-asserted credential by another',
      { verifiableCredential: [own], holder: 'did:example:acme' },
      false,
    ],
    [
      'a self-asserted credential of another issuer',
      { verifiableCredential: [{ ...own, issuer: 'did:example:acme' }], holder: 'did:example:holder' },
      false,
    ],
    ['a term that no context defines', { undefinedTerm: 'x' }, false],
    [
      'a text with a language, and more',
      { '@context': [V2, EXAMPLES], note: { '@value': 'x', '@language': 'en', extra: 1 } },
      false,
    ],
  ])('%s', async (_, members, accepted) => {
    expect((await w3c.verifyVp({ ...PRESENTATION, ...members })).verified).toBe(accepted);
  });

  test('presentation-multiple-vc-ok, and with one credential more than the bound', async () => {
    const verifiableCredential = await Promise.all([held(), held()]);
    expect((await w3c.verifyVp({ ...PRESENTATION, verifiableCredential })).verified).toBe(true);
    const many = (count: number) => Array.from({ length: count }, () => verifiableCredential[0]);
    expect((await w3c.verifyVp({ ...PRESENTATION, verifiableCredential: many(8) })).verified).toBe(true);
    expect((await w3c.verifyVp({ ...PRESENTATION, verifiableCredential: many(9) })).verified).toBe(false);
  });

  test('a proof is looked at as soon as it is to be checked', async () => {
    const bare = { ...PRESENTATION, verifiableCredential: [await held()] };
    const options = { challenge: 'abc', domain: 'https://verifier.example', checks: ['proof'] };
    expect((await w3c.verifyVp(bare, options)).verified).toBe(false);
    const signed = await presentLdp(await held(), holder)(options.domain, options.challenge, {});
    expect((await w3c.verifyVp(signed, options)).verified).toBe(true);
    expect((await w3c.verifyVp(signed, { ...options, challenge: 'abd' })).verified).toBe(false);
  });
});

describe('4.13.1 Enveloped Verifiable Credentials', () => {
  const key = newKey();
  const credential = { ...CREDENTIAL, issuer: key.did, validFrom: '2023-02-27T05:03:28Z' };
  const header = { typ: 'vc+jwt', cty: 'vc', kid: `${key.did}#0` };
  const enveloped = (payload: object = credential, more: object = {}, by = key) => ({
    '@context': V2,
    id: `data:application/vc+jwt,${signToken(by, { ...header, ...more }, payload)}`,
    type: 'EnvelopedVerifiableCredential',
  });

  test('is taken with all that its inside must hold', async () => {
    const result = await w3c.verify(enveloped(), {});
    expect(result).toMatchObject({
      verified: true,
      checks: { proof: 'passed', validity: 'passed', trust: 'failed' },
    });
    const claims = { iss: key.did, sub: 'did:example:subject', iat: 1_700_000_000, exp: 4_000_000_000 };
    expect((await w3c.verify(enveloped({ ...credential, ...claims }))).verified).toBe(true);
  });

  const good = enveloped();
  test.each<[string, object]>([
    ['no context', { ...good, '@context': [] }],
    ['another context', { ...good, '@context': EXAMPLES }],
    ['an id that is no data: URL', { ...good, id: good.id.split(',').pop() }],
    ['no type', { ...good, type: undefined }],
    ['the type of what is inside', { ...good, type: 'VerifiableCredential' }],
    ['two types', { ...good, type: ['EnvelopedVerifiableCredential', 'VerifiableCredential'] }],
    ['claims of its own', { ...good, credentialSubject: { id: 'did:example:other' } }],
    ['a token of media type vc+sd-jwt', { ...good, id: good.id.replace('vc+jwt', 'vc+sd-jwt') }],
    ['a token in COSE', { ...good, id: good.id.replace('vc+jwt', 'vc+cose') }],
    ['a token of another type', enveloped(credential, { typ: 'JWT' })],
    ['a signature by another', enveloped(credential, {}, newKey())],
    ['a token that contradicts it', enveloped({ ...credential, iss: 'did:example:other' })],
    ['a token that has expired', enveloped({ ...credential, exp: 1_700_000_000 })],
    ['a second securing inside', enveloped({ ...credential, proof: { type: 'DataIntegrityProof' } })],
    ['a credential that breaks the data model', enveloped({ ...credential, id: 'x' })],
    ['a term that no context defines', enveloped({ ...credential, undefinedTerm: 1 })],
    ['a presentation inside', { ...good, type: 'EnvelopedVerifiablePresentation' }],
  ])('is refused with %s', async (_, document) => {
    expect((await w3c.verify(document)).verified).toBe(false);
  });

  test('within its own period only', async () => {
    const ended = enveloped({ ...credential, validUntil: '2024-02-27T05:03:28Z' });
    expect((await w3c.verify(ended, { checks: ['proof', 'validity'] })).verified).toBe(false);
    expect((await w3c.verify(ended, { checks: ['proof'] })).verified).toBe(true);
  });

  test('can be shown in a presentation, whose holder it then must be about', async () => {
    const options = { challenge: 'abc', domain: 'https://verifier.example', checks: ['proof', 'validity'] };
    const signed = await presentLdp({ ...good, '@context': [V2] }, holder)(
      options.domain,
      options.challenge,
      {},
    );
    expect((await w3c.verifyVp(signed, options)).verified).toBe(true);
    expect((await w3c.verifyVp(signed, { ...options, checks: ['proof', 'holder'] })).verified).toBe(false);
  });
});
