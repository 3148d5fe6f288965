import { type DecayedCount, decayedTo } from '../baselines/index.ts';

/**
 * A decayed counter of the subject as of the event, between 0 and a ceiling.
 *
 * @example
 * ```ts
 * countAt(subject.failures.hour, event.time, HALF_LIFE.hour, 100); // 3.2
 * ```
 */
export function countAt(count: DecayedCount, now: number, halfLifeMs: number, ceiling: number): number {
  return Math.min(ceiling, Math.max(0, decayedTo(count, now, halfLifeMs)));
}
