// SPDX-License-Identifier: GPL-3.0-or-later
// `npm run circuits`: compile, set up with a development ceremony, export keys.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseProver } from '../src/prove.ts';
import { compileCircuit } from './compile.ts';
import { exportKeys } from './export-keys.ts';
import { paths } from './paths.ts';
import {
  applyBeacon,
  beginPhase1,
  beginPhase2,
  contribute,
  digestOf,
  preparePhase2,
  type TranscriptEntry,
  verifyPhase2,
} from './phases.ts';
import { inversesSource } from './poseidon-inverses.ts';

const started = performance.now();
const progress = (message: string): void => {
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${message}`);
};
const file = (name: string): string => join(paths.build, name);
const BEACON_EXPONENT = 10;

mkdirSync(paths.build, { recursive: true });
writeFileSync(paths.inverses, inversesSource(paths.poseidonConstants));
progress('compiling credential.circom (circom --O2)');
const compiled = compileCircuit(paths.source, paths.build);
progress(`${compiled.constraints} constraints, ${compiled.wires} wires`);

const phase1 = file('phase1.ptau');
const phase1Log = file('phase1.json');
if (existsSync(phase1) && existsSync(phase1Log)) {
  progress('phase 1: found in .build/circuits, kept');
} else {
  progress('phase 1: powers of tau, 2^14');
  const steps: TranscriptEntry[] = [await beginPhase1(file('phase1-0.ptau'))];
  progress('phase 1: contributing');
  steps.push(await contribute(1, file('phase1-0.ptau'), file('phase1-1.ptau'), 'development'));
  progress('phase 1: beacon');
  const value = randomBytes(32).toString('hex');
  steps.push(await applyBeacon(1, file('phase1-1.ptau'), file('phase1-2.ptau'), value, BEACON_EXPONENT));
  progress('phase 1: preparing for phase 2 (about two minutes)');
  await preparePhase2(file('phase1-2.ptau'), phase1);
  writeFileSync(phase1Log, JSON.stringify(steps));
  for (const i of [0, 1, 2]) rmSync(file(`phase1-${i}.ptau`));
}

progress('phase 2: beginning');
const transcript = JSON.parse(readFileSync(phase1Log, 'utf8')) as TranscriptEntry[];
transcript.push(await beginPhase2(compiled.r1cs, phase1, file('phase2-0.zkey'), progress));
progress('phase 2: contributing');
transcript.push(await contribute(2, file('phase2-0.zkey'), file('phase2-1.zkey'), 'development'));
progress('phase 2: beacon');
const value = randomBytes(32).toString('hex');
transcript.push(await applyBeacon(2, file('phase2-1.zkey'), file('phase2-2.zkey'), value, BEACON_EXPONENT));
if (process.argv.includes('--verify')) {
  progress('phase 2: verifying');
  if (!(await verifyPhase2(compiled.r1cs, phase1, file('phase2-2.zkey'), progress)))
    throw new Error('phase 2 fails');
}
const manifest = await exportKeys(compiled, file('phase2-2.zkey'), 'development', transcript, paths.keys);
progress(`keys/credential.zkey ${(manifest.files['credential.zkey']!.bytes / 1e6).toFixed(1)} MB`);
progress(`keys/credential.vkey.json sha256 ${manifest.digest}`);
progress(`phase 1 sha256 ${await digestOf(phase1)}`);
await releaseProver();
