import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { CountersignError } from '../../functions/platform/errors.ts';
import { writePrivate } from './dev-issuer.ts';

/** Local mode cannot start: `port-taken`, `already-running`, `state-outdated`. It holds no such secret: `secret-unknown`. */
export class LocalModeError extends CountersignError {
  override readonly name = 'LocalModeError';
}

/** Says which process has a state folder. */
const CLAIM = 'running.json';

/** All but the assembly, which is made from sources and not from events, and the claim on the folder. */
export function dropState(state: string, assembly: string): void {
  for (const name of readdirSync(state)) {
    const path = join(state, name);
    if (name !== CLAIM && !path.startsWith(resolve(assembly))) rmSync(path, { recursive: true, force: true });
  }
}

/** How long a process that has the folder may take until its API answers, ms. */
const STARTING_MS = 120_000;

interface Claim {
  readonly pid: number;
  readonly port: number;
  /** When it was made, ms since the Unix epoch. */
  readonly since: number;
}

/**
 * One process at a time may have the state folder: queues, tables and the archive are files of one writer.
 * A process number alone proves nothing, as a new process may have it: the API has to answer too, once it had
 * the time to start. A process may claim again what it has.
 *
 * @returns gives the folder back.
 * @throws LocalModeError `already-running`.
 */
export async function claim(state: string, port: number): Promise<() => void> {
  // What waits in it are other people's sign-ins.
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const file = join(state, CLAIM);
  const other = readClaim(file);
  if (other && other.pid !== process.pid && isAlive(other.pid)) {
    if (Date.now() - other.since < STARTING_MS || (await answers(other.port))) {
      const where = `process ${other.pid}, http://127.0.0.1:${other.port}`;
      throw new LocalModeError('already-running', `Local mode runs already: ${where}`);
    }
  }
  const own: Claim = { pid: process.pid, port, since: Date.now() };
  writePrivate(file, JSON.stringify(own));
  return () => rmSync(file, { force: true });
}

/** A claim that was cut short in the writing is nobody's. */
function readClaim(file: string): Claim | undefined {
  try {
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  } catch {
    return undefined;
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => done(true));
    socket.once('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Looks before anything starts: a port found taken half-way would leave half of local mode behind. */
export async function checkPorts(ports: Readonly<Record<string, number>>): Promise<void> {
  for (const [part, port] of Object.entries(ports)) {
    await new Promise<void>((done, fail) => {
      const probe = createServer();
      probe.once('error', (cause) =>
        fail(
          new LocalModeError('port-taken', `Port ${port} (${part}) is taken: choose others with --port`, {
            cause,
          }),
        ),
      );
      probe.listen(port, '127.0.0.1', () => probe.close(() => done()));
    });
  }
}
