import { fork } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CountersignError } from '../../functions/platform/errors.ts';
import type { PopulationOrder, PopulationReport } from './load-population.ts';

/** The first population could not be loaded: `population-failed`. */
export class PopulationError extends CountersignError {
  override readonly name = 'PopulationError';
}

const LOADER = fileURLToPath(new URL('./load-population.ts', import.meta.url));

/** What was loaded. */
export interface Loaded {
  readonly events: number;
  readonly records: number;
  readonly subjects: number;
}

/**
 * Loads a first population, once: without baselines everybody would be a stranger.
 *
 * @param marker file that says that it was done.
 * @returns undefined when it was done at an earlier start.
 * @throws PopulationError `population-failed`.
 * @example
 * ```ts
 * await loadPopulation(order, '.local/population.json', (count) => console.log(`${count} events`));
 * ```
 */
export async function loadPopulation(
  order: PopulationOrder,
  marker: string,
  onProgress: (events: number) => void = () => undefined,
): Promise<Loaded | undefined> {
  if (existsSync(marker)) return undefined;
  const child = fork(LOADER, { env: loaderEnvironment(), stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  child.send(order);
  let loaded: Loaded | undefined;
  child.on('message', (report: PopulationReport) => {
    if (report.kind === 'events') onProgress(report.count);
    else loaded = report;
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((done) =>
    child.once('exit', (...how) => done(how)),
  );
  if (code !== 0 || !loaded) {
    const why = complaint || (signal ? `ended by ${signal}` : `exit code ${code}`);
    throw new PopulationError('population-failed', `The first population could not be loaded: ${why}`);
  }
  const { events, records, subjects } = loaded;
  writeFileSync(marker, JSON.stringify({ seed: order.seed, events, records, subjects }));
  return { events, records, subjects };
}

/** No profile of the user's is read: these files do not exist. */
function loaderEnvironment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    AWS_CONFIG_FILE: `${LOADER}.no-config`,
    AWS_SHARED_CREDENTIALS_FILE: `${LOADER}.no-credentials`,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
