import { FP, FP2, G2, type Mcl, type Pointer } from '../curve/mcl.ts';

/** (9 + u)^((p - 1) / 3) and (9 + u)^((p - 1) / 2): what the untwist-Frobenius-twist map multiplies by. */
export const PSI_X = [
  21575463638280843010398324269430826099269044274347216827212613867836435027261n,
  10307601595873709700152284273816112264069230130616436755625194854815875713954n,
] as const;
export const PSI_Y = [
  2821565182194536844548159561693502659359617185244120367078079554186484126554n,
  3505843767911556378687030309984248845540243509899259641013678093033130930403n,
] as const;

/** Bytes of one line's three coefficients. */
const LINE = 3 * FP2;

const constants = new WeakMap<Mcl, Pointer>();

/** Bytes of the line coefficients of one point. */
export const linesSize = (mcl: Mcl): number => 8 * mcl.mclBn_getUint64NumToPrecompute();

/**
 * Computes the line coefficients of a point's Miller loop, and says whether the point lies in the subgroup of order r
 * of BN254's twist. The point must be on the twist, affine, and not infinity. When it is outside, the lines are of no
 * use.
 *
 * Q is in the subgroup if and only if `[6x+2]Q + psi(Q) - psi^2(Q) + psi^3(Q) = 0`, where psi is the
 * untwist-Frobenius-twist map: the lattice vector of the optimal ate pairing (Vercauteren, *Optimal pairings*, ePrint
 * 2008/096), whose norm is a multiple of r and has no factor in common with the twist's cofactor, which is the
 * criterion of Dai, Lin, Zhao and Zhou (*Fast subgroup membership testings*, ePrint 2022/348). The Miller loop of Q
 * computes all but the last term: its last line is the one through T = [6x+2]Q + psi(Q) and -psi^2(Q). So the sum is
 * nothing exactly when that line goes through psi^3(Q), and the check costs one evaluation of one line.
 *
 * What else could let a line through: psi^3(Q) being T or -psi^2(Q), or T being plus or minus psi^2(Q). Each of them is
 * a relation in psi whose norm is prime to the order of the twist, so no point but infinity satisfies it (the test
 * computes these norms). A point of small order may meet itself or infinity inside the loop; mcl's addition then gives
 * (0, 0, 0), every line after that is nothing, and the slope's denominator, which is required to be something, tells.
 *
 * @param lines room for {@link linesSize} bytes
 *
 * @example
 * ```ts
 * if (!prepareG2(mcl, lines, b)) throw new CredentialError('proof-point-invalid', 'pi_b is outside the subgroup');
 * ```
 */
export function prepareG2(mcl: Mcl, lines: Pointer, q: Pointer): boolean {
  mcl.mclBn_precomputeG2(lines, q);
  return mcl.scope(() => {
    const image = mcl.stackAlloc(G2);
    const sum = mcl.stackAlloc(2 * FP2);
    const term = sum + FP2;
    psi(mcl, image, q);
    psi(mcl, image, image);
    psi(mcl, image, image);
    // The line is a + b y + c x.
    const a = lines + linesSize(mcl) - LINE;
    const [b, c] = [a + FP2, a + 2 * FP2];
    mcl.mclBnFp2_mul(sum, b, image + FP2);
    mcl.mclBnFp2_mul(term, c, image);
    mcl.mclBnFp2_add(sum, sum, term);
    mcl.mclBnFp2_add(sum, sum, a);
    return mcl.mclBnFp2_isZero(b) === 0 && mcl.mclBnFp2_isZero(sum) === 1;
  });
}

/** psi(X, Y, 1) = (conj(X) c, conj(Y) d, 1). */
function psi(mcl: Mcl, to: Pointer, from: Pointer): void {
  let c = constants.get(mcl);
  if (c === undefined) {
    c = mcl.malloc(2 * FP2);
    for (const [i, value] of [...PSI_X, ...PSI_Y].entries()) mcl.setFp(c + i * FP, value);
    constants.set(mcl, c);
  }
  mcl.copy(to, from, G2);
  for (let i = 1; i < 4; i += 2) mcl.mclBnFp_neg(to + i * FP, to + i * FP);
  mcl.mclBnFp2_mul(to, to, c);
  mcl.mclBnFp2_mul(to + FP2, to + FP2, c + FP2);
}
