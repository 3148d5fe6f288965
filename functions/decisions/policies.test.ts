import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTables, type TestTables } from '../../test/tables.ts';
import { readAsset } from '../platform/index.ts';
import { catalogue } from '../signals/index.ts';
import { activePolicies, loadOwnPolicies, POLICY_CACHE_MS } from './active-policies.ts';
import type { Basis } from './basis.ts';
import { type CompiledPolicies, compilePolicies, schemaWithSignals } from './compile-policies.ts';
import type { Decision } from './decision.ts';
import {
  activateVersion,
  addVersion,
  dryRun,
  loadProposed,
  type PolicyDeps,
  rollBack,
} from './manage-policies.ts';
import { loadPolicies, type PolicyDecisionPoint, type PolicyQuestion } from './policy.ts';
import { activeVersion, policyVersions } from './policy-versions.store.ts';

const file = (name: string) => readFile(new URL(`./policies/${name}`, import.meta.url), 'utf8');

let wasm: Buffer<ArrayBuffer>;
let compiled: CompiledPolicies;
let tables: TestTables;
let deps: PolicyDeps;
let now = Date.UTC(2026, 10, 20);
beforeAll(async () => {
  tables = await startTables();
  wasm = await readAsset('cedar_wasm_bg.wasm');
  compiled = await compilePolicies(wasm, {
    policies: await file('default.cedar'),
    schema: await file('countersign.cedarschema'),
    ownQueries: JSON.parse(await file('queries.json')),
  });
  deps = {
    versions: policyVersions(tables.client, tables.policies),
    own: async () => ({ wasm, compiled }),
    clock: () => now,
  };
});
afterAll(() => tables?.close());

const question = (
  context: Partial<PolicyQuestion['context']> = {},
  more: Partial<PolicyQuestion['principal'] & PolicyQuestion['application'] & { app: string }> = {},
): PolicyQuestion => ({
  principal: { kind: more.kind ?? 'person', id: 'p', roles: more.roles ?? [] },
  application: { id: more.app ?? 'backoffice', tenant: more.tenant ?? 'shop' },
  context: {
    score: 0.01,
    level: 'low',
    maturity: 'established',
    attempt: 'sign_in',
    result: 'success',
    factors: ['password'],
    detections: [],
    sensitivity: 'unknown',
    session: false,
    evidence: [],
    signals: {},
    ...context,
  },
});

const strict =
  '@id("strict") forbid (principal, action == Countersign::Action::"allow", resource) when { context.score > 5000 };';

describe('the examples', () => {
  const withExample = async (name: string): Promise<PolicyDecisionPoint> =>
    loadProposed(deps, 'shop', { policies: await file(`examples/${name}.cedar`), over: 'default' });

  test('two-person rule: payroll and high risks take two reviewers', async () => {
    const pdp = await withExample('two-person-rule');
    const may = (approvals: number, answer: 'allow' | 'deny', level: string, app = 'backoffice') =>
      pdp.mayResolve(question({ level }, { app }), { reviewer: 'ada', answer, approvals });
    expect([may(1, 'allow', 'medium'), may(1, 'deny', 'high')]).toEqual([true, true]);
    expect([may(1, 'allow', 'high'), may(2, 'allow', 'high')]).toEqual([false, true]);
    expect([may(1, 'deny', 'medium', 'payroll'), may(2, 'deny', 'medium', 'payroll')]).toEqual([false, true]);
    expect(may(0, 'deny', 'low')).toBe(false);
  });

  test('mandatory human review: administrators are looked at where others prove themselves', async () => {
    const pdp = await withExample('mandatory-human-review');
    const risky = { score: 0.4, level: 'medium' };
    expect(pdp.decide(question(risky)).outcome).toBe('step_up');
    expect(pdp.decide(question(risky, { roles: ['administrator'] }))).toEqual({
      outcome: 'review',
      determining: ['administrators-are-reviewed', 'administrators-do-not-step-up'],
    });
    expect(pdp.decide(question({}, { roles: ['administrator'] })).outcome).toBe('allow');
    // A policy that forbids several answers is named once.
    const policies =
      '@id("closed") forbid (principal, action, resource == Countersign::Application::"vault");';
    const closing = await loadProposed(deps, 'shop', { policies, over: 'default' });
    expect(closing.decide(question({}, { app: 'vault' }))).toMatchObject({
      outcome: 'deny',
      determining: ['closed'],
    });
  });

  test('application thresholds: lenient here, strict there, by single signals', async () => {
    const pdp = await withExample('application-thresholds');
    const at = (score: number, level: string, app: string, signals = {}) =>
      pdp.decide(question({ score, level, signals }, { app })).outcome;
    expect([at(0.15, 'medium', 'newsletter'), at(0.15, 'medium', 'backoffice')]).toEqual([
      'allow',
      'step_up',
    ]);
    expect([at(0.009, 'low', 'payroll'), at(0.01, 'low', 'payroll')]).toEqual(['allow', 'step_up']);
    expect(at(0.009, 'low', 'payroll', { anonymizedIPAddress: 0.7 })).toBe('review');
    expect(at(0.009, 'low', 'backoffice', { anonymizedIPAddress: 0.7 })).toBe('allow');
  });

  test('tenant thresholds: one tenant is stricter than another', async () => {
    const pdp = await withExample('tenant-thresholds');
    const at = (score: number, tenant: string, maturity = 'established') =>
      pdp.decide(question({ score, maturity }, { tenant })).outcome;
    expect([at(0.006, 'bank'), at(0.006, 'shop'), at(0.005, 'bank')]).toEqual(['step_up', 'allow', 'allow']);
    expect([at(0.001, 'bank', 'none'), at(0.001, 'shop', 'none')]).toEqual(['step_up', 'allow']);
  });

  test('stated purpose: some records are opened for a reason only', async () => {
    const pdp = await withExample('stated-purpose');
    const to = (app: string, purpose?: string, roles: string[] = []) =>
      pdp.decide(question(purpose === undefined ? {} : { purpose }, { app, roles })).outcome;
    expect([to('customer-records', 'support'), to('customer-records')]).toEqual(['allow', 'step_up']);
    expect(to('backoffice')).toBe('allow');
    expect(to('customer-records', 'marketing', ['administrator'])).toBe('step_up');
    expect(to('customer-records', 'support', ['administrator'])).toBe('allow');
  });

  test('agents, services and devices are principals of their own', async () => {
    const kinds = ['person', 'agent', 'service', 'device'] as const;
    const policies = kinds
      .map(
        (kind) =>
          `@id("no-${kind}") forbid (principal is Countersign::${kind[0]!.toUpperCase()}${kind.slice(1)}, action == Countersign::Action::"allow", resource) when { resource.tenant == "${kind}" };`,
      )
      .join('\n');
    const pdp = await loadProposed(deps, 'shop', { policies, over: 'default' });
    for (const tenant of kinds)
      expect(kinds.filter((kind) => pdp.decide(question({}, { kind, tenant })).outcome !== 'allow')).toEqual([
        tenant,
      ]);
  });
});

