import { createHash } from 'node:crypto';
import { bn254 } from '@noble/curves/bn254.js';
import { P, R } from '../field.ts';
import type { Groth16Proof } from '../proof.ts';
import type { KeyJson } from './oracles.ts';

/**
 * A set-up whose secrets were kept: it makes any number of valid proofs without a circuit, which is what the
 * differential tests need. Points come from @noble/curves, so that nothing here leans on mcl.
 */
export interface Trapdoor {
  readonly key: KeyJson;
  prove(signals: readonly bigint[], seed: string): Groth16Proof;
}

export const mod = (value: bigint, modulus: bigint) => ((value % modulus) + modulus) % modulus;

/** A number below r that follows from the seed. */
export const derive = (seed: string) =>
  mod(BigInt(`0x${createHash('sha512').update(seed).digest('hex')}`), R - 1n) + 1n;

const inverse = (value: bigint) => bn254.fields.Fr.inv(value);

type P1 = ReturnType<typeof bn254.G1.Point.fromAffine>;
type P2 = ReturnType<typeof bn254.G2.Point.fromAffine>;

export const json1 = (point: P1) => {
  const { x, y } = point.toAffine();
  return [String(x), String(y), '1'];
};
export const json2 = (point: P2) => {
  const { x, y } = point.toAffine();
  return [
    [String(x.c0), String(x.c1)],
    [String(y.c0), String(y.c1)],
    ['1', '0'],
  ];
};

export const times1 = (scalar: bigint) => bn254.G1.Point.BASE.multiply(mod(scalar, R));
export const times2 = (scalar: bigint) => bn254.G2.Point.BASE.multiply(mod(scalar, R));

export function trapdoor(seed: string, publicSignals: number, ic?: readonly bigint[]): Trapdoor {
  const [alpha, beta, gamma, delta] = ['alpha', 'beta', 'gamma', 'delta'].map((n) =>
    derive(`${seed}/${n}`),
  ) as [bigint, bigint, bigint, bigint];
  const ics = ic ?? Array.from({ length: publicSignals + 1 }, (_, i) => derive(`${seed}/ic/${i}`));
  return {
    key: {
      protocol: 'groth16',
      curve: 'bn128',
      nPublic: publicSignals,
      vk_alpha_1: json1(times1(alpha)),
      vk_beta_2: json2(times2(beta)),
      vk_gamma_2: json2(times2(gamma)),
      vk_delta_2: json2(times2(delta)),
      IC: ics.map((scalar) => json1(times1(scalar))),
    },
    prove(signals, proofSeed) {
      const [a, b] = [derive(`${proofSeed}/a`), derive(`${proofSeed}/b`)];
      const statement = ics.reduce((sum, scalar, i) => sum + scalar * (i === 0 ? 1n : signals[i - 1]!), 0n);
      const c = mod((a * b - alpha * beta - statement * gamma) * inverse(delta), R);
      return {
        pi_a: json1(times1(a)),
        pi_b: json2(times2(b)),
        pi_c: json1(times1(c)),
        protocol: 'groth16',
        curve: 'bn128',
      };
    },
  };
}

/** A point of the twist outside the subgroup, as snarkjs would write it. */
export function twistPoint(seed: bigint): string[][] {
  const { Fp2 } = bn254.fields;
  const { b } = bn254.G2.Point.CURVE();
  for (let i = seed; ; i++) {
    const x = Fp2.fromBigTuple([mod(i, P), 1n]);
    const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), b);
    try {
      const y = Fp2.sqrt(square);
      return [
        [String(x.c0), String(x.c1)],
        [String(y.c0), String(y.c1)],
        ['1', '0'],
      ];
    } catch {
      // Not a square: no point has this x.
    }
  }
}
