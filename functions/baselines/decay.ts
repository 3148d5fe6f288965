import type { DecayedCount } from './baseline.ts';

/** One hour, in ms. */
export const HOUR_MS = 3_600_000;
/** One day, in ms. */
export const DAY_MS = 24 * HOUR_MS;

/** Counts are kept to a thousandth, so that a record survives storage bit for bit. */
export const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/**
 * The share of a count that is left after `elapsedMs`: 2^(-elapsed / half-life). Time that runs backwards
 * leaves it whole.
 *
 * @example
 * ```ts
 * decayFactor(30 * DAY_MS, 30 * DAY_MS); // 0.5
 * ```
 */
export const decayFactor = (elapsedMs: number, halfLifeMs: number): number =>
  elapsedMs <= 0 ? 1 : 2 ** (-elapsedMs / halfLifeMs);

/**
 * The value of a decayed counter at another time.
 *
 * @param now ms since the Unix epoch; a time before the counter's own leaves it as it is.
 * @param halfLifeMs ms.
 * @example
 * ```ts
 * decayedTo({ value: 8, time: 0 }, 2 * HOUR_MS, HOUR_MS); // 2
 * ```
 */
export const decayedTo = (count: DecayedCount, now: number, halfLifeMs: number): number =>
  count.value * decayFactor(now - count.time, halfLifeMs);

/**
 * Adds to a decayed counter in event time: an addition older than the counter enters already decayed, so that
 * the order of arrival does not matter.
 */
export const addTo = (
  count: DecayedCount,
  amount: number,
  time: number,
  halfLifeMs: number,
): DecayedCount => {
  const latest = Math.max(count.time, time);
  const value = decayedTo(count, latest, halfLifeMs) + amount * decayFactor(latest - time, halfLifeMs);
  return { value: rounded(value), time: latest };
};

/** The sum of two decayed counters, as of the later of the two. */
export const sumOf = (a: DecayedCount, b: DecayedCount, halfLifeMs: number): DecayedCount =>
  addTo(a, b.value, b.time, halfLifeMs);
