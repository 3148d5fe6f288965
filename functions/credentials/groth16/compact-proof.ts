import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { FP, FP2, G1, G2, type Mcl, openMcl, type Pointer } from '../curve/mcl.ts';
import { CredentialError } from '../errors.ts';
import { P } from './field.ts';
import { placeG1, placeG2 } from './points.ts';
import { type Groth16Proof, OFFSET, PROOF, readProof } from './proof.ts';
import { linesSize } from './subgroup.ts';

/** Bytes of a compact proof. */
export const COMPACT_PROOF_BYTES = 128;

/** The two top bits of a point's first byte; a coordinate needs 254 of 256 bits. */
const FLAGS = 0b1100_0000;
const SMALLER_Y = 0b1000_0000;
const LARGER_Y = 0b1100_0000;

const HALF = (P - 1n) / 2n;

/** The twist's constant, 3 / (9 + u). */
const B2 = [
  19485874751759354771024239261021720505790618469301721065564631296452457478373n,
  266929791119991161246907387137283842545076965332900288569378510910307636690n,
] as const;

/**
 * Writes a proof in 128 bytes: A (32), B (64), C (32), each as its x coordinate, big-endian (of B, the
 * coefficient of u first), with the choice of y in the two top bits: `10` for the smaller of the two, `11`
 * for the larger, compared as integers (of B, by the coefficient of u, then the other). This is the
 * compressed form of gnark-crypto's BN254 points, in the order of gnark's Groth16 proofs.
 *
 * @throws CredentialError as `verify` does, when the proof is malformed.
 *
 * @example
 * ```ts
 * const bytes = await encodeProof(proof); // 128 bytes, 171 characters in base64url
 * ```
 */
export async function encodeProof(proof: Groth16Proof): Promise<Uint8Array> {
  const mcl = await openMcl('bn254');
  return mcl.scope(() => {
    readProof(mcl, mcl.stackAlloc(PROOF), proof, mcl.stackAlloc(linesSize(mcl)));
    const bytes = new Uint8Array(COMPACT_PROOF_BYTES);
    const [bx, by] = [proof.pi_b[0]!.map(BigInt), proof.pi_b[1]!.map(BigInt)];
    write(bytes, 0, [BigInt(proof.pi_a[0]!)], larger([BigInt(proof.pi_a[1]!)]));
    write(bytes, 32, [bx[1]!, bx[0]!], larger([by[1]!, by[0]!]));
    write(bytes, 96, [BigInt(proof.pi_c[0]!)], larger([BigInt(proof.pi_c[1]!)]));
    return bytes;
  });
}

/**
 * Reads what {@link encodeProof} writes, and nothing else: exactly 128 bytes, coordinates below the modulus,
 * one of the two flags, points on their curves and in their subgroups. Every valid proof has exactly one
 * encoding, so decoding and encoding again gives the same bytes.
 *
 * @throws CredentialError `proof-malformed` or `proof-point-invalid`.
 *
 * @example
 * ```ts
 * const holds = verify(key, publicSignals, await decodeProof(bytes));
 * ```
 */
export async function decodeProof(bytes: Uint8Array): Promise<Groth16Proof> {
  const mcl = await openMcl('bn254');
  return mcl.scope(() => {
    const at = mcl.stackAlloc(PROOF);
    placeCompactProof(mcl, at, bytes, mcl.stackAlloc(linesSize(mcl)));
    const read = (offset: number, count: number) =>
      Array.from({ length: count }, (_, i) => String(mcl.getFp(at + offset + i * FP)));
    const b = read(OFFSET.b, 4);
    return {
      pi_a: [...read(OFFSET.a, 2), '1'],
      pi_b: [b.slice(0, 2), b.slice(2), ['1', '0']],
      pi_c: [...read(OFFSET.c, 2), '1'],
      protocol: 'groth16',
      curve: 'bn128',
    };
  });
}

/**
 * Reads a compact proof into memory, as `readProof` does with one in JSON.
 *
 * @param lines where to leave the line coefficients of B
 * @throws CredentialError `proof-malformed` or `proof-point-invalid`.
 */
