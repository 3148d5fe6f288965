import { type Baseline, DIMENSIONS, type Dimension, type Entry } from './baseline.ts';
import { decayFactor, rounded, sumOf } from './decay.ts';
import { emptyBaseline } from './learn.ts';
import { HALF_LIFE, LIMITS } from './limits.ts';

const mergeEntries = (a: readonly Entry[], b: readonly Entry[], keptA: number, keptB: number): Entry[] => {
  const merged = new Map<string, Entry>();
  for (const [list, kept] of [
    [a, keptA],
    [b, keptB],
  ] as const) {
    for (const entry of list) {
      const other = merged.get(entry.key);
      const weight = entry.weight * kept;
      merged.set(
        entry.key,
        other
          ? {
              key: entry.key,
              weight: rounded(other.weight + weight),
              firstDay: Math.min(other.firstDay, entry.firstDay),
              lastDay: Math.max(other.lastDay, entry.lastDay),
              days: Math.max(other.days, entry.days),
            }
          : { ...entry, weight: rounded(weight) },
      );
    }
  }
  return [...merged.values()].sort((x, y) => y.weight - x.weight || (x.key < y.key ? -1 : 1));
};

/**
 * One baseline out of the shards of an aggregate, as if one record had learned all of it. Order does not
 * matter but for rounding and for `days`, which shards can only bound from below.
 *
 * @returns undefined when no shard holds anything.
 */
export const mergeBaselines = (shards: readonly (Baseline | undefined)[]): Baseline | undefined => {
  const known = shards.filter((shard): shard is Baseline => shard !== undefined && shard.version > 0);
  if (known.length <= 1) return known[0];
  return known.reduce((a, b) => {
    const last = Math.max(a.last, b.last);
    const keptA = decayFactor(last - a.last, HALF_LIFE.habit);
    const keptB = decayFactor(last - b.last, HALF_LIFE.habit);
    const dimensions = {} as Record<Dimension, Entry[]>;
    for (const name of DIMENSIONS) {
      const entries = mergeEntries(a.dimensions[name], b.dimensions[name], keptA, keptB);
      dimensions[name] = entries.slice(0, LIMITS.entries[name]);
    }
    const place = !a.place || (b.place && b.place.time > a.place.time) ? b.place : a.place;
    return {
      ...emptyBaseline(),
      version: a.version + b.version,
      first: a.events === 0 ? b.first : b.events === 0 ? a.first : Math.min(a.first, b.first),
      last,
      events: a.events + b.events,
      weight: rounded(a.weight * keptA + b.weight * keptB),
      days: Math.max(a.days, b.days),
      dimensions,
      hours: a.hours.map((value, bin) => rounded(value * keptA + b.hours[bin]! * keptB)),
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
    };
  });
};
