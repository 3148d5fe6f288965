import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compilePolicies } from '../functions/decisions/compile-policies.ts';
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

/**
 * Compiles the policy set that functions take along. One that is invalid, denies everybody or locks operators out
 * ends the synthesis, so that it is never deployed.
 *
 * @param folder of the operator's own policies. @default `COUNTERSIGN_POLICIES`, or none
 * @param out the compiled set. @default where bundles take it from
 * @throws DecisionError `policy-invalid`, naming what is wrong.
 */
export const buildPolicies = async (
  folder: string | undefined = process.env.COUNTERSIGN_POLICIES,
  out: string = join(ROOT, ASSETS.score['policies.json']),
): Promise<void> => {
  const [wasm, policies, schema, overrides] = await Promise.all([
    readAsset('cedar_wasm_bg.wasm'),
    readFile(join(ROOT, SOURCE, 'default.cedar'), 'utf8'),
    readFile(join(ROOT, SOURCE, 'countersign.cedarschema'), 'utf8'),
    ownPolicies(folder),
  ]);
  const compiled = await compilePolicies(wasm, {
    policies,
    schema,
    ...(overrides === undefined ? {} : { overrides }),
  });
  checkPolicies(await loadPolicies(wasm, compiled), 'default');
  await mkdir(dirname(out), { recursive: true });
  // Aside first: another synthesis may be reading.
  const aside = `${out}.${process.pid}`;
  await writeFile(aside, JSON.stringify(compiled));
  await rename(aside, out);
};
