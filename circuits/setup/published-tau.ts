// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from 'node:crypto';
import { copyFileSync, createReadStream, createWriteStream, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** The digest that the publisher of a file gives. The Perpetual Powers of Tau lists BLAKE2b-512. */
export interface KnownDigest {
  readonly algorithm: 'sha256' | 'blake2b512';
  /** Lower-case hex. */
  readonly hex: string;
}

/**
 * Copies or downloads a powers-of-tau file, and keeps it only if it has the known digest.
 *
 * @param source a path, or an https URL; no redirect to plain http.
 * @throws Error when the digest differs or the file cannot be had.
 * @example
 * ```ts
 * await fetchPowersOfTau('https://ptau.example/final_14.ptau', { algorithm: 'blake2b512', hex }, 'phase1.ptau');
 * ```
 */
export async function fetchPowersOfTau(
  source: string,
  { algorithm, hex }: KnownDigest,
  to: string,
): Promise<void> {
  if (!/^[0-9a-f]{64}([0-9a-f]{64})?$/.test(hex))
    throw new Error('the digest is 64 or 128 lower-case hex digits');
  if (source.startsWith('https://')) {
    const response = await fetch(source);
    if (!response.url.startsWith('https://')) throw new Error(`${source} leads to plain http`);
    if (!response.ok || response.body === null) throw new Error(`${source} answers ${response.status}`);
    // Of gigabytes, where somebody takes a larger one than the circuit needs: never all in memory.
    await pipeline(response.body, createWriteStream(to));
  } else {
    copyFileSync(source, to);
  }
  const hash = createHash(algorithm);
  await pipeline(createReadStream(to), hash);
  const found = hash.digest('hex');
  if (found !== hex) {
    rmSync(to);
    throw new Error(`the file's ${algorithm} is not the known one`);
  }
}
