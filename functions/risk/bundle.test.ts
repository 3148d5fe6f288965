import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, expect, it } from 'vitest';
import { evaluateTerms } from '../../models/onnx/additive-model.ts';
import { writeModel } from '../../models/onnx/write-model.ts';
import { featuresOf, manifestOf } from '../../models/testing/manifest-of.ts';
import { randomModel } from '../../models/testing/random-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-risk-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

it('scores from a minified bundle with nothing beside it but the model, its manifest and the WASM file', async () => {
  const model = randomModel(3);
  const bytes = writeModel(model, 'test');
  const entry = `
    import { readFileSync } from 'node:fs';
    import { loadScorer } from ${JSON.stringify(at('./index.ts'))};
    const read = (name) => readFileSync(new URL(name, import.meta.url));
    const { manifest, features } = JSON.parse(read('manifest.json'));
    const scorer = await loadScorer({ model: read('risk.onnx'), manifest, features, wasmBinary: read('ort.wasm') });
    const vector = new Float32Array(${model.width}).fill(0.25);
    vector[2] = NaN;
    const { contributions } = await scorer.score(vector);
    console.log(JSON.stringify(contributions.map((term) => term.contribution)));`;
  const { metafile } = await build({
    stdin: { contents: entry, resolveDir: at('.') },
    outfile: join(folder, 'index.mjs'),
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
    logLevel: 'silent',
  });
  writeFileSync(join(folder, 'risk.onnx'), bytes);
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ manifest: manifestOf(model, bytes), features: featuresOf(model) }),
  );
  copyFileSync(
    at('../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'),
    join(folder, 'ort.wasm'),
  );

  const printed = execFileSync(process.execPath, ['index.mjs'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 30_000,
  });
  const vector = new Float32Array(model.width).fill(0.25);
  vector[2] = Number.NaN;
  expect(JSON.parse(printed)).toEqual([...evaluateTerms(model, vector)]);

  expect(readdirSync(folder).sort()).toEqual(['index.mjs', 'manifest.json', 'ort.wasm', 'risk.onnx']);
  const runtimes = Object.keys(metafile.inputs).filter((path) => path.includes('onnxruntime-web'));
  expect(runtimes).toHaveLength(1);
  expect(runtimes[0]).toMatch(/ort\.wasm\.bundle\.min\.mjs$/);
});
