import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openNetworkLookup } from '../functions/signals/index.ts';
import { buildGeoData } from '../infra/geo-data.ts';
import { withDetectors } from './detectors/index.ts';
import type { Dataset } from './ebm/dataset.ts';
import { toldOf } from './log/log-figures.ts';
import { operatorLog } from './log/operator-log.ts';
import { TrainingError } from './log/training-error.ts';
import { Progress } from './progress.ts';
import { DEVELOPMENT_KEY_FILE, readSigningKey, signManifest } from './signing/sign-manifest.ts';
import { artifactsOf, codeDigest, dataDigest } from './training/artifacts.ts';
import { asMet, collect, datasetOf } from './training/collect.ts';
import { directionOf } from './training/directions.ts';
import { EVIDENCE_CODES, evidenceOf } from './training/evidence.ts';
import { trainModel } from './training/finish.ts';
import { measure } from './training/measure.ts';
import { modelCard } from './training/model-card.ts';
import { reliabilityPlot, shapesPlot } from './training/plots.ts';
import { BASE_RATE, FIT } from './training/settings.ts';

const HELP = `Trains the risk model and writes models/risk.onnx, its signed manifest and its model card: on a simulated population
alone, or on that and the labelled decisions of a deployment.

npm run train -- [options]
  --seed TEXT       the same seed gives the same bytes         (default: countersign-1)
  --people N        people to simulate                         (default: 800)
  --days N          days to simulate                           (default: 60)
  --episodes N      attacks a day                              (default: 180)
  --base-rate P     share of events taken to be attacks        (default: ${BASE_RATE})
  --log FILE        labelled decisions, one JSON a line, as GET /v1/labels gives them
  --log-share P     what they weigh beside the simulation, above 0 to 1; at 1 the simulation is left out
                    (default: n / (n + 500), n being the labels of attacks or of owners, whichever are fewer)
  --out DIR         where to write                             (default: models)
  --sign FILE       key to sign the manifest with              (default: the development key; see npm run sign-model)
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: 'countersign-1' },
    people: { type: 'string', default: '800' },
    days: { type: 'string', default: '60' },
    episodes: { type: 'string', default: '180' },
    'base-rate': { type: 'string', default: String(BASE_RATE) },
    out: { type: 'string', default: fileURLToPath(new URL('.', import.meta.url)) },
    log: { type: 'string' },
    'log-share': { type: 'string' },
    sign: { type: 'string', default: DEVELOPMENT_KEY_FILE },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP);
else
  await train().catch((error: unknown) => {
    if (!(error instanceof TrainingError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  });

async function train(): Promise<void> {
  const [people, days, episodes] = [number('people', 10), number('days', 14), number('episodes', 1)];
  const baseRate = Number(values['base-rate']);
  if (!(baseRate > 0 && baseRate < 0.5)) usage('--base-rate must lie between 0 and 0.5');
  const key = readSigningKey(values.sign);
  const share = values['log-share'] === undefined ? undefined : Number(values['log-share']);
  if (share !== undefined && !(share > 0 && share <= 1))
    usage('--log-share must lie above 0 and be at most 1');
  const began = performance.now();
  const progress = new Progress();
  const onRead = (done: number) => progress.show('reading the log', done);
  const log =
    values.log === undefined
      ? undefined
      : await operatorLog(values.log, { seed: values.seed, share, onRead });
  const geo = await buildGeoData(undefined, (step) => progress.show('geo data', 0, step));
  const network = await openNetworkLookup(join(geo, 'geo'));
  const collected = collect(
    {
      seed: values.seed,
      people,
      days,
      start: Date.UTC(2026, 5, 1),
      episodesPerDay: episodes,
      onDay: (day) => progress.show('simulating', day / days, `day ${day} of ${days}`),
    },
    network,
  );
  const { detectors, rows, usual } = evidenceOf(collected, values.seed, (done) =>
    progress.show('training detectors', done),
  );
  const of = (split: string) => rows.filter((row) => row.split === split);
  const [train, held, test] = [of('train'), of('held'), of('test')];
  const read = (input: Float32Array) => withDetectors(detectors, input);
  const withLog = (prior: Dataset, split: 'train' | 'held') => log?.with(prior, split, read) ?? prior;
  let stage = '';
  const model = trainModel(
    withLog(datasetOf(train), 'train'),
    withLog(datasetOf(held), 'held'),
    // Policies act on those who got in: theirs are the probabilities that must hold.
    withLog(asMet(held.filter((row) => row.success)), 'held'),
    baseRate,
    {
      codes: EVIDENCE_CODES,
      directions: EVIDENCE_CODES.map(directionOf),
      ...FIT,
      boost: {
        ...FIT.boost,
        onRound: (round, loss) =>
          progress.show(stage, round / FIT.boost.rounds, `round ${round}, loss ${loss.toFixed(4)}`),
      },
      onStage: (name) => {
        stage = name === 'mains' ? 'fitting signals' : 'fitting pairs';
      },
    },
  );
  progress.show('measuring', 1);
  const figures = measure(model, test, baseRate);
  const onLog = log?.measure(model, read);
  const { onnx, manifest } = artifactsOf(model, detectors, usual, {
    seed: values.seed,
    people,
    days,
    episodes,
    baseRate,
    rowsTrain: train.length,
    rowsHeld: held.length,
    rowsTest: test.length,
    code: codeDigest(),
    data: dataDigest(),
    ...(log ? { log: { ...log.about, figures: onLog } } : {}),
    figures: Object.fromEntries(figures.attacks.map(({ attack, auc, recall }) => [attack, { auc, recall }])),
  });
  await mkdir(join(values.out, 'report'), { recursive: true });
  const write = (name: string, content: string | Uint8Array) => writeFile(join(values.out, name), content);
  await Promise.all([
    write('risk.onnx', onnx),
    write('risk.manifest.json', `${JSON.stringify(signManifest(manifest, key), null, 2)}\n`),
    write('model-card.md', modelCard(manifest, figures, baseRate, onLog)),
    write('report/shapes.svg', shapesPlot(model.terms)),
    write('report/reliability.svg', reliabilityPlot(figures.reliability)),
  ]);
  progress.end();
  for (const { attack, events, auc, recall } of figures.attacks) {
    console.log(
      `${attack.padEnd(16)} ${String(events).padStart(6)} events  AUC ${auc.toFixed(3)}  recall at 0.5/1/2 %: ${recall.map((value) => value.toFixed(3)).join(' ')}`,
    );
  }
  if (onLog) console.log(toldOf(onLog));
  console.log(`calibration error ${figures.ece.toFixed(4)} (balanced ${figures.eceBalanced.toFixed(4)})`);
  console.log(`${manifest.id}: ${onnx.length} bytes, ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

function number(name: 'people' | 'days' | 'episodes', least: number): number {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < least) usage(`--${name} must be a whole number, at least ${least}`);
  return value;
}

function usage(problem: string): never {
  console.error(`${problem}\n\n${HELP}`);
  process.exit(2);
}
