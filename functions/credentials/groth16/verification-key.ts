import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { G1, G2, GT, type Mcl, openMcl, type Pointer } from '../curve/mcl.ts';
import { CredentialError } from '../errors.ts';
import { type FixedBases, prepareFixedBases } from './fixed-bases.ts';
import { readG1, readG2 } from './points.ts';
import { linesSize } from './subgroup.ts';

/** A checked verification key, prepared in the curve's memory. Made by {@link loadVerificationKey} only. */
export interface VerificationKey {
  /** SHA-256 of the key's bytes, lower-case hexadecimal: the name by which the key is pinned. */
  readonly digest: string;
  /** How many public signals a statement under this key has. */
  readonly publicSignals: number;
  /** @internal */
  readonly prepared: PreparedKey;
}

/** @internal Where the key's parts lie. Each is affine (Z = 1). */
export interface PreparedKey {
  readonly mcl: Mcl;
  /** -alpha. */
  readonly negAlpha: Pointer;
  readonly beta: Pointer;
  /** Gamma and delta lie behind each other, as a multi-Miller loop takes them. */
  readonly gamma: Pointer;
  readonly delta: Pointer;
  /** e(alpha, beta), which no proof changes. */
  readonly alphaBeta: Pointer;
  /** IC_0 ... IC_n, contiguous. */
  readonly ic: Pointer;
  /** IC_1 ... IC_n, prepared for being multiplied. */
  readonly bases: FixedBases;
  /** Line coefficients of gamma and of delta. */
  readonly gammaLines: Pointer;
  readonly deltaLines: Pointer;
}

const MEMBERS = new Set([
  'protocol',
  'curve',
  'nPublic',
  'vk_alpha_1',
  'vk_beta_2',
  'vk_gamma_2',
  'vk_delta_2',
  'vk_alphabeta_12',
  'IC',
]);

/** More public signals than any key of ours has; bounds what a key can make us allocate. */
const MAX_PUBLIC_SIGNALS = 256;

const loaded = new Map<string, Promise<VerificationKey>>();

/**
 * Loads a snarkjs verification key, if it is the one that was pinned and is sound.
 *
 * Checked: the digest over the exact bytes; the protocol and curve; every point canonical, on its curve, in
 * its subgroup, not infinity; gamma different from delta and from minus delta (a key whose phase 2 nobody
 * contributed to has gamma = delta, and anyone can forge under it); `IC` holding exactly `nPublic + 1` points,
 * none of them infinity, which would be a signal that no proof is bound to. `vk_alphabeta_12` may be there and
 * is never believed: e(alpha, beta) is computed here.
 *
 * A key is prepared once per process: loading the same digest again gives the same key.
 *
 * @param source the key's file, as bytes or as the text that was read from it
 * @param options.digest SHA-256 of those bytes, 64 hexadecimal digits
 * @throws CredentialError `key-digest-mismatch`, `key-malformed` or `key-unsafe`.
 *
 * @example
 * ```ts
 * const key = await loadVerificationKey(readFileSync('circuits/keys/credential.vkey.json'), { digest });
 * ```
 */
export async function loadVerificationKey(
  source: string | Uint8Array,
  options: { readonly digest: string },
): Promise<VerificationKey> {
  const digest = bytesToHex(sha256(typeof source === 'string' ? utf8ToBytes(source) : source));
  // Neither is a secret: they may be compared as text.
  if (options.digest.toLowerCase() !== digest) {
    throw new CredentialError('key-digest-mismatch', 'The verification key is not the one that was pinned');
  }
  let key = loaded.get(digest);
  if (key === undefined) {
    const text = typeof source === 'string' ? source : new TextDecoder().decode(source);
    key = prepare(text, digest);
    loaded.set(digest, key);
    key.catch(() => loaded.delete(digest));
  }
  return key;
}

