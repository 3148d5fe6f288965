import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** The first of three free ports in a row. */
async function freePorts(): Promise<number> {
  for (let port = 20_000 + (process.pid % 20_000); ; port += 3) {
    const free = await Promise.all(
      [port, port + 1, port + 2].map(
        (candidate) =>
          new Promise<boolean>((done) => {
            const probe = createServer();
            probe.once('error', () => done(false));
            probe.listen(candidate, '127.0.0.1', () => probe.close(() => done(true)));
          }),
      ),
    );
    if (free.every(Boolean)) return port;
  }
}

/** Runs it as a user does, with a profile that does not exist and a home without settings, until it has shown so many decisions. */
function start(state: string, port: number, decisions: number) {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'start.mjs'), '--state', state, '--port', String(port)],
    { env: { PATH: process.env.PATH, HOME: state, AWS_PROFILE: 'bogus' }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let text = '';
  let asked = false;
  const shown = () => text.match(/^\d\d:\d\d:\d\d {2}\S{16} {2}(allow|step_up|review|deny) /gm)?.length ?? 0;
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more;
    if (asked || shown() < decisions) return;
    asked = child.kill('SIGINT');
  });
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  return new Promise<{ readonly code: number | null; readonly text: string; readonly shown: number }>(
    (done) => {
      child.once('close', (code) => done({ code, text, shown: shown() }));
    },
  );
}

it('shows decisions on the recorded events, ends with 0, and starts again on the same data', async () => {
  const state = mkdtempSync(join(tmpdir(), 'countersign-start-'));
  const port = await freePorts();
  const first = await start(state, port, 10);
  expect(first.code, first.text).toBe(0);
  expect(first.shown).toBeGreaterThanOrEqual(10);
  expect(first.text).toMatch(/simulated events of \d+ subjects/);
  expect(first.text).not.toContain('degraded');
  expect(first.text).not.toContain('\u001b');
  const second = await start(state, port, 3);
  expect(second.code, second.text).toBe(0);
  expect(second.text).toContain('there since an earlier start');
}, 180_000);
