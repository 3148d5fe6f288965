import { type DecayedCount, decayedTo, HALF_LIFE, type Velocity } from '../baselines/index.ts';

/** At most about this share of honest attempts fails: people mistype. A cautious choice of ours, not a measurement. */
const ORDINARY = 0.2;

/** Windows over which failures across subjects are looked at: today and yesterday, and about a month. */
export type Window = 'day' | 'fortnight';

/** Attempts of the last day or so, decayed to the time of the event. */
export interface RecentAttempts {
  readonly attempts: number;
  readonly failures: number;
}

/**
 * What a counter holds as of `now`, ms; nothing when it was never written.
 *
 * @param window the half-life of the counts. @default 'day'
 */
export function recentAttempts(
  velocity: Velocity | undefined,
  now: number,
  window: Window = 'day',
): RecentAttempts {
  if (velocity === undefined) return { attempts: 0, failures: 0 };
  const at = (count: DecayedCount) => decayedTo(count, now, HALF_LIFE[window]);
  const failures = at(velocity.failures[window]);
  return { failures, attempts: Math.max(failures, at(velocity.attempts[window])) };
}

/** Different subjects that failed, weighed by how extraordinary the failures are. */
export interface Spread {
  readonly subjects: number;
  readonly window: Window;
  /** Failures for each of the subjects. */
  readonly perSubject: number;
}

/**
 * How many different subjects failed, times how far the share of failures exceeds what honest people produce: within
 * two days, or over the long window, whichever shows more. A campaign that makes a few attempts an hour stays ordinary
 * by the day and shows by the month. Over the long window no more subjects count than there are decayed failures, so
 * that what happened weeks ago fades.
 */
export function spreadOf(velocity: Velocity | undefined, now: number): Spread {
  let most: Spread = { subjects: 0, window: 'day', perSubject: 1 };
  if (velocity === undefined) return most;
  for (const window of ['day', 'fortnight'] as const) {
    const recent = recentAttempts(velocity, now, window);
    const failed =
      window === 'day' ? velocity.failedSubjects : Math.min(velocity.failedSubjectsLong, recent.failures);
    const subjects = failed * failureExcess(recent);
    if (subjects > most.subjects)
      most = { subjects, window, perSubject: Math.max(1, recent.failures / failed) };
  }
  return most;
}

/** A window in an operator's words. */
export function namedWindow(window: Window): string {
  return window === 'day' ? 'today and yesterday' : 'within about a month';
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
