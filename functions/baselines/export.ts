import { type Baseline, type Change, DIMENSIONS, type Dimension } from './baseline.ts';
import { DAY_MS, rounded } from './decay.ts';
import { fadedAt } from './landmark.ts';
import { type Maturity, maturity, total } from './usual.ts';

/** A remembered value, for its subject to read. */
export interface ExportedValue {
  readonly value: string;
  /** Share among the remembered values, 0 to 1. */
  readonly share: number;
  /** Dates (UTC), `YYYY-MM-DD`. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly days: number;
}

/** Everything that a baseline holds about its subject, in plain JSON. */
export interface ExportedBaseline {
  readonly format: 'countersign-baseline-1';
  readonly maturity: Maturity;
  /** RFC 3339 times of the first and last event that taught it; absent when none did. */
  readonly firstEvent?: string;
  readonly lastEvent?: string;
  readonly events: number;
  readonly days: number;
  /** Decayed number of events learned, as of the last. */
  readonly weight: number;
  /** Devices, applications and resources are pseudonyms: what they stand for is not stored. */
  readonly usual: Readonly<Record<Dimension, readonly ExportedValue[]>>;
  /** Share of events per hour of the day, UTC; and per day of the week, from Sunday. */
  readonly hours: readonly number[];
  readonly weekdays: readonly number[];
  readonly lastPlace?: {
    readonly latitude: number;
    readonly longitude: number;
    readonly radiusKm: number;
    readonly network: string;
    readonly time: string;
  };
  readonly waiting: readonly (Omit<ExportedValue, 'share'> & { readonly property: Dimension })[];
  readonly changes: readonly {
    readonly kind: Change['kind'];
    readonly by: Change['by'];
    readonly time: string;
  }[];
  readonly sessions: readonly { readonly session: string; readonly lastActive: string }[];
  /** Attempts and failures of late, decayed. */
  readonly attempts: {
    readonly withinHour: number;
    readonly withinWeek: number;
    readonly failedWithinHour: number;
    readonly failedWithinWeek: number;
  };
}

const iso = (time: number): string => new Date(time).toISOString();
const date = (day: number): string => iso(day * DAY_MS).slice(0, 10);
const shareOf = (value: number, all: number): number => (all > 0 ? rounded(value / all) : 0);

/**
 * What a baseline holds, in plain JSON, for the person it is about (GDPR Art. 15 and 20). Nothing is left out but
 * the record's own bookkeeping.
 *
 * @param now processing time, ms: maturity depends on it.
 * @example
 * ```ts
 * JSON.stringify(exportBaseline(baseline, clock()), null, 2);
 * ```
 */
export const exportBaseline = (baseline: Baseline, now: number): ExportedBaseline => {
  const { place, attempts, failures } = baseline;
  const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  const [inAll, inWeek] = [sumOf(baseline.hours), sumOf(baseline.weekdays)];
  const dates = ({ firstDay, lastDay, days }: { firstDay: number; lastDay: number; days: number }) => ({
    firstSeen: date(firstDay),
    lastSeen: date(lastDay),
    days,
  });
  return {
    format: 'countersign-baseline-1',
    maturity: maturity(baseline, now),
    ...(baseline.events > 0 ? { firstEvent: iso(baseline.first), lastEvent: iso(baseline.last) } : {}),
    events: baseline.events,
    days: baseline.days,
    weight: rounded(baseline.weight * fadedAt(baseline, baseline.last)),
    usual: Object.fromEntries(
      DIMENSIONS.map((name) => [
        name,
        baseline.dimensions[name].map((entry) => ({
          value: entry.key,
          share: shareOf(entry.weight, total(baseline, name)),
          ...dates(entry),
        })),
      ]),
    ) as unknown as ExportedBaseline['usual'],
    hours: baseline.hours.map((value) => shareOf(value, inAll)),
    weekdays: baseline.weekdays.map((value) => shareOf(value, inWeek)),
    ...(place
      ? {
          lastPlace: {
            latitude: place.latitude,
            longitude: place.longitude,
            radiusKm: place.radiusKm,
            network: place.prefix,
            time: iso(place.time),
          },
        }
      : {}),
    waiting: baseline.quarantine.map((one) => ({ property: one.dimension, value: one.key, ...dates(one) })),
    changes: baseline.changes.map(({ kind, by, time }) => ({ kind, by, time: iso(time) })),
    sessions: baseline.sessions.map(({ key, time }) => ({ session: key, lastActive: iso(time) })),
    attempts: {
      withinHour: attempts.hour.value,
      withinWeek: attempts.week.value,
      failedWithinHour: failures.hour.value,
      failedWithinWeek: failures.week.value,
    },
  };
};
