// SPDX-License-Identifier: GPL-3.0-or-later
// `npm run circuits`: compile, set up with a development ceremony, export keys. Phase 1 is kept in
// `.build/circuits/development` for the next time; `--verify` verifies both phases at the end.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseProver } from '../src/prove.ts';
import { Ceremony } from './ceremony-folder.ts';
import { compileCircuit } from './compile.ts';
import { exportKeys } from './export-keys.ts';
import { paths } from './paths.ts';
import { inversesSource } from './poseidon-inverses.ts';

const started = performance.now();
const progress = (message: string): void => {
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${message}`);
};
const beacon = (): string => randomBytes(32).toString('hex');
const BEACON_EXPONENT = 10;

writeFileSync(paths.inverses, inversesSource(paths.poseidonConstants));
progress('compiling credential.circom (circom --O2)');
const compiled = compileCircuit(paths.source, paths.build);
progress(`${compiled.constraints} constraints, ${compiled.wires} wires`);

const ceremony = new Ceremony(join(paths.build, 'development'), progress);
if (!ceremony.hasPhase1) {
  await ceremony.begin();
  await ceremony.contribute('development');
  await ceremony.beacon(beacon(), BEACON_EXPONENT);
}
await ceremony.beginPhase2(compiled);
await ceremony.contribute('development');
await ceremony.beacon(beacon(), BEACON_EXPONENT);
if (process.argv.includes('--verify') && !(await ceremony.verify(compiled)))
  throw new Error('the keys do not verify');

const manifest = await exportKeys(
  compiled,
  ceremony.finished(),
  'development',
  ceremony.transcript,
  paths.keys,
);
progress(`keys/credential.zkey ${(manifest.files['credential.zkey']!.bytes / 1e6).toFixed(1)} MB`);
progress(`keys/credential.vkey.json sha256 ${manifest.digest}`);
await releaseProver();
