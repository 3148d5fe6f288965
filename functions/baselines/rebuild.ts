import type { Baseline, Observation } from './baseline.ts';
import { emptyBaseline, learn } from './learn.ts';

/**
 * Builds a subject's baseline anew from the observations in the decision log, leaving out what was bad: exact where
 * `repair` can only be careful (days, first and last days, values that a full list had dropped).
 *
 * @param observations in the order in which they were decided; those of bad events left out.
 * @param previous the record to be replaced: its version goes on, and its changes of the account are kept, for they
 * are not in the decision log.
 * @example
 * ```ts
 * const clean = rebuild(log.filter((one) => !bad.has(one.eventKey)), stored);
 * ```
 */
export const rebuild = (observations: Iterable<Observation>, previous?: Baseline): Baseline => {
  let baseline = emptyBaseline();
  for (const seen of observations) baseline = learn(baseline, seen);
  return {
    ...baseline,
    version: (previous?.version ?? 0) + 1,
    changes: previous?.changes ?? [],
  };
};
