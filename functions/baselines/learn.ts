import { marked, markOf } from './applied.ts';
import { type Baseline, DIMENSIONS, type Dimension, type Entry, type Observation } from './baseline.ts';
import { addTo } from './decay.ts';
import { HALF_LIFE, LIMITS } from './limits.ts';
import { released, wait } from './quarantine.ts';
import { noteSession } from './sessions.ts';
import { dayOf, teach } from './teach.ts';

const NONE = { value: 0, time: 0 } as const;

/** A baseline that knows nothing: what a stranger has. */
export const emptyBaseline = (): Baseline => ({
  version: 0,
  first: 0,
  last: 0,
  landmark: 0,
  events: 0,
  weight: 0,
  days: 0,
  dimensions: Object.fromEntries(DIMENSIONS.map((name) => [name, []])) as unknown as Record<
    Dimension,
    readonly Entry[]
  >,
  hours: new Array<number>(24).fill(0),
  weekdays: new Array<number>(7).fill(0),
  minutes: [],
  failures: { hour: NONE, week: NONE },
  factorFailures: NONE,
  attempts: { hour: NONE, week: NONE },
  today: { day: 0, events: 0 },
  resumed: { events: 0, days: 0 },
  quarantine: [],
  changes: [],
  sessions: [],
  applied: [],
});

/** Counts an attempt, whatever else becomes of it. */
const count = (baseline: Baseline, seen: Observation): Baseline => ({
  ...baseline,
  version: baseline.version + 1,
  attempts: {
    hour: addTo(baseline.attempts.hour, 1, seen.time, HALF_LIFE.hour),
    week: addTo(baseline.attempts.week, 1, seen.time, HALF_LIFE.week),
  },
  failures: seen.failed
    ? {
        hour: addTo(baseline.failures.hour, 1, seen.time, HALF_LIFE.hour),
        week: addTo(baseline.failures.week, 1, seen.time, HALF_LIFE.week),
      }
    : baseline.failures,
  factorFailures: seen.factorFailed
    ? addTo(baseline.factorFailures, 1, seen.time, HALF_LIFE.hour)
    : baseline.factorFailures,
});

/** How many events have taught on the day of an event, itself included. A late one counts on the latest day. */
export const countToday = ({ today }: Baseline, time: number): Baseline['today'] => {
  const day = dayOf(time);
  return day > today.day ? { day, events: 1 } : { day: today.day, events: today.events + 1 };
};

/**
 * Lets one event enter a baseline. Every event is counted as an attempt. One that is cleared to teach also adds to
 * what is usual; a success that is not cleared lets its unknown values wait in quarantine, until they were seen on
 * enough different days ({@link CONFIRMED_BY_TIME}), or `confirm` lets them in. Works in event time, so late events
 * weigh what they would have weighed by now.
 *
 * @param taughtPerDay how many events of one day may teach. Aggregates of many subjects pass `Infinity`: nothing
 * waits there, and no sessions are kept.
 * @returns a new baseline; the same one if this event was applied before.
 * @example
 * ```ts
 * const taught = learn(emptyBaseline(), { eventKey: 'k', time, teaches: true, failed: false,
 *   factorFailed: false, keys: { country: 'FR' } });
 * ```
 */
export const learn = (
  baseline: Baseline,
  seen: Observation,
  taughtPerDay: number = LIMITS.taughtPerDay,
): Baseline => {
  if (markOf(baseline, seen.eventKey) !== undefined) return baseline;
  const shared = taughtPerDay === Number.POSITIVE_INFINITY;
  const counted: Baseline = {
    ...count(baseline, seen),
    ...(shared ? {} : { sessions: noteSession(baseline.sessions, seen) }),
    applied: marked(baseline.applied, seen.eventKey, 'counted'),
  };
  const waiting = seen.teaches || !seen.waits || shared ? undefined : wait(baseline, seen);
  const held: Baseline = waiting
    ? {
        ...counted,
        quarantine: waiting.quarantine,
        applied: marked(counted.applied, seen.eventKey, 'waits'),
      }
    : counted;
  const teachable = seen.teaches ? seen : waiting?.teachable;
  const today = countToday(baseline, seen.time);
  if (teachable === undefined || today.events > taughtPerDay) return held;
  return {
    ...teach(held, teachable),
    today,
    quarantine: seen.teaches ? released(held.quarantine, seen) : held.quarantine,
    applied: marked(held.applied, seen.eventKey, seen.teaches ? 'taught' : 'confirmed'),
  };
};

/** True when so many writes came since a version that the record may have forgotten the events of that time. */
export const isPastMemory = (baseline: Baseline, sinceVersion: number): boolean =>
  baseline.version - sinceVersion >= LIMITS.applied;

/**
 * Applies an event's delta at most once, even long after: when so many events came since the event was decided
 * that the record can no longer tell whether it knows this one, the delta is left out.
 *
 * @param sinceVersion version of the baseline that the event was decided on.
 */
export const learnOnce = (
  baseline: Baseline,
  seen: Observation,
  sinceVersion: number,
  taughtPerDay?: number,
): Baseline => (isPastMemory(baseline, sinceVersion) ? baseline : learn(baseline, seen, taughtPerDay));
