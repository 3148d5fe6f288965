import { join, relative, resolve } from 'node:path';
import type { Decision } from '../../functions/decisions/decision.ts';
import { CountersignError } from '../../functions/platform/errors.ts';
import { type LivePage, openLivePage } from './live-page.ts';
import { claim } from './machine.ts';
import type { RunningTemplate, RunOptions } from './run-template.ts';
import { HELP, readOptions, type StartOptions } from './start-options.ts';
import { synthesize } from './synthesize.ts';
import { decisionRow, heading, paint, type Screen, screenOf, startStep } from './terminal.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** The first population: small enough for a second or two, large enough that people differ. */
const POPULATION = { seed: 'countersign', people: 60, days: 30, tenant: 'default' };

/**
 * `npm start`: synthesizes the app, runs it, gives it a past, plays recorded provider events, and shows
 * decisions until it is told to stop.
 *
 * @returns the exit code.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const screen = screenOf(process.stdout, process.env);
  // Whoever reads our output may stop reading; that is no reason to leave files half-written.
  process.stdout.on('error', () => undefined);
  try {
    const options = readOptions(argv, process.env);
    if (options.help) screen.write(HELP);
    else await run(screen, options);
    return 0;
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    process.stderr.write(`${paint(screen, 'red', error.message)}\n`);
    return 1;
  }
}

async function run(screen: Screen, options: StartOptions): Promise<void> {
  const state = resolve(ROOT, options.state);
  hideAwsSettings(state);
  screen.write(
    `${paint(screen, 'bold', 'Countersign')} local mode: no AWS account, nothing leaves this machine\n\n`,
  );
  // First of all: a new assembly would be put under the functions of a local mode that runs already.
  const release = await claim(state, options.port);
  const assembly = join(state, 'cdk.out');
  const page = openLivePage(join(ROOT, 'console'));
  let local: RunningTemplate;
  try {
    await makeAssembly(screen, assembly);
    local = await startTemplate(screen, options, { state, assembly, handle: page.handle });
  } catch (error) {
    page.close();
    release();
    throw error;
  }
  const stopping = new AbortController();
  const stopped = untilStopped(screen, stopping);
  try {
    await show(screen, options, local, page, stopping.signal);
    await stopped;
  } catch (error) {
    // Ctrl-C reaches the processes that we started as well: what they left unfinished is no failure.
    if (!stopping.signal.aborted) throw error;
  } finally {
    stopping.abort();
    const step = startStep(screen, 'Finishing what is under way');
    page.close();
    await local.stop();
    step.done();
  }
}

/** Gives what runs a past, tells how to use it, and shows decisions; the recorded events are played meanwhile. */
async function show(
  screen: Screen,
  options: StartOptions,
  local: RunningTemplate,
  page: LivePage,
  stopping: AbortSignal,
): Promise<void> {
  const state = resolve(ROOT, options.state);
  const table = decisionTable(screen);
  local.events.observe((_bus, event) => {
    if (event.source !== 'countersign' || event['detail-type'] !== 'Risk Assessed') return;
    const decision = event.detail.data as Decision;
    table.show(decision);
    page.publish(decision);
  });
  const texts = await import('./start-texts.ts');
  const { attemptsToCome, playFixtures, recordedAttempts } = await import('./play-fixtures.ts');
  const recorded = recordedAttempts(local.busName);
  // The first event shall not wait for a cold start; that is measured and printed all the same.
  local.host.warm(scoreOf(local).name);
  await givePast(
    screen,
    local,
    join(state, 'population.json'),
    attemptsToCome(recorded, Date.now(), POPULATION.tenant),
  );

  screen.write(`\n${texts.resourceTable(screen, local.template)}\n`);
  screen.write(`\n${texts.directions(screen, local, relative(process.cwd(), join(state, 'dev-token')))}\n`);
  screen.write(`Ctrl-C ends it; the data stays for the next start (--fresh drops it)\n\n`);
  if (!options.feed) return;
  screen.write(
    `Playing ${recorded.length} recorded events of identity providers, as though they happened now\n\n`,
  );
  const { aws } = local.urls;
  const { accepted, refused } = await playFixtures(recorded, aws, local.template.place.region, stopping);
  if (stopping.aborted) return;
  table.note(
    `All ${accepted} recorded events are sent${refused > 0 ? `, ${refused} refused` : ''}. Send your own as shown above.`,
  );
}

/** Local mode never reads a profile of the user's and never asks a metadata service. */
function hideAwsSettings(state: string): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  process.env.AWS_CONFIG_FILE = join(state, 'no-config');
  process.env.AWS_SHARED_CREDENTIALS_FILE = join(state, 'no-credentials');
  process.env.AWS_EC2_METADATA_DISABLED = 'true';
}

