import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openNetworkLookup } from '../functions/signals/index.ts';
import { buildGeoData } from '../infra/geo-data.ts';
import { Progress } from './progress.ts';
import { DEVELOPMENT_KEY_FILE, readSigningKey, signManifest } from './signing/sign-manifest.ts';
import { artifactsOf, codeDigest, dataDigest } from './training/artifacts.ts';
import { collect, datasetOf } from './training/collect.ts';
import { directionOf } from './training/directions.ts';
import { EVIDENCE_CODES, evidenceOf } from './training/evidence.ts';
import { trainModel } from './training/finish.ts';
import { measure } from './training/measure.ts';
import { modelCard } from './training/model-card.ts';
import { reliabilityPlot, shapesPlot } from './training/plots.ts';
import { BASE_RATE, FIT } from './training/settings.ts';

const HELP = `Trains the risk model on a simulated population and writes models/risk.onnx, its manifest and its model card.

npm run train -- [options]
  --seed TEXT       the same seed gives the same bytes         (default: countersign-1)
  --people N        people to simulate                         (default: 600)
  --days N          days to simulate                           (default: 60)
  --episodes N      attacks a day                              (default: 120)
  --base-rate P     share of events taken to be attacks        (default: ${BASE_RATE})
  --out DIR         where to write                             (default: models)
  --sign FILE       key to sign the manifest with              (default: the development key; see npm run sign-model)
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: 'countersign-1' },
    people: { type: 'string', default: '600' },
    days: { type: 'string', default: '60' },
    episodes: { type: 'string', default: '120' },
    'base-rate': { type: 'string', default: String(BASE_RATE) },
    out: { type: 'string', default: fileURLToPath(new URL('.', import.meta.url)) },
    sign: { type: 'string', default: DEVELOPMENT_KEY_FILE },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP);
else await train();

async function train(): Promise<void> {
  const [people, days, episodes] = [number('people', 10), number('days', 14), number('episodes', 1)];
  const baseRate = Number(values['base-rate']);
  if (!(baseRate > 0 && baseRate < 0.5)) usage('--base-rate must lie between 0 and 0.5');
  const key = readSigningKey(values.sign);
  const began = performance.now();
  const progress = new Progress();
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
  let stage = '';
  const model = trainModel(
    datasetOf(train),
    datasetOf(held),
    datasetOf(held, () => 1),
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
    figures: Object.fromEntries(figures.attacks.map(({ attack, auc, recall }) => [attack, { auc, recall }])),
  });
  await mkdir(join(values.out, 'report'), { recursive: true });
  const write = (name: string, content: string | Uint8Array) => writeFile(join(values.out, name), content);
  await Promise.all([
    write('risk.onnx', onnx),
    write('risk.manifest.json', `${JSON.stringify(signManifest(manifest, key), null, 2)}\n`),
    write('model-card.md', modelCard(manifest, figures, baseRate)),
    write('report/shapes.svg', shapesPlot(model.terms)),
    write('report/reliability.svg', reliabilityPlot(figures.reliability)),
  ]);
  progress.end();
  for (const { attack, events, auc, recall } of figures.attacks) {
    console.log(
      `${attack.padEnd(16)} ${String(events).padStart(6)} events  AUC ${auc.toFixed(3)}  recall at 0.5/1/2 %: ${recall.map((value) => value.toFixed(3)).join(' ')}`,
    );
  }
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
