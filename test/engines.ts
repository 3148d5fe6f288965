import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compilePolicies } from '../functions/decisions/compile-policies.ts';
import type { DecideDeps } from '../functions/decisions/decide.ts';
import { loadPolicies } from '../functions/decisions/policy.ts';
import { readAsset } from '../functions/platform/index.ts';
import { loadScorer } from '../functions/risk/index.ts';
import { openNetworkLookup } from '../functions/signals/index.ts';
import { buildGeoData } from '../infra/geo-data.ts';

const POLICIES = join(import.meta.dirname, '../functions/decisions/policies');

/** The engines of the score function, from the repository: model, policy, geo data, a key. */
export const loadEngines = async (): Promise<Pick<DecideDeps, 'engines' | 'lookup' | 'pseudonymKey'>> => {
  const [model, manifest, wasmBinary, cedar, policies, schema, queries] = await Promise.all([
    readAsset('risk.onnx'),
    readAsset('risk.manifest.json'),
    readAsset('ort-wasm-simd-threaded.wasm'),
    readAsset('cedar_wasm_bg.wasm'),
    readFile(join(POLICIES, 'default.cedar'), 'utf8'),
    readFile(join(POLICIES, 'countersign.cedarschema'), 'utf8'),
    readFile(join(POLICIES, 'queries.json'), 'utf8'),
  ]);
  const scorer = await loadScorer({
    model,
    manifest: JSON.parse(manifest.toString('utf8')),
    wasmBinary,
  });
  const pdp = await loadPolicies(
    cedar,
    await compilePolicies(cedar, { policies, schema, queries: JSON.parse(queries) }),
  );
  const lookup = await openNetworkLookup(join(await buildGeoData(), 'geo'));
  return {
    engines: { scorer: async () => scorer, pdp: async () => pdp },
    lookup: async () => lookup,
    pseudonymKey: async () => 'a-key-for-benchmarks-and-tests-only-0123456789',
  };
};
