import type { Baseline, Dimension, Entry } from './baseline.ts';
import { DIMENSIONS } from './baseline.ts';
import { rounded } from './decay.ts';
import { HALF_LIFE } from './limits.ts';

/** The landmark of a time: the last whole number of half-lives since the Unix epoch, ms. */
export const landmarkOf = (time: number): number => Math.floor(time / HALF_LIFE.habit) * HALF_LIFE.habit;

/**
 * What one event at a time adds to the weights of a baseline: 2^((time - landmark) / half-life), to a thousandth.
 * Between 1 and 2 for an event after the landmark, less for one before.
 */
export const addedAt = (time: number, landmark: number): number =>
  rounded(2 ** ((time - landmark) / HALF_LIFE.habit));

/**
 * The factor by which a baseline's weights are to be multiplied to be as of a time.
 *
 * @example
 * ```ts
 * baseline.weight * fadedAt(baseline, event.time); // decayed number of events learned
 * ```
 */
export const fadedAt = (baseline: Baseline, time: number): number =>
  2 ** (-(Math.max(time, baseline.last) - baseline.landmark) / HALF_LIFE.habit);

/**
 * The baseline with its weights as of a later landmark. Each half-life between halves them, to a thousandth, so
 * a weight is off by half a thousandth per half-life at most.
 */
export const rescaled = (baseline: Baseline, landmark: number): Baseline => {
  if (landmark <= baseline.landmark) return baseline;
  if (baseline.events === 0) return { ...baseline, landmark };
  const kept = 2 ** (-(landmark - baseline.landmark) / HALF_LIFE.habit);
  const dimensions = {} as Record<Dimension, Entry[]>;
  for (const name of DIMENSIONS)
    dimensions[name] = baseline.dimensions[name].map((entry) => ({
      ...entry,
      weight: rounded(entry.weight * kept),
    }));
  const fade = (value: number) => rounded(value * kept);
  return {
    ...baseline,
    landmark,
    weight: fade(baseline.weight),
    dimensions,
    hours: baseline.hours.map(fade),
    weekdays: baseline.weekdays.map(fade),
    minutes: baseline.minutes.map(fade),
  };
};
