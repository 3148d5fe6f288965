import { decayedTo, HALF_LIFE, type Velocity } from '../baselines/index.ts';

/** At most about this share of honest attempts fails: people mistype. A cautious choice of ours, not a measurement. */
const ORDINARY = 0.2;

/** Attempts of the last day or so, decayed to the time of the event. */
export interface RecentAttempts {
  readonly attempts: number;
  readonly failures: number;
}

/** What a counter holds as of `now`, ms; nothing when it was never written. */
export function recentAttempts(velocity: Velocity | undefined, now: number): RecentAttempts {
  if (velocity === undefined) return { attempts: 0, failures: 0 };
  const failures = decayedTo(velocity.failures.day, now, HALF_LIFE.day);
  return { failures, attempts: Math.max(failures, decayedTo(velocity.attempts.day, now, HALF_LIFE.day)) };
}

/**
 * How far the share of failed attempts exceeds what honest people produce, 0 to 1: nothing up to one in five, 1 when
 * all fail. A busy office has many subjects that mistyped today, but its share stays ordinary.
 *
 * @example
 * ```ts
 * failureExcess({ attempts: 10, failures: 6 }); // 0.5
 * ```
 */
export function failureExcess({ attempts, failures }: RecentAttempts): number {
  if (attempts <= 0) return 0;
  return Math.max(0, (Math.min(1, failures / attempts) - ORDINARY) / (1 - ORDINARY));
}
