import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { freePortWithTwoMore } from '../local-mode.ts';
import { eventually, printedScore } from './client.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const state = mkdtempSync(join(tmpdir(), 'countersign-start-'));
afterAll(() => rmSync(state, { recursive: true, force: true }));

/** Runs `npm start` with nothing in the environment but a path, a home and a profile that does not exist. */
const start = async (...options: string[]) => {
  const port = await freePortWithTwoMore();
  const child = spawn('npm', ['start', '--', '--state', state, '--port', String(port), ...options], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', HOME: state, AWS_PROFILE: 'bogus' },
    // A group of its own: Ctrl-C reaches all of a terminal's processes.
    detached: true,
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const exit = new Promise<number | null>((done) => child.once('exit', done));
  return {
    url: `http://127.0.0.1:${port}`,
    output: () => output,
    interrupt: () => {
      process.kill(-child.pid!, 'SIGINT');
      return exit;
    },
    rows: () =>
      output
        .split('\n')
        .filter((line) => /^\d\d:\d\d:\d\d {2}\S{16} {2}(allow|step_up|review|deny)/.test(line)),
  };
};

describe('npm start', () => {
  test('shows recorded events becoming decisions, serves a page, ends on Ctrl-C, and keeps its data', async () => {
    // Whoever is impatient finds no half-made data at the next start.
    const early = await start();
    await eventually(() => early.output().includes('… Loading a first population'), 120_000);
    expect(await early.interrupt(), early.output()).toBe(0);
    expect(early.output()).not.toContain('could not be loaded');

    const first = await start();
    await eventually(() => first.rows().length >= 5, 120_000);
    const outcomes = new Set(first.rows().map((row) => row.split(/ +/)[2]));
    expect(first.rows()[0]).toMatch(/[+-]\d+\.\d\d \w+/);
    expect(outcomes.has('allow') || outcomes.has('step_up')).toBe(true);
    expect(early.output() + first.output()).toMatch(/simulated events of \d+ subjects/);
    // No part failed, and no colours where nobody looks.
    expect(first.output()).not.toContain('degraded');
    expect(first.output()).not.toContain('\u001b');
    const page = await fetch(`${first.url}/`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('<main');

    const command = readme
      .match(/```sh\n(curl [\s\S]*?)```/)![1]!
      .replace('http://127.0.0.1:4000', first.url)
      .replace('.local/dev-token', join(state, 'dev-token'));
    const answer = JSON.parse(spawnSync('bash', ['-c', command], { encoding: 'utf8' }).stdout);
    expect(answer).toMatchObject({ eventId: 'readme-1', mode: 'shadow' });
    expect(printedScore(answer)).toBeCloseTo(answer.score, 9);
    expect(await first.interrupt(), first.output()).toBe(0);

    const second = await start('--no-feed');
    await eventually(() => second.output().includes('Ctrl-C ends it'), 60_000);
    expect(second.output()).toContain('there since an earlier start');
    const fresh = readFileSync(join(state, 'dev-token'), 'utf8').trim();
    const kept = await fetch(`${second.url}/v1/decisions/readme-1`, {
      headers: { authorization: `Bearer ${fresh}` },
    });
    expect(kept.status).toBe(200);
    expect(await second.interrupt(), second.output()).toBe(0);
  }, 240_000);
});
