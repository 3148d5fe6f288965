// SPDX-License-Identifier: GPL-3.0-or-later
// `npm run bench -w circuits`: what issuing, witness and proving cost on this machine, beside a circuit of 38,004
// constraints (the smallest published size of iden3's credentialAtomicQueryV3) with the same mix of constraints.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as snarkjs from 'snarkjs';
import type { KeyManifest } from '../setup/export-keys.ts';
import { paths } from '../setup/paths.ts';
import { releaseProver } from '../src/prove.ts';
import { calculateWitness } from '../src/witness.ts';
import { witnessInputs } from '../src/witness-inputs.ts';
import { sampleStatement } from '../testing/sample.ts';
import { enlarge } from './reference-key.ts';

/** Constraints of iden3's credentialAtomicQueryV3 on chain in its smallest published size. */
const REFERENCE = 38_004;

/** What the benchmark found; times in milliseconds, the median of its runs. */
export interface ProvingNumbers {
  readonly constraints: number;
  readonly publicSignals: number;
  readonly threads: number;
  readonly witnessMs: number;
  readonly proveMs: number;
  /** Processor time of one proof, all threads together. */
  readonly proveCpuMs: number;
  readonly referenceProveMs: number;
  readonly referenceCpuMs: number;
  readonly provingKeyBytes: number;
  readonly peakMemoryMb: number;
}

const file = (name: string): Uint8Array => new Uint8Array(readFileSync(join(paths.keys, name)));
const manifest = JSON.parse(new TextDecoder().decode(file('manifest.json'))) as KeyManifest;

/** Median of wall time and processor time over a few runs, after one that does not count. */
async function measure(run: () => Promise<unknown>, runs = 5): Promise<{ wall: number; cpu: number }> {
  await run();
  const samples: { wall: number; cpu: number }[] = [];
  for (let i = 0; i < runs; i++) {
    const [started, before] = [performance.now(), process.cpuUsage()];
    await run();
    const { user, system } = process.cpuUsage(before);
    samples.push({ wall: performance.now() - started, cpu: (user + system) / 1000 });
  }
  const median = (pick: (sample: { wall: number; cpu: number }) => number): number =>
    samples.map(pick).sort((a, b) => a - b)[Math.floor(runs / 2)]!;
  return { wall: median(({ wall }) => wall), cpu: median(({ cpu }) => cpu) };
}

/** Runs the benchmark: about half a minute. */
export async function provingNumbers(): Promise<ProvingNumbers> {
  const [wasm, zkey] = [file('credential.wasm'), file('credential.zkey')];
  const { inputs } = witnessInputs(sampleStatement());
  const witness = await measure(() => calculateWitness(inputs, wasm));
  const wtns = await calculateWitness(inputs, wasm);
  const proof = await measure(() => snarkjs.groth16.prove(zkey, wtns));
  const larger = enlarge(zkey, wtns, manifest.constraints, REFERENCE);
  const reference = await measure(() => snarkjs.groth16.prove(larger.zkey, larger.wtns), 3);
  await releaseProver();
  return {
    constraints: manifest.constraints,
    publicSignals: manifest.nPublic,
    threads: availableParallelism(),
    witnessMs: witness.wall,
    proveMs: proof.wall,
    proveCpuMs: proof.cpu,
    referenceProveMs: reference.wall,
    referenceCpuMs: reference.cpu,
    provingKeyBytes: zkey.length,
    peakMemoryMb: Number(
      execFileSync(process.execPath, [fileURLToPath(import.meta.url), 'memory'], { encoding: 'utf8' }),
    ),
  };
}

/** Peak resident memory of a process that proves once, in megabytes. */
async function peakMemory(): Promise<number> {
  const { inputs } = witnessInputs(sampleStatement());
  await snarkjs.groth16.prove(
    file('credential.zkey'),
    await calculateWitness(inputs, file('credential.wasm')),
  );
  await releaseProver();
  return process.resourceUsage().maxRSS / 1024;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === 'memory') {
    console.log(Math.round(await peakMemory()));
  } else if (process.argv[2] === 'json') {
    console.log(JSON.stringify(await provingNumbers()));
  } else {
    const n = await provingNumbers();
    const row = (name: string, value: string, target: string): void =>
      console.log(`${name.padEnd(46)}${value.padStart(14)}   ${target}`);
    row('constraints + public signals', `${n.constraints + n.publicSignals}`, '< 16,384');
    row('public signals', `${n.publicSignals}`, '<= 12');
    row('witness', `${n.witnessMs.toFixed(0)} ms`, '<= 150 ms');
    row(`proof, ${n.threads} threads`, `${n.proveMs.toFixed(0)} ms`, '<= 1600 ms');
    row('proof, processor time', `${n.proveCpuMs.toFixed(0)} ms`, '');
    row(`proof of ${REFERENCE} constraints, ${n.threads} threads`, `${n.referenceProveMs.toFixed(0)} ms`, '');
    row('proof, part of that', `${((100 * n.proveMs) / n.referenceProveMs).toFixed(0)} %`, '<= 40 %');
    row('the same in processor time', `${((100 * n.proveCpuMs) / n.referenceCpuMs).toFixed(0)} %`, '');
    row('proving key', `${(n.provingKeyBytes / 1e6).toFixed(2)} MB`, '<= 10 MB');
    row('peak memory of a proving process', `${n.peakMemoryMb} MB`, '< 400 MB');
  }
}
