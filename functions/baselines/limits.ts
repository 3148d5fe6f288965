import type { Dimension } from './baseline.ts';
import { DAY_MS, HOUR_MS } from './decay.ts';

/** What bounds a baseline. A stored subject stays under 4 KB with all of these full. */
export const LIMITS = {
  /** How many values each dimension remembers. */
  entries: {
    device: 10,
    prefix: 12,
    asn: 10,
    country: 8,
    agent: 8,
    application: 10,
    resource: 8,
    factor: 6,
  } satisfies Record<Dimension, number>,
  /** Longest key of an entry, characters; longer ones are cut. */
  keyLength: 26,
  /** How many applied events a record remembers, and so how late a repeated delta is still recognised. */
  applied: 24,
  /** How many events of one day may teach a subject, so that no single night can rewrite a baseline. */
  taughtPerDay: 24,
  /** How many values wait in quarantine, changes and sessions are remembered. */
  quarantine: 12,
  changes: 8,
  sessions: 6,
} as const;

/**
 * When time alone confirms a value that was never cleared: seen on so many different days, the last so many days
 * after the first. A value not seen for `silence` days no longer waits.
 */
export const CONFIRMED_BY_TIME = { days: 5, span: 7, silence: 30 } as const;

/** Half-lives of what a baseline counts, ms. */
export const HALF_LIFE = {
  habit: 45 * DAY_MS,
  hour: HOUR_MS,
  week: 7 * DAY_MS,
  fast: 10 * 60_000,
  day: DAY_MS,
  fortnight: 14 * DAY_MS,
} as const;

/** Length of a period over which low-and-slow attacks are counted, days: the current and the previous one are kept. */
export const LONG_PERIOD_DAYS = 28;
