import { type Mark, marked, markOf } from './applied.ts';
import { type Baseline, DIMENSIONS, type Dimension, type Entry, type Observation } from './baseline.ts';
import { rounded } from './decay.ts';
import { addedAt, landmarkOf, rescaled } from './landmark.ts';
import { isPastMemory } from './learn.ts';
import { released } from './quarantine.ts';
import { addToBin, cutKey, dayOf, inOrder } from './teach.ts';

/** What rounding may leave of a weight, and what is left of one event after seven half-lives: no more a value. */
const TRACE = 0.008;

/** One value without what an event of a day gave it; nothing when nothing else taught it. */
const without = (entry: Entry, gone: number, day: number): Entry[] => {
  // First seen after the event: what the event taught was dropped from a full list before.
  if (entry.firstDay > day) return [entry];
  const weight = rounded(Math.max(0, entry.weight - gone));
  return weight < TRACE ? [] : [{ ...entry, weight, days: Math.max(1, entry.days - 1) }];
};

const unteach = (known: Baseline, seen: Observation): Baseline => {
  const baseline = rescaled(known, landmarkOf(seen.time));
  if (baseline.events <= 1) {
    // Nothing else has taught.
    const { place: _, ...rest } = baseline;
    return {
      ...rest,
      first: 0,
      last: 0,
      events: 0,
      weight: 0,
      days: 0,
      dimensions: Object.fromEntries(DIMENSIONS.map((name) => [name, []])) as unknown as Record<
        Dimension,
        readonly Entry[]
      >,
      hours: baseline.hours.map(() => 0),
      weekdays: baseline.weekdays.map(() => 0),
      minutes: [],
      resumed: { events: 0, days: 0 },
      today: { ...baseline.today, events: 0 },
    };
  }
  const day = dayOf(seen.time);
  const gone = addedAt(seen.time, baseline.landmark);
  const dimensions: Record<Dimension, readonly Entry[]> = { ...baseline.dimensions };
  for (const name of DIMENSIONS) {
    const stated = seen.keys[name];
    if (stated === undefined) continue;
    const key = cutKey(stated);
    dimensions[name] = dimensions[name]
      .flatMap((entry) => (entry.key === key ? without(entry, gone, day) : entry))
      .sort(inOrder);
  }
  const isToday = baseline.today.day === day;
  const { place, resumed, ...rest } = baseline;
  const events = baseline.events - 1;
  const days = Math.max(1, baseline.days - 1);
  return {
    ...rest,
    events,
    weight: rounded(Math.max(0, baseline.weight - gone)),
    days,
    dimensions,
    hours: addToBin(baseline.hours, new Date(seen.time).getUTCHours(), -gone, 24),
    weekdays: addToBin(baseline.weekdays, new Date(seen.time).getUTCDay(), -gone, 7),
    minutes: addToBin(baseline.minutes, seen.minute, -gone, 12),
    resumed: { events: Math.min(resumed.events, events), days: Math.min(resumed.days, days) },
    ...(place && place.time !== seen.time ? { place } : {}),
    ...(isToday ? { today: { day, events: Math.max(0, baseline.today.events - 1) } } : {}),
  };
};

/** What became of an event that the baseline no longer remembers, by what was decided on it and what is left. */
const supposed = (baseline: Baseline, seen: Observation): Mark => {
  if (!seen.teaches) return seen.waits ? 'waits' : 'counted';
  const isLeft = DIMENSIONS.some((name) => {
    const stated = seen.keys[name];
    return stated !== undefined && baseline.dimensions[name].some(({ key }) => key === cutKey(stated));
  });
  return isLeft ? 'taught' : 'counted';
};

/**
 * Takes back what an event taught: it was not its subject, as a reviewer or the subject says.
 *
 * What is promised, for an event among the last {@link LIMITS.applied} (the record knows what became of it):
 * - events learned, and the weights of values, hours and minutes are as if it had never taught, to half a thousandth
 *   per half-life that passed since (forward decay: an event adds one number, which is taken away again);
 * - a value that only this event taught is unknown again, and one that waited because of it waits no longer;
 * - the place is forgotten if this event set it;
 * - it never enters again, however late its delta comes.
 *
 * Where sums do not tell, it errs on the side of caution: `days`, of a value and of the baseline, may come out one too
 * low (lower, where events had come out of order), never too high. First and last times stay. What a full list dropped for the event's sake does not come back.
 * For an older event the caller's word is taken that it taught, so a weight may come out lower by that event if the
 * cap of its day had kept it out. Whoever needs more has `rebuild`.
 *
 * Attempts and failures stay counted: they did happen.
 *
 * @param sinceVersion version of the baseline when it was said; see `learnOnce`.
 * @returns the same baseline when it was taken back already.
 * @example
 * ```ts
 * const clean = repair(baseline, decision.delta.observation, baseline.version);
 * ```
 */
export const repair = (baseline: Baseline, seen: Observation, sinceVersion: number): Baseline => {
  const known = markOf(baseline, seen.eventKey);
  if (known === 'repaired' || isPastMemory(baseline, sinceVersion)) return baseline;
  const mark = known ?? supposed(baseline, seen);
  const taught = mark === 'taught' || mark === 'confirmed';
  const clean = taught && baseline.events > 0 ? unteach(baseline, seen) : baseline;
  return {
    ...clean,
    version: baseline.version + 1,
    quarantine: mark === 'counted' ? baseline.quarantine : released(baseline.quarantine, seen),
    sessions:
      seen.session === undefined
        ? baseline.sessions
        : baseline.sessions.filter(({ key }) => key !== seen.session),
    applied: marked(baseline.applied, seen.eventKey, 'repaired'),
  };
};
