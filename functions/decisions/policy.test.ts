import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { SubjectKind } from '../events/index.ts';
import { readAsset } from '../platform/index.ts';
import { compilePolicies } from './compile-policies.ts';
import { loadPolicies, type PolicyDecisionPoint, type PolicyQuestion } from './policy.ts';

const text = (name: string) => readFile(new URL(`./policies/${name}`, import.meta.url), 'utf8');

const loadWith = async (policies: string): Promise<PolicyDecisionPoint> => {
  const wasm = await readAsset('cedar_wasm_bg.wasm');
  return loadPolicies(
    wasm,
    await compilePolicies(wasm, {
      policies,
      schema: await text('countersign.cedarschema'),
      queries: JSON.parse(await text('queries.json')),
    }),
  );
};

const question = (
  changes: Partial<PolicyQuestion['context']> = {},
  kind: SubjectKind = 'person',
): PolicyQuestion => ({
  principal: { kind, id: 'p', roles: ['clerk'] },
  application: { id: 'backoffice', tenant: 'shop' },
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
    ...changes,
  },
});

describe('the default policy', () => {
  let pdp: PolicyDecisionPoint;
  beforeAll(async () => {
    pdp = await loadWith(await text('default.cedar'));
  });

  test('low risk passes, and the policy that said so is named', () => {
    expect(pdp.decide(question())).toEqual({ outcome: 'allow', determining: ['allow-low-risk'] });
  });

  test('people prove themselves, machines are looked at, and near certainty is denied', () => {
    const risky = { score: 0.4, level: 'medium' };
    expect(pdp.decide(question(risky)).outcome).toBe('step_up');
    expect(pdp.decide(question(risky, 'agent')).outcome).toBe('step_up');
    expect(pdp.decide(question(risky, 'service')).outcome).toBe('review');
    expect(pdp.decide(question({ score: 0.949999, level: 'high' })).outcome).toBe('step_up');
    expect(pdp.decide(question({ score: 0.95, level: 'high' }))).toEqual({
      outcome: 'deny',
      determining: [],
    });
  });

  test('a leaked credential is never enough, and what forbade it is named', () => {
    const leaked = question({ detections: ['leakedCredential'] });
    expect(pdp.decide(leaked)).toMatchObject({
      outcome: 'step_up',
      determining: ['never-allow-leaked-credential', 'step-up-people'],
    });
    const proved = (name: string) =>
      pdp.decide({ ...leaked, context: { ...leaked.context, proved: [name] } }).outcome;
    expect([proved('same-wallet'), proved('over-18')]).toEqual(['allow', 'step_up']);
    expect(pdp.decide(question({ detections: ['newDevice'] })).outcome).toBe('allow');
  });

  test('sensitive resources ask for more certainty, to the millionth', () => {
    const at = (score: number) => pdp.decide(question({ sensitivity: 'high', score })).outcome;
    expect(at(0.02)).toBe('allow');
    expect(at(0.020001)).toBe('step_up');
  });
});

describe('loading policies', () => {
  const permit = (id: string, when = 'true') =>
    `${id}permit (principal, action == Countersign::Action::"allow", resource) when { ${when} };`;

  test('a valid set replaces the default', async () => {
    const pdp = await loadWith(permit('@id("always")'));
    expect(pdp.decide(question({ score: 0.99, level: 'high' }))).toEqual({
      outcome: 'allow',
      determining: ['always'],
    });
  });

  test.each([
    ['a syntax error', 'permit (principal'],
    ['a policy without an id', permit('')],
    ['two policies of one id', permit('@id("a")') + permit('@id("a")')],
    ['an unknown attribute', permit('@id("a")', 'context.scroe > 5')],
    ['a type error', permit('@id("a")', 'context.score > "high"')],
    ['a template', '@id("a") permit (principal == ?principal, action, resource);'],
  ])('%s is refused', async (_, text) => {
    await expect(loadWith(text)).rejects.toMatchObject({ code: 'policy-invalid' });
  });
});
