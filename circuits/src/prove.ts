// SPDX-License-Identifier: GPL-3.0-or-later
import * as snarkjs from 'snarkjs';
import { calculateWitness } from './witness.ts';
import type { WitnessInputs } from './witness-inputs.ts';

/** A Groth16 proof over BN254 as snarkjs prints it: decimal strings. */
export interface Groth16Proof {
  readonly pi_a: readonly string[];
  readonly pi_b: readonly (readonly string[])[];
  readonly pi_c: readonly string[];
  readonly protocol: string;
  readonly curve: string;
}

/** The two files that proving needs. */
export interface ProvingArtefacts {
  /** The witness calculator, `credential.wasm`. */
  readonly wasm: Uint8Array;
  /** The proving key, `credential.zkey`. */
  readonly zkey: Uint8Array;
}

/** A proof with its public signals. */
export interface Proven {
  readonly proof: Groth16Proof;
  readonly publicSignals: readonly string[];
}

/** Whatever proves: this thread ({@link localProver}) or a worker (`workerProver`). */
export type Prover = (inputs: WitnessInputs, onProgress?: (stage: ProvingStage) => void) => Promise<Proven>;

/** How far proving has come. */
export type ProvingStage = 'witness' | 'proof' | 'done';

/** How to prove. */
export interface ProveOptions {
  /** @default false: snarkjs starts a worker per core. */
  readonly singleThread?: boolean;
  readonly onProgress?: (stage: ProvingStage) => void;
}

/**
 * Proves. On a page, use `workerProver`: it computes for a second or so.
 *
 * snarkjs keeps its worker threads for the next proof; call {@link releaseProver} when there is none, or the
 * process will not end.
 *
 * @throws ProvingError `proof-failed` when the inputs do not satisfy the circuit. `witnessInputs` finds that first
 *   and says why.
 */
export async function prove(
  inputs: WitnessInputs,
  artefacts: ProvingArtefacts,
  options: ProveOptions = {},
): Promise<Proven> {
  options.onProgress?.('witness');
  const witness = await calculateWitness(inputs, artefacts.wasm);
  options.onProgress?.('proof');
  const { proof, publicSignals } = await snarkjs.groth16.prove(artefacts.zkey, witness, undefined, {
    singleThread: options.singleThread ?? false,
  });
  options.onProgress?.('done');
  return { proof, publicSignals };
}

/** A prover in this process. */
export const localProver =
  (artefacts: ProvingArtefacts, options: Pick<ProveOptions, 'singleThread'> = {}): Prover =>
  (inputs, onProgress) =>
    prove(inputs, artefacts, { ...options, ...(onProgress && { onProgress }) });

/** Ends the worker threads that proving started. */
export async function releaseProver(): Promise<void> {
  const curve = (globalThis as { curve_bn128?: { terminate(): Promise<void> } | null }).curve_bn128;
  await curve?.terminate();
}
