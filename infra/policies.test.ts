import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildPolicies } from './policies.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'policies-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const build = async (policies: string) => {
  writeFileSync(join(folder, 'own.cedar'), policies);
  writeFileSync(join(folder, 'README.md'), 'not a policy');
  const out = join(folder, 'policies.json');
  await buildPolicies(folder, out);
  return JSON.parse(readFileSync(out, 'utf8')).policies as Record<string, string>;
};

it("takes an operator's policy in the place of the default one of its name, and adds the others", async () => {
  const policies = await build(
    '@id("allow-low-risk") permit (principal, action == Countersign::Action::"allow", resource) when { context.score < 100 };\n' +
      '@id("own") forbid (principal, action == Countersign::Action::"allow", resource) when { context.session };',
  );
  expect(policies['allow-low-risk']).toContain('context.score < 100');
  expect(policies).toHaveProperty('own');
  expect(policies).toHaveProperty('step-up-people');
});

it.each([
  ['does not validate', '@id("x") permit (principal, action, resource) when { context.scroe > 1 };'],
  ['denies everybody', '@id("x") forbid (principal, action, resource);'],
])('deploys nothing that %s', async (_, policies) => {
  await expect(build(policies)).rejects.toMatchObject({ code: 'policy-invalid' });
});
