import { CountersignError } from '../platform/errors.ts';
import {
  type Baseline,
  CHANGE_KINDS,
  CHANGE_MAKERS,
  type DecayedCount,
  DIMENSIONS,
  type Dimension,
  type Entry,
  type RecentSession,
} from './baseline.ts';

/** A baseline record that cannot be read or written. */
export class BaselineError extends CountersignError {
  override readonly name = 'BaselineError';
}

const FORMAT = 3;

/** Numbers as text: base 36, parts of one item joined by dots, items by spaces. */
type Numbers = string;

type Packed = readonly [
  format: number,
  span: Numbers,
  dimensions: readonly (readonly [keys: readonly string[], Numbers])[],
  hours: Numbers,
  minutes: Numbers,
  weekdays: Numbers,
  place: readonly [number, number, number, number, string] | 0,
  counters: Numbers,
  quarantine: readonly [keys: readonly string[], Numbers],
  changes: Numbers,
  sessions: string,
  applied: string,
];

const count36 = (value: number): string => value.toString(36);
/** Weights and counts are kept to a thousandth. */
const weight36 = (value: number): string => Math.round(value * 1_000).toString(36);
const toCount = (text: string | undefined): number => Number.parseInt(text ?? '', 36);
const toWeight = (text: string | undefined): number => Number.parseInt(text ?? '', 36) / 1_000;
const items = (text: string): string[] => (text === '' ? [] : text.split(' '));

const counters = (baseline: Baseline): DecayedCount[] => [
  baseline.failures.hour,
  baseline.failures.week,
  baseline.factorFailures,
  baseline.attempts.hour,
  baseline.attempts.week,
];

/** Between an agent and its version; in no hash. */
const VERSION = '~';

const packSession = ({ key, prefix, asn, agent, version, device, place, time }: RecentSession): string =>
  [
    key,
    prefix,
    asn,
    agent === undefined || version === undefined ? agent : `${agent}${VERSION}${count36(version)}`,
    device,
    count36(time / 1_000),
    ...(place
      ? [Math.round(place.latitude * 10), Math.round(place.longitude * 10), place.radiusKm].map(count36)
      : []),
  ].join('.');

const unpackSession = (text: string): RecentSession => {
  const [key, prefix, asn, kind, device, time, latitude, longitude, radiusKm] = text.split('.');
  const [agent, version] = (kind ?? '').split(VERSION);
  return {
    key: key!,
    ...(prefix ? { prefix } : {}),
    ...(asn ? { asn } : {}),
    ...(agent ? { agent } : {}),
    ...(version ? { version: toCount(version) } : {}),
    ...(device ? { device } : {}),
    ...(radiusKm === undefined
      ? {}
      : {
          place: {
            latitude: toCount(latitude) / 10,
            longitude: toCount(longitude) / 10,
            radiusKm: toCount(radiusKm),
          },
        }),
    time: toCount(time) * 1_000,
  };
};

const packEntry = ({ weight, firstDay, lastDay, days }: Entry): string =>
  [weight36(weight), ...[firstDay, lastDay - firstDay, days].map(count36)].join('.');

const unpackEntry = (key: string, text: string | undefined): Entry => {
  const [weight, firstDay, span, days] = text!.split('.');
  return {
    key,
    weight: toWeight(weight),
    firstDay: toCount(firstDay),
    lastDay: toCount(firstDay) + toCount(span),
    days: toCount(days),
  };
};

/**
 * The compact text in which a baseline is stored: positional, numbers in base 36, about a third of the plain
 * object. The optimistic version is not in it: it is an attribute of its own, since conditions need it.
 *
 * @example
 * ```ts
 * decodeBaseline(encodeBaseline(baseline), baseline.version); // deep-equals baseline
 * ```
 */
export const encodeBaseline = (baseline: Baseline): string => {
  const { place, first, last, landmark, events, days, today, resumed, quarantine } = baseline;
  const packed: Packed = [
    FORMAT,
    [
      ...[first, last, landmark, events].map(count36),
      weight36(baseline.weight),
      ...[days, today.day, today.events, resumed.events, resumed.days].map(count36),
    ].join('.'),
    DIMENSIONS.map((name) => {
      const entries = baseline.dimensions[name];
      return [entries.map(({ key }) => key), entries.map(packEntry).join(' ')];
    }),
    baseline.hours.map(weight36).join(' '),
    baseline.minutes.map(weight36).join(' '),
    baseline.weekdays.map(weight36).join(' '),
    place ? [place.latitude, place.longitude, place.radiusKm, place.time, place.prefix] : 0,
    counters(baseline)
      .map((count) => `${weight36(count.value)}.${count36(count.time)}`)
      .join(' '),
    [
      quarantine.map(({ key }) => key),
      quarantine
        .map((one) =>
          [DIMENSIONS.indexOf(one.dimension), one.firstDay, one.lastDay - one.firstDay, one.days]
            .map(count36)
            .join('.'),
        )
        .join(' '),
    ],
    baseline.changes
      .map(({ kind, time, by }) =>
        [CHANGE_KINDS.indexOf(kind), time / 1_000, CHANGE_MAKERS.indexOf(by)].map(count36).join('.'),
      )
      .join(' '),
    baseline.sessions.map(packSession).join(' '),
    baseline.applied.join(' '),
  ];
  return JSON.stringify(packed);
};

const unpack = (packed: Packed, version: number): Baseline => {
  const [, span, lists, hours, minutes, weekdays, place, numbers, waiting, changes, sessions, applied] =
    packed;
  const [first, last, landmark, events, weight, days, today, todayEvents, resumedEvents, resumedDays] =
    span.split('.');
  const counts = items(numbers).map((text): DecayedCount => {
    const [value, time] = text.split('.');
    return { value: toWeight(value), time: toCount(time) };
  });
  const dimensions = {} as Record<Dimension, Entry[]>;
  DIMENSIONS.forEach((name, index) => {
    const [keys, texts] = lists[index]!;
    const entries = items(texts);
    dimensions[name] = keys.map((key, at) => unpackEntry(key, entries[at]));
  });
  const waits = items(waiting[1]);
  return {
    version,
    first: toCount(first),
    last: toCount(last),
    landmark: toCount(landmark),
    events: toCount(events),
    weight: toWeight(weight),
    days: toCount(days),
    dimensions,
    hours: items(hours).map(toWeight),
    weekdays: items(weekdays).map(toWeight),
    minutes: items(minutes).map(toWeight),
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
    failures: { hour: counts[0]!, week: counts[1]! },
    factorFailures: counts[2]!,
    attempts: { hour: counts[3]!, week: counts[4]! },
    today: { day: toCount(today), events: toCount(todayEvents) },
    resumed: { events: toCount(resumedEvents), days: toCount(resumedDays) },
    quarantine: waiting[0].map((key, at) => {
      const [dimension, firstDay, length, seenDays] = waits[at]!.split('.').map(toCount);
      return {
        dimension: DIMENSIONS[dimension!]!,
        key,
        firstDay: firstDay!,
        lastDay: firstDay! + length!,
        days: seenDays!,
      };
    }),
    changes: items(changes).map((text) => {
      const [kind, time, by] = text.split('.').map(toCount);
      return { kind: CHANGE_KINDS[kind!]!, time: time! * 1_000, by: CHANGE_MAKERS[by!]! };
    }),
    sessions: items(sessions).map(unpackSession),
    applied: items(applied),
  };
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
    return unpack(packed, version);
  } catch (cause) {
    throw new BaselineError('baseline-unreadable', 'The stored baseline is not of a known format', { cause });
  }
};
