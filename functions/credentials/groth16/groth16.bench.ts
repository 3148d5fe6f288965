import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Figure, printFigures } from '../../../test/bench/figure.ts';
import { writeDerivedProof } from '../statement/index.ts';
import { verifyBatch } from './batch.ts';
import { COMPACT_PROOF_BYTES, encodeProof } from './compact-proof.ts';
import type { Groth16Proof } from './proof.ts';
import { bundle } from './testing/bundle.ts';
import { interleaved } from './testing/interleaved.ts';
import { type KeyJson, nobleAccepts, singleThreadedSnarkjs, snarkjs } from './testing/oracles.ts';
import { digestOf, load, semaphoreKeyText, semaphoreProofs } from './testing/semaphore.ts';
import { verify, verifyCompact } from './verify.ts';

const run = promisify(execFile);

/** A third-party proof: Semaphore's circuit of depth 10, four public signals. */
const { depth, publicSignals, proof } = semaphoreProofs.at(-1)!;
const text = semaphoreKeyText(depth);
const json = JSON.parse(text) as KeyJson;

/** A proof of our own circuit: ten public signals. */
const circuits = new URL('../../../circuits/', import.meta.url);
const credentialText = readFileSync(new URL('keys/credential.vkey.json', circuits), 'utf8');
const credentialJson = JSON.parse(credentialText) as KeyJson;
const [credential] = (
  JSON.parse(readFileSync(new URL('spec/vectors/proofs.json', circuits), 'utf8')) as {
    proofs: [{ publicSignals: string[]; proof: Groth16Proof }];
  }
).proofs;

/** What a derived proof is in a credential: 235 bytes in base64url behind its multibase prefix. */
const DERIVED_PROOF_CHARACTERS = writeDerivedProof({
  proof: new Uint8Array(COMPACT_PROOF_BYTES),
  now: 0n,
  pseudonym: 0n,
  statusList: 0n,
  statusRoot: 0n,
}).length;

/** Verifying one proof, and one in a batch of 32, warm, beside snarkjs and @noble/curves in the same run. */
export async function groth16Figures(rounds = 30): Promise<Figure[]> {
  const key = await load(text);
  const credentialKey = await load(credentialText);
  const items = Array.from({ length: 32 }, () => ({ publicSignals, proof }));
  const compact = await encodeProof(proof);
  const ours = {
    single: () => must(verify(key, publicSignals, proof)),
    batch: () => must(verifyBatch(key, items).valid),
    ours: () => must(verify(credentialKey, credential.publicSignals, credential.proof)),
    compact: () => must(verifyCompact(key, publicSignals, compact)),
  };
  const theirs = async () => must(await snarkjs.groth16.verify(json, publicSignals, proof));

  const stop = await singleThreadedSnarkjs();
  const oursBySnarkjs = async () =>
    must(await snarkjs.groth16.verify(credentialJson, credential.publicSignals, credential.proof));
  const one = await interleaved({ ...ours, snarkjs: theirs, oursBySnarkjs }, rounds);
  const noble = await interleaved(
    { single: ours.single, noble: () => must(nobleAccepts(json, publicSignals, proof)) },
    rounds / 3,
  );
  await stop();
  // snarkjs keeps its curve for the process; without it, the next call makes one with worker threads.
  (globalThis as Record<string, unknown>).curve_bn128 = null;
  await theirs();
  const many = await interleaved({ single: ours.single, snarkjs: theirs }, rounds);
  await (globalThis as unknown as { curve_bn128: { terminate(): Promise<void> } }).curve_bn128.terminate();

  const ms = { unit: 'ms' };
  const each = one.batch / 32;
  return [
    {
      ...ms,
      name: 'Groth16 verify, warm',
      value: one.single,
      peer: { name: 'snarkjs, one thread', value: one.snarkjs },
      goal: '≤ 5.5 ms, ≤ 0.5 ×',
    },
    {
      ...ms,
      name: 'Groth16 verify, warm',
      value: many.single,
      peer: { name: 'snarkjs, its default', value: many.snarkjs },
      goal: '≤ 0.33 ×',
    },
    {
      ...ms,
      name: 'Groth16 verify, warm',
      value: noble.single,
      peer: { name: '@noble/curves', value: noble.noble },
    },
    {
      ...ms,
      name: 'Groth16 verify, each in a batch of 32',
      value: each,
      peer: { name: 'one by one', value: one.single },
      goal: '≤ 1.9 ms',
    },
    {
      ...ms,
      name: 'Groth16 verify, 128-byte proof',
      value: one.compact,
      peer: { name: 'proof as JSON', value: one.single },
    },
    {
      ...ms,
      name: 'Groth16 verify, our circuit: ten signals',
      value: one.ours,
      peer: { name: 'snarkjs, one thread', value: one.oursBySnarkjs },
      goal: '≤ 5.5 ms, ≤ 0.5 ×',
    },
    {
      name: 'proof in a credential of our suite',
      value: DERIVED_PROOF_CHARACTERS,
      unit: 'bytes',
      peer: { name: 'the goal', value: 400 },
      goal: '≤ 400 bytes',
    },
    {
      name: 'Groth16 proof, compact',
      value: COMPACT_PROOF_BYTES,
      unit: 'bytes',
      peer: { name: 'as snarkjs writes it', value: JSON.stringify(proof).length },
    },
  ];
}

/** A process that times itself from its first line to its first answer. */
const program = (verifier: string) => `
const start = performance.now();
const { readFileSync } = await import('node:fs');
const input = JSON.parse(readFileSync(new URL('./input.json', import.meta.url), 'utf8'));
${verifier}
console.log(performance.now() - start);
process.exit(holds ? 0 : 1);
`;
const OURS = `
const { loadVerificationKey, verify } = await import('./groth16.mjs');
const key = await loadVerificationKey(input.text, { digest: input.digest });
const holds = verify(key, input.publicSignals, input.proof);`;
const SNARKJS = `
const { createRequire } = await import('node:module');
const snarkjs = createRequire(input.root)('snarkjs');
const holds = await snarkjs.groth16.verify(JSON.parse(input.text), input.publicSignals, input.proof);`;

/** From the start of a bundled module to its first verification, key loading included, in new processes. */
export async function coldGroth16Figures(rounds = 7): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-cold-'));
  try {
    await bundle(new URL('index.ts', import.meta.url), join(folder, 'groth16.mjs'));
    const input = { text, digest: digestOf(text), publicSignals, proof, root: import.meta.url };
    await writeFile(join(folder, 'input.json'), JSON.stringify(input));
    await writeFile(join(folder, 'ours.mjs'), program(OURS));
    await writeFile(join(folder, 'snarkjs.mjs'), program(SNARKJS));
    const samples: Record<'ours' | 'snarkjs', number[]> = { ours: [], snarkjs: [] };
    for (let i = 0; i < rounds; i++) {
      for (const name of ['ours', 'snarkjs'] as const) {
        const { stdout } = await run(process.execPath, [join(folder, `${name}.mjs`)]);
        samples[name].push(Number(stdout));
      }
    }
    return [
      {
        name: 'Groth16, first verification after module start',
        value: Math.min(...samples.ours),
        unit: 'ms',
        peer: { name: 'snarkjs', value: Math.min(...samples.snarkjs) },
        goal: '≤ 100 ms',
      },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

function must(holds: boolean): void {
  if (!holds) throw new Error('a valid proof was refused');
}

if (import.meta.main) {
  printFigures('Groth16', [...(await groth16Figures()), ...(await coldGroth16Figures())]);
  process.exit(0);
}
