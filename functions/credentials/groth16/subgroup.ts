import { FP, FP2, G2, type Mcl, type Pointer } from '../curve/mcl.ts';

/** BN254's curve parameter x: p and r are polynomials in it. */
const X = 4965661367192848881n;

/** (9 + u)^((p - 1) / 3) and (9 + u)^((p - 1) / 2): what the untwist-Frobenius-twist map multiplies by. */
export const PSI_X = [
  21575463638280843010398324269430826099269044274347216827212613867836435027261n,
  10307601595873709700152284273816112264069230130616436755625194854815875713954n,
] as const;
export const PSI_Y = [
  2821565182194536844548159561693502659359617185244120367078079554186484126554n,
  3505843767911556378687030309984248845540243509899259641013678093033130930403n,
] as const;

/** Bits of x after the leading one, from the top. */
const LADDER = [...X.toString(2)].slice(1).map((bit) => bit === '1');

const constants = new WeakMap<Mcl, Pointer>();

/**
 * Whether a point of BN254's twist lies in the subgroup of order r. The point must be on the twist.
 *
 * Uses the endomorphism psi: Q is in the subgroup if and only if
 * `[x+1]Q + psi([x]Q) + psi^2([x]Q) = psi^3([2x]Q)` (Dai, Lin, Zhao and Zhou, *Fast subgroup membership
 * testings for G1, G2 and GT on pairing-friendly curves*, ePrint 2022/348, sections 3 and 5.1). One ladder of
 * 63 bits takes the place of a multiplication by r. The ladder is plain double-and-add: mcl's own
 * multiplication uses an endomorphism that is only right for points already in the subgroup.
 *
 * @example
 * ```ts
 * if (!inG2(mcl, b)) throw new CredentialError('proof-point-invalid', 'pi_b is outside the subgroup');
 * ```
 */
export function inG2(mcl: Mcl, q: Pointer): boolean {
  return mcl.scope(() => {
    const xq = mcl.stackAlloc(G2);
    const left = mcl.stackAlloc(G2);
    const image = mcl.stackAlloc(G2);
    const right = mcl.stackAlloc(G2);
    mcl.copy(xq, q, G2);
    for (const bit of LADDER) {
      mcl.mclBnG2_dbl(xq, xq);
      if (bit) mcl.mclBnG2_add(xq, xq, q);
    }
    mcl.mclBnG2_add(left, xq, q);
    psi(mcl, image, xq);
    mcl.mclBnG2_add(left, left, image);
    psi(mcl, image, image);
    mcl.mclBnG2_add(left, left, image);
    psi(mcl, image, image);
    mcl.mclBnG2_dbl(right, image);
    return mcl.mclBnG2_isEqual(left, right) === 1;
  });
}

/** psi(X, Y, Z) = (conj(X) c, conj(Y) d, conj(Z)), which holds in Jacobian coordinates as in affine ones. */
function psi(mcl: Mcl, to: Pointer, from: Pointer): void {
  let c = constants.get(mcl);
  if (c === undefined) {
    c = mcl.malloc(2 * FP2);
    for (const [i, value] of [...PSI_X, ...PSI_Y].entries()) mcl.setFp(c + i * FP, value);
    constants.set(mcl, c);
  }
  mcl.copy(to, from, G2);
  for (let i = 1; i < 6; i += 2) mcl.mclBnFp_neg(to + i * FP, to + i * FP);
  mcl.mclBnFp2_mul(to, to, c);
  mcl.mclBnFp2_mul(to + FP2, to + FP2, c + FP2);
}