export function placeCompactProof(mcl: Mcl, to: Pointer, bytes: Uint8Array, lines: Pointer): void {
  if (!(bytes instanceof Uint8Array) || bytes.length !== COMPACT_PROOF_BYTES) {
    throw new CredentialError('proof-malformed', `A compact proof has exactly ${COMPACT_PROOF_BYTES} bytes`);
  }
  mcl.scope(() => {
    placePoint1(mcl, to + OFFSET.a, bytes.subarray(0, 32), 'a');
    placePoint1(mcl, to + OFFSET.c, bytes.subarray(96), 'c');
    placePoint2(mcl, to + OFFSET.b, bytes.subarray(32, 96), lines);
  });
}

/** Whether y is the larger of y and -y: most significant coefficient first, zero coefficients decide nothing. */
function larger(coefficients: readonly bigint[]): boolean {
  return (coefficients.find((value) => value !== 0n) ?? 0n) > HALF;
}

function write(to: Uint8Array, at: number, x: readonly bigint[], largerY: boolean): void {
  for (const [i, value] of x.entries()) {
    to.set(hexToBytes(value.toString(16).padStart(64, '0')), at + 32 * i);
  }
  to[at]! |= largerY ? LARGER_Y : SMALLER_Y;
}

/** Splits the flags from the first coordinate. */
function readX(bytes: Uint8Array, field: string): { x: bigint[]; largerY: boolean } {
  const flags = bytes[0]! & FLAGS;
  if (flags !== SMALLER_Y && flags !== LARGER_Y)
    throw malformed(field, 'must be flagged as a compressed point');
  const plain = Uint8Array.from(bytes);
  plain[0]! &= ~FLAGS;
  const x: bigint[] = [];
  for (let i = 0; i < plain.length; i += 32) {
    x.push(BigInt(`0x${bytesToHex(plain.subarray(i, i + 32))}`));
  }
  if (x.some((value) => value >= P)) throw malformed(field, 'must be below the field modulus');
  return { x, largerY: flags === LARGER_Y };
}

function placePoint1(mcl: Mcl, to: Pointer, bytes: Uint8Array, field: string): void {
  const { x, largerY } = readX(bytes, field);
  const y = mcl.stackAlloc(G1);
  const cube = y + FP;
  const three = y + 2 * FP;
  mcl.setFp(y, x[0]!);
  mcl.mclBnFp_mul(cube, y, y);
  mcl.mclBnFp_mul(cube, cube, y);
  mcl.mclBnFp_setInt32(three, 3);
  mcl.mclBnFp_add(cube, cube, three);
  if (mcl.mclBnFp_squareRoot(y, cube) !== 0) throw invalid(field, 'is not on the curve');
  if (larger([mcl.getFp(y)]) !== largerY) mcl.mclBnFp_neg(y, y);
  if (!placeG1(mcl, to, x[0]!, mcl.getFp(y))) throw invalid(field, 'is not on the curve');
}

function placePoint2(mcl: Mcl, to: Pointer, bytes: Uint8Array, lines: Pointer): void {
  const { x, largerY } = readX(bytes, 'b');
  const [x1, x0] = x as [bigint, bigint];
  const y = mcl.stackAlloc(G2);
  const cube = y + FP2;
  const b2 = y + 2 * FP2;
  mcl.setFp(y, x0);
  mcl.setFp(y + FP, x1);
  mcl.mclBnFp2_mul(cube, y, y);
  mcl.mclBnFp2_mul(cube, cube, y);
  for (const [i, value] of B2.entries()) mcl.setFp(b2 + i * FP, value);
  mcl.mclBnFp2_add(cube, cube, b2);
  if (mcl.mclBnFp2_squareRoot(y, cube) !== 0) throw invalid('b', 'is not on the curve');
  let [y0, y1] = [mcl.getFp(y), mcl.getFp(y + FP)];
  if (larger([y1, y0]) !== largerY) [y0, y1] = [y0 && P - y0, y1 && P - y1];
  const placed = placeG2(mcl, to, [x0, x1, y0, y1], lines);
  if (placed === 'off-curve') throw invalid('b', 'is not on the curve');
  if (placed === 'off-subgroup') throw invalid('b', 'is outside the subgroup of prime order');
}

function malformed(field: string, problem: string): CredentialError {
  return new CredentialError('proof-malformed', 'The bytes are not a compact proof', {
    fields: [{ field, problem }],
  });
}

function invalid(field: string, problem: string): CredentialError {
  return new CredentialError('proof-point-invalid', 'A point of the proof is not in its group', {
    fields: [{ field, problem }],
  });
}
