import { marked, markOf } from './applied.ts';
import type { Baseline, Observation } from './baseline.ts';
import { countToday, isPastMemory } from './learn.ts';
import { released } from './quarantine.ts';
import { teach } from './teach.ts';

/**
 * Lets an event teach after all: a verified proof or a reviewer said that it was its subject. Its values leave the
 * quarantine. Not held by the cap on one day's influence, for somebody answers for it; nor counted as an attempt
 * again.
 *
 * @param sinceVersion version of the baseline when it was said; as with `learnOnce`, a confirmation that may have
 * been applied before the record's memory begins is left out.
 * @returns the same baseline when the event has taught already.
 * @example
 * ```ts
 * const confirmed = confirm(baseline, decision.delta.observation, baseline.version);
 * ```
 */
export const confirm = (baseline: Baseline, seen: Observation, sinceVersion: number): Baseline => {
  if (markOf(baseline, seen.eventKey) === 'taught' || isPastMemory(baseline, sinceVersion)) return baseline;
  return {
    ...teach(baseline, seen),
    version: baseline.version + 1,
    today: countToday(baseline, seen.time),
    quarantine: released(baseline.quarantine, seen),
    applied: marked(baseline.applied, seen.eventKey, 'taught'),
  };
};
