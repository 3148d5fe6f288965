import {
  type Baseline,
  DIMENSIONS,
  type Dimension,
  type Observation,
  type WaitingValue,
} from './baseline.ts';
import { CONFIRMED_BY_TIME, LIMITS } from './limits.ts';
import { cutKey, dayOf } from './teach.ts';

/** True when the baseline knows the value of a dimension from events that taught. */
const isKnown = (baseline: Baseline, dimension: Dimension, key: string): boolean =>
  baseline.dimensions[dimension].some((entry) => entry.key === key);

const seenAgain = (waiting: WaitingValue | undefined, dimension: Dimension, key: string, day: number) =>
  waiting
    ? {
        ...waiting,
        firstDay: Math.min(waiting.firstDay, day),
        lastDay: Math.max(waiting.lastDay, day),
        days: waiting.days + (day > waiting.lastDay || day < waiting.firstDay ? 1 : 0),
      }
    : { dimension, key, firstDay: day, lastDay: day, days: 1 };

const isConfirmed = ({ days, firstDay, lastDay }: WaitingValue): boolean =>
  days >= CONFIRMED_BY_TIME.days && lastDay - firstDay >= CONFIRMED_BY_TIME.span;

/** Longest waiting first: those are kept when the list is full. */
const inOrder = (a: WaitingValue, b: WaitingValue): number =>
  b.days - a.days ||
  b.lastDay - a.lastDay ||
  (a.dimension + a.key < b.dimension + b.key ? -1 : a.dimension + a.key > b.dimension + b.key ? 1 : 0);

/** At most {@link LIMITS.quarantine} values, those touched just now before all others. */
export const boundedQuarantine = (
  waiting: readonly WaitingValue[],
  touched: ReadonlySet<WaitingValue> = new Set(),
): WaitingValue[] =>
  [...waiting]
    .sort((a, b) => Number(touched.has(b)) - Number(touched.has(a)) || inOrder(a, b))
    .slice(0, LIMITS.quarantine)
    .sort(inOrder);

/**
 * Lets the values of a success that was not cleared wait, and says which of them time has now confirmed.
 *
 * @returns the new list, without the confirmed; and the part of the event that may teach: its confirmed values with
 * those known before, and its place if its network is among them. Undefined when nothing was confirmed.
 */
export const wait = (
  baseline: Baseline,
  seen: Observation,
): { readonly quarantine: readonly WaitingValue[]; readonly teachable?: Observation } => {
  const day = dayOf(seen.time);
  let quarantine = baseline.quarantine.filter(
    ({ lastDay }) => Math.abs(day - lastDay) <= CONFIRMED_BY_TIME.silence,
  );
  const touched = new Set<WaitingValue>();
  const keys: Partial<Record<Dimension, string>> = {};
  let confirmed = false;
  for (const dimension of DIMENSIONS) {
    const stated = seen.keys[dimension];
    if (stated === undefined) continue;
    const key = cutKey(stated);
    if (isKnown(baseline, dimension, key)) {
      keys[dimension] = key;
      continue;
    }
    const before = quarantine.find((one) => one.dimension === dimension && one.key === key);
    const now = seenAgain(before, dimension, key, day);
    quarantine = quarantine.filter((one) => one !== before);
    if (isConfirmed(now)) {
      keys[dimension] = key;
      confirmed = true;
    } else {
      quarantine.push(now);
      touched.add(now);
    }
  }
  const bounded = boundedQuarantine(quarantine, touched);
  if (!confirmed) return { quarantine: bounded };
  const { place, ...rest } = seen;
  return {
    quarantine: bounded,
    teachable: { ...rest, keys, ...(place && keys.prefix !== undefined ? { place } : {}) },
  };
};

/** The values that still wait when those of an event no longer do: they were learned, or proved bad. */
export const released = (
  quarantine: readonly WaitingValue[],
  seen: Pick<Observation, 'keys'>,
): readonly WaitingValue[] =>
  quarantine.length === 0
    ? quarantine
    : quarantine.filter(({ dimension, key }) => {
        const stated = seen.keys[dimension];
        return stated === undefined || cutKey(stated) !== key;
      });