describe('the schema', () => {
  test('knows every signal of the catalogue, and refuses one that is misspelt', async () => {
    for (const { code } of catalogue) expect(compiled.schema).toContain(`"${code}"?: Long`);
    expect(schemaWithSignals('type Signals = {};', ['a'])).toContain('"a"?: Long');
    const policies = (code: string) =>
      `@id("s") forbid (principal, action, resource) when { context.signals has ${code} && context.signals.${code} > 900 };`;
    await loadProposed(deps, 'shop', { policies: policies('newCountry'), over: 'default' });
    await expect(
      loadProposed(deps, 'shop', { policies: policies('newContry'), over: 'default' }),
    ).rejects.toMatchObject({ code: 'policy-invalid', status: 422 });
  });
});

describe('a proposed policy is refused', () => {
  const never = 'forbid (principal, action, resource);';
  const noAllow = (role: string) =>
    ['allow', 'step_up']
      .map(
        (action) =>
          `@id("no-${action}") forbid (principal, action == Countersign::Action::"${action}", resource) when { principal.roles.contains("${role}") };`,
      )
      .join('\n');
  test.each([
    ['that denies everybody', `@id("never") ${never}`, /denies everybody/],
    ['that locks operators out', noAllow('operator'), /locks out.*operator/],
    ['that locks administrators out', noAllow('administrator'), /locks out.*administrator/],
    [
      'that lets no reviewer allow',
      '@id("stuck") forbid (principal, action == Countersign::Action::"resolve", resource) when { context.answer == "allow" };',
      /no reviewers allow/,
    ],
    ['that does not parse', 'permit (', /cannot be read/],
    [
      'that has a type error',
      '@id("a") permit (principal, action, resource) when { context.score == "x" };',
      /does not validate/,
    ],
    ['without a name', never, /@id/],
  ])('%s, and nothing is on record', async (_, policies, problem) => {
    await expect(addVersion(deps, 'refused', { policies, over: 'default' }, 'ada')).rejects.toMatchObject({
      code: 'policy-invalid',
      status: 422,
      message: expect.stringMatching(problem),
    });
    expect(await deps.versions.history('refused')).toMatchObject({ latest: 0, activations: [] });
  });

  test('in place of the default, when it permits nothing', async () => {
    await expect(
      addVersion(deps, 'refused', { policies: strict, over: 'nothing' }, 'ada'),
    ).rejects.toMatchObject({
      code: 'policy-invalid',
    });
  });
});

