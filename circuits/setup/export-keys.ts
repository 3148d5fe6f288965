// SPDX-License-Identifier: GPL-3.0-or-later
import { copyFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as snarkjs from 'snarkjs';
import { PUBLIC_SIGNALS } from '../../functions/credentials/statement/public-signals.ts';
import type { Compiled } from './compile.ts';
import { digestOf, type TranscriptEntry } from './phases.ts';

/** Who made the keys, and so whether they may guard anything. */
export type CeremonyKind = 'development' | 'production';

/** `manifest.json`, beside the keys. */
export interface KeyManifest {
  readonly circuit: 'credential';
  readonly protocol: 'groth16';
  readonly curve: 'bn128';
  readonly constraints: number;
  readonly nPublic: number;
  readonly publicSignals: readonly string[];
  /** SHA-256 of `credential.vkey.json`, byte for byte. */
  readonly digest: string;
  /** SHA-256 and size of each file. */
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
  readonly r1cs: { readonly sha256: string };
  readonly ceremony: {
    readonly kind: CeremonyKind;
    readonly notice: string;
    readonly transcript: readonly TranscriptEntry[];
  };
}

const NOTICE: Readonly<Record<CeremonyKind, string>> = {
  development:
    'Made by a development ceremony on one machine. Whoever made these keys could forge proofs. Do not use in production.',
  production:
    'Made by a ceremony. Sound if at least one contributor destroyed their secret; see the transcript.',
};

/** Writes proving key, verification key, witness calculator and manifest into a folder. */
export async function exportKeys(
  compiled: Compiled,
  zkey: string,
  kind: CeremonyKind,
  transcript: readonly TranscriptEntry[],
  outDir: string,
): Promise<KeyManifest> {
  mkdirSync(outDir, { recursive: true });
  const vkey = await snarkjs.zKey.exportVerificationKey(zkey);
  const out = (name: string): string => join(outDir, name);
  writeFileSync(out('credential.vkey.json'), `${JSON.stringify(vkey, null, 1)}\n`);
  copyFileSync(zkey, out('credential.zkey'));
  copyFileSync(compiled.wasm, out('credential.wasm'));
  const files: Record<string, { sha256: string; bytes: number }> = {};
  for (const name of ['credential.vkey.json', 'credential.zkey', 'credential.wasm'])
    files[name] = { sha256: await digestOf(out(name)), bytes: statSync(out(name)).size };
  const manifest: KeyManifest = {
    circuit: 'credential',
    protocol: 'groth16',
    curve: 'bn128',
    constraints: compiled.constraints,
    nPublic: PUBLIC_SIGNALS.length,
    publicSignals: PUBLIC_SIGNALS,
    digest: files['credential.vkey.json']!.sha256,
    files,
    r1cs: { sha256: await digestOf(compiled.r1cs) },
    ceremony: { kind, notice: NOTICE[kind], transcript },
  };
  writeFileSync(out('manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}
