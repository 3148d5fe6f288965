import { createRequire } from 'node:module';
import { bn254 } from '@noble/curves/bn254.js';
import type { Groth16Proof } from '../proof.ts';

const require = createRequire(import.meta.url);

/** A verification key as snarkjs writes it. */
export interface KeyJson {
  protocol: string;
  curve: string;
  nPublic: number;
  vk_alpha_1: string[];
  vk_beta_2: string[][];
  vk_gamma_2: string[][];
  vk_delta_2: string[][];
  vk_alphabeta_12?: unknown;
  IC: string[][];
}

interface Snarkjs {
  groth16: {
    fullProve(
      input: object,
      wasm: string,
      zkey: string,
    ): Promise<{ proof: Groth16Proof; publicSignals: string[] }>;
    verify(key: KeyJson, publicSignals: readonly string[], proof: Groth16Proof): Promise<boolean>;
  };
}
interface Ffjavascript {
  getCurveFromName(name: string, options: { singleThread: boolean }): Promise<{ terminate(): Promise<void> }>;
}

/** GPL-3.0: for tests and benchmarks only, and the test of the bundle sees to that. */
export const snarkjs = require('snarkjs') as Snarkjs;

/**
 * Makes snarkjs work in one thread, without its workers: it takes the curve that ffjavascript keeps for the
 * process, so the first to ask decides.
 *
 * @returns what ends it
 */
export async function singleThreadedSnarkjs(): Promise<() => Promise<void>> {
  const ffjavascript = require('ffjavascript') as Ffjavascript;
  const curve = await ffjavascript.getCurveFromName('bn128', { singleThread: true });
  return () => curve.terminate();
}

/** snarkjs's answer, with a thrown error counted as a refusal. */
export async function snarkjsAccepts(
  key: KeyJson,
  signals: readonly string[],
  proof: Groth16Proof,
): Promise<boolean> {
  try {
    return await snarkjs.groth16.verify(key, signals, proof);
  } catch {
    return false;
  }
}

const g1 = ([x, y]: readonly string[]) => {
  const point = bn254.G1.Point.fromAffine({ x: BigInt(x!), y: BigInt(y!) });
  point.assertValidity();
  return point;
};
const g2 = ([x, y]: readonly (readonly string[])[]) => {
  const { Fp2 } = bn254.fields;
  const point = bn254.G2.Point.fromAffine({
    x: Fp2.fromBigTuple([BigInt(x![0]!), BigInt(x![1]!)]),
    y: Fp2.fromBigTuple([BigInt(y![0]!), BigInt(y![1]!)]),
  });
  point.assertValidity();
  return point;
};

/** The Groth16 equation written plainly over @noble/curves; a thrown error counts as a refusal. */
export function nobleAccepts(key: KeyJson, signals: readonly string[], proof: Groth16Proof): boolean {
  try {
    let statement = g1(key.IC[0]!);
    for (const [i, signal] of signals.entries()) {
      const scalar = BigInt(signal);
      if (scalar !== 0n) statement = statement.add(g1(key.IC[i + 1]!).multiply(scalar));
    }
    const pairs = [
      { g1: g1(proof.pi_a).negate(), g2: g2(proof.pi_b) },
      { g1: g1(key.vk_alpha_1), g2: g2(key.vk_beta_2) },
      { g1: statement, g2: g2(key.vk_gamma_2) },
      { g1: g1(proof.pi_c), g2: g2(key.vk_delta_2) },
    ].filter((pair) => !pair.g1.is0());
    const { Fp12 } = bn254.fields;
    return Fp12.eql(bn254.pairingBatch(pairs), Fp12.ONE);
  } catch {
    return false;
  }
}
