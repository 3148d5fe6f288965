import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from './testing/bundle.ts';
import { digestOf, semaphoreKeyText, semaphoreProofs } from './testing/semaphore.ts';

const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'countersign-groth16-'));
afterAll(() => rm(folder, { recursive: true }));

let packages: Set<string>;
beforeAll(async () => {
  packages = await bundle(new URL('index.ts', import.meta.url), join(folder, 'index.mjs'));
});

/** A process that verifies with the bundle, says what keeps it alive, and is left to end by itself. */
const PROGRAM = `
import { loadVerificationKey, verify, verifyBatch } from './index.mjs';
import input from './input.json' with { type: 'json' };
const key = await loadVerificationKey(input.key, { digest: input.digest });
const { publicSignals, proof } = input;
console.log(JSON.stringify({
  valid: verify(key, publicSignals, proof),
  changed: verify(key, publicSignals.with(2, '1'), proof),
  batch: verifyBatch(key, [input, { publicSignals: publicSignals.with(2, '1'), proof }, input]),
  resources: process.getActiveResourcesInfo().filter((name) => !/^(Pipe|TTY|File)/.test(name)),
}));
`;

describe('the bundled engine', () => {
  it('verifies under Node as one ESM file, and leaves no worker or handle behind', async () => {
    const { depth, publicSignals, proof } = semaphoreProofs[0]!;
    const key = semaphoreKeyText(depth);
    const input = { key, digest: digestOf(key), publicSignals, proof };
    await writeFile(join(folder, 'input.json'), JSON.stringify(input));
    await writeFile(join(folder, 'main.mjs'), PROGRAM);
    // Without process.exit: a worker or an open handle would keep it from ending, and the time limit fail it.
    const { stdout } = await run(process.execPath, [join(folder, 'main.mjs')], {
      cwd: folder,
      timeout: 20_000,
    });
    expect(JSON.parse(stdout)).toEqual({
      valid: true,
      changed: false,
      batch: { valid: false, failed: [{ index: 1 }] },
      resources: [],
    });
  });

  it('holds mcl-wasm, a hash function and this room, and no snarkjs or other package', () => {
    expect([...packages]).toEqual(['@noble/hashes', 'mcl-wasm']);
  });
});
