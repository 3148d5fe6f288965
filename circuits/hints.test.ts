// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { paths } from './setup/paths.ts';
import { circuitSources } from './testing/circuit.ts';

/** Every source that the circuit includes, circomlib's too. */
function includedSources(): string[] {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, name] of readFileSync(path, 'utf8').matchAll(/^include "([^"]+)"/gm))
      visit(name!.startsWith('circomlib/') ? join(paths.includes, name!) : join(dirname(path), name!));
  };
  visit(paths.source);
  return [...seen];
}

/**
 * The signals of a source that a hint (`<--`, `-->`) assigns and no constraint of the same template holds. A signal is
 * held when a statement with `===`, `<==` or `==>` names it.
 */
export function unconstrainedHints(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
  return code
    .split(/\btemplate\b/)
    .slice(1)
    .flatMap((template) => {
      const name = /^\s*(\w+)/.exec(template)?.[1];
      const statements = template.split(/[;{}]/);
      const hinted = statements.flatMap((statement) => {
        const match = /([\w.]+)\s*(?:\[[^<]*\])?\s*<--/.exec(statement) ?? /-->\s*([\w.]+)/.exec(statement);
        return match === null ? [] : [match[1]!];
      });
      const held = (signal: string): boolean =>
        statements.some((s) => /===|<==|==>/.test(s) && new RegExp(`(^|[^\\w.])${signal}\\b`).test(s));
      return [...new Set(hinted)].filter((signal) => !held(signal)).map((signal) => `${name}.${signal}`);
    });
}

describe('hints', () => {
  it('each stand beside a constraint that names the signal, in our circuits and in all they include', () => {
    const sources = includedSources();
    expect(sources).toEqual(expect.arrayContaining(circuitSources()));
    for (const path of sources)
      expect(unconstrainedHints(readFileSync(path, 'utf8')), relative(paths.repository, path)).toEqual([]);
  });

  it('are counted: our own sources hold the ones we know of', () => {
    const count = circuitSources().map((path) => readFileSync(path, 'utf8').split('<--').length - 1);
    expect(count.reduce((a, b) => a + b)).toBeGreaterThan(4);
  });

  it('without a constraint are found', () => {
    expect(unconstrainedHints('template T() { signal input a; signal b; b <-- a*a; }')).toEqual(['T.b']);
    expect(unconstrainedHints('template T() { signal b[2]; for (;;) { b[i] <-- 1; } bb === 1; }')).toEqual([
      'T.b',
    ]);
    expect(unconstrainedHints('template T() { signal b; 1 --> b; /* b === 1; */ }')).toEqual(['T.b']);
    expect(unconstrainedHints('template T() { signal b; b <-- 1; } template U() { b === 1; }')).toEqual([
      'T.b',
    ]);
    expect(unconstrainedHints('template T() { signal b; b <-- 1; b*b === 1; }')).toEqual([]);
  });
});
