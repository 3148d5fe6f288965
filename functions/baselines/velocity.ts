import type { DecayedCount, RateCounts, Velocity } from './baseline.ts';
import { BaselineError } from './codec.ts';
import { addTo, DAY_MS, sumOf } from './decay.ts';
import { addDistinct, type DistinctSketch, distinctCount, unionDistinct } from './distinct.ts';
import { HALF_LIFE, LONG_PERIOD_DAYS } from './limits.ts';

/** Different subjects of a period and of the one before it. */
interface Distinct {
  /** Whole periods since the Unix epoch that `current` covers; `previous` covers the one before. */
  readonly period: number;
  readonly current: DistinctSketch;
  readonly previous: DistinctSketch;
}

/** The stored form of a {@link Velocity}: counters, and sketches of which subjects were seen. Bounded: under 2 KB. */
export interface VelocityRecord {
  readonly version: number;
  readonly attempts: RateCounts;
  readonly failures: RateCounts;
  /** By day. */
  readonly failed: Distinct;
  readonly succeeded: Distinct;
  /** By {@link LONG_PERIOD_DAYS}, for attacks that take their time. */
  readonly failedLong: Distinct;
}

/** One attempt, as a counter sees it. */
export interface Attempt {
  /** Event time, ms. */
  readonly time: number;
  readonly failed: boolean;
  /** A uniformly distributed 32-bit hash of the subject. */
  readonly subjectHash: number;
}

const NONE: DecayedCount = { value: 0, time: 0 };
const NEVER: RateCounts = { fast: NONE, day: NONE, fortnight: NONE };
const NOBODY: Distinct = { period: 0, current: [], previous: [] };
const LONG_PERIOD_MS = LONG_PERIOD_DAYS * DAY_MS;

/** A counter that saw nothing. */
export const emptyVelocity = (): VelocityRecord => ({
  version: 0,
  attempts: NEVER,
  failures: NEVER,
  failed: NOBODY,
  succeeded: NOBODY,
  failedLong: NOBODY,
});

const note = (seen: Distinct, { time, subjectHash }: Attempt, periodMs: number): Distinct => {
  const period = Math.floor(time / periodMs);
  if (period === seen.period) return { ...seen, current: addDistinct(seen.current, subjectHash) };
  if (period === seen.period + 1)
    return { period, current: addDistinct([], subjectHash), previous: seen.current };
  if (period > seen.period) return { period, current: addDistinct([], subjectHash), previous: [] };
  if (period === seen.period - 1) return { ...seen, previous: addDistinct(seen.previous, subjectHash) };
  return seen;
};

const countAt = (counts: RateCounts, time: number): RateCounts => ({
  fast: addTo(counts.fast, 1, time, HALF_LIFE.fast),
  day: addTo(counts.day, 1, time, HALF_LIFE.day),
  fortnight: addTo(counts.fortnight, 1, time, HALF_LIFE.fortnight),
});

/** Counts attempts into a counter; the version moves by one however many they are. */
export const countAttempts = (record: VelocityRecord, attempts: readonly Attempt[]): VelocityRecord => {
  let { attempts: all, failures, failed, succeeded, failedLong } = record;
  for (const attempt of attempts) {
    all = countAt(all, attempt.time);
    if (attempt.failed) {
      failures = countAt(failures, attempt.time);
      failed = note(failed, attempt, DAY_MS);
      failedLong = note(failedLong, attempt, LONG_PERIOD_MS);
    } else succeeded = note(succeeded, attempt, DAY_MS);
  }
  return { version: record.version + 1, attempts: all, failures, failed, succeeded, failedLong };
};

const newest = (a: Distinct, b: Distinct): Distinct => {
  const [late, early] = a.period >= b.period ? [a, b] : [b, a];
  const gap = late.period - early.period;
  return {
    period: late.period,
    current: gap === 0 ? unionDistinct(late.current, early.current) : late.current,
    previous:
      gap === 0
        ? unionDistinct(late.previous, early.previous)
        : gap === 1
          ? unionDistinct(late.previous, early.current)
          : late.previous,
  };
};

