import {
  type Baseline,
  DIMENSIONS,
  type Dimension,
  type Entry,
  HALF_LIFE,
  LIMITS,
  type Observation,
  type WaitingValue,
} from '../baselines/index.ts';

const rounded = (value: number): number => Math.max(0, Math.round(value * 1000) / 1000);

/** As in the baselines: what rounding may leave of a weight is no value any more. */
const TRACE = 0.008;

const newestAmong = <T>(items: readonly T[], limit: number, timeOf: (item: T) => number): T[] =>
  [...items].sort((a, b) => timeOf(b) - timeOf(a)).slice(0, limit);

/** By how much weights of one record are to be multiplied to be as of another's landmark. */
const rescaling = (from: Baseline, to: Baseline): number =>
  2 ** ((from.landmark - to.landmark) / HALF_LIFE.habit);

const entriesBack = (now: Baseline, before: Baseline, after: Baseline, name: Dimension): Entry[] => {
  const [fromBefore, fromAfter] = [rescaling(before, now), rescaling(after, now)];
  const find = (baseline: Baseline, key: string) =>
    baseline.dimensions[name].find((entry) => entry.key === key);
  const back = now.dimensions[name].flatMap((entry) => {
    const was = find(before, entry.key);
    const became = find(after, entry.key);
    const change = (was?.weight ?? 0) * fromBefore - (became?.weight ?? 0) * fromAfter;
    const weight = rounded(entry.weight + change);
    // Nothing else taught it.
    if (!was && weight < TRACE) return [];
    return {
      key: entry.key,
      weight,
      firstDay: entry.firstDay === became?.firstDay ? (was ?? entry).firstDay : entry.firstDay,
      lastDay: entry.lastDay === became?.lastDay ? (was ?? entry).lastDay : entry.lastDay,
      days: Math.max(1, entry.days + (was?.days ?? 0) - (became?.days ?? 0)),
    };
  });
  for (const entry of before.dimensions[name])
    if (!find(after, entry.key) && !find(now, entry.key))
      back.push({ ...entry, weight: rounded(entry.weight * fromBefore) });
  return back
    .sort((a, b) => b.weight - a.weight || b.lastDay - a.lastDay || (a.key < b.key ? -1 : 1))
    .slice(0, LIMITS.entries[name]);
};

const isSame = (a: WaitingValue, b: WaitingValue): boolean => a.dimension === b.dimension && a.key === b.key;

const waitingBack = (
  now: Baseline,
  before: Baseline,
  after: Baseline,
  dimensions: Baseline['dimensions'],
): readonly WaitingValue[] => {
  const released = before.quarantine.filter((one) => !after.quarantine.some((other) => isSame(one, other)));
  const waiting = now.quarantine.map((one) => {
    const was = released.find((other) => isSame(one, other));
    if (!was) return one;
    return {
      ...one,
      firstDay: Math.min(one.firstDay, was.firstDay),
      lastDay: Math.max(one.lastDay, was.lastDay),
      days: was.days + one.days - (one.lastDay === was.lastDay ? 1 : 0),
    };
  });
  for (const one of released)
    if (
      !waiting.some((other) => isSame(one, other)) &&
      !dimensions[one.dimension].some(({ key }) => key === one.key)
    )
      waiting.push(one);
  return waiting
    .sort(
      (a, b) =>
        b.days - a.days ||
        b.lastDay - a.lastDay ||
        (a.dimension + a.key < b.dimension + b.key ? -1 : a.dimension + a.key > b.dimension + b.key ? 1 : 0),
    )
    .slice(0, LIMITS.quarantine);
};

/** The place of a mark in the list of applied events; the key of an event is of fixed length. */
const markAt = (baseline: Baseline, eventKey: string): number =>
  baseline.applied.findIndex((known) => known.startsWith(eventKey));

const bins = (
  now: readonly number[],
  before: readonly number[],
  after: readonly number[],
  scales: number[],
) =>
  now.map((value, bin) => rounded(value + (before[bin] ?? 0) * scales[0]! - (after[bin] ?? 0) * scales[1]!));

/**
 * Takes back one change of a baseline, and nothing else: the difference between how it was before and after is
 * subtracted from how it is now. When nothing was written in between, that is the record of before, bit for bit.
 * Otherwise weights are additive (forward decay), so they are exact to the rounding of the record (half a thousandth
 * per half-life); what the change let out of quarantine waits again; what a full list dropped for the change's sake
 * comes back while there is room.
 *
 * @param seen the event that the change was about.
 * @returns one version on.
 * @example
 * ```ts
 * const after = confirm(before, seen, before.version);
 * reverted(after, before, after, seen); // before, with the next version
 * ```
 */
export const reverted = (
  now: Baseline,
  before: Baseline,
  after: Baseline,
  seen: Pick<Observation, 'eventKey'>,
): Baseline => {
  const version = now.version + 1;
  if (now.version === after.version) return { ...before, version };
  const scales = [rescaling(before, now), rescaling(after, now)];
  const changed = (pick: (baseline: Baseline) => number, scaled = false) =>
    pick(before) * (scaled ? scales[0]! : 1) - pick(after) * (scaled ? scales[1]! : 1);
  const dimensions = Object.fromEntries(
    DIMENSIONS.map((name) => [name, entriesBack(now, before, after, name)]),
  ) as unknown as Record<Dimension, readonly Entry[]>;
  const events = Math.max(0, now.events + changed(({ events }) => events));
  const isBefore = events === before.events;
  const days = Math.max(events > 0 ? 1 : 0, now.days + changed((one) => one.days));
  const { place: placeNow, ...rest } = now;
  const samePlace = JSON.stringify(placeNow) === JSON.stringify(after.place);
  const place = samePlace ? before.place : placeNow;
  const reported = after.changes.filter(
    (change) => !before.changes.some((known) => JSON.stringify(known) === JSON.stringify(change)),
  );
  const mark = markAt(now, seen.eventKey);
  const was = markAt(before, seen.eventKey);
  return {
    ...rest,
    version,
    events,
    first: isBefore ? before.first : now.first,
    last: isBefore ? before.last : now.last,
    weight: rounded(now.weight + changed(({ weight }) => weight, true)),
    days,
    resumed: {
      events: Math.min(now.resumed.events, events),
      days: Math.min(now.resumed.days, days),
    },
    dimensions,
    hours: bins(now.hours, before.hours, after.hours, scales),
    weekdays: bins(now.weekdays, before.weekdays, after.weekdays, scales),
    minutes: bins(
      now.minutes.length > 0 ? now.minutes : before.minutes.map(() => 0),
      before.minutes,
      after.minutes,
      scales,
    ),
    ...(place ? { place } : {}),
    today:
      now.today.day === after.today.day
        ? {
            day: now.today.day,
            events: Math.max(
              0,
              now.today.events -
                after.today.events +
                (before.today.day === after.today.day ? before.today.events : 0),
            ),
          }
        : now.today,
    quarantine: waitingBack(now, before, after, dimensions),
    changes: now.changes.filter(
      (change) => !reported.some((known) => JSON.stringify(known) === JSON.stringify(change)),
    ),
    sessions: newestAmong(
      [
        ...now.sessions,
        ...before.sessions.filter(
          ({ key }) =>
            !after.sessions.some((one) => one.key === key) && !now.sessions.some((one) => one.key === key),
        ),
      ],
      LIMITS.sessions,
      ({ time }) => time,
    ),
    applied: mark < 0 ? now.applied : now.applied.with(mark, was < 0 ? seen.eventKey : before.applied[was]!),
  };
};
