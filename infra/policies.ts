import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compilePolicies } from '../functions/decisions/compile-policies.ts';
import { ASSETS, readAsset } from '../functions/platform/index.ts';
import { ROOT } from './bundle.ts';

const SOURCE = 'functions/decisions/policies';

/**
 * Compiles the policy set that the score function takes along. An invalid one ends the synthesis, so that it
 * is never deployed.
 *
 * @throws DecisionError `policy-invalid`, naming what is wrong.
 */
export const buildPolicies = async (): Promise<void> => {
  const [wasm, policies, schema] = await Promise.all([
    readAsset('cedar_wasm_bg.wasm'),
    readFile(join(ROOT, SOURCE, 'default.cedar'), 'utf8'),
    readFile(join(ROOT, SOURCE, 'countersign.cedarschema'), 'utf8'),
  ]);
  const out = join(ROOT, ASSETS.score['policies.json']);
  await mkdir(dirname(out), { recursive: true });
  // Aside first: another synthesis may be reading.
  const aside = `${out}.${process.pid}`;
  await writeFile(aside, JSON.stringify(await compilePolicies(wasm, { policies, schema })));
  await rename(aside, out);
};
