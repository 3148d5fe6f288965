import { logitsOf } from '../ebm/calibrate.ts';
import { reweighted } from '../ebm/dataset.ts';
import type { Fit } from '../ebm/fit.ts';
import {
  calibrationError,
  type ReliabilityBin,
  recallAt,
  reliability,
  rocAuc,
  type Scored,
} from '../evaluation/metrics.ts';
import { ATTACKS, type Attack } from './attackers/index.ts';
import { asMet, type Row } from './collect.ts';

/** How one kind of attack is told from the owners. */
export interface AttackFigures {
  readonly attack: Attack;
  readonly events: number;
  readonly auc: number;
  /** Recall at 0.5, 1 and 2 % false positives. */
  readonly recall: readonly [number, number, number];
}

/** What a model does on people it was not trained on. */
export interface Figures {
  readonly benign: number;
  readonly attacks: readonly AttackFigures[];
  readonly overall: AttackFigures | { readonly auc: number };
  /** Expected calibration error at the assumed share of attacks, and with both sides at equal halves. */
  readonly ece: number;
  readonly eceBalanced: number;
  readonly reliability: readonly ReliabilityBin[];
  /** Share of the owners' events, and of attack events, at or above a score. */
  readonly thresholds: readonly {
    readonly score: number;
    readonly owners: number;
    readonly attacks: number;
  }[];
}

/** Probabilities from log-odds. */
const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** Measures a model on rows of people it never saw. Successes only for the comparison of attacks. */
export function measure(model: Fit, rows: readonly Row[], share: number): Figures {
  const data = asMet(rows);
  const logits = logitsOf(model, data);
  const scored = rows.map((row, i) => ({ row, score: logits[i]! }));
  const benign = scored.filter(({ row }) => row.attack === undefined && row.success);
  const attacks = ATTACKS.flatMap((kind) => {
    // Stuffing and spray are mostly failures; the others are judged when they got in.
    const failing =
      kind === 'stuffing' || kind === 'spray' || kind === 'guessing' || kind === 'factor-fatigue';
    const hostile = scored.filter(({ row }) => row.attack === kind && (row.success || failing));
    if (hostile.length === 0) return [];
    const items: Scored[] = [
      ...benign.map(({ score }) => ({ score, attack: false })),
      ...hostile.map(({ score }) => ({ score, attack: true })),
    ];
    const recall = [0.005, 0.01, 0.02].map((rate) => recallAt(items, rate)) as [number, number, number];
    return [{ attack: kind, events: hostile.length, auc: rocAuc(items), recall }];
  });
  const at = (part: number): Scored[] => {
    const { weights, labels } = reweighted(data, part);
    // The score assumes `share`; at another share the odds move with it.
    const shift = Math.log(part / (1 - part)) - Math.log(share / (1 - share));
    return rows.map((_, i) => ({
      score: sigmoid(logits[i]! + shift),
      attack: labels[i] === 1,
      weight: weights[i]!,
    }));
  };
  const calibrated = at(share);
  const balanced = at(0.5);
  const hostile = scored.filter(({ row }) => row.attack !== undefined && row.success);
  const above = (list: typeof scored, score: number) =>
    list.filter((item) => sigmoid(item.score) >= score).length / list.length;
  return {
    benign: benign.length,
    attacks,
    overall: { auc: rocAuc(balanced) },
    ece: calibrationError(calibrated),
    eceBalanced: calibrationError(balanced),
    reliability: reliability(balanced),
    thresholds: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8].map((score) => ({
      score,
      owners: above(benign, score),
      attacks: above(hostile, score),
    })),
  };
}
