import { CountersignError } from '../platform/errors.ts';
import { type Baseline, type DecayedCount, DIMENSIONS, type Dimension, type Entry } from './baseline.ts';

/** A baseline record that cannot be read or written. */
export class BaselineError extends CountersignError {
  override readonly name = 'BaselineError';
}

const FORMAT = 1;

type Packed = readonly [
  format: number,
  first: number,
  last: number,
  events: number,
  weight: number,
  days: number,
  dimensions: readonly (readonly (readonly [string, number, number, number, number])[])[],
  hours: readonly number[],
  place: readonly [number, number, number, number, string] | 0,
  counters: readonly number[],
  today: readonly [number, number],
  applied: string,
];

const counters = (baseline: Baseline): DecayedCount[] => [
  baseline.failures.hour,
  baseline.failures.week,
  baseline.factorFailures,
  baseline.attempts.hour,
  baseline.attempts.week,
];

/**
 * The compact text in which a baseline is stored: positional JSON, about half the size of the plain object.
 * The optimistic version is not in it: it is an attribute of its own, since conditions need it.
 *
 * @example
 * ```ts
 * decodeBaseline(encodeBaseline(baseline), baseline.version); // deep-equals baseline
 * ```
 */
export const encodeBaseline = (baseline: Baseline): string => {
  const { place } = baseline;
  const packed: Packed = [
    FORMAT,
    baseline.first,
    baseline.last,
    baseline.events,
    baseline.weight,
    baseline.days,
    DIMENSIONS.map((name) =>
      baseline.dimensions[name].map((e) => [e.key, e.weight, e.firstDay, e.lastDay - e.firstDay, e.days]),
    ),
    baseline.hours,
    place ? [place.latitude, place.longitude, place.radiusKm, place.time, place.prefix] : 0,
    counters(baseline).flatMap((count) => [count.value, count.time]),
    [baseline.today.day, baseline.today.events],
    baseline.applied.join(' '),
  ];
  return JSON.stringify(packed);
};

/**
 * Reads what {@link encodeBaseline} wrote.
 *
 * @throws BaselineError `baseline-unreadable` when the text is not of this format.
 */
export const decodeBaseline = (text: string, version: number): Baseline => {
  try {
    const packed = JSON.parse(text) as Packed;
    if (packed[0] !== FORMAT) throw new Error(`format ${packed[0]}`);
    const [, first, last, events, weight, days, lists, hours, place, numbers, today, applied] = packed;
    const count = (index: number): DecayedCount => ({
      value: numbers[2 * index]!,
      time: numbers[2 * index + 1]!,
    });
    const dimensions = {} as Record<Dimension, Entry[]>;
    DIMENSIONS.forEach((name, index) => {
      dimensions[name] = lists[index]!.map(([key, entryWeight, firstDay, span, entryDays]) => ({
        key,
        weight: entryWeight,
        firstDay,
        lastDay: firstDay + span,
        days: entryDays,
      }));
    });
    return {
      version,
      first,
      last,
      events,
      weight,
      days,
      dimensions,
      hours,
      ...(place
        ? {
            place: {
              latitude: place[0],
              longitude: place[1],
              radiusKm: place[2],
              time: place[3],
              prefix: place[4],
            },
          }
        : {}),
      failures: { hour: count(0), week: count(1) },
      factorFailures: count(2),
      attempts: { hour: count(3), week: count(4) },
      today: { day: today[0], events: today[1] },
      applied: applied === '' ? [] : applied.split(' '),
    };
  } catch (cause) {
    throw new BaselineError('baseline-unreadable', 'The stored baseline is not of a known format', { cause });
  }
};
