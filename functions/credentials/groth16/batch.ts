import { bytesToHex } from '@noble/hashes/utils.js';
import { FR, G1, G2, GT, type Mcl, type Pointer } from '../curve/mcl.ts';
import { CredentialError } from '../errors.ts';
import { type Groth16Proof, OFFSET, PROOF, readProof, readPublicSignals } from './proof.ts';
import { linesSize, prepareG2 } from './subgroup.ts';
import type { VerificationKey } from './verification-key.ts';
import { holds } from './verify.ts';

/** One statement and its proof. */
export interface BatchItem {
  readonly publicSignals: readonly string[];
  readonly proof: Groth16Proof;
}

/** One item that did not verify, by its place in the batch. */
export interface BatchFailure {
  readonly index: number;
  /** The error that `verify` would have thrown; absent when the proof is well formed and false. */
  readonly error?: CredentialError;
}

export interface BatchResult {
  /** Whether every item holds. True for an empty batch. */
  readonly valid: boolean;
  /** The items that do not, in the batch's order. */
  readonly failed: readonly BatchFailure[];
}

/** Fills a buffer with unpredictable bytes. */
export type RandomBytes = (length: number) => Uint8Array;

const systemRandom: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));

/** Bytes of each random scalar: a false batch passes with probability at most 2^-128. */
const SCALAR_BYTES = 16;

/** Items combined at once: bounds the memory of one combination to less than the instance's 1 MiB stack. */
const GROUP = 256;

/** Items that have been read: their proofs and random scalars r_i lie in vectors of the same order. */
interface Group {
  readonly mcl: Mcl;
  readonly items: readonly { readonly index: number; readonly signals: readonly bigint[] }[];
  readonly proofs: Pointer;
  readonly scalars: Pointer;
  /** r_i A_i. */
  readonly as: Pointer;
  /** Room for the line coefficients of one B. */
  readonly lines: Pointer;
}

/**
 * Verifies many proofs under one key at once, and says which of them fail.
 *
 * With random 128-bit r_i, all hold if and only if (but for a chance of 2^-128)
 * `prod e(r_i A_i, B_i) = e(alpha, beta)^(sum r_i) e(sum r_i S_i, gamma) e(sum r_i C_i, delta)`: one
 * multi-Miller loop and one final exponentiation for the whole batch (the small-exponents test of Bellare,
 * Garay and Rabin, EUROCRYPT '98). Every point is first checked to be in its group, without which the test
 * proves nothing. When a combination fails it is halved until the failing proofs stand alone, so f failures
 * among n cost about f log2(n) combinations; a malformed item costs nothing to the others.
 *
 * @param key a key from `loadVerificationKey`
 * @param items statements with their proofs; each is judged as `verify` judges it
 * @param random unpredictable bytes, by default the system's. Whoever can foresee them can pass a false batch.
 * @throws CredentialError `randomness-unusable` when `random` gives another number of bytes than was asked,
 * or zeros.
 *
 * @example
 * ```ts
 * const { valid, failed } = verifyBatch(key, [{ publicSignals, proof }, …]);
 * ```
 */
export function verifyBatch(
  key: VerificationKey,
  items: readonly BatchItem[],
  random: RandomBytes = systemRandom,
): BatchResult {
  const failed: BatchFailure[] = [];
  for (let from = 0; from < items.length; from += GROUP) {
    key.prepared.mcl.scope(() => {
      const group = place(key, items.slice(from, from + GROUP), from, random, failed);
      bisect(key, group, 0, group.items.length, false, failed);
    });
  }
  failed.sort((a, b) => a.index - b.index);
  return { valid: failed.length === 0, failed };
}

/** Reads every item; the malformed ones are reported and left out. */
function place(
  key: VerificationKey,
  items: readonly BatchItem[],
  offset: number,
  random: RandomBytes,
  failed: BatchFailure[],
): Group {
  const { mcl } = key.prepared;
  const proofs = mcl.stackAlloc(PROOF * items.length);
  const scalars = mcl.stackAlloc(FR * items.length);
  const as = mcl.stackAlloc(G1 * items.length);
  const lines = mcl.stackAlloc(linesSize(mcl));
  const kept: { index: number; signals: readonly bigint[] }[] = [];
  for (const [i, item] of items.entries()) {
    const n = kept.length;
    const proof = proofs + n * PROOF;
    try {
      const signals = readPublicSignals(item?.publicSignals, key.publicSignals);
      readProof(mcl, proof, item?.proof, lines);
      kept.push({ index: offset + i, signals });
    } catch (error) {
      if (!(error instanceof CredentialError)) throw error;
      failed.push({ index: offset + i, error });
      continue;
    }
    mcl.setFr(scalars + n * FR, scalar(random));
    mcl.mclBnG1_mul(as + n * G1, proof + OFFSET.a, scalars + n * FR);
  }
  return { mcl, items: kept, proofs, scalars, as, lines };
}

