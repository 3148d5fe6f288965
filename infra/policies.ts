import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compilePolicies } from '../functions/decisions/compile-policies.ts';
import { DecisionError } from '../functions/decisions/decision-error.ts';
import { loadPolicies } from '../functions/decisions/policy.ts';
import { checkPolicies } from '../functions/decisions/policy-check.ts';
import { ASSETS, readAsset } from '../functions/platform/index.ts';
import { ROOT } from './bundle.ts';

const SOURCE = 'functions/decisions/policies';

/**
 * The operator's own policies: every `.cedar` file of the folder, in the order of their names. A policy with the
 * `@id` of a default one takes its place, the others are added.
 */
const ownPolicies = async (folder: string | undefined): Promise<string | undefined> => {
  if (folder === undefined) return undefined;
  const names = (await readdir(folder)).filter((name) => name.endsWith('.cedar')).sort();
  return (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join('\n');
};

/** The operator's own presentation queries: `queries.json` in the folder, where there is one. */
const ownQueries = async (folder: string | undefined): Promise<unknown> => {
  if (folder === undefined || !(await readdir(folder)).includes('queries.json')) return {};
  const text = await readFile(join(folder, 'queries.json'), 'utf8');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DecisionError('policy-invalid', 'queries.json is not JSON', { status: 422, cause });
  }
};

/**
 * Compiles the policy set that functions take along. One that is invalid, denies everybody or locks operators out
 * ends the synthesis, so that it is never deployed.
 *
 * @param folder of the operator's own policies and queries. @default `COUNTERSIGN_POLICIES`, or none
 * @param out the compiled set. @default where bundles take it from
 * @throws DecisionError `policy-invalid`, naming what is wrong.
 */
export const buildPolicies = async (
  folder: string | undefined = process.env.COUNTERSIGN_POLICIES,
  out: string = join(ROOT, ASSETS.score['policies.json']),
): Promise<void> => {
  const [wasm, policies, schema, queries, overrides, own] = await Promise.all([
    readAsset('cedar_wasm_bg.wasm'),
    readFile(join(ROOT, SOURCE, 'default.cedar'), 'utf8'),
    readFile(join(ROOT, SOURCE, 'countersign.cedarschema'), 'utf8'),
    readFile(join(ROOT, SOURCE, 'queries.json'), 'utf8'),
    ownPolicies(folder),
    ownQueries(folder),
  ]);
  const compiled = await compilePolicies(wasm, {
    policies,
    schema,
    ownQueries: { ...JSON.parse(queries), ...(own as object) },
    ...(overrides === undefined ? {} : { overrides }),
  });
  checkPolicies(await loadPolicies(wasm, compiled), 'default');
  await mkdir(dirname(out), { recursive: true });
  // Aside first: another synthesis may be reading.
  const aside = `${out}.${process.pid}`;
  await writeFile(aside, JSON.stringify(compiled));
  await rename(aside, out);
};
