import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadScorer, type Scorer } from '../functions/risk/index.ts';
import { openNetworkLookup } from '../functions/signals/index.ts';
import { buildGeoData } from '../infra/geo-data.ts';
import { ablate } from './evaluation/ablation.ts';
import { calibrationOf } from './evaluation/calibration.ts';
import { cohortRates } from './evaluation/cohorts.ts';
import { compare, opponents, PUBLISHED, reauthentication, scoresOf } from './evaluation/compare.ts';
import { equalTreatment } from './evaluation/equal-treatment.ts';
import { judgeAll } from './evaluation/judge.ts';
import { thresholdAt } from './evaluation/metrics.ts';
import { poisoning } from './evaluation/poisoning.ts';
import { rbaReport } from './evaluation/rba/rba-report.ts';
import { replayRba } from './evaluation/rba/replay-rba.ts';
import { evaluationReport, type Findings, goals, stricter } from './evaluation/report.ts';
import { robustness } from './evaluation/robustness.ts';
import { rocPlot } from './evaluation/roc-plot.ts';
import { Progress } from './progress.ts';
import { randomFrom } from './simulator/random.ts';
import { BASE_RATE } from './training/settings.ts';

const HELP = `Evaluates the shipped risk model on held-out people, months and attackers, beside other models, and
writes models/report/evaluation.md and roc.svg. Ends with status 1 when a goal is missed or a cohort is treated unfairly.

npm run evaluate -- [options]
  --seed TEXT       the same seed gives the same report   (default: evaluation-1)
  --people N        people to simulate                    (default: 300)
  --days N          days, the first 14 of them to learn   (default: 60)
  --attacks N       attacks of each kind                  (default: 500)
  --rounds N        bootstrap rounds                      (default: 100)
  --out DIR         where to write                        (default: models/report)

  --rba PATH        replay the RBA data set (rba-dataset.csv, 9 GB) instead, and write rba.md; it takes hours
`;
const HERE = fileURLToPath(new URL('.', import.meta.url));

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: 'evaluation-1' },
    people: { type: 'string', default: '300' },
    days: { type: 'string', default: '60' },
    attacks: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '100' },
    out: { type: 'string', default: join(HERE, 'report') },
    rba: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP);
else if (values.rba !== undefined) await evaluateRba(values.rba);
else process.exitCode = (await evaluate()) ? 0 : 1;

async function evaluate(): Promise<boolean> {
  const { seed } = values;
  const [people, days, attacks, rounds] = [
    number('people', 40),
    number('days', 21),
    number('attacks', 20),
    number('rounds', 1),
  ];
  const progress = new Progress();
  const network = await openNetworkLookup(join(await buildGeoData(), 'geo'));
  const scorer = await shippedScorer();
  const start = Date.UTC(2026, 8, 7);
  const world = await judgeAll(
    {
      seed,
      people,
      days,
      start,
      attacks,
      onDay: (day) => progress.show('judging', day / days, `day ${day} of ${days}`),
    },
    network,
    scorer,
  );
  const { judged } = world;
  progress.show('comparing', 0.2);
  const scoreOf = scoresOf(judged, seed);
  const stepUp = Math.log(0.05 / 0.95);
  const owners = opponents(judged, 'naive');
  const onePercent = thresholdAt(
    owners.map((login) => ({ score: login.logit, attack: false })),
    0.01,
  );
  const { contributions } = await scorer.score(new Float32Array(scorer.features.length).fill(Number.NaN));
  const findings: Findings = {
    model: scorer.model.id,
    seed,
    people,
    days,
    logins: judged.filter((login) => !login.attack).length,
    comparisons: compare(judged, scoreOf, seed, rounds),
    reauthentication: reauthentication(judged, scoreOf, { seed, rounds }),
    calibration: calibrationOf(judged, BASE_RATE),
    stepUpsPerThousand: (1000 * owners.filter((login) => login.logit >= stepUp).length) / owners.length,
    treatments: await equalTreatment(
      {
        seed,
        people: Math.round(people * 0.5),
        days: 40,
        start,
        stepUp,
        rounds: 200,
        onRun: (done) => progress.show('equal treatment', done),
      },
      network,
      scorer,
    ),
    cohorts: cohortRates(judged, stepUp, seed, rounds),
    ablations: ablate(
      judged,
      contributions.map((term) => term.code),
      PUBLISHED,
    ),
    robustness: await robustness(world, scorer, onePercent, randomFrom(seed, 'robustness'), 60),
    poisoning: await poisoning(world, scorer, stepUp, randomFrom(seed, 'poisoning'), 40),
  };
  await mkdir(values.out, { recursive: true });
  await writeFile(join(values.out, 'evaluation.md'), evaluationReport(findings));
  await writeFile(join(values.out, 'roc.svg'), rocPlot(judged, scoreOf));
  progress.end();
  for (const { attacker, contender, auc, recall } of findings.comparisons) {
    console.log(
      `${attacker.padEnd(15)} ${contender.padEnd(12)} AUC ${auc.toFixed(3)}  recall ${recall.map((value) => value.toFixed(3)).join(' ')}`,
    );
  }
  const reached = goals(findings);
  for (const { goal, reached: done } of reached) console.log(`${done ? 'reached' : 'MISSED '}  ${goal}`);
  console.log(stricter(findings));
  const unfair = findings.treatments.filter((row) => row.unfair);
  for (const row of unfair)
    console.log(
      `UNFAIR   ${row.dimension}: ${row.circumstance}, ratio ${row.ratio.value.toFixed(2)} (${row.ratio.low.toFixed(2)} to ${row.ratio.high.toFixed(2)})`,
    );
  console.log(
    `${findings.stepUpsPerThousand.toFixed(1)} step-ups per 1,000 owners' logins; report in ${join(values.out, 'evaluation.md')}`,
  );
  return unfair.length === 0 && reached.every((goal) => goal.reached);
}

async function evaluateRba(path: string): Promise<void> {
  const progress = new Progress();
  const began = performance.now();
  const findings = await replayRba(
    {
      path,
      seed: values.seed,
      onProgress: (share, rows) => {
        const left = ((performance.now() - began) / 60_000) * (1 / share - 1);
        progress.show('replaying', share, `${rows} rows, ${left.toFixed(0)} min left`);
      },
    },
    await shippedScorer(),
  );
  progress.end();
  const report = rbaReport(findings);
  await mkdir(values.out, { recursive: true });
  await writeFile(join(values.out, 'rba.md'), report);
  console.log(report);
}

async function shippedScorer(): Promise<Scorer> {
  return loadScorer({
    model: await readFile(join(HERE, 'risk.onnx')),
    manifest: JSON.parse(await readFile(join(HERE, 'risk.manifest.json'), 'utf8')),
    wasmBinary: await readFile(
      join(HERE, '../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'),
    ),
  });
}

function number(name: 'people' | 'days' | 'attacks' | 'rounds', least: number): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= least) return value;
  console.error(`--${name} must be a whole number, at least ${least}\n\n${HELP}`);
  process.exit(2);
}