const sumOfCounts = (a: RateCounts, b: RateCounts): RateCounts => ({
  fast: sumOf(a.fast, b.fast, HALF_LIFE.fast),
  day: sumOf(a.day, b.day, HALF_LIFE.day),
  fortnight: sumOf(a.fortnight, b.fortnight, HALF_LIFE.fortnight),
});

/** How many different subjects were seen in the period of a time and the one before. */
const distinctAt = (seen: Distinct, now: number, periodMs: number): number => {
  const age = Math.floor(now / periodMs) - seen.period;
  if (age <= 0) return distinctCount(unionDistinct(seen.current, seen.previous));
  return age === 1 ? distinctCount(seen.current) : 0;
};

/** What signals see of the shards of one counter, at the time of the event at hand. */
export const velocityOf = (
  shards: readonly (VelocityRecord | undefined)[],
  now: number,
): Velocity | undefined => {
  const known = shards.filter((shard): shard is VelocityRecord => shard !== undefined);
  if (known.length === 0) return undefined;
  const merged = known.reduce((a, b) => ({
    version: a.version + b.version,
    attempts: sumOfCounts(a.attempts, b.attempts),
    failures: sumOfCounts(a.failures, b.failures),
    failed: newest(a.failed, b.failed),
    succeeded: newest(a.succeeded, b.succeeded),
    failedLong: newest(a.failedLong, b.failedLong),
  }));
  return {
    version: merged.version,
    attempts: merged.attempts,
    failures: merged.failures,
    failedSubjects: distinctAt(merged.failed, now, DAY_MS),
    succeededSubjects: distinctAt(merged.succeeded, now, DAY_MS),
    failedSubjectsLong: distinctAt(merged.failedLong, now, LONG_PERIOD_MS),
  };
};

/** Sketches are sorted, so each hash is kept as its distance from the one before, in base 36. */
const packSketch = (sketch: DistinctSketch): string =>
  sketch.map((hash, index) => (hash - (index === 0 ? 0 : sketch[index - 1]!)).toString(36)).join(' ');

const unpackSketch = (text: string): DistinctSketch => {
  let hash = 0;
  return text === ''
    ? []
    : text.split(' ').map((step) => {
        hash += Number.parseInt(step, 36);
        return hash;
      });
};

const FORMAT = 2;

/** The stored text of a counter. */
export const encodeVelocity = (record: VelocityRecord): string => {
  const { attempts, failures, failed, succeeded, failedLong } = record;
  const counts = (rate: RateCounts) =>
    [rate.fast, rate.day, rate.fortnight].flatMap(({ value, time }) => [value, time]);
  const periods = (seen: Distinct) => [seen.period, packSketch(seen.current), packSketch(seen.previous)];
  return JSON.stringify([
    FORMAT,
    [...counts(attempts), ...counts(failures)],
    periods(failed),
    periods(succeeded),
    periods(failedLong),
  ]);
};

/**
 * Reads what {@link encodeVelocity} wrote.
 *
 * @throws BaselineError `baseline-unreadable`
 */
export const decodeVelocity = (text: string, version: number): VelocityRecord => {
  try {
    const [format, numbers, failed, succeeded, failedLong] = JSON.parse(text);
    if (format !== FORMAT) throw new Error(`format ${format}`);
    const counts = (first: number): RateCounts => {
      const at = (index: number) => ({ value: numbers[2 * index], time: numbers[2 * index + 1] });
      return { fast: at(first), day: at(first + 1), fortnight: at(first + 2) };
    };
    const distinct = ([period, current, previous]: [number, string, string]): Distinct => ({
      period,
      current: unpackSketch(current),
      previous: unpackSketch(previous),
    });
    return {
      version,
      attempts: counts(0),
      failures: counts(3),
      failed: distinct(failed),
      succeeded: distinct(succeeded),
      failedLong: distinct(failedLong),
    };
  } catch (cause) {
    throw new BaselineError('baseline-unreadable', 'The stored counter is not of a known format', { cause });
  }
};
