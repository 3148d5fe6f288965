import { type Baseline, DIMENSIONS, type Dimension, type Entry, type Observation } from './baseline.ts';
import { addTo, DAY_MS, decayFactor, rounded } from './decay.ts';
import { HALF_LIFE, LIMITS } from './limits.ts';

const NONE = { value: 0, time: 0 } as const;

/** A baseline that knows nothing: what a stranger has. */
export const emptyBaseline = (): Baseline => ({
  version: 0,
  first: 0,
  last: 0,
  events: 0,
  weight: 0,
  days: 0,
  dimensions: Object.fromEntries(DIMENSIONS.map((name) => [name, []])) as unknown as Record<
    Dimension,
    readonly Entry[]
  >,
  hours: new Array<number>(24).fill(0),
  failures: { hour: NONE, week: NONE },
  factorFailures: NONE,
  attempts: { hour: NONE, week: NONE },
  today: { day: 0, events: 0 },
  applied: [],
});

/** Whole days since the Unix epoch. */
export const dayOf = (time: number): number => Math.floor(time / DAY_MS);

const remember = (
  entries: readonly Entry[],
  key: string,
  day: number,
  kept: number,
  added: number,
  capacity: number,
): Entry[] => {
  const next: Entry[] = [];
  let found = false;
  for (const entry of entries) {
    const weight = rounded(entry.weight * kept);
    if (entry.key !== key) {
      next.push(weight === entry.weight ? entry : { ...entry, weight });
      continue;
    }
    found = true;
    next.push({
      key,
      weight: rounded(weight + added),
      firstDay: Math.min(entry.firstDay, day),
      lastDay: Math.max(entry.lastDay, day),
      days: Math.min(255, entry.days + (day > entry.lastDay || day < entry.firstDay ? 1 : 0)),
    });
  }
  if (!found) next.push({ key, weight: rounded(added), firstDay: day, lastDay: day, days: 1 });
  next.sort((a, b) => b.weight - a.weight || b.lastDay - a.lastDay || (a.key < b.key ? -1 : 1));
  if (next.length > capacity) {
    // The newcomer is kept over the weakest, or a full list could never learn a new habit.
    const newcomer = next.findIndex((entry) => entry.key === key);
    next.splice(newcomer === capacity ? capacity - 1 : capacity, 1);
  }
  return next;
};

const count = (baseline: Baseline, seen: Observation): Baseline => {
  const failed = seen.failed ? 1 : 0;
  return {
    ...baseline,
    version: baseline.version + 1,
    attempts: {
      hour: addTo(baseline.attempts.hour, 1, seen.time, HALF_LIFE.hour),
      week: addTo(baseline.attempts.week, 1, seen.time, HALF_LIFE.week),
    },
    failures: failed
      ? {
          hour: addTo(baseline.failures.hour, 1, seen.time, HALF_LIFE.hour),
          week: addTo(baseline.failures.week, 1, seen.time, HALF_LIFE.week),
        }
      : baseline.failures,
    factorFailures: seen.factorFailed
      ? addTo(baseline.factorFailures, 1, seen.time, HALF_LIFE.hour)
      : baseline.factorFailures,
    applied: [...baseline.applied, seen.eventKey].slice(-LIMITS.applied),
  };
};

/**
 * Lets one event enter a baseline: every event is counted as an attempt; one that is cleared to teach also adds
 * to what is usual. Works in event time, so late events weigh what they would have weighed by now.
 *
 * @param taughtPerDay how many events of one day may teach; aggregates of many subjects pass `Infinity`.
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
  if (baseline.applied.includes(seen.eventKey)) return baseline;
  const counted = count(baseline, seen);
  const day = dayOf(seen.time);
  const today =
    day > baseline.today.day
      ? { day, events: 1 }
      : { day: baseline.today.day, events: baseline.today.events + 1 };
  if (!seen.teaches || today.events > taughtPerDay) return counted;

  const last = Math.max(baseline.last, seen.time);
  const kept = decayFactor(baseline.events === 0 ? 0 : last - baseline.last, HALF_LIFE.habit);
  const added = decayFactor(last - seen.time, HALF_LIFE.habit);
  const newDay = baseline.events === 0 || day > dayOf(baseline.last) || day < dayOf(baseline.first);
  const dimensions = { ...baseline.dimensions };
  for (const name of DIMENSIONS) {
    const key = seen.keys[name];
    if (key === undefined) {
      if (kept !== 1)
        dimensions[name] = dimensions[name].map((entry) => ({
          ...entry,
          weight: rounded(entry.weight * kept),
        }));
      continue;
    }
    const cut = key.slice(0, LIMITS.keyLength);
    dimensions[name] = remember(dimensions[name], cut, day, kept, added, LIMITS.entries[name]);
  }
  const hour = new Date(seen.time).getUTCHours();
  const place =
    seen.place && (!baseline.place || seen.time >= baseline.place.time)
      ? { ...seen.place, time: seen.time }
      : baseline.place;
  return {
    ...counted,
    first: baseline.events === 0 ? seen.time : Math.min(baseline.first, seen.time),
    last,
    events: baseline.events + 1,
    weight: rounded(baseline.weight * kept + added),
    days: baseline.days + (newDay ? 1 : 0),
    dimensions,
    hours: baseline.hours.map((value, bin) => rounded(value * kept + (bin === hour ? added : 0))),
    ...(place ? { place } : {}),
    today,
  };
};

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
): Baseline =>
  baseline.version - sinceVersion >= LIMITS.applied ? baseline : learn(baseline, seen, taughtPerDay);
