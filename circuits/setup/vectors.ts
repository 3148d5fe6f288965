// SPDX-License-Identifier: GPL-3.0-or-later
// `npm run vectors -w circuits`: writes `spec/vectors/`: `statement.json`, which is the same each time, and `proofs.json`,
// valid proofs under the committed keys. Proofs are randomized, so each run writes others that are as good.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeClaim } from '../../functions/credentials/statement/claim-value.ts';
import { scopeSignal } from '../../functions/credentials/statement/presentation-binding.ts';
import { PUBLIC_SIGNALS } from '../../functions/credentials/statement/public-signals.ts';
import { prove, releaseProver } from '../src/prove.ts';
import { type Statement, witnessInputs } from '../src/witness-inputs.ts';
import { sampleStatement } from '../testing/sample.ts';
import { paths } from './paths.ts';
import { statementVectors } from './statement-vectors.ts';

const key = (name: string): Uint8Array => readFileSync(join(paths.keys, name));
const artefacts = { wasm: key('credential.wasm'), zkey: key('credential.zkey') };
const { digest } = JSON.parse(new TextDecoder().decode(key('manifest.json'))) as { digest: string };

const binding = 20_261_120n;
const statements: Readonly<Record<string, Statement>> = {
  'four predicates and a large set': sampleStatement(),
  'nothing asked, no pseudonym scope': sampleStatement(
    {},
    {
      query: { predicates: [] },
      binding,
      scope: scopeSignal('origin:https://shop.example', undefined, binding),
    },
  ),
  'a string revealed, another holder': sampleStatement(
    {},
    { query: { predicates: [{ kind: 'in', slot: 0, values: [encodeClaim('string', 'Ada')] }] } },
    'second holder',
  ),
  'an integer at the lower end of its range': sampleStatement(
    {},
    { query: { predicates: [{ kind: 'range', slot: 8, low: 0n, high: 0n }] } },
  ),
};

const proofs: unknown[] = [];
for (const [name, statement] of Object.entries(statements)) {
  const { inputs } = witnessInputs(statement);
  proofs.push({ name, ...(await prove(inputs, artefacts)) });
}
const dir = join(paths.circuits, 'spec', 'vectors');
mkdirSync(dir, { recursive: true });
writeFileSync(join(dir, 'statement.json'), `${JSON.stringify(statementVectors(), null, 2)}\n`);
const vectors = { verificationKey: digest, signals: PUBLIC_SIGNALS, proofs };
writeFileSync(join(dir, 'proofs.json'), `${JSON.stringify(vectors, null, 2)}\n`);
await releaseProver();
