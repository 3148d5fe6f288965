import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { readAsset } from '../platform/index.ts';
import { WALLET_SCOPE as ENROLLED_SCOPE } from '../presentations/requests/index.ts';
import { compilePolicies } from './compile-policies.ts';
import { loadPolicies, type PolicyDecisionPoint, type PolicyQuestion } from './policy.ts';
import {
  isAboutWallet,
  isZeroKnowledge,
  type PresentationQueries,
  WALLET_SCOPE,
} from './presentation-query.ts';
import { stepUpOf } from './step-up.ts';

const text = (name: string) => readFile(new URL(`./policies/${name}`, import.meta.url), 'utf8');

let wasm: Buffer<ArrayBuffer>;
let schema: string;
let own: PresentationQueries;
beforeAll(async () => {
  wasm = await readAsset('cedar_wasm_bg.wasm');
  schema = await text('countersign.cedarschema');
  own = JSON.parse(await text('queries.json'));
});

const loadWith = async (policies: string, queries: unknown = own): Promise<PolicyDecisionPoint> =>
  loadPolicies(wasm, await compilePolicies(wasm, { policies, schema, ownQueries: queries }));

const asking = (annotations: string, id = 'people', when = 'true') =>
  `@id("${id}") ${annotations} permit (principal, action == Countersign::Action::"step_up", resource) when { ${when} };`;

const RISKY: PolicyQuestion = {
  principal: { kind: 'person', id: 'p', roles: [] },
  application: { id: 'backoffice', tenant: 'shop' },
  context: {
    score: 0.6,
    level: 'high',
    maturity: 'established',
    attempt: 'sign_in',
    result: 'success',
    factors: ['password'],
    detections: [],
    sensitivity: 'unknown',
    session: false,
    evidence: [],
    signals: {},
  },
};

describe('what a step-up asks for', () => {
  test('follows from the policies that permit it, all of them together, the strongest evidence first', async () => {
    const pdp = await loadWith(
      asking('@asks("reauthentication presentation:over-18") @max_age("600")') +
        asking('@asks("out_of_band reauthentication") @max_age("60") @acr_values("phr phrh")', 'more') +
        asking('@asks("liveness")', 'others', 'context.score < 1000'),
    );
    const { asks, determining } = pdp.decide(RISKY);
    expect(determining).toEqual(['more', 'people']);
    expect(stepUpOf(asks!, pdp.queries)).toEqual({
      anyOf: [
        { evidence: 'zk_predicate', strength: 3, query: 'over-18', purpose: own['over-18']?.purpose },
        { evidence: 'out_of_band', strength: 2 },
        { evidence: 'reauthentication', strength: 1 },
      ],
      acr_values: 'phr phrh',
      max_age: 60,
    });
  });

  test('is what every app can do where no policy says; the other outcomes ask for nothing', async () => {
    const pdp = await loadWith(asking(''));
    expect(stepUpOf(pdp.decide(RISKY).asks!, pdp.queries)).toEqual({
      anyOf: [
        { evidence: 'second_factor', strength: 2 },
        { evidence: 'reauthentication', strength: 1 },
      ],
      acr_values: 'urn:countersign:acr:second_factor urn:countersign:acr:reauthentication',
      max_age: 0,
    });
    const allowing = await loadWith(
      '@id("all") permit (principal, action == Countersign::Action::"allow", resource);',
    );
    expect(allowing.decide(RISKY)).not.toHaveProperty('asks');
  });

  test('by the default policy: an enrolled wallet, or any of what needs none', async () => {
    const pdp = await loadWith(await text('default.cedar'));
    const { anyOf } = stepUpOf(pdp.decide(RISKY).asks!, pdp.queries);
    expect(anyOf.map(({ evidence, query }) => query ?? evidence)).toEqual([
      'same-wallet',
      'second_factor',
      'out_of_band',
      'reauthentication',
    ]);
  });

  test.each([
    ['an evidence that nobody knows', '@asks("fingerprint")', /"fingerprint".*second_factor/],
    ['a query that nobody wrote', '@asks("presentation:same-walet")', /"same-walet".*same-wallet/],
    ['evidence of wallets without a query', '@asks("zk_predicate")', /zk_predicate/],
    ['nothing', '@asks(" ")', /names no evidence/],
    ['an age that is no number', '@max_age("soon")', /number of seconds/],
  ])('%s is not deployed', async (_, annotations, problem) => {
    await expect(loadWith(asking(annotations))).rejects.toMatchObject({
      code: 'policy-invalid',
      message: expect.stringMatching(problem),
    });
  });

  test('a policy that permits no step-up cannot ask for evidence', async () => {
    for (const action of ['== Countersign::Action::"allow"', '== Countersign::Action::"review"'])
      await expect(
        loadWith(`@id("a") @asks("liveness") permit (principal, action ${action}, resource);`),
      ).rejects.toMatchObject({ code: 'policy-invalid', message: expect.stringContaining('belong on') });
    await expect(
      loadWith('@id("a") @asks("liveness") forbid (principal, action, resource);'),
    ).rejects.toMatchObject({ code: 'policy-invalid' });
  });
});

describe('named presentation queries', () => {
  test('ask for the pseudonym by which wallets are enrolled', () => {
    expect(WALLET_SCOPE).toBe(ENROLLED_SCOPE);
  });

  test('say whether they are zero-knowledge, and whether they are about the enrolled wallet', () => {
    const kinds = Object.entries(own).map(([name, query]) => [
      name,
      isZeroKnowledge(query),
      isAboutWallet(query),
    ]);
    expect(kinds).toEqual([
      ['same-wallet', false, true],
      ['employee-clearance-3', true, true],
      ['over-18', true, false],
    ]);
  });

  const asked = (dcql_query: unknown, more = {}) => ({ own: { purpose: 'A test', dcql_query, ...more } });
  test.each([
    ['a format that is not verified', asked({ credentials: [{ id: 'a', format: 'vc+sd-jwt', meta: {} }] })],
    ['no types', asked({ credentials: [{ id: 'a', format: 'ldp_vc', meta: {} }] })],
    ['no query', { own: { purpose: 'A test' } }],
    ['no purpose', { own: { dcql_query: { credentials: [] } } }],
    ['members that nobody reads', asked({ credentials: [] }, { wallets: 'enrolled' })],
    ['a name that cannot be written in a policy', { 'A name': { purpose: 'A test', dcql_query: {} } }],
  ])('with %s are not deployed', async (_, queries) => {
    await expect(loadWith(asking('@asks("liveness")'), queries)).rejects.toMatchObject({
      code: 'policy-invalid',
      message: expect.stringContaining('presentation query'),
    });
  });
});
