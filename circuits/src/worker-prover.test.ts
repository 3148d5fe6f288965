// SPDX-License-Identifier: GPL-3.0-or-later
import { MessageChannel } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signalList } from '../../functions/credentials/statement/public-signals.ts';
import { artefacts } from '../testing/credential.ts';
import { sampleStatement } from '../testing/sample.ts';
import { type Prover, releaseProver } from './prove.ts';
import { witnessInputs } from './witness-inputs.ts';
import { type MessageEnd, serveProving, workerProver } from './worker-prover.ts';

const { port1, port2 } = new MessageChannel();
let prover: Prover;

beforeAll(() => {
  serveProving(port2 as unknown as MessageEnd);
  prover = workerProver(port1 as unknown as MessageEnd, artefacts);
  port1.start();
  port2.start();
});
afterAll(async () => {
  port1.close();
  await releaseProver();
});

const { inputs, signals } = witnessInputs(sampleStatement());

it('proves at the other end, and tells how far it is', { timeout: 120_000 }, async () => {
  const stages: string[] = [];
  const { publicSignals } = await prover(inputs, (stage) => void stages.push(stage));
  expect(publicSignals).toEqual(signalList(signals));
  expect(stages).toEqual(['witness', 'proof', 'done']);
});

it('passes a refusal on with its code', async () => {
  await expect(prover({ ...inputs, now: 0n })).rejects.toThrow(
    expect.objectContaining({
      name: 'ProvingError',
      code: 'proof-failed',
      fields: [expect.objectContaining({ field: 'Credential/Num2Bits' })],
    }),
  );
  await expect(prover({})).rejects.toThrow(expect.objectContaining({ code: 'proof-failed' }));
});

it('waits for no worker that has failed', async () => {
  const posted: unknown[] = [];
  const worker = Object.assign(new EventTarget(), {
    postMessage: (message: unknown) => void posted.push(message),
  });
  const lonely = workerProver(worker as unknown as MessageEnd, artefacts);
  const refused = expect.objectContaining({ name: 'ProvingError', code: 'proof-failed' });
  const waiting = [lonely(inputs), lonely(inputs)];
  worker.dispatchEvent(new Event('error'));
  for (const each of waiting) await expect(each).rejects.toThrow(refused);
  await expect(lonely(inputs)).rejects.toThrow(refused);
  // The artefacts and two orders; nothing after it had failed.
  expect(posted).toHaveLength(3);
});