async function prepare(text: string, digest: string): Promise<VerificationKey> {
  const mcl = await openMcl('bn254');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw malformed('', 'is not JSON', cause);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw malformed('', 'must be an object');
  const given = json as Record<string, unknown>;
  if (Object.keys(given).some((member) => !MEMBERS.has(member))) throw malformed('', 'has unknown members');
  if (given.protocol !== 'groth16') throw malformed('protocol', 'must be "groth16"');
  if (given.curve !== 'bn128') throw malformed('curve', 'must be "bn128"');
  const count = given.nPublic;
  if (!Number.isSafeInteger(count) || (count as number) < 0 || (count as number) > MAX_PUBLIC_SIGNALS) {
    throw malformed('nPublic', `must be a whole number from 0 to ${MAX_PUBLIC_SIGNALS}`);
  }
  const publicSignals = count as number;
  if (!Array.isArray(given.IC) || given.IC.length !== publicSignals + 1) {
    throw malformed('IC', 'must hold one point more than nPublic');
  }
  const ic = given.IC as unknown[];

  // Read on the stack first, so that a bad key leaves nothing behind.
  return mcl.scope(() => {
    const g1s = mcl.stackAlloc(G1 * (publicSignals + 2));
    const [alpha, ics] = [g1s, g1s + G1];
    const g2s = mcl.stackAlloc(3 * G2);
    const [beta, gamma, delta] = [g2s, g2s + G2, g2s + 2 * G2];
    refuse(readG1(mcl, alpha, given.vk_alpha_1, 'vk_alpha_1'));
    const size = linesSize(mcl);
    const lines = mcl.stackAlloc(2 * size);
    refuse(readG2(mcl, beta, given.vk_beta_2, 'vk_beta_2', lines));
    refuse(readG2(mcl, gamma, given.vk_gamma_2, 'vk_gamma_2', lines));
    refuse(readG2(mcl, delta, given.vk_delta_2, 'vk_delta_2', lines + size));
    for (const [i, point] of ic.entries()) refuse(readG1(mcl, ics + i * G1, point, `IC.${i}`));

    const negDelta = mcl.stackAlloc(G2);
    mcl.mclBnG2_neg(negDelta, delta);
    if (mcl.mclBnG2_isEqual(gamma, delta) === 1 || mcl.mclBnG2_isEqual(gamma, negDelta) === 1) {
      throw new CredentialError('key-unsafe', 'Gamma and delta are not independent: proofs can be forged', {
        fields: [{ field: 'vk_delta_2', problem: 'must differ from vk_gamma_2 and its negative' }],
      });
    }

    const keptG1 = mcl.malloc(G1 * (publicSignals + 2));
    mcl.mclBnG1_neg(keptG1, alpha);
    mcl.copy(keptG1 + G1, ics, G1 * (publicSignals + 1));
    const keptG2 = mcl.malloc(3 * G2);
    mcl.copy(keptG2, g2s, 3 * G2);
    const keptLines = mcl.malloc(2 * size);
    mcl.copy(keptLines, lines, 2 * size);
    const alphaBeta = mcl.malloc(GT);
    mcl.mclBn_pairing(alphaBeta, alpha, beta);
    return {
      digest,
      publicSignals,
      prepared: {
        mcl,
        negAlpha: keptG1,
        ic: keptG1 + G1,
        beta: keptG2,
        gamma: keptG2 + G2,
        delta: keptG2 + 2 * G2,
        alphaBeta,
        bases: prepareFixedBases(mcl, keptG1 + 2 * G1, publicSignals),
        gammaLines: keptLines,
        deltaLines: keptLines + size,
      },
    };
  });
}

function refuse(problem: { field: string; problem: string } | undefined): void {
  if (problem !== undefined) throw malformed(problem.field, problem.problem);
}

function malformed(field: string, problem: string, cause?: unknown): CredentialError {
  return new CredentialError('key-malformed', 'The verification key cannot be used', {
    fields: [{ field, problem }],
    ...(cause === undefined ? {} : { cause }),
  });
}
