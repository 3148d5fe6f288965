import { type Baseline, DIMENSIONS, type Dimension, type Entry, type Observation } from './baseline.ts';
import { DAY_MS, rounded } from './decay.ts';
import { addedAt, landmarkOf, rescaled } from './landmark.ts';
import { LIMITS } from './limits.ts';
import { LEARNING } from './usual.ts';

/** Whole days since the Unix epoch. */
export const dayOf = (time: number): number => Math.floor(time / DAY_MS);

/** A key as entries hold it. */
export const cutKey = (key: string): string => key.slice(0, LIMITS.keyLength);

/** Heaviest first; ties by the day last seen, then by key, so that the order is one. */
export const inOrder = (a: Entry, b: Entry): number =>
  b.weight - a.weight || b.lastDay - a.lastDay || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

const remember = (
  entries: readonly Entry[],
  key: string,
  day: number,
  added: number,
  capacity: number,
): Entry[] => {
  const next = [...entries];
  const at = next.findIndex((entry) => entry.key === key);
  if (at < 0) next.push({ key, weight: added, firstDay: day, lastDay: day, days: 1 });
  else {
    const { weight, firstDay, lastDay, days } = next[at]!;
    next[at] = {
      key,
      weight: rounded(weight + added),
      firstDay: Math.min(firstDay, day),
      lastDay: Math.max(lastDay, day),
      days: Math.min(255, days + (day > lastDay || day < firstDay ? 1 : 0)),
    };
  }
  next.sort(inOrder);
  if (next.length > capacity) {
    // The newcomer is kept over the weakest, or a full list could never learn a new habit.
    const newcomer = next.findIndex((entry) => entry.key === key);
    next.splice(newcomer === capacity ? capacity - 1 : capacity, 1);
  }
  return next;
};

/** Adds to one bin of a histogram; an empty one becomes one of `bins`. */
export const addToBin = (
  histogram: readonly number[],
  bin: number | undefined,
  added: number,
  bins: number,
): readonly number[] => {
  if (bin === undefined) return histogram;
  const next = histogram.length === 0 ? new Array<number>(bins).fill(0) : [...histogram];
  next[bin] = Math.max(0, rounded(next[bin]! + added));
  return next;
};

/**
 * Adds one event to what is usual. Whether it may teach, and whether it did so before, is the caller's question.
 */
export const teach = (known: Baseline, seen: Observation): Baseline => {
  const baseline = rescaled(known, landmarkOf(seen.time));
  const added = addedAt(seen.time, baseline.landmark);
  const day = dayOf(seen.time);
  const fresh = baseline.events === 0;
  const dimensions: Record<Dimension, readonly Entry[]> = { ...baseline.dimensions };
  for (const name of DIMENSIONS) {
    const key = seen.keys[name];
    if (key !== undefined)
      dimensions[name] = remember(dimensions[name], cutKey(key), day, added, LIMITS.entries[name]);
  }
  const place =
    seen.place && (!baseline.place || seen.time >= baseline.place.time)
      ? { ...seen.place, time: seen.time }
      : baseline.place;
  const resumes = !fresh && seen.time - baseline.last > LEARNING.silenceMs;
  const newDay = fresh || day > dayOf(baseline.last) || day < dayOf(baseline.first);
  return {
    ...baseline,
    first: fresh ? seen.time : Math.min(baseline.first, seen.time),
    last: fresh ? seen.time : Math.max(baseline.last, seen.time),
    events: baseline.events + 1,
    weight: rounded(baseline.weight + added),
    days: baseline.days + (newDay ? 1 : 0),
    dimensions,
    hours: addToBin(baseline.hours, new Date(seen.time).getUTCHours(), added, 24),
    weekdays: addToBin(baseline.weekdays, new Date(seen.time).getUTCDay(), added, 7),
    minutes: addToBin(baseline.minutes, seen.minute, added, 12),
    ...(resumes ? { resumed: { events: baseline.events, days: baseline.days } } : {}),
    ...(place ? { place } : {}),
  };
};
