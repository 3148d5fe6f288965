import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningTemplate, type RunOptions, runTemplate } from '../infra/local/run-template.ts';

const ROOT = join(import.meta.dirname, '..');

/** A free port with two more behind it, as local mode takes them. */
const freePorts = async (): Promise<RunOptions['ports']> => {
  const free = () =>
    new Promise<number>((resolve, reject) => {
      const probe = createServer();
      probe.once('error', reject);
      probe.listen(0, '127.0.0.1', () => {
        const { port } = probe.address() as { port: number };
        probe.close(() => resolve(port));
      });
    });
  const [api, aws, dynamodb] = [await free(), await free(), await free()];
  return { api, aws, dynamodb };
};

/** Synthesizes stage `local` with the real bundles, as `npm start` does. */
export const synthesize = (folder: string): string => {
  const assembly = join(folder, 'cdk.out');
  const { status, stderr } = spawnSync(process.execPath, ['infra/app.ts'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? '',
      CDK_OUTDIR: assembly,
      CDK_CONTEXT_JSON: JSON.stringify({ stage: 'local' }),
    },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The app does not synthesize:\n${stderr}`);
  return assembly;
};

/** Local mode on ports and in a folder of its own, for a test or a benchmark. */
export interface LocalModeForTest extends RunningTemplate {
  readonly state: string;
  /** Stops it and starts it again on the same data. */
  restart(): Promise<LocalModeForTest>;
  /** Stops it and removes its folder. */
  end(): Promise<void>;
}

/** Starts the synthesized app with the bundled functions. */
export const startLocalMode = async (
  options: Partial<Pick<RunOptions, 'chaos' | 'strictSources' | 'log'>> & {
    readonly state?: string;
    readonly assembly?: string;
  } = {},
): Promise<LocalModeForTest> => {
  const state = options.state ?? mkdtempSync(join(tmpdir(), 'countersign-'));
  const assembly = options.assembly ?? synthesize(state);
  const running = await runTemplate({ ...options, assembly, state, ports: await freePorts() });
  return {
    ...running,
    state,
    restart: async () => {
      await running.stop();
      return startLocalMode({ ...options, state, assembly });
    },
    end: async () => {
      await running.stop();
      rmSync(state, { recursive: true, force: true });
    },
  };
};
