import { detectors, type RiskManifest } from '../../functions/risk/index.ts';
import { type LogFigures, toldOf } from '../log/log-figures.ts';
import { percent, table } from '../markdown.ts';
import type { Figures } from './measure.ts';

/** The model card, in Markdown, beside the plots in `report/`. */
export function modelCard(
  manifest: RiskManifest,
  figures: Figures,
  baseRate: number,
  onLog?: LogFigures,
): string {
  const { training } = manifest;
  const strongest = [...manifest.terms].sort((a, b) => b.max - b.min - (a.max - a.min)).slice(0, 12);
  return `# Model card: ${manifest.id}

Written by \`npm run train\`; do not edit.

**What it does.** Gives the log-odds that an authentication event is not the account owner's, as a base and one
contribution per signal (and per named pair of signals). The score of a decision is the sigmoid of their sum.
It is an explainable-boosting machine: additive shape functions, each a table that can be read below. Three of them
are of detectors of anomalies inside the same graph, trained on owners alone:

${table(
  ['detector', 'what it says', 'owners, 19 of 20'],
  detectors.map(({ code, description }) => [
    code,
    description,
    `at most ${(manifest.detectors.find((one) => one.code === code)?.usual ?? Number.NaN).toFixed(2)}`,
  ]),
  false,
)}

**What it was trained on.** A simulated population: ${training.people} people over ${training.days} days, seed
\`${training.seed}\`, from empty baselines on, with homes, offices, mobile carriers, VPNs, travel, new devices and forgotten passwords, from
real address ranges; every event went through the same signals and baselines as in production. Eleven kinds of
attack were staged on them; those who take over an account pass its second factor in 70 % of cases, as relayed
phishing does. People behind satellites, those who sign in by telephone first, and those with text browsers are met
more often than they are anywhere, so that the model learns how they live; calibration weighs them as they are met.
No real person's data is in it. What holds for simulated people need not hold for
yours: run in shadow mode first, and train on your own labelled decisions when you have them.${
    onLog
      ? `

**And on a deployment.** ${inOwnWords(manifest)} Measured ${toldOf(onLog)}.`
      : ''
  }

**What it must not be used for.** To refuse anybody on its own word: it asks for a step-up or a review. Country
has no weight in it, only what is new for the subject.

${table(
  ['', ''],
  [
    ['model digest (SHA-256)', `\`${manifest.modelDigest}\``],
    ['feature schema digest', `\`${manifest.featuresDigest}\``],
    ['features, terms', `${manifest.features.length}, ${manifest.terms.length}`],
    ['base (log-odds)', manifest.base.toFixed(3)],
    ['reach of any input', '±16: where the terms together would go farther, they shrink by one factor'],
    ['assumed share of attacks', percent(baseRate)],
    ['rows: train, held out, test', `${training.rowsTrain}, ${training.rowsHeld}, ${training.rowsTest}`],
  ],
  false,
)}

## On people it never saw

The attackers here are of the kinds trained on, against other people: a check of the fit, not a proof of worth
(\`npm run evaluate\` uses attackers of other make; they are not unseen by the authors: while the model was developed,
attacks of theirs that it missed were looked at on other seeds, and the attackers here were broadened after that). Against ${figures.benign} successful events of the owners:

${table(
  ['attack', 'events', 'ROC-AUC', 'recall at 0.5 %', 'at 1 %', 'at 2 % false positives'],
  figures.attacks.map((row) => [
    row.attack,
    String(row.events),
    row.auc.toFixed(3),
    ...row.recall.map((value) => value.toFixed(3)),
  ]),
)}

Expected calibration error: ${figures.ece.toFixed(4)} at ${percent(baseRate)} attacks; ${figures.eceBalanced.toFixed(4)} with attacks and owners in equal halves
(the scores' odds moved to that share), which is the stricter test.

${table(
  ['score at least', "owners' successes", 'attacks that got in'],
  figures.thresholds.map((row) => [String(row.score), percent(row.owners, 2), percent(row.attacks)]),
)}

![Reliability](report/reliability.svg)

## What weighs most

${table(
  ['term', 'least', 'greatest'],
  strongest.map((term) => [term.code, term.min.toFixed(2), term.max.toFixed(2)]),
)}

![Shape functions](report/shapes.svg)

Each panel shows log-odds over the values of one signal, in steps between its cuts (equal widths, not to scale).
What could not be evaluated adds nothing: below the line is what speaks for the owner. Signals that say how unusual something is can never lower the
risk as they grow, and trust can never raise it: the fit is constrained so.
`;
}

/** What the manifest says of the labelled decisions that were trained on. */
function inOwnWords({ training }: RiskManifest): string {
  const { attacks, owners, share } = training.log as Record<'attacks' | 'owners' | 'share', number>;
  return `${attacks} attacks and ${owners} owners' events that people confirmed were trained on as well, with ${percent(share)} of the weight; a part of the accounts was kept apart.`;
}
