import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytes, ietf } from './bbs/testing.ts';
import { NOW, party, sign, unsigned } from './data-integrity/testing.ts';
import { bundle } from './groth16/testing/bundle.ts';
import { digestOf, semaphoreKeyText, semaphoreProofs } from './groth16/testing/semaphore.ts';

const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'countersign-credentials-'));
afterAll(() => rm(folder, { recursive: true }));

let packages: Set<string>;
beforeAll(async () => {
  packages = await bundle(new URL('index.ts', import.meta.url), join(folder, 'index.mjs'));
});

const PROGRAM = `
import { createVerifier, loadVerificationKey, verify, verifyBbsProof, verifyCredential } from './index.mjs';
import input from './input.json' with { type: 'json' };
const hex = (text) => Buffer.from(text, 'hex');
const key = await loadVerificationKey(input.key, { digest: input.digest });
const { bbs, now } = input;
const verifier = createVerifier({ now: () => now });
const changed = { ...input.credential, validFrom: '2026-01-01T00:00:01Z' };
console.log(JSON.stringify({
  groth16: [verify(key, input.signals, input.proof), verify(key, input.signals.with(2, '1'), input.proof)],
  bbs: await Promise.all([bbs.header, '00'].map((header) => verifyBbsProof(hex(bbs.proof), {
    publicKey: hex(bbs.key), header: hex(header), presentationHeader: hex(bbs.presentationHeader),
    disclosed: new Map([[0, hex(bbs.message)]]),
  }))),
  eddsa: await Promise.all([input.credential, changed].map(async (c) => (await verifyCredential(verifier, c)).verified)),
}));
`;

describe('the bundled room', () => {
  it('verifies Groth16, BBS and Data Integrity proofs in one process, and ends by itself', async () => {
    const { depth, publicSignals, proof } = semaphoreProofs[0]!;
    const key = semaphoreKeyText(depth);
    const issuer = await party();
    const [bbs] = ietf.proofs as [(typeof ietf.proofs)[number]];
    const input = {
      key,
      digest: digestOf(key),
      signals: publicSignals,
      proof,
      bbs: { ...bbs, key: ietf.publicKey, message: ietf.messages[0] },
      now: NOW,
      credential: await sign(unsigned(issuer.did), issuer),
    };
    expect(bytes(bbs.proof)).toHaveLength(272);
    await writeFile(join(folder, 'input.json'), JSON.stringify(input));
    await writeFile(join(folder, 'main.mjs'), PROGRAM);
    const { stdout } = await run(process.execPath, [join(folder, 'main.mjs')], {
      cwd: folder,
      timeout: 25_000,
    });
    expect(JSON.parse(stdout)).toEqual({ groth16: [true, false], bbs: [true, false], eddsa: [true, false] });
  });

  it('holds nothing of snarkjs or the circuits, which are GPL, nor the public BBS suite', () => {
    for (const name of packages) {
      expect(name).not.toMatch(/snarkjs|ffjavascript|circom|wasmcurves|fastfile|binfileutils|r1csfile|bbs/);
    }
    expect([...packages]).toEqual(expect.arrayContaining(['mcl-wasm', 'jsonld', 'rdf-canonize']));
  });
});
