import { logitsOf } from '../ebm/calibrate.ts';
import type { Fit } from '../ebm/fit.ts';
import { recallAt, rocAuc, type Scored } from '../evaluation/metrics.ts';
import type { LabelledEvent } from './labelled-log.ts';
import { logDataset } from './log-dataset.ts';

/** How well scores tell the attacks of a log from its owners. */
export interface LogScores {
  readonly auc: number;
  /** Recall at 1 % false positives. */
  readonly recall: number;
}

/** The accounts of a log that nothing was fitted on: the new model beside the one that judged them at the time. */
export interface LogFigures {
  readonly attacks: number;
  readonly owners: number;
  readonly now: LogScores;
  readonly before: LogScores;
}

/** Measures a model on the part of a log that was kept apart. */
export function measureOnLog(
  model: Fit,
  log: readonly LabelledEvent[],
  read: (input: Float32Array) => Float32Array,
): LogFigures {
  const logits = logitsOf(model, logDataset(log, read));
  const scores = (score: (event: LabelledEvent, at: number) => number): LogScores => {
    const items: Scored[] = log.map((event, at) => ({ score: score(event, at), attack: event.label === 1 }));
    return { auc: rocAuc(items), recall: recallAt(items, 0.01) };
  };
  const attacks = log.filter(({ label }) => label === 1).length;
  return {
    attacks,
    owners: log.length - attacks,
    now: scores((_, at) => logits[at]!),
    before: scores((event) => event.score),
  };
}

/** The figures in words, for the terminal and the model card. */
export function toldOf({ attacks, owners, now, before }: LogFigures): string {
  const scores = ({ auc, recall }: LogScores) => `AUC ${auc.toFixed(3)}, recall at 1 % ${recall.toFixed(3)}`;
  return `on ${attacks} attacks and ${owners} owners' events of the log that it never saw: ${scores(now)}; the model that judged them: ${scores(before)}`;
}
