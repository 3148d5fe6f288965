import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Groth16Proof } from '../proof.ts';
import { loadVerificationKey, type VerificationKey } from '../verification-key.ts';
import type { KeyJson } from './oracles.ts';

export interface SemaphoreProof {
  readonly depth: number;
  readonly publicSignals: string[];
  readonly proof: Groth16Proof;
}

const require = createRequire(import.meta.url);

/** The text of a Semaphore verification key, as @zk-kit/semaphore-artifacts ships it. */
export const semaphoreKeyText = (depth: number): string =>
  readFileSync(require.resolve(`@zk-kit/semaphore-artifacts/semaphore-${depth}.json`), 'utf8');

/** Proofs made with the same package's circuits and proving keys (make-semaphore-proofs.ts). */
export const semaphoreProofs: readonly SemaphoreProof[] = JSON.parse(
  readFileSync(new URL('semaphore-proofs.json', import.meta.url), 'utf8'),
);

export const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** Loads a key under its own digest, as a test may and a deployment may not. */
export const load = (key: string | KeyJson): Promise<VerificationKey> => {
  const text = typeof key === 'string' ? key : JSON.stringify(key);
  return loadVerificationKey(text, { digest: digestOf(text) });
};
