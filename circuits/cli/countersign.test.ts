// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../setup/paths.ts';
import { main } from './main.ts';

interface Run {
  readonly ok: boolean;
  readonly text: string;
}
interface Shown {
  readonly credentialSubject: Record<string, unknown>;
  readonly proof: unknown;
}

let dir: string;
const at = (name: string): string => join(dir, name);
const read = <T>(name: string): T => JSON.parse(readFileSync(at(name), 'utf8')) as T;
const put = (name: string, value: unknown): string => {
  writeFileSync(at(name), JSON.stringify(value));
  return at(name);
};

const runOf = (program: string, args: readonly string[]): Run => {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: paths.repository, encoding: 'utf8' });
  return { ok: status === 0, text: `${stdout}${stderr}` };
};

/** Runs a command in this process, as the walk has shown that it runs in its own. */
async function countersign(command: string, options: Record<string, string>): Promise<Run> {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const lines: string[] = [];
  const print = (line: string): void => void lines.push(line);
  return { ok: (await main([command, ...args], print, print)) === 0, text: lines.join('\n') };
}

/** What each block of the walk in the README prints, run as it is written; only its folder is another. */
let printed: string[];
let query: { binding: object; predicates: object[]; reveal: string[] };

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-'));
  const page = readFileSync(join(paths.circuits, 'README.md'), 'utf8');
  const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]!);
  expect(blocks).toHaveLength(6);
  printed = blocks.map((block) => {
    const here = block
      .replaceAll('.local/walk', dir)
      .replaceAll('npx countersign', `"${process.execPath}" infra/cli/countersign.mjs`);
    const { ok, text } = runOf('bash', ['-euo', 'pipefail', '-c', here]);
    expect(ok, text).toBe(true);
    return text;
  });
  query = read('query.json');
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true }));

const verify = (options: Record<string, string>): Promise<Run> =>
  countersign('verify', {
    credential: at('derived.json'),
    query: at('query.json'),
    documents: at('documents.json'),
    'status-url': 'https://issuer.example/status/1',
    ...options,
  });

describe('the walk in the README', () => {
  it('ends with a credential that verifies, and shows only what was asked', () => {
    expect(printed[5]).toMatch(/^verified\npseudonym [\w-]{43}\ntypes .*derived, 315 characters/s);
    const { credentialSubject } = read<Shown>('derived.json');
    const born = expect.stringMatching(/^\d{4}-\d\d-\d\d$/);
    expect(credentialSubject).toEqual({
      cleared: true,
      predicates: [{ path: '/credentialSubject/birthDate', atMost: born }, ...query.predicates.slice(1)],
    });
    expect(readFileSync(at('derived.json'), 'utf8')).not.toMatch(/Ada|1990|74565|validUntil/);
  });

  it('shows the pseudonym and its verifier before proving, and how far it is', () => {
    expect(printed[4]).toBe(
      'origin:https://shop.example will know you by your pseudonym for customers\nwitness\nproof\ndone\n',
    );
  });

  it('issues a base proof beside an eddsa-rdfc-2022 proof, and inspects both', () => {
    const { proof } = read<Shown>('issued.json');
    expect(proof).toMatchObject([
      { cryptosuite: 'eddsa-rdfc-2022', verificationMethod: 'did:web:issuer.example#key-1' },
      { cryptosuite: 'countersign-groth16-2026', verificationMethod: 'did:web:issuer.example#zk-1' },
    ]);
    expect(printed[3]).toMatch(
      /proof {4}eddsa-rdfc-2022\nproof {4}base proof: for its holder alone.*slot 6/s,
    );
  });

  it('keeps secrets readable by their owner alone', () => {
    for (const name of ['zk-key.json', 'eddsa-key.json', 'holder.json', 'opening.json'])
      expect(statSync(at(name)).mode & 0o077).toBe(0);
    expect(readFileSync(at('request.json'), 'utf8')).not.toContain(
      read<{ secret: string }>('holder.json').secret,
    );
  });
});

