// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as snarkjs from 'snarkjs';
import { afterAll, describe, expect, it } from 'vitest';
import { FIELD_ORDER } from '../functions/credentials/statement/field.ts';
import { PUBLIC_SIGNALS, signalList } from '../functions/credentials/statement/public-signals.ts';
import type { KeyManifest } from './setup/export-keys.ts';
import { paths } from './setup/paths.ts';
import { digestOf } from './setup/phases.ts';
import { type Groth16Proof, releaseProver } from './src/prove.ts';
import { witnessInputs } from './src/witness-inputs.ts';
import { compiledCircuit } from './testing/circuit.ts';
import { sampleStatement } from './testing/sample.ts';

const at = (name: string): string => join(paths.keys, name);
const read = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
const manifest = read<KeyManifest>(at('manifest.json'));
const vkey = read<{ nPublic: number }>(at('credential.vkey.json'));

describe('the committed keys', () => {
  it('are the ones the manifest names, and small enough', async () => {
    for (const [name, { sha256, bytes }] of Object.entries(manifest.files)) {
      expect(await digestOf(at(name)), name).toBe(sha256);
      expect(statSync(at(name)).size, name).toBe(bytes);
    }
    expect(manifest.digest).toBe(manifest.files['credential.vkey.json']!.sha256);
    expect(manifest.files['credential.zkey']!.bytes).toBeLessThanOrEqual(10_000_000);
  });

  it('are of this circuit', async () => {
    const compiled = compiledCircuit();
    expect(await digestOf(compiled.r1cs)).toBe(manifest.r1cs.sha256);
    expect(await digestOf(compiled.wasm)).toBe(manifest.files['credential.wasm']!.sha256);
    expect(manifest.constraints).toBe(compiled.constraints);
    expect(manifest.publicSignals).toEqual(PUBLIC_SIGNALS);
    expect(manifest.nPublic).toBe(vkey.nPublic);
  });

  it('say what ceremony made them', () => {
    expect(manifest.ceremony.kind).toBe('development');
    expect(manifest.ceremony.notice).toMatch(/Do not use in production/);
  });
});

/** The specification's proofs; the first is of the sample statement. Suites and worker make new ones. */
const vectors = read<{
  verificationKey: string;
  proofs: { proof: Groth16Proof; publicSignals: string[] }[];
}>(join(paths.circuits, 'spec/vectors/proofs.json'));

describe('a proof', () => {
  const { signals } = witnessInputs(sampleStatement());
  const { proof, publicSignals } = vectors.proofs[0]!;
  afterAll(releaseProver);

  it('verifies, with the public signals that both sides compute', async () => {
    expect(publicSignals).toEqual(signalList(signals));
    expect(await snarkjs.groth16.verify(vkey, publicSignals, proof)).toBe(true);
  });

  it('is for these signals only: another challenge, holder, time, query, list, set, scope or issuer is refused', async () => {
    for (const [i, name] of PUBLIC_SIGNALS.entries()) {
      const value = ((BigInt(publicSignals[i]!) + 1n) % FIELD_ORDER).toString();
      const others = publicSignals.map((signal, j) => (j === i ? value : signal));
      expect(await snarkjs.groth16.verify(vkey, others, proof), name).toBe(false);
    }
  });

  it('of the vectors verifies under the committed key', async () => {
    expect(vectors.verificationKey).toBe(manifest.digest);
    expect(vectors.proofs.length).toBeGreaterThanOrEqual(4);
    for (const vector of vectors.proofs)
      expect(await snarkjs.groth16.verify(vkey, vector.publicSignals, vector.proof)).toBe(true);
  });
});
