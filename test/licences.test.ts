import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ASSETS } from '../functions/platform/assets.ts';
import { bundle } from '../infra/bundle.ts';

const ROOT = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'countersign-licences-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Licences that a server bundle may contain. */
const PERMISSIVE = /^\(?(Apache-2\.0|MIT|MIT-0|BSD-2-Clause|BSD-3-Clause|ISC|0BSD)( OR .*)?\)?$/;

/** Packages that state their licence in a file only, and what it says. */
const STATED: Record<string, string> = {
  // BSD-3-Clause; its context documents are under the W3C Software and Document License.
  '@digitalbazaar/credentials-context': 'BSD-3-Clause',
};

/** The packages that a bundle is made of, each with its licence. */
const packagesIn = (name: string): Map<string, string> => {
  const metafile = join(folder, `${name}.json`);
  const [entry] = globSync(`functions/*/${name}.handler.ts`, { cwd: ROOT });
  bundle({ entry: entry!, assets: {} }, join(folder, name), metafile);
  const inputs = Object.keys(JSON.parse(readFileSync(metafile, 'utf8')).inputs);
  expect(inputs.some((input) => input.startsWith('circuits/'))).toBe(false);
  const found = new Map<string, string>();
  for (const input of inputs) {
    const at = input.lastIndexOf('node_modules/');
    if (at < 0) continue;
    const rest = input.slice(at + 13).split('/');
    const depth = rest[0]!.startsWith('@') ? 2 : 1;
    const home = join(ROOT, input.slice(0, at + 13), ...rest.slice(0, depth));
    const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
    const label = manifest.name ?? rest.slice(0, depth).join('/');
    found.set(label, STATED[label] ?? String(manifest.license));
  }
  return found;
};

describe('server bundles', () => {
  test.each(Object.keys(ASSETS))(
    '%s contains permissively licensed packages only, and no circuits',
    (name) => {
      const packages = packagesIn(name);
      expect(packages.size).toBeGreaterThan(3);
      expect([...packages].filter(([, licence]) => !PERMISSIVE.test(licence))).toEqual([]);
    },
  );
});
