// SPDX-License-Identifier: GPL-3.0-or-later
// `npm run ceremony -- <command>`: makes keys that more than one person answers for.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { releaseProver } from '../src/prove.ts';
import { Ceremony } from './ceremony-folder.ts';
import { compileCircuit } from './compile.ts';
import { exportKeys } from './export-keys.ts';
import { paths } from './paths.ts';

const HELP = `npm run ceremony -- <command> [--dir <folder>]

  begin                                   begin phase 1 (powers of tau)
  adopt <path or https URL> (--sha256 <hex> | --blake2b <hex>)
                                          take a published, finished phase 1 instead
  contribute --name <name> [--entropy <text>]
                                          contribute to the open phase; the secret is forgotten
  beacon <64 hex digits> [--exponent <n>] end the open phase (iterations 2^n, default 10)
  circuit                                 begin phase 2, for the circuit as it is compiled now
  verify                                  verify every contribution of both phases
  export [--out <folder>]                 write keys, witness calculator and manifest with the transcript

The folder (default .build/ceremony) holds the newest files and transcript.json; pass it on from one contributor to
the next. Keys are sound if one contributor of each phase destroyed what they drew.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dir: { type: 'string', default: join(paths.repository, '.build/ceremony') },
    name: { type: 'string' },
    entropy: { type: 'string', default: '' },
    exponent: { type: 'string', default: '10' },
    sha256: { type: 'string' },
    blake2b: { type: 'string' },
    out: { type: 'string', default: paths.keys },
  },
});
const [command, argument] = positionals;

/** An argument that the command cannot do without. */
function need(value: string | undefined, what: string): string {
  if (value === undefined) throw new Error(`${what} is missing\n\n${HELP}`);
  return value;
}

async function run(ceremony: Ceremony): Promise<void> {
  switch (command) {
    case 'begin':
      return ceremony.begin();
    case 'adopt': {
      const { sha256, blake2b } = values;
      const hex = need(sha256 ?? blake2b, 'the known digest');
      return ceremony.adopt(need(argument, 'the file'), {
        algorithm: sha256 === undefined ? 'blake2b512' : 'sha256',
        hex,
      });
    }
    case 'contribute':
      return ceremony.contribute(need(values.name, '--name'), values.entropy);
    case 'beacon':
      return ceremony.beacon(need(argument, 'the beacon'), Number(values.exponent));
    case 'circuit':
      return ceremony.beginPhase2(compileCircuit(paths.source, paths.build));
    case 'verify':
      if (!(await ceremony.verify(compileCircuit(paths.source, paths.build))))
        throw new Error('the ceremony does not verify');
      return console.log('every contribution verifies');
    case 'export': {
      const compiled = compileCircuit(paths.source, paths.build);
      const zkey = ceremony.finished();
      const manifest = await exportKeys(compiled, zkey, 'production', ceremony.transcript, values.out);
      return console.log(`credential.vkey.json sha256 ${manifest.digest}`);
    }
    default:
      console.log(HELP);
  }
}

try {
  await run(new Ceremony(values.dir, console.log));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await releaseProver();
}
