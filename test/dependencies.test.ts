import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** First cells of the tables: the packages that have a line, by full name; `*` stands for the rest of one. */
const described = [...read('docs/dependencies.md').matchAll(/^\| ([^|]+) \|/gm)].flatMap((row) =>
  row[1]!.split(', '),
);
const isDescribed = (name: string) =>
  described.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : one === name));

test.each(['package.json', 'circuits/package.json'])('every dependency of %s has earned its line', (file) => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read(file)) as Manifest;
  const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  expect(names.length).toBeGreaterThan(2);
  expect(names.filter((name) => !isDescribed(name))).toEqual([]);
});