describe('versions', () => {
  test('are on record, activated, rolled back, and belong to their tenant', async () => {
    const first = await addVersion(deps, 'shop', { policies: strict, over: 'default' }, 'ada');
    expect(first.version).toBe(1);
    expect(activeVersion(await deps.versions.history('shop'))).toBe(0);
    expect(activeVersion(await activateVersion(deps, 'shop', 1, 'ada'))).toBe(1);
    const second = await addVersion(
      deps,
      'shop',
      { policies: strict.replace('5000', '1'), over: 'default' },
      'bob',
    );
    await activateVersion(deps, 'shop', second.version, 'bob');
    expect(activeVersion(await rollBack(deps, 'shop', 'ada'))).toBe(1);
    expect(activeVersion(await activateVersion(deps, 'shop', 0, 'ada'))).toBe(0);
    expect(activeVersion(await deps.versions.history('bank'))).toBe(0);
    await expect(activateVersion(deps, 'bank', 1, 'eve')).rejects.toMatchObject({
      code: 'policy-unknown',
      status: 404,
    });
  });

  test('added by several at once are all kept, each with its number', async () => {
    const added = await Promise.all(
      [1, 2, 3].map((score) =>
        addVersion(deps, 'busy', { policies: strict.replace('5000', String(score)), over: 'default' }, 'ada'),
      ),
    );
    expect(added.map(({ version }) => version).sort()).toEqual([1, 2, 3]);
    for (const version of added)
      expect(await deps.versions.version('busy', version.version)).toEqual(version);
  });
});

describe('the active policy', () => {
  test('is picked up within the cache time, without a decision waiting for a read', async () => {
    let reads = 0;
    let failing = false;
    const failures: unknown[] = [];
    const pdpOf = activePolicies({
      loadOwn: () =>
        loadOwnPolicies(async (name) =>
          name === 'policies.json' ? (Buffer.from(JSON.stringify(compiled)) as Buffer<ArrayBuffer>) : wasm,
        ),
      active: async (tenant) => {
        reads++;
        if (failing) throw new Error('the store is away');
        return deps.versions.active(tenant);
      },
      clock: () => now,
      onFailure: (error) => failures.push(error),
    });
    const outcome = async () => (await pdpOf('cached')).decide(question()).outcome;
    expect(await outcome()).toBe('allow');
    await addVersion(deps, 'cached', { policies: strict, over: 'default' }, 'ada');
    await activateVersion(deps, 'cached', 1, 'ada');
    for (let index = 0; index < 50; index++) expect(await outcome()).toBe('allow');
    expect(reads).toBe(1);
    now += POLICY_CACHE_MS;
    // This one starts the look, and does not wait for it.
    expect(await outcome()).toBe('allow');
    await expect.poll(outcome).toBe('step_up');
    expect(reads).toBe(2);
    // A store that is away later changes nothing.
    failing = true;
    now += POLICY_CACHE_MS;
    expect(await outcome()).toBe('step_up');
    await expect.poll(() => failures.length).toBe(1);
    expect(await outcome()).toBe('step_up');
    // A tenant that this process never saw has no policy then: the fallback has to decide.
    await expect(pdpOf('stranger')).rejects.toThrow();
  });
});

describe('a dry run', () => {
  test('says what would change, from what was recorded', async () => {
    const decisions = [0.001, 0.004, 0.009, 0.012, 0.4].map((score, index) => {
      const level: Decision['level'] = score > 0.05 ? 'medium' : 'low';
      const decision: Decision = {
        eventId: `e-${index}`,
        subject: 'p',
        score,
        level,
        outcome: level === 'low' ? 'allow' : 'step_up',
        mode: 'shadow',
        base: 0,
        reasons: [],
        policy: { determining: [] },
        baseline: { maturity: 'established', events: 9 },
        model: { id: 'm', digest: 'd' },
        evaluators: { ran: [], skipped: [] },
        time: '2026-11-20T10:00:00.000Z',
        decidedAt: '2026-11-20T10:00:00.000Z',
      };
      const { attempt, result, factors, detections, sensitivity } = question().context;
      const basis: Basis = {
        features: '',
        policy: 'x',
        question: {
          kind: 'person',
          roles: [],
          application: 'a',
          attempt,
          result,
          factors,
          detections,
          sensitivity,
        },
      };
      const observation = {
        eventKey: 'k',
        time: 0,
        teaches: false,
        failed: false,
        factorFailed: false,
        keys: {},
      };
      return { key: 'k', tenant: 'shop', decision, basis, observation };
    });
    const same = await loadPolicies(wasm, compiled);
    expect(dryRun(same, decisions)).toEqual({ decisions: 5, changed: 0, changes: [], examples: [] });
    const run = dryRun(await loadProposed(deps, 'shop', { policies: strict, over: 'default' }), decisions);
    expect(run).toMatchObject({
      decisions: 5,
      changed: 2,
      changes: [{ from: 'allow', to: 'step_up', count: 2 }],
      examples: [{ eventId: 'e-2', determining: ['step-up-people', 'strict'] }, { eventId: 'e-3' }],
    });
  });
});