describe('the command line', { timeout: 120_000 }, () => {
  it('refuses another query, a credential without a list, and what does not answer', async () => {
    const refused: [Record<string, string>, string][] = [
      [
        { query: put('other.json', { ...query, binding: { ...query.binding, nonce: 'n-2' } }) },
        'not verified',
      ],
      [{ 'status-purpose': 'suspension' }, 'status list'],
      [{ query: put('more.json', { ...query, reveal: ['/credentialSubject/grade'] }) }, 'does not answer'],
      [
        {
          query: put('older.json', {
            ...query,
            predicates: [{ path: '/credentialSubject/birthDate', olderThan: { years: 21 } }],
          }),
        },
        'does not answer',
      ],
      // The issuer's own proofs, together and the base proof alone.
      [{ credential: at('issued.json') }, 'not verified'],
      [
        {
          credential: put('base.json', {
            ...read<Shown>('issued.json'),
            proof: (read<Shown>('issued.json').proof as object[])[1],
          }),
        },
        'not verified',
      ],
    ];
    for (const [options, text] of refused)
      expect(await verify(options), text).toMatchObject({ ok: false, text: expect.stringContaining(text) });
  });

  it('says before proving what cannot be proved', async () => {
    const prove = (change: object): Promise<Run> =>
      countersign('prove', {
        credential: at('issued.json'),
        opening: at('opening.json'),
        query: put('bad.json', { ...query, ...change }),
        documents: at('documents.json'),
        out: at('never.json'),
      });
    const cases: [object, RegExp][] = [
      [
        { predicates: [{ path: '/credentialSubject/grade', greaterThan: 7 }] },
        /predicate-not-satisfied.*predicates\.0/,
      ],
      [{ reveal: ['/credentialSubject/salary'] }, /query-slot-unknown.*salary/],
      [{ now: Date.UTC(2037, 0, 1) / 1000 }, /credential-expired/],
      [{ reveal: [], predicates: [] }, /query-invalid: Nothing is to be shown/],
    ];
    for (const [change, text] of cases) {
      const run = await prove(change);
      expect(run).toMatchObject({ ok: false, text: expect.stringMatching(text) });
      expect(run.text).not.toContain('witness');
    }
  });

  it('takes a key for what it was made for', async () => {
    const issue = (key: string, eddsa: string): Promise<Run> =>
      countersign('issue', {
        key: at(key),
        'eddsa-key': at(eddsa),
        credential: at('credential.json'),
        request: at('request.json'),
        context: 'did:web:issuer.example 7d3f4f1e',
        documents: at('documents.json'),
        out: at('never.json'),
      });
    expect((await issue('eddsa-key.json', 'eddsa-key.json')).text).toContain(
      'the key is for eddsa-rdfc-2022',
    );
    expect((await issue('zk-key.json', 'zk-key.json')).text).toContain(
      'the key is for countersign-groth16-2026',
    );
    const made = (id: string, suite: string): Promise<Run> =>
      countersign('key', { id, suite, out: at('never.json') });
    expect((await made('did:web:issuer.example', 'eddsa-rdfc-2022')).text).toContain('--id is a DID');
    expect((await made('did:web:issuer.example#a', 'ecdsa')).text).toContain('--suite is');
  });

  it('prints help for anything else, through the one command too', async () => {
    expect(await countersign('help', {})).toMatchObject({
      ok: true,
      text: expect.stringContaining('issuers'),
    });
    expect(await countersign('issue', {})).toMatchObject({
      ok: false,
      text: expect.stringContaining('--key is missing'),
    });
    const whole = (...args: string[]): Run =>
      runOf(process.execPath, [join(paths.repository, 'infra/cli/countersign.mjs'), ...args]);
    expect(whole('issue', '--help')).toMatchObject({ ok: true, text: expect.stringContaining('issuers') });
    expect(whole('verify', '--credential', at('derived.json')).text).toContain('--query is missing');
  });
});
