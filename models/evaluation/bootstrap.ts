import { integer, randomFrom } from '../simulator/random.ts';

/** A figure with its bootstrap interval. */
export interface Interval {
  readonly value: number;
  /** 2.5th and 97.5th percentile. */
  readonly low: number;
  readonly high: number;
}

/**
 * Percentile bootstrap over people: whole subjects are drawn again with replacement, since one person's logins
 * are alike.
 *
 * @param items each with the subject it belongs to
 * @param statistic of a resample; may be NaN where a resample lacks what it needs
 */
export function bootstrap<T extends { readonly subject: string }>(
  items: readonly T[],
  statistic: (items: readonly T[]) => number,
  options: { seed: string; rounds?: number },
): Interval {
  const groups = [...Map.groupBy(items, (item) => item.subject).values()];
  const random = randomFrom(options.seed, 'bootstrap');
  const values: number[] = [];
  for (let round = 0; round < (options.rounds ?? 100); round++) {
    const resample: T[] = [];
    for (let i = 0; i < groups.length; i++)
      for (const item of groups[integer(random, 0, groups.length - 1)]!) resample.push(item);
    const value = statistic(resample);
    if (!Number.isNaN(value)) values.push(value);
  }
  values.sort((a, b) => a - b);
  const at = (share: number) =>
    values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? Number.NaN;
  return { value: statistic(items), low: at(0.025), high: at(0.975) };
}
