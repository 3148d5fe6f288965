import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { checkSignature, DEVELOPMENT_KEY } from '../../functions/risk/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-sign-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const run = (...options: string[]) =>
  spawnSync(process.execPath, [at('../sign.ts'), ...options], { encoding: 'utf8', timeout: 30_000 });

it('makes a key that only its owner reads, signs with it, and overwrites neither key nor a model that changed', () => {
  for (const name of ['risk.onnx', 'risk.manifest.json']) cpSync(at(`../${name}`), join(folder, name));
  const [key, manifest] = [join(folder, 'key.json'), join(folder, 'risk.manifest.json')];
  const made = run('--new-key', key);
  expect(made.status).toBe(0);
  const [, own] = /^public key: ([\w-]{43})\n$/.exec(made.stdout)!;
  expect(statSync(key).mode & 0o777).toBe(0o600);
  expect(run('--new-key', key)).toMatchObject({ status: 1, stderr: expect.stringContaining('EEXIST') });

  const read = () => JSON.parse(readFileSync(manifest, 'utf8'));
  checkSignature(read(), [DEVELOPMENT_KEY]);
  expect(run('--key', key, '--manifest', manifest)).toMatchObject({ status: 0 });
  checkSignature(read(), [own!]);
  expect(() => checkSignature(read(), [DEVELOPMENT_KEY])).toThrow(/not pinned/);

  appendFileSync(join(folder, 'risk.onnx'), 'x');
  expect(run('--key', key, '--manifest', manifest)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('nothing was signed'),
  });
  expect(run('--key', manifest, '--manifest', manifest).status).toBe(1);
});
