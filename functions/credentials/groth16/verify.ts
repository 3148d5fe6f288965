import { FR, G1, G2, GT, type Pointer } from '../curve/mcl.ts';
import { type Groth16Proof, OFFSET, PROOF, readProof, readPublicSignals } from './proof.ts';
import type { PreparedKey, VerificationKey } from './verification-key.ts';

/**
 * Verifies one Groth16 proof (Groth, *On the size of pairing-based non-interactive arguments*, ePrint
 * 2016/260): `e(A, B) = e(alpha, beta) e(IC_0 + sum s_i IC_i, gamma) e(C, delta)`.
 *
 * Groth16 proofs can be re-randomized by anyone who sees them: another valid proof of the same statement is
 * not a new act of its holder. Replay is stopped by a nonce among the public signals, never by remembering
 * proofs.
 *
 * @param key a key from `loadVerificationKey`
 * @param publicSignals canonical decimals below the group order, exactly as many as the key has
 * @param proof as snarkjs writes it, or what `decodeProof` gives
 * @returns whether the proof holds
 * @throws CredentialError `proof-malformed`, `proof-point-invalid` or `public-signals-malformed` when the
 * input is not one that an honest prover writes.
 *
 * @example
 * ```ts
 * const holds = verify(key, ['1', '42'], proof);
 * ```
 */
export function verify(key: VerificationKey, publicSignals: readonly string[], proof: Groth16Proof): boolean {
  const signals = readPublicSignals(publicSignals, key.publicSignals);
  const { mcl } = key.prepared;
  return mcl.scope(() => {
    const at = mcl.stackAlloc(PROOF);
    readProof(mcl, at, proof);
    return holds(key.prepared, signals, at);
  });
}

/** The pairing equation alone, over a proof that `readProof` has placed. */
export function holds(key: PreparedKey, signals: readonly bigint[], proof: Pointer): boolean {
  const { mcl } = key;
  return mcl.scope(() => {
    const g1s = mcl.stackAlloc(3 * G1);
    const g2s = mcl.stackAlloc(3 * G2);
    const product = mcl.stackAlloc(GT);
    mcl.mclBnG1_neg(g1s, proof + OFFSET.a);
    bindSignals(key, g1s + G1, signals);
    mcl.copy(g1s + 2 * G1, proof + OFFSET.c, G1);
    mcl.copy(g2s, proof + OFFSET.b, G2);
    mcl.copy(g2s + G2, key.gamma, 2 * G2);
    // Line coefficients prepared for gamma and delta were measured: they save less than 2 %.
    mcl.mclBn_millerLoopVec(product, g1s, g2s, 3);
    mcl.mclBn_finalExp(product, product);
    mcl.mclBnGT_mul(product, product, key.alphaBeta);
    return mcl.mclBnGT_isOne(product) === 1;
  });
}

/** IC_0 + sum s_i IC_i. */
function bindSignals(key: PreparedKey, to: Pointer, signals: readonly bigint[]): void {
  const { mcl } = key;
  const scalars = mcl.stackAlloc(FR * (signals.length + 1));
  mcl.mclBnFr_setInt32(scalars, 1);
  for (const [i, signal] of signals.entries()) mcl.setFr(scalars + (i + 1) * FR, signal);
  mcl.mclBnG1_mulVec(to, key.ic, scalars, signals.length + 1);
}
