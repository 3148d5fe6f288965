import { type Baseline, DIMENSIONS, type Dimension, type Entry, type WaitingValue } from './baseline.ts';
import { boundedChanges } from './changes.ts';
import { rounded, sumOf } from './decay.ts';
import { rescaled } from './landmark.ts';
import { emptyBaseline } from './learn.ts';
import { HALF_LIFE, LIMITS } from './limits.ts';
import { boundedQuarantine } from './quarantine.ts';
import { boundedSessions } from './sessions.ts';
import { inOrder } from './teach.ts';

const mergeEntries = (lists: readonly (readonly Entry[])[], capacity: number): Entry[] => {
  const merged = new Map<string, Entry>();
  for (const entry of lists.flat()) {
    const other = merged.get(entry.key);
    merged.set(
      entry.key,
      other
        ? {
            key: entry.key,
            weight: rounded(other.weight + entry.weight),
            firstDay: Math.min(other.firstDay, entry.firstDay),
            lastDay: Math.max(other.lastDay, entry.lastDay),
            days: Math.max(other.days, entry.days),
          }
        : entry,
    );
  }
  return [...merged.values()].sort(inOrder).slice(0, capacity);
};

const mergeWaiting = (
  waiting: readonly WaitingValue[],
  known: Readonly<Record<Dimension, readonly Entry[]>>,
): WaitingValue[] => {
  const merged = new Map<string, WaitingValue>();
  for (const one of waiting) {
    if (known[one.dimension].some(({ key }) => key === one.key)) continue;
    const name = `${one.dimension}\0${one.key}`;
    const other = merged.get(name);
    merged.set(
      name,
      other
        ? {
            ...one,
            firstDay: Math.min(other.firstDay, one.firstDay),
            lastDay: Math.max(other.lastDay, one.lastDay),
            days: Math.max(other.days, one.days),
          }
        : one,
    );
  }
  return boundedQuarantine([...merged.values()]);
};

const addBins = (a: readonly number[], b: readonly number[]): readonly number[] =>
  a.length === 0 ? b : b.length === 0 ? a : a.map((value, bin) => rounded(value + b[bin]!));

const mergeTwo = (one: Baseline, other: Baseline): Baseline => {
  const landmark = Math.max(one.landmark, other.landmark);
  const [a, b] = [rescaled(one, landmark), rescaled(other, landmark)];
  const dimensions = {} as Record<Dimension, Entry[]>;
  for (const name of DIMENSIONS)
    dimensions[name] = mergeEntries([a.dimensions[name], b.dimensions[name]], LIMITS.entries[name]);
  const place = !a.place || (b.place && b.place.time > a.place.time) ? b.place : a.place;
  const newest = new Map(
    [...a.sessions, ...b.sessions].sort((x, y) => x.time - y.time).map((s) => [s.key, s]),
  );
  return {
    ...emptyBaseline(),
    version: a.version + b.version,
    first: a.events === 0 ? b.first : b.events === 0 ? a.first : Math.min(a.first, b.first),
    last: Math.max(a.last, b.last),
    landmark,
    events: a.events + b.events,
    weight: rounded(a.weight + b.weight),
    days: Math.max(a.days, b.days),
    dimensions,
    hours: addBins(a.hours, b.hours),
    weekdays: addBins(a.weekdays, b.weekdays),
    minutes: addBins(a.minutes, b.minutes),
    resumed: {
      events: a.resumed.events + b.resumed.events,
      days: Math.max(a.resumed.days, b.resumed.days),
    },
    ...(place ? { place } : {}),
    failures: {
      hour: sumOf(a.failures.hour, b.failures.hour, HALF_LIFE.hour),
      week: sumOf(a.failures.week, b.failures.week, HALF_LIFE.week),
    },
    factorFailures: sumOf(a.factorFailures, b.factorFailures, HALF_LIFE.hour),
    attempts: {
      hour: sumOf(a.attempts.hour, b.attempts.hour, HALF_LIFE.hour),
      week: sumOf(a.attempts.week, b.attempts.week, HALF_LIFE.week),
    },
    quarantine: mergeWaiting([...a.quarantine, ...b.quarantine], dimensions),
    changes: boundedChanges([...a.changes, ...b.changes]),
    sessions: boundedSessions([...newest.values()]),
  };
};

/**
 * One baseline out of the shards of an aggregate, as if one record had learned all of it. Order does not
 * matter but for `days`, which shards can only bound from below, and for what full lists drop.
 *
 * @returns undefined when no shard holds anything.
 */
export const mergeBaselines = (shards: readonly (Baseline | undefined)[]): Baseline | undefined => {
  const known = shards.filter((shard): shard is Baseline => shard !== undefined && shard.version > 0);
  return known.length <= 1 ? known[0] : known.reduce(mergeTwo);
};
