// SPDX-License-Identifier: GPL-3.0-or-later
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as snarkjs from 'snarkjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseProver } from '../src/prove.ts';
import localhost from '../testing/localhost.json' with { type: 'json' };
import { Ceremony, isPrepared } from './ceremony-folder.ts';
import { type Compiled, compileCircuit } from './compile.ts';
import { paths } from './paths.ts';
import { digestOf } from './phases.ts';
import { fetchPowersOfTau } from './published-tau.ts';

const BEACON = '0b'.repeat(32);
const POWER = 4;
const quiet = (): void => {};

let root: string;
let compiled: Compiled;
let ceremony: Ceremony;
const folder = (name: string): Ceremony => new Ceremony(join(root, name), quiet, POWER);

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'ceremony-'));
  compiled = compileCircuit(
    join(paths.circuits, 'testing/multiplier.circom'),
    join(paths.build, 'multiplier'),
  );
  ceremony = folder('whole');
  await ceremony.begin();
  await ceremony.contribute('Ada');
  await ceremony.contribute('Grace', 'dice: 4 2 6');
  await ceremony.beacon(BEACON, 10);
  await ceremony.beginPhase2(compiled);
  await ceremony.contribute('Ada');
  await ceremony.beacon(BEACON, 10);
});
afterAll(async () => {
  await releaseProver();
  rmSync(root, { recursive: true });
});

describe('a ceremony', () => {
  it('of several contributors verifies, and tells each step', async () => {
    expect(await ceremony.verify(compiled)).toBe(true);
    expect(ceremony.transcript.map(({ phase, action, name }) => [phase, action, name])).toEqual([
      [1, 'begin', undefined],
      [1, 'contribute', 'Ada'],
      [1, 'contribute', 'Grace'],
      [1, 'beacon', undefined],
      [2, 'begin', undefined],
      [2, 'contribute', 'Ada'],
      [2, 'beacon', undefined],
    ]);
    expect(ceremony.transcript.at(-1)!.sha256).toBe(await digestOf(ceremony.finished()));
  });

  it('makes keys that prove', async () => {
    const witness: { type: 'mem' } = { type: 'mem' };
    await snarkjs.wtns.calculate({ a: 6n, b: 7n }, readFileSync(compiled.wasm), witness);
    const { proof, publicSignals } = await snarkjs.groth16.prove(ceremony.finished(), witness);
    const vkey = await snarkjs.zKey.exportVerificationKey(ceremony.finished());
    expect(publicSignals).toEqual(['42', '6']);
    expect(await snarkjs.groth16.verify(vkey, publicSignals, proof)).toBe(true);
    expect(await snarkjs.groth16.verify(vkey, ['43', '6'], proof)).toBe(false);
  });

  it('does not verify with another circuit', async () => {
    const source = join(root, 'other.circom');
    writeFileSync(
      source,
      'pragma circom 2.1.0; template T() { signal input a; signal input b; signal output c <== a*a; signal d <== b*b; } component main {public [a]} = T();',
    );
    const other = compileCircuit(source, join(root, 'other'));
    expect(await ceremony.verify(other)).toBe(false);
  });

  it('takes no step after its end, over another’s files, or without a contribution', async () => {
    await expect(ceremony.contribute('late')).rejects.toThrow('has ended');
    await expect(ceremony.begin()).rejects.toThrow('already');
    await expect(folder('new').contribute('early')).rejects.toThrow('not begun');
    const empty = folder('empty');
    await empty.begin();
    await expect(empty.beacon(BEACON, 10)).rejects.toThrow('somebody contributed');
    await expect(empty.beginPhase2(compiled)).rejects.toThrow('not finished');
    expect(() => empty.finished()).toThrow('not ended');
    appendFileSync(join(root, 'empty/phase1.ptau'), 'x');
    await expect(empty.contribute('Eve')).rejects.toThrow('not the one');
  });

  it('refuses a beacon that is no digest, or of too little work', async () => {
    const open = folder('open');
    await open.begin();
    await open.contribute('Ada');
    await expect(open.beacon('abc', 10)).rejects.toThrow('32 bytes');
    await expect(open.beacon(BEACON, 3)).rejects.toThrow('exponent');
  });
});