function scalar(random: RandomBytes): bigint {
  const bytes = random(SCALAR_BYTES);
  const value = bytes.length === SCALAR_BYTES ? BigInt(`0x${bytesToHex(bytes)}`) : 0n;
  if (value === 0n)
    throw new CredentialError('randomness-unusable', 'The random source gave no usable scalar');
  return value;
}

/** At or below this many, judging a group known to hold a failure one by one costs less than halving it. */
const ONE_BY_ONE = 4;

/** Judges items [from, to); `guilty` says that a failure among them is already known. Answers whether all hold. */
function bisect(
  key: VerificationKey,
  group: Group,
  from: number,
  to: number,
  guilty: boolean,
  failed: BatchFailure[],
): boolean {
  if (from === to) return true;
  if (to - from > 1 && !guilty && combined(key, group, from, to)) return true;
  if (to - from <= ONE_BY_ONE) {
    const before = failed.length;
    for (let i = from; i < to; i++) {
      const { index, signals } = group.items[i]!;
      const proof = group.proofs + i * PROOF;
      prepareG2(group.mcl, group.lines, proof + OFFSET.b);
      if (!holds(key.prepared, signals, proof, group.lines)) failed.push({ index });
    }
    return failed.length === before;
  }
  const middle = (from + to) >> 1;
  const left = bisect(key, group, from, middle, false, failed);
  // When the first half holds, the failure must be in the second: no need to ask again.
  bisect(key, group, middle, to, left, failed);
  return false;
}

/** The combined equation over items [from, to), as one multi-Miller loop of to - from + 3 pairs. */
function combined(key: VerificationKey, group: Group, from: number, to: number): boolean {
  const { mcl } = group;
  const { negAlpha, beta, gamma, ic } = key.prepared;
  const n = to - from;
  const width = key.publicSignals + 1;
  return mcl.scope(() => {
    const ps = mcl.stackAlloc(G1 * (n + 3));
    const qs = mcl.stackAlloc(G2 * (n + 3));
    const cs = mcl.stackAlloc(G1 * n);
    const sums = mcl.stackAlloc(FR * width);
    const term = mcl.stackAlloc(FR);
    for (let j = 0; j < width; j++) mcl.mclBnFr_setInt32(sums + j * FR, 0);
    mcl.copy(ps, group.as + from * G1, n * G1);
    for (let i = 0; i < n; i++) {
      const proof = group.proofs + (from + i) * PROOF;
      mcl.copy(qs + i * G2, proof + OFFSET.b, G2);
      mcl.copy(cs + i * G1, proof + OFFSET.c, G1);
      const r = group.scalars + (from + i) * FR;
      mcl.mclBnFr_add(sums, sums, r);
      for (const [j, signal] of group.items[from + i]!.signals.entries()) {
        mcl.setFr(term, signal);
        mcl.mclBnFr_mul(term, term, r);
        mcl.mclBnFr_add(sums + (j + 1) * FR, sums + (j + 1) * FR, term);
      }
    }
    const tail = ps + n * G1;
    mcl.mclBnG1_mul(tail, negAlpha, sums);
    mcl.mclBnG1_mulVec(tail + G1, ic, sums, width);
    mcl.mclBnG1_neg(tail + G1, tail + G1);
    mcl.mclBnG1_mulVec(tail + 2 * G1, cs, group.scalars + from * FR, n);
    mcl.mclBnG1_neg(tail + 2 * G1, tail + 2 * G1);
    mcl.copy(qs + n * G2, beta, G2);
    mcl.copy(qs + (n + 1) * G2, gamma, 2 * G2);
    const product = mcl.stackAlloc(GT);
    mcl.mclBn_millerLoopVec(product, ps, qs, n + 3);
    mcl.mclBn_finalExp(product, product);
    return mcl.mclBnGT_isOne(product) === 1;
  });
}
