// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { type Compiled, compileCircuit } from '../setup/compile.ts';
import { paths } from '../setup/paths.ts';
import { ProvingError } from '../src/proving-error.ts';
import { calculateWitness } from '../src/witness.ts';
import { layOutStatement, type Statement, type WitnessInputs } from '../src/witness-inputs.ts';

const wasm = readFileSync(join(paths.keys, 'credential.wasm'));

/** The witness for inputs, by the committed calculator. Rejects when they do not satisfy the circuit. */
export async function witnessOf(inputs: WitnessInputs): Promise<bigint[]> {
  const words = new BigUint64Array((await calculateWitness(inputs, wasm)).slice(76).buffer);
  const limb = (i: number): bigint => words[i]!;
  return Array.from(
    { length: words.length / 4 },
    (_, i) => limb(4 * i) | (limb(4 * i + 1) << 64n) | (limb(4 * i + 2) << 128n) | (limb(4 * i + 3) << 192n),
  );
}

/** What the circuit says of a statement: `holds`, or the path of templates to the constraint that refuses it. */
export const verdict = (statement: Statement, change: WitnessInputs = {}): Promise<string> =>
  verdictOn({ ...layOutStatement(statement).inputs, ...change });

/** What the circuit says of inputs: `holds`, or the path of templates to the constraint that refuses them. */
export async function verdictOn(inputs: WitnessInputs): Promise<string> {
  try {
    await calculateWitness(inputs, wasm);
    return 'holds';
  } catch (error) {
    if (error instanceof ProvingError && error.code === 'proof-failed') return error.fields[0]!.field;
    throw error;
  }
}

/** Our circom sources. */
export const circuitSources = (): string[] =>
  globSync(['credential.circom', 'parts/*.circom'], { cwd: paths.circuits })
    .sort()
    .map((name) => join(paths.circuits, name));

/**
 * Compiles the circuit as it stands, once per state of its sources. Test files run side by side: each compiles into a
 * folder of its own, and the first to be done gives it the common name.
 */
export function compiledCircuit(): Compiled {
  const hash = createHash('sha256');
  for (const path of circuitSources()) hash.update(readFileSync(path));
  const name = `compiled-${hash.digest('hex').slice(0, 16)}`;
  const [done, own] = [join(paths.build, name), join(paths.build, `${name}-${process.pid}-${threadId}`)];
  if (!existsSync(done)) {
    const compiled = compileCircuit(paths.source, own);
    writeFileSync(join(own, 'compiled.json'), JSON.stringify(compiled).replaceAll(own, done));
    try {
      renameSync(own, done);
    } catch {
      // Another was first; both are the same.
      rmSync(own, { recursive: true });
    }
  }
  return JSON.parse(readFileSync(join(done, 'compiled.json'), 'utf8')) as Compiled;
}
