// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import * as snarkjs from 'snarkjs';

/** Told what is being done, for a terminal. */
export type Progress = (message: string) => void;

/** One entry of a ceremony's transcript. */
export interface TranscriptEntry {
  readonly phase: 1 | 2;
  readonly action: 'begin' | 'contribute' | 'beacon' | 'adopt';
  readonly name?: string;
  /** BLAKE2b-512 of the contribution as snarkjs chains it, hex. */
  readonly contribution?: string;
  /** The beacon's value and the exponent of its iterations, 2^n. */
  readonly beacon?: { readonly value: string; readonly exponent: number };
  /** SHA-256 of the file after this step. */
  readonly sha256: string;
  /** Where an adopted file came from. */
  readonly source?: string;
}

/** The log2 of the set-up's size: constraints and public signals together stay below 2^14. */
export const POWER = 14;

/** SHA-256 of a file, lower-case hex. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const hex = (bytes: unknown): string => Buffer.from(bytes as Uint8Array).toString('hex');

/** Logs snarkjs's own progress in short: only its errors and warnings. */
const logger = (progress: Progress) => ({
  info: (): void => {},
  debug: (): void => {},
  warn: (message: string): void => progress(`  warning: ${message}`),
  error: (message: string): void => progress(`  error: ${message}`),
});

/** Begins phase 1: powers of tau = 1, which is no secret until somebody contributes. */
export async function beginPhase1(to: string, power = POWER): Promise<TranscriptEntry> {
  const curve = await snarkjs.curves.getCurveFromName('bn128');
  await snarkjs.powersOfTau.newAccumulator(curve, power, to);
  return { phase: 1, action: 'begin', sha256: await digestOf(to) };
}

/** Begins phase 2 from a prepared phase 1 file and the compiled circuit. */
export async function beginPhase2(
  r1cs: string,
  ptau: string,
  to: string,
  progress: Progress,
): Promise<TranscriptEntry> {
  const outcome = await snarkjs.zKey.newZKey(r1cs, ptau, to, logger(progress));
  if (!(outcome instanceof Uint8Array))
    throw new Error('phase 2 could not begin: does phase 1 fit the circuit?');
  return { phase: 2, action: 'begin', sha256: await digestOf(to) };
}

/**
 * Adds a contribution. The entropy is drawn here and forgotten with the process; `extra`, if given, is mixed in.
 *
 * @param name shown in the transcript.
 */
export async function contribute(
  phase: 1 | 2,
  from: string,
  to: string,
  name: string,
  extra = '',
): Promise<TranscriptEntry> {
  const entropy = `${randomBytes(64).toString('hex')}${extra}`;
  const tool = phase === 1 ? snarkjs.powersOfTau : snarkjs.zKey;
  const contribution = await tool.contribute(from, to, name, entropy);
  return { phase, action: 'contribute', name, contribution: hex(contribution), sha256: await digestOf(to) };
}

/**
 * Ends a phase with a beacon: a value that nobody could know when the last contribution was made.
 *
 * @param value 32 bytes in hex; @param exponent iterations are 2^exponent.
 */
export async function applyBeacon(
  phase: 1 | 2,
  from: string,
  to: string,
  value: string,
  exponent: number,
): Promise<TranscriptEntry> {
  if (!/^[0-9a-f]{64}$/.test(value)) throw new Error('a beacon is 32 bytes, 64 lower-case hex digits');
  if (!Number.isInteger(exponent) || exponent < 10 || exponent > 32)
    throw new Error('the exponent is 10 to 32');
  const tool = phase === 1 ? snarkjs.powersOfTau : snarkjs.zKey;
  await tool.beacon(from, to, 'beacon', value, exponent);
  return { phase, action: 'beacon', beacon: { value, exponent }, sha256: await digestOf(to) };
}

/** Makes a finished phase 1 ready for phase 2 (the Lagrange form). */
export async function preparePhase2(from: string, to: string): Promise<void> {
  await snarkjs.powersOfTau.preparePhase2(from, to);
}

/** Verifies every contribution of a phase 1 file. */
export const verifyPhase1 = (ptau: string, progress: Progress): Promise<boolean> =>
  snarkjs.powersOfTau.verify(ptau, logger(progress));

/** Verifies that a proving key is the circuit's, over this phase 1, with every contribution sound. */
export const verifyPhase2 = (
  r1cs: string,
  ptau: string,
  zkey: string,
  progress: Progress,
): Promise<boolean> => snarkjs.zKey.verifyFromR1cs(r1cs, ptau, zkey, logger(progress));
