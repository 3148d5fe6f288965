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

/** How far proving has come. */
export type ProvingStage = 'witness' | 'proof' | 'done';

/** How to prove. */
export interface ProveOptions {
  /** @default false: snarkjs starts a worker per core. */
  readonly singleThread?: boolean;
  readonly onProgress?: (stage: ProvingStage) => void;
}

/**
 * Proves. On a page, call it in a worker (`proving-worker.ts`): it computes for a second or so.
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
): Promise<{ readonly proof: Groth16Proof; readonly publicSignals: readonly string[] }> {
  options.onProgress?.('witness');
  const witness = await calculateWitness(inputs, artefacts.wasm);
  options.onProgress?.('proof');
  const { proof, publicSignals } = await snarkjs.groth16.prove(artefacts.zkey, witness, undefined, {
    singleThread: options.singleThread ?? false,
  });
  options.onProgress?.('done');
  return { proof, publicSignals };
}

/** Ends the worker threads that proving started. */
export async function releaseProver(): Promise<void> {
  const curve = (globalThis as { curve_bn128?: { terminate(): Promise<void> } | null }).curve_bn128;
  await curve?.terminate();
}
