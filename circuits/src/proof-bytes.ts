// SPDX-License-Identifier: GPL-3.0-or-later
import { to32Bytes } from '../../functions/credentials/statement/baby-jubjub.ts';
import type { Groth16Proof } from './prove.ts';

/** The order of BN254's base field. */
const P = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

/**
 * Writes a proof in 128 bytes: the x coordinates of A, B and C, big-endian (of B the coefficient of u first), with
 * the choice of y in the two top bits, `10` for the smaller and `11` for the larger. The verifier's `decodeProof`
 * reads it. A page can write it without the verifier's WebAssembly.
 *
 * @example
 * ```ts
 * const bytes = proofBytes(proof);
 * ```
 */
export function proofBytes({ pi_a, pi_b, pi_c }: Groth16Proof): Uint8Array {
  const bytes = new Uint8Array(128);
  const put = (at: number, x: readonly bigint[], y: readonly bigint[]): void => {
    for (const [i, value] of x.entries()) bytes.set(to32Bytes(value), at + 32 * i);
    const decisive = y.find((value) => value !== 0n) ?? 0n;
    bytes[at]! |= decisive > P / 2n ? 0b1100_0000 : 0b1000_0000;
  };
  const pair = (coefficients: readonly string[]): bigint[] => [
    BigInt(coefficients[1]!),
    BigInt(coefficients[0]!),
  ];
  put(0, [BigInt(pi_a[0]!)], [BigInt(pi_a[1]!)]);
  put(32, pair(pi_b[0]!), pair(pi_b[1]!));
  put(96, [BigInt(pi_c[0]!)], [BigInt(pi_c[1]!)]);
  return bytes;
}
