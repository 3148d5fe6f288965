// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../setup/paths.ts';
import { documentLoader, ISSUER, TERMS_URL, unsigned, ZK_KEY } from '../testing/credential.ts';
import { sampleKind, sampleNow } from '../testing/sample.ts';

let dir: string;
const at = (name: string): string => join(dir, name);
const put = (name: string, value: unknown): string => {
  writeFileSync(at(name), JSON.stringify(value));
  return at(name);
};

/** Runs the command as a shell would: what it prints, and whether it succeeded. */
function countersign(command: string, options: Record<string, string>): { ok: boolean; text: string } {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const run = spawnSync(process.execPath, [join(paths.circuits, 'cli/countersign.ts'), command, ...args], {
    encoding: 'utf8',
  });
  return { ok: run.status === 0, text: `${run.stdout}${run.stderr}` };
}

const query = {
  binding: { nonce: 'n-1', audience: 'origin:https://shop.example', presentationKey: 'did:key:z6Mk' },
  scopeName: 'customers',
  now: sampleNow,
  reveal: ['/credentialSubject/cleared'],
  predicates: [{ path: '/credentialSubject/birthDate', olderThan: { years: 18 } }],
};
const status = { 'status-url': sampleKind.status!.list };

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-'));
  const { ok, text } = countersign('key', { id: ZK_KEY, out: at('key.json') });
  expect(ok, text).toBe(true);
  put('documents.json', {
    [TERMS_URL]: (await documentLoader(TERMS_URL)).document,
    [sampleKind.schema.id]: sampleKind.schema,
    [ISSUER]: {
      '@context': ['https://www.w3.org/ns/did/v1'],
      id: ISSUER,
      assertionMethod: [ZK_KEY],
      verificationMethod: [JSON.parse(text)],
    },
  });
  put('unsigned.json', unsigned);
  put('query.json', query);
  for (const [command, options] of [
    ['holder', { out: at('holder.json') }],
    [
      'request',
      { holder: at('holder.json'), context: 'c', opening: at('opening.json'), out: at('request.json') },
    ],
    [
      'issue',
      {
        key: at('key.json'),
        credential: at('unsigned.json'),
        request: at('request.json'),
        context: 'c',
        documents: at('documents.json'),
        out: at('credential.json'),
      },
    ],
    [
      'prove',
      {
        credential: at('credential.json'),
        opening: at('opening.json'),
        query: at('query.json'),
        documents: at('documents.json'),
        out: at('derived.json'),
      },
    ],
  ] as const) {
    const run = countersign(command, options);
    expect(run.ok, `${command}: ${run.text}`).toBe(true);
  }
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true }));

const verify = (options: Record<string, string> = {}): { ok: boolean; text: string } =>
  countersign('verify', {
    credential: at('derived.json'),
    query: at('query.json'),
    documents: at('documents.json'),
    ...status,
    ...options,
  });

describe('the command line', { timeout: 120_000 }, () => {
  it('issues, proves and verifies, and shows only what was asked', () => {
    const run = verify();
    expect(run.text).toMatch(/^verified\npseudonym [\w-]{43}\n$/);
    const { credentialSubject } = JSON.parse(readFileSync(at('derived.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(credentialSubject).toEqual({
      cleared: true,
      predicates: [{ path: '/credentialSubject/birthDate', atMost: '2008-11-20' }],
    });
  });

  it('keeps secrets readable by their owner alone', () => {
    for (const name of ['key.json', 'holder.json', 'opening.json'])
      expect(statSync(at(name)).mode & 0o077).toBe(0);
    expect(readFileSync(at('request.json'), 'utf8')).not.toContain(
      JSON.parse(readFileSync(at('holder.json'), 'utf8')).secret,
    );
  });

  it('refuses another query, a credential without a list, and what does not answer', () => {
    const other = { ...query, binding: { ...query.binding, nonce: 'n-2' } };
    expect(verify({ query: put('other.json', other) })).toMatchObject({
      ok: false,
      text: expect.stringContaining('not verified'),
    });
    expect(verify({ 'status-purpose': 'suspension' })).toMatchObject({
      ok: false,
      text: expect.stringContaining('status list'),
    });
    const more = { ...query, reveal: ['/credentialSubject/grade'] };
    expect(verify({ query: put('more.json', more) })).toMatchObject({
      ok: false,
      text: expect.stringContaining('does not answer'),
    });
    const older = {
      ...query,
      predicates: [{ path: '/credentialSubject/birthDate', olderThan: { years: 21 } }],
    };
    expect(verify({ query: put('older.json', older) })).toMatchObject({
      ok: false,
      text: expect.stringContaining('does not answer'),
    });
    expect(verify({ credential: at('credential.json') }).ok).toBe(false);
  });

  it('says before proving what cannot be proved', () => {
    const prove = (change: object): { ok: boolean; text: string } =>
      countersign('prove', {
        credential: at('credential.json'),
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
      [{ now: Date.UTC(2028, 0, 1) / 1000 }, /credential-expired/],
    ];
    for (const [change, text] of cases)
      expect(prove(change)).toMatchObject({ ok: false, text: expect.stringMatching(text) });
  });

  it('inspects both kinds of credential, and prints help for anything else', () => {
    const documents = at('documents.json');
    expect(countersign('inspect', { credential: at('credential.json'), documents }).text).toMatch(
      /base proof.*slot 8/s,
    );
    expect(countersign('inspect', { credential: at('derived.json'), documents }).text).toMatch(
      /derived, 315 characters/,
    );
    expect(countersign('help', {})).toMatchObject({ ok: true, text: expect.stringContaining('issuers') });
    expect(countersign('issue', {})).toMatchObject({
      ok: false,
      text: expect.stringContaining('--key is missing'),
    });
  });
});
