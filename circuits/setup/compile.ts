// SPDX-License-Identifier: GPL-3.0-or-later
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { paths } from './paths.ts';

/** What the compiler made. */
export interface Compiled {
  readonly r1cs: string;
  readonly wasm: string;
  /** Names of the wires. */
  readonly sym: string;
  readonly constraints: number;
  readonly wires: number;
}

/**
 * Compiles a circuit with circom (compiled to WebAssembly) at `--O2`.
 *
 * @param source path of a `.circom` file with a main component.
 * @throws Error with the compiler's message.
 */
export function compileCircuit(source: string, outDir: string): Compiled {
  mkdirSync(outDir, { recursive: true });
  const cwd = paths.repository;
  const local = (path: string): string => relative(cwd, path);
  const args = [
    local(source),
    '--O2',
    '--r1cs',
    '--wasm',
    '--sym',
    '-l',
    local(paths.includes),
    '-o',
    local(outDir),
  ];
  const out = execFileSync(process.execPath, [paths.compiler, ...args], {
    cwd,
    encoding: 'utf8',
    stdio: 'pipe',
  });
  const count = (label: string): number =>
    Number(new RegExp(`${label}[^:]*: (\\d+)`).exec(out)?.[1] ?? Number.NaN);
  if (!out.includes('Everything went okay')) throw new Error(`circom failed:\n${out}`);
  const name = source
    .split('/')
    .at(-1)!
    .replace(/\.circom$/, '');
  return {
    r1cs: join(outDir, `${name}.r1cs`),
    wasm: join(outDir, `${name}_js`, `${name}.wasm`),
    sym: join(outDir, `${name}.sym`),
    constraints: count('non-linear constraints') + count('\nlinear constraints'),
    wires: count('wires'),
  };
}
