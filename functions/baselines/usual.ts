import type { Baseline, Dimension, Entry } from './baseline.ts';
import { DAY_MS } from './decay.ts';
import { LIMITS } from './limits.ts';

/** What the baseline remembers of one value, or undefined when it does not know it. */
export const entry = (baseline: Baseline, dimension: Dimension, key: string): Entry | undefined => {
  const cut = key.slice(0, LIMITS.keyLength);
  return baseline.dimensions[dimension].find((candidate) => candidate.key === cut);
};

/** Decayed count of all remembered values of a dimension. */
export const total = (baseline: Baseline, dimension: Dimension): number => {
  let sum = 0;
  for (const candidate of baseline.dimensions[dimension]) sum += candidate.weight;
  return sum;
};

/**
 * The share of a value among those that the baseline remembers, in [0, 1]; 0 when it is unknown or nothing is.
 *
 * @example
 * ```ts
 * share(baseline, 'country', 'FR'); // 0.93
 * ```
 */
export const share = (baseline: Baseline, dimension: Dimension, key: string): number => {
  const known = entry(baseline, dimension, key);
  return known === undefined ? 0 : known.weight / Math.max(total(baseline, dimension), known.weight);
};

/** Width of the kernel that smooths hours of the day, in hours (standard deviation). */
const KERNEL_HOURS = 1.25;

const KERNEL = Array.from({ length: 24 }, (_, distance) => {
  const around = Math.min(distance, 24 - distance);
  return Math.exp(-(around * around) / (2 * KERNEL_HOURS * KERNEL_HOURS));
});
const KERNEL_MASS = KERNEL.reduce((sum, value) => sum + value, 0);

/**
 * How usual an hour of the day is: density relative to a uniform day (1 = as often as chance, 0 = never),
 * smoothed on the circle so that 23:50 and 00:10 are neighbours. With no history it is 1.
 *
 * @param timeMs ms since the Unix epoch; hours are UTC.
 */
export const hourDensity = (baseline: Baseline, timeMs: number): number => {
  const mass = baseline.hours.reduce((sum, value) => sum + value, 0);
  if (mass <= 0) return 1;
  const hour = (timeMs % DAY_MS) / (DAY_MS / 24);
  const low = Math.floor(hour - 0.5 + 24) % 24;
  const part = (hour - 0.5 + 24) % 1;
  const at = (bin: number): number => {
    let sum = 0;
    for (let other = 0; other < 24; other++) {
      const value = baseline.hours[other]!;
      if (value !== 0) sum += value * KERNEL[(bin - other + 24) % 24]!;
    }
    return sum / KERNEL_MASS;
  };
  return (24 * ((1 - part) * at(low) + part * at((low + 1) % 24))) / mass;
};

/** So many events on each day of the week are supposed beside those known, so that a few say little. */
const SUPPOSED = 1;
/** Within so many hours of midnight the neighbouring day counts as well, at midnight by half. */
const DUSK_HOURS = 3;

/**
 * How usual an hour of the week is: the density of the hour of the day times that of the day of the week, relative to
 * a uniform week (1 = as often as chance). The week is a circle too: shortly before midnight the next day counts as
 * well, and Saturday is Sunday's neighbour. Seven bins and twenty-four stand for 168, which few accounts could fill; what
 * is lost is an hour that is usual on one day only.
 *
 * @param timeMs ms since the Unix epoch; days and hours are UTC.
 */
export const weekDensity = (baseline: Baseline, timeMs: number): number => {
  const { weekdays } = baseline;
  const mass = weekdays.reduce((sum, value) => sum + value, 0);
  if (mass <= 0) return hourDensity(baseline, timeMs);
  const at = (day: number): number => (7 * (weekdays[(day + 7) % 7]! + SUPPOSED)) / (mass + 7 * SUPPOSED);
  const day = new Date(timeMs).getUTCDay();
  const hour = (timeMs % DAY_MS) / (DAY_MS / 24);
  const [neighbour, distance] = hour < 12 ? [day - 1, hour] : [day + 1, 24 - hour];
  const part = Math.max(0, 1 - distance / DUSK_HOURS) / 2;
  return hourDensity(baseline, timeMs) * ((1 - part) * at(day) + part * at(neighbour));
};

/** How far a baseline can be relied on. */
export type Maturity = 'none' | 'learning' | 'established';

/** When a baseline counts as established, and after what silence it has to learn again. */
export const LEARNING = { events: 12, days: 5, silenceMs: 90 * DAY_MS } as const;

/**
 * The learning regime: `none` without history, `learning` until enough events on enough different days, then
 * `established`. A long silence begins another learning period: what was learned before stays known, but events and
 * days are counted anew.
 *
 * @param now event time of the event at hand, ms.
 */
export const maturity = (baseline: Baseline, now: number): Maturity => {
  if (baseline.events === 0) return 'none';
  if (now - baseline.last > LEARNING.silenceMs) return 'learning';
  const events = baseline.events - baseline.resumed.events;
  const days = baseline.days - baseline.resumed.days;
  return events >= LEARNING.events && days >= LEARNING.days ? 'established' : 'learning';
};
