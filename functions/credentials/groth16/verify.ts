import { G1, GT, type Mcl, type Pointer } from '../curve/mcl.ts';
import { placeCompactProof } from './compact-proof.ts';
import { addMultiples } from './fixed-bases.ts';
import { type Groth16Proof, OFFSET, PROOF, readProof, readPublicSignals } from './proof.ts';
import { linesSize } from './subgroup.ts';
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
  return judge(key, publicSignals, (mcl, at, lines) => readProof(mcl, at, proof, lines));
}

/**
 * As {@link verify}, for a proof in its 128 bytes.
 *
 * @example
 * ```ts
 * const holds = verifyCompact(key, ['1', '42'], bytes);
 * ```
 */
export function verifyCompact(
  key: VerificationKey,
  publicSignals: readonly string[],
  proof: Uint8Array,
): boolean {
  return judge(key, publicSignals, (mcl, at, lines) => placeCompactProof(mcl, at, proof, lines));
}

function judge(
  key: VerificationKey,
  publicSignals: readonly string[],
  place: (mcl: Mcl, at: Pointer, lines: Pointer) => void,
): boolean {
  const signals = readPublicSignals(publicSignals, key.publicSignals);
  const { mcl } = key.prepared;
  return mcl.scope(() => {
    const at = mcl.stackAlloc(PROOF);
    const lines = mcl.stackAlloc(linesSize(mcl));
    place(mcl, at, lines);
    return holds(key.prepared, signals, at, lines);
  });
}

/**
 * The pairing equation alone, over a proof that `readProof` has placed.
 *
 * @param lines the line coefficients of its B
 */
export function holds(key: PreparedKey, signals: readonly bigint[], proof: Pointer, lines: Pointer): boolean {
  const { mcl } = key;
  return mcl.scope(() => {
    const negA = mcl.stackAlloc(G1);
    const statement = mcl.stackAlloc(G1);
    const product = mcl.stackAlloc(2 * GT);
    const bound = product + GT;
    mcl.mclBnG1_neg(negA, proof + OFFSET.a);
    // IC_0 + sum s_i IC_i
    mcl.copy(statement, key.ic, G1);
    addMultiples(key.bases, statement, signals);
    // A and C cannot be infinity, which only the second of these two functions looks for.
    mcl.mclBn_precomputedMillerLoop2(product, negA, lines, proof + OFFSET.c, key.deltaLines);
    mcl.mclBn_precomputedMillerLoop(bound, statement, key.gammaLines);
    mcl.mclBnGT_mul(product, product, bound);
    mcl.mclBn_finalExp(product, product);
    mcl.mclBnGT_mul(product, product, key.alphaBeta);
    return mcl.mclBnGT_isOne(product) === 1;
  });
}
