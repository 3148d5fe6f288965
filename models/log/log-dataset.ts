import type { Dataset } from '../ebm/dataset.ts';
import { hash } from '../simulator/random.ts';
import type { Split } from '../training/collect.ts';
import type { LabelledEvent } from './labelled-log.ts';
import { TrainingError } from './training-error.ts';

/** With fewer of either kind, or of fewer people, a log says more about its few than about anybody else. */
export const LEAST = { attacks: 20, owners: 20, subjects: 10 } as const;
/** So many labels of the rarer kind weigh as much as the whole simulated prior. */
const HALF = 500;

/** A log, divided by people as the simulated ones are. */
export type DividedLog = Readonly<Record<Split, readonly LabelledEvent[]>>;

/**
 * Divides a log by its subjects, 60 : 20 : 20, so that nobody who is fitted on is tested on.
 *
 * @throws TrainingError `log-too-small`, saying what is there and what is needed.
 */
export function divideLog(log: readonly LabelledEvent[], seed: string): DividedLog {
  const attacks = log.filter(({ label }) => label === 1).length;
  const subjects = new Set(log.map(({ subject }) => subject)).size;
  const owners = log.length - attacks;
  if (attacks < LEAST.attacks || owners < LEAST.owners || subjects < LEAST.subjects)
    throw tooSmall(
      `it has ${attacks} attacks and ${owners} owners' events, of ${subjects} accounts; at least ${LEAST.attacks}, ${LEAST.owners} and ${LEAST.subjects} are needed`,
    );
  const divided: Record<Split, LabelledEvent[]> = { train: [], held: [], test: [] };
  for (const event of log) {
    const share = hash(`${seed}/${event.subject}/split`) / 2 ** 32;
    divided[share < 0.6 ? 'train' : share < 0.8 ? 'held' : 'test'].push(event);
  }
  for (const split of ['train', 'held', 'test'] as const)
    for (const label of [0, 1] as const)
      if (!divided[split].some((event) => event.label === label))
        throw tooSmall(
          `the accounts kept for "${split}" have no ${label === 1 ? 'attacks' : "owners' events"}; label events of more accounts, or try another --seed`,
        );
  return divided;
}

/**
 * What share of the weight a log gets beside the simulated prior, when none is stated: n / (n + 500), n being the
 * number of labels of the rarer kind. A few labels shift the prior, thousands replace it.
 */
export function shareOf(log: readonly LabelledEvent[]): number {
  const attacks = log.filter(({ label }) => label === 1).length;
  const rarer = Math.min(attacks, log.length - attacks);
  return rarer / (rarer + HALF);
}

/** A log as columns, each event of weight one. */
export function logDataset(
  log: readonly LabelledEvent[],
  read: (input: Float32Array) => Float32Array,
): Dataset {
  const rows = log.map(({ input }) => read(input));
  return {
    columns: Array.from({ length: rows[0]?.length ?? 0 }, (_, column) =>
      Float32Array.from(rows, (row) => row[column]!),
    ),
    labels: Uint8Array.from(log, ({ label }) => label),
    weights: new Float64Array(log.length).fill(1),
  };
}

const weightOf = ({ labels, weights }: Dataset, label: number): number =>
  weights.reduce((sum, weight, row) => sum + (labels[row] === label ? weight : 0), 0);

/**
 * Two datasets as one, in which the second holds a share of the weight of the attacks and the same share of that of
 * the owners. What labels there are depends on who asked for them, so the balance of the two is the first one's.
 *
 * @param share 0 to 1; at 1 the first is left out.
 */
export function mixed(prior: Dataset, log: Dataset, share: number): Dataset {
  if (share >= 1) return log;
  const factors = [0, 1].map(
    (label) => ((share / (1 - share)) * weightOf(prior, label)) / weightOf(log, label),
  );
  return {
    columns: prior.columns.map((column, at) => {
      const both = new Float32Array(column.length + log.labels.length);
      both.set(column);
      both.set(log.columns[at]!, column.length);
      return both;
    }),
    ...joined(prior, log, factors as [number, number]),
  };
}

function joined(prior: Dataset, log: Dataset, factors: readonly [number, number]) {
  const length = prior.labels.length;
  const labels = new Uint8Array(length + log.labels.length);
  labels.set(prior.labels);
  labels.set(log.labels, length);
  const weights = new Float64Array(labels.length);
  weights.set(prior.weights);
  log.weights.forEach((weight, row) => {
    weights[length + row] = weight * factors[log.labels[row] as 0 | 1];
  });
  return { labels, weights };
}

function tooSmall(problem: string): TrainingError {
  return new TrainingError('log-too-small', `The log is too small to train from: ${problem}`);
}
