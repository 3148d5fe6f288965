import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ASSETS } from '../functions/platform/index.ts';
import { OPERATIONS } from '../infra/openapi/openapi.ts';

const page = readFileSync(join(import.meta.dirname, '../SECURITY.md'), 'utf8');

describe('SECURITY.md says who is trusted with what', () => {
  test.each(Object.keys(ASSETS))('function %s', (name) => {
    const firstCells = [...page.matchAll(/^\| ([^|]+) \|/gm)].map((row) => row[1]!);
    expect(firstCells.flatMap((cell) => cell.split(', '))).toContain(`\`${name}\``);
  });

  const open = Object.entries(OPERATIONS).flatMap(([route, { scopes }]) =>
    scopes.length === 0 ? [route] : [],
  );
  test.each(open)('public route %s', (route) => {
    const [method, path] = route.split(' ') as [string, string];
    // Routes of one resource share a cell, which shortens what they begin with alike.
    const short = path.replace('/v1/presentation-requests/{id}', '…/{id}');
    const cell = [...page.matchAll(/^\| ([^|]+) \|/gm)].find(
      ([, text]) => text!.includes(path) || text!.includes(short),
    );
    expect(cell?.[1]).toContain(`\`${method}`);
  });

  test('and no public route besides', () => {
    const section = page.slice(page.indexOf('| public route |'), page.indexOf('Each function has a role'));
    const named = [...section.matchAll(/((?:\/v1|\/\.well-known|\/openapi|…)[\w./{}-]+)/g)].map((match) =>
      match[1]!.replace('…/{id}', '/v1/presentation-requests/{id}'),
    );
    const paths = new Set(open.map((route) => route.split(' ')[1]));
    expect(new Set(named)).toEqual(paths);
  });
});