async function makeAssembly(screen: Screen, outdir: string): Promise<void> {
  const step = startStep(screen, 'Synthesizing the CDK app');
  try {
    const { fresh } = await synthesize({
      root: ROOT,
      outdir,
      onLine: (line) => step.note(line.slice(0, 60)),
    });
    step.done(fresh ? relative(process.cwd(), outdir) : 'unchanged since the last start');
  } catch (error) {
    step.fail();
    throw error;
  }
}

async function startTemplate(
  screen: Screen,
  options: StartOptions,
  parts: Pick<RunOptions, 'state' | 'assembly' | 'handle'>,
): Promise<RunningTemplate> {
  const step = startStep(screen, 'Starting tables, queues, buses, functions and the HTTP API');
  const { port, fresh, strictSources, chaosSeed } = options;
  try {
    const { runTemplate } = await import('./run-template.ts');
    const local = await runTemplate({
      ...parts,
      ports: { api: port, aws: port + 1, dynamodb: port + 2 },
      fresh,
      strictSources,
      ...(chaosSeed === undefined ? {} : { chaos: { seed: chaosSeed } }),
      onStep: step.note,
      log: (line) => screen.write(`${paint(screen, 'dim', `  ! ${line}`)}\n`),
      onColdStart: (name, { coldStart, functionError }) => {
        if (functionError)
          screen.write(`${paint(screen, 'red', `  ! ${name}: ${functionError.errorMessage}`)}\n`);
        else if (coldStart) {
          const { processMs, initMs } = coldStart;
          const words = `${name}: cold start ${Math.round(processMs + initMs)} ms (process ${Math.round(processMs)}, bundle ${Math.round(initMs)})`;
          screen.write(`${paint(screen, 'dim', `  ${words}`)}\n`);
        }
      },
    });
    step.done();
    return local;
  } catch (error) {
    step.fail();
    throw error;
  }
}

/** Without a past everybody is a stranger; it is made once and then belongs to the data. */
async function givePast(
  screen: Screen,
  local: RunningTemplate,
  marker: string,
  meets: Parameters<typeof import('../../models/population.ts').firstPopulation>[0]['meets'],
): Promise<void> {
  const { loadPopulation } = await import('./population.ts');
  const step = startStep(screen, 'Loading a first population, so that there are baselines');
  const { environment } = scoreOf(local);
  const order = {
    ...POPULATION,
    until: Date.now(),
    meets: meets ?? [],
    geoDir: environment.GEO_DIR!,
    pseudonymKey: local.secret(environment.PSEUDONYM_SECRET_ARN!),
    table: environment.BASELINES_TABLE!,
    dynamodb: local.urls.dynamodb,
    region: local.template.place.region,
  };
  try {
    const loaded = await loadPopulation(order, marker, (count) => step.note(`${count} events`));
    step.done(
      loaded
        ? `${loaded.events} simulated events of ${loaded.subjects} subjects`
        : 'there since an earlier start',
    );
  } catch (error) {
    step.fail();
    throw error;
  }
}

function scoreOf({ host }: RunningTemplate) {
  const score = host.functions.find(({ environment }) => environment.GEO_DIR !== undefined);
  if (!score) throw new CountersignError('score-missing', 'The template holds no function that scores');
  return score;
}

/** The live table; its heading comes with the first decision. */
function decisionTable(screen: Screen) {
  let shown = 0;
  return {
    show(decision: Decision): void {
      if (shown === 0) {
        const seconds = (performance.now() / 1000).toFixed(1);
        screen.write(
          `${paint(screen, 'dim', `First decision ${seconds} s after the start`)}\n${heading(screen)}\n`,
        );
      }
      shown += 1;
      screen.write(`${decisionRow(screen, decision)}\n`);
    },
    note: (text: string) => screen.write(`${paint(screen, 'dim', text)}\n`),
  };
}

/** npm passes Ctrl-C on to a process that the terminal has told already: two signals so close are one wish. */
const SAME_WISH_MS = 1000;

/** The first signal asks to end, the second does not ask. */
function untilStopped(screen: Screen, stopping: AbortController): Promise<void> {
  return new Promise((resolve) => {
    let askedAt = 0;
    const onSignal = () => {
      if (stopping.signal.aborted) {
        if (performance.now() - askedAt > SAME_WISH_MS) process.exit(130);
        return;
      }
      askedAt = performance.now();
      screen.write('\n');
      stopping.abort();
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });
}
