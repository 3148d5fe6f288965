import type { DecayedCount, Velocity } from './baseline.ts';
import { BaselineError } from './codec.ts';
import { addTo, DAY_MS, sumOf } from './decay.ts';
import { addDistinct, type DistinctSketch, distinctCount, unionDistinct } from './distinct.ts';
import { HALF_LIFE } from './limits.ts';

interface Distinct {
  /** Whole days since the Unix epoch that `current` covers; `previous` covers the day before. */
  readonly day: number;
  readonly current: DistinctSketch;
  readonly previous: DistinctSketch;
}

/** The stored form of a {@link Velocity}: counters, and sketches of which subjects were seen. */
export interface VelocityRecord {
  readonly version: number;
  readonly attempts: { readonly fast: DecayedCount; readonly day: DecayedCount };
  readonly failures: { readonly fast: DecayedCount; readonly day: DecayedCount };
  readonly failed: Distinct;
  readonly succeeded: Distinct;
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
const NOBODY: Distinct = { day: 0, current: [], previous: [] };

/** A counter that saw nothing. */
export const emptyVelocity = (): VelocityRecord => ({
  version: 0,
  attempts: { fast: NONE, day: NONE },
  failures: { fast: NONE, day: NONE },
  failed: NOBODY,
  succeeded: NOBODY,
});

const note = (seen: Distinct, attempt: Attempt): Distinct => {
  const day = Math.floor(attempt.time / DAY_MS);
  const { subjectHash } = attempt;
  if (day === seen.day) return { ...seen, current: addDistinct(seen.current, subjectHash) };
  if (day === seen.day + 1) return { day, current: addDistinct([], subjectHash), previous: seen.current };
  if (day > seen.day) return { day, current: addDistinct([], subjectHash), previous: [] };
  if (day === seen.day - 1) return { ...seen, previous: addDistinct(seen.previous, subjectHash) };
  return seen;
};

/** Counts attempts into a counter; the version moves by one however many they are. */
export const countAttempts = (record: VelocityRecord, attempts: readonly Attempt[]): VelocityRecord => {
  let { attempts: all, failures, failed, succeeded } = record;
  for (const attempt of attempts) {
    const { time } = attempt;
    all = {
      fast: addTo(all.fast, 1, time, HALF_LIFE.fast),
      day: addTo(all.day, 1, time, HALF_LIFE.day),
    };
    if (attempt.failed) {
      failures = {
        fast: addTo(failures.fast, 1, time, HALF_LIFE.fast),
        day: addTo(failures.day, 1, time, HALF_LIFE.day),
      };
      failed = note(failed, attempt);
    } else succeeded = note(succeeded, attempt);
  }
  return { version: record.version + 1, attempts: all, failures, failed, succeeded };
};

const newest = (a: Distinct, b: Distinct): Distinct => {
  const [late, early] = a.day >= b.day ? [a, b] : [b, a];
  const gap = late.day - early.day;
  return {
    day: late.day,
    current: gap === 0 ? unionDistinct(late.current, early.current) : late.current,
    previous:
      gap === 0
        ? unionDistinct(late.previous, early.previous)
        : gap === 1
          ? unionDistinct(late.previous, early.current)
          : late.previous,
  };
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
    attempts: {
      fast: sumOf(a.attempts.fast, b.attempts.fast, HALF_LIFE.fast),
      day: sumOf(a.attempts.day, b.attempts.day, HALF_LIFE.day),
    },
    failures: {
      fast: sumOf(a.failures.fast, b.failures.fast, HALF_LIFE.fast),
      day: sumOf(a.failures.day, b.failures.day, HALF_LIFE.day),
    },
    failed: newest(a.failed, b.failed),
    succeeded: newest(a.succeeded, b.succeeded),
  }));
  const today = Math.floor(now / DAY_MS);
  const distinct = (seen: Distinct): number => {
    const age = today - seen.day;
    if (age <= 0) return distinctCount(unionDistinct(seen.current, seen.previous));
    return age === 1 ? distinctCount(seen.current) : 0;
  };
  return {
    version: merged.version,
    attempts: merged.attempts,
    failures: merged.failures,
    failedSubjects: distinct(merged.failed),
    succeededSubjects: distinct(merged.succeeded),
  };
};

/** The stored text of a counter. */
export const encodeVelocity = (record: VelocityRecord): string => {
  const { attempts, failures, failed, succeeded } = record;
  const pair = (count: DecayedCount) => [count.value, count.time];
  const days = (seen: Distinct) => [seen.day, seen.current, seen.previous];
  return JSON.stringify([
    1,
    [attempts.fast, attempts.day, failures.fast, failures.day].flatMap(pair),
    days(failed),
    days(succeeded),
  ]);
};

/**
 * Reads what {@link encodeVelocity} wrote.
 *
 * @throws BaselineError `baseline-unreadable`
 */
export const decodeVelocity = (text: string, version: number): VelocityRecord => {
  try {
    const [format, numbers, failed, succeeded] = JSON.parse(text);
    if (format !== 1) throw new Error(`format ${format}`);
    const count = (index: number) => ({ value: numbers[2 * index], time: numbers[2 * index + 1] });
    const distinct = ([day, current, previous]: [number, number[], number[]]) => ({ day, current, previous });
    return {
      version,
      attempts: { fast: count(0), day: count(1) },
      failures: { fast: count(2), day: count(3) },
      failed: distinct(failed),
      succeeded: distinct(succeeded),
    };
  } catch (cause) {
    throw new BaselineError('baseline-unreadable', 'The stored counter is not of a known format', { cause });
  }
};
