import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTables, type TestTables } from '../../test/tables.ts';
import { readAsset } from '../platform/index.ts';
import { compileOver } from './active-policies.ts';
import { type CompiledPolicies, compilePolicies } from './compile-policies.ts';
import { type KeepPoliciesDeps, keepPolicies } from './keep-policies.ts';
import { type LogStore, logStore } from './log.store.ts';
import { policyDigest } from './policy.ts';

const file = (name: string) => readFile(new URL(`./policies/${name}`, import.meta.url), 'utf8');
const STRICT = {
  over: 'default',
  policies:
    '@id("strict") forbid (principal, action == Countersign::Action::"allow", resource) when { context.score > 10 };',
} as const;

let tables: TestTables;
let log: LogStore;
let wasm: Buffer<ArrayBuffer>;
let own: CompiledPolicies;
let deps: KeepPoliciesDeps;
beforeAll(async () => {
  tables = await startTables();
  log = logStore(tables.client, tables.log, Date.now);
  wasm = await readAsset('cedar_wasm_bg.wasm');
  own = await compilePolicies(wasm, {
    policies: await file('default.cedar'),
    schema: await file('countersign.cedarschema'),
    queries: JSON.parse(await file('queries.json')),
  });
  deps = {
    log,
    own: async () => own,
    wasm: async () => wasm,
    active: async (tenant) => (tenant === 'bank' ? STRICT : undefined),
  };
});
afterAll(() => tables?.close());

describe('the policies of a decision', () => {
  test("are kept: the deployment's own, and a tenant's version over them", async () => {
    const keep = keepPolicies(deps);
    expect(await keep('shop', policyDigest(own))).toBe(true);
    const strict = await compileOver(wasm, own, STRICT);
    expect(await keep('bank', policyDigest(strict))).toBe(true);
    for (const set of [own, strict]) {
      const kept = (await log.policies(policyDigest(set)))!;
      expect(kept).toEqual({ policies: set.policies, schema: set.schema });
      expect(policyDigest(kept)).toBe(policyDigest(set));
    }
  });

  test('are found again though others are deployed and active since', async () => {
    const other = { ...own, policies: { ...own.policies, more: STRICT.policies } };
    const later = keepPolicies({ ...deps, own: async () => other, active: async () => undefined });
    expect(await later('bank', policyDigest(await compileOver(wasm, own, STRICT)))).toBe(true);
  });

  test('that are no longer at hand are not made up', async () => {
    expect(await keepPolicies(deps)('shop', 'f'.repeat(64))).toBe(false);
    expect(await log.policies('f'.repeat(64))).toBeUndefined();
  });

  test('are looked for once in a process', async () => {
    let reads = 0;
    const counting: KeepPoliciesDeps = {
      ...deps,
      log: {
        ...log,
        policies: (digest) => {
          reads++;
          return log.policies(digest);
        },
      },
    };
    const keep = keepPolicies(counting);
    for (let index = 0; index < 3; index++) await keep('shop', policyDigest(own));
    expect(reads).toBe(1);
  });
});
