import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const readme = read('README.md');
const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((block) =>
  block[1]!.split('\n').filter((line) => line !== '' && !line.startsWith('#')),
);
const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts;

describe('the README', () => {
  test('begins with the two commands, and CI runs them', () => {
    expect(commands.slice(0, 2)).toEqual(['npm ci && npm start', 'npm ci && npm test']);
    const ci = read('.ci/run');
    expect(ci).toMatch(/^npm ci\b/m);
    expect(ci).toMatch(/^step npm test\b/m);
    // `npm start` runs until it is stopped: a test starts it as the README says and stops it.
    expect(read('test/e2e/start.test.ts')).toContain("spawn('npm', ['start'");
  });

  test('names only scripts that exist', () => {
    const named = [...readme.matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1]!);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test('tells its story in commands of docs/step-up.md, which a test runs', () => {
    const story = readme.slice(
      readme.indexOf('## One risky sign-in'),
      readme.indexOf('## Wallets, and proofs'),
    );
    const blocks = [...story.matchAll(/```sh\n[\s\S]*?```/g)].map(([block]) => block);
    expect(blocks.length).toBeGreaterThanOrEqual(6);
    const page = read('docs/step-up.md');
    expect(blocks.filter((block) => !page.includes(block))).toEqual([]);
  });

  test('links only to files that exist', () => {
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1]!);
    expect(links.filter((link) => !existsSync(join(ROOT, link)))).toEqual([]);
  });
});