describe('a published phase 1', () => {
  it('is adopted by its known digest, and only by that', async () => {
    const file = join(root, 'published.ptau');
    copyFileSync(join(root, 'whole/prepared.ptau'), file);
    expect(isPrepared(file)).toBe(true);
    expect(isPrepared(join(root, 'whole/phase1.ptau'))).toBe(false);
    const hex = await digestOf(file);
    const adopted = folder('adopted');
    const wrong = `${hex.slice(0, -1)}${hex.endsWith('0') ? '1' : '0'}`;
    await expect(adopted.adopt(file, { algorithm: 'sha256', hex: wrong })).rejects.toThrow(
      'not the known one',
    );
    await adopted.adopt(file, { algorithm: 'sha256', hex });
    await expect(adopted.contribute('Eve')).rejects.toThrow('has ended');
    await adopted.beginPhase2(compiled);
    await adopted.contribute('Ada');
    await adopted.beacon(BEACON, 10);
    expect(adopted.transcript[0]).toMatchObject({ action: 'adopt', source: file, sha256: hex });
    expect(await adopted.verify(compiled)).toBe(true);
  });

  it('is not read over plain http, nor under a digest that is none', async () => {
    const to = join(root, 'x');
    await expect(
      fetchPowersOfTau('http://x.example/', { algorithm: 'sha256', hex: '0'.repeat(64) }, to),
    ).rejects.toThrow();
    await expect(
      fetchPowersOfTau(join(root, 'published.ptau'), { algorithm: 'sha256', hex: 'x' }, to),
    ).rejects.toThrow('digits');
  });

  it('is downloaded over https by its known digest, by the command', { timeout: 60_000 }, async () => {
    const published = readFileSync(join(root, 'published.ptau'));
    const answers: Record<string, (response: ServerResponse) => void> = {
      '/final.ptau': (response) => response.end(published),
      '/moved.ptau': (response) => response.writeHead(302, { location: plainUrl }).end(),
    };
    const answer = (request: IncomingMessage, response: ServerResponse): void =>
      (answers[request.url!] ?? ((missing) => missing.writeHead(404).end()))(response);
    const plain = createPlainServer(answer);
    const secure = createServer({ key: localhost.key, cert: localhost.certificate }, answer);
    const portOf = async (server: Server): Promise<number> => {
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      return (server.address() as AddressInfo).port;
    };
    const plainUrl = `http://localhost:${await portOf(plain)}/final.ptau`;
    const origin = `https://localhost:${await portOf(secure)}`;
    writeFileSync(join(root, 'ca.pem'), localhost.certificate);

    /** The command in its own process, which trusts the server's certificate. */
    const adopt = async (name: string, path: string, algorithm: string, hex: string): Promise<string> => {
      const args = [
        'setup/ceremony.ts',
        'adopt',
        `${origin}${path}`,
        algorithm,
        hex,
        '--dir',
        join(root, name),
      ];
      const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(root, 'ca.pem') };
      return promisify(execFile)(process.execPath, args, { cwd: paths.circuits, env }).then(
        () => 'adopted',
        ({ stderr }: { stderr: string }) => stderr.trim(),
      );
    };
    const digest = (algorithm: string): string => createHash(algorithm).update(published).digest('hex');
    const sha256 = digest('sha256');
    try {
      const [adopted, other, missing, moved] = await Promise.all([
        adopt('by-url', '/final.ptau', '--blake2b', digest('blake2b512')),
        adopt(
          'by-wrong-digest',
          '/final.ptau',
          '--sha256',
          sha256.replace(/^./, (c) => (c === '0' ? '1' : '0')),
        ),
        adopt('missing', '/none.ptau', '--sha256', sha256),
        adopt('moved', '/moved.ptau', '--sha256', sha256),
      ]);
      expect(adopted).toBe('adopted');
      expect(folder('by-url').transcript).toMatchObject([{ action: 'adopt', sha256 }]);
      expect(readFileSync(join(root, 'by-url/prepared.ptau')).equals(published)).toBe(true);
      expect(other).toContain('not the known one');
      expect(existsSync(join(root, 'by-wrong-digest/phase1.ptau'))).toBe(false);
      expect(missing).toContain('answers 404');
      expect(moved).toContain('leads to plain http');
    } finally {
      plain.close();
      secure.close();
    }
  });
});
