// Makes semaphore-proofs.json: `node functions/credentials/groth16/testing/make-semaphore-proofs.ts`.
// Circuits and proving keys are those of @zk-kit/semaphore-artifacts 4.13.0 (MIT), proved with snarkjs.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { snarkjs } from './oracles.ts';

const require = createRequire(import.meta.url);
const artifact = (name: string) => require.resolve(`@zk-kit/semaphore-artifacts/${name}`);
const number = (...seed: unknown[]) =>
  BigInt(`0x${createHash('sha256').update(seed.join('/')).digest('hex')}`) >> 8n;

const made = [];
for (const depth of [1, 4, 10]) {
  for (let i = 0; i < 5; i++) {
    const length = (i % depth) + 1;
    const input = {
      secret: String(number('secret', depth, i) >> 1n),
      merkleProofLength: length,
      merkleProofIndex: i % 2 ** length,
      merkleProofSiblings: Array.from({ length: depth }, (_, j) =>
        j < length ? String(number('sibling', depth, i, j)) : '0',
      ),
      message: String(number('message', depth, i)),
      scope: String(number('scope', i)),
    };
    const { proof, publicSignals } = await snarkjs.groth16.fullProve(
      input,
      artifact(`semaphore-${depth}.wasm`),
      artifact(`semaphore-${depth}.zkey`),
    );
    made.push({ depth, publicSignals, proof });
  }
}
writeFileSync(new URL('semaphore-proofs.json', import.meta.url), `${JSON.stringify(made, null, 1)}\n`);
process.exit(0);
