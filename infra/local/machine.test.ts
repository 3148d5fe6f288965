import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claim } from './machine.ts';

const parent = mkdtempSync(join(tmpdir(), 'countersign-claim-'));
const state = join(parent, 'state');
const file = join(state, 'running.json');
/** Another process, alive, and a port that it could have answered on. */
let other: ChildProcess;
let server: Server;
let port: number;

beforeAll(async () => {
  other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as { port: number }).port;
});
afterAll(() => {
  other.kill();
  server.close();
  rmSync(parent, { recursive: true, force: true });
});

const claimed = (by: Record<string, unknown>) => writeFileSync(file, JSON.stringify(by));
const holder = () => JSON.parse(readFileSync(file, 'utf8')).pid;
const refused = expect.objectContaining({ code: 'already-running' });

describe('claim', () => {
  it('makes the folder, for its owner alone, and gives it back', async () => {
    const release = await claim(state, 4000);
    expect(statSync(state).mode & 0o777).toBe(0o700);
    expect(holder()).toBe(process.pid);
    // The command claims it, and then the template that it runs.
    await claim(state, 4000);
    release();
    expect(existsSync(file)).toBe(false);
  });

  it('refuses a folder whose process is still starting, or answers', async () => {
    claimed({ pid: other.pid, port: 1, since: Date.now() - 1000 });
    await expect(claim(state, 4000)).rejects.toEqual(refused);
    claimed({ pid: other.pid, port, since: 0 });
    await expect(claim(state, 4000)).rejects.toEqual(refused);
    expect(holder()).toBe(other.pid);
  });

  it.each([
    ['a process that is gone', () => ({ pid: 2 ** 30, port, since: Date.now() })],
    ['a process that has the number, but never answered', () => ({ pid: other.pid, port: 1, since: 0 })],
  ])('takes it from %s', async (_what, by) => {
    claimed(by());
    (await claim(state, 4000))();
    expect(existsSync(file)).toBe(false);
  });

  it('takes a claim that was cut short in the writing for none', async () => {
    writeFileSync(file, '{"pid":');
    await claim(state, 4000);
    expect(holder()).toBe(process.pid);
  });
});
