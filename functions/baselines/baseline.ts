/** The properties whose usual values a baseline remembers, each as a bounded list of decayed counts. */
export const DIMENSIONS = [
  'device',
  'prefix',
  'asn',
  'country',
  'agent',
  'application',
  'resource',
  'factor',
] as const;

/**
 * One remembered property. The key is a pseudonym (`device`, `application`, `resource`) or a coarse public
 * fact (`prefix` as `203.0.113.0/24` or `2001:db8:1::/48`, `asn` as `AS64500`, `country` as ISO 3166-1
 * alpha-2, `agent` as `Chrome|Windows|desktop`, `factor` as in `Factor`).
 */
export type Dimension = (typeof DIMENSIONS)[number];

/** A remembered value of one dimension. */
export interface Entry {
  readonly key: string;
  /** Decayed count of the events that taught it, as of {@link Baseline.landmark}. */
  readonly weight: number;
  /** Day it was first learned, whole days since the Unix epoch. */
  readonly firstDay: number;
  /** Day it was last learned. */
  readonly lastDay: number;
  /** On how many different days it was learned, capped at 255. */
  readonly days: number;
}

/** Where the last teaching success came from; kept at a tenth of a degree (about 11 km). */
export interface Place {
  /** Degrees, WGS 84, rounded to 0.1. */
  readonly latitude: number;
  readonly longitude: number;
  /** Radius in km within which the true position is taken to lie. */
  readonly radiusKm: number;
  /** Event time, ms since the Unix epoch. */
  readonly time: number;
  /** The network prefix it was derived from, as in dimension `prefix`. */
  readonly prefix: string;
}

/** An exponentially decayed counter. */
export interface DecayedCount {
  /** Count as of `time`. */
  readonly value: number;
  /** ms since the Unix epoch. */
  readonly time: number;
}

/** A value seen only in successes that were not cleared to teach: it waits to be confirmed. */
export interface WaitingValue {
  readonly dimension: Dimension;
  readonly key: string;
  /** First and last day it was seen, whole days since the Unix epoch. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** On how many different days it was seen. */
  readonly days: number;
}

/** Changes of an account that matter for what is done with it afterwards. */
export const CHANGE_KINDS = [
  'factor_enrolled',
  'factor_reset',
  'factor_removed',
  'password_changed',
  'password_reset',
  'recovery_changed',
  'privilege_granted',
  'impersonation_started',
  'key_created',
  'account_unlocked',
  'threat_reported',
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** Who made a change: the account itself, somebody with power over it, or nobody who was named. */
export const CHANGE_MAKERS = ['self', 'admin', 'unknown'] as const;

/** A change of the subject's account, not older than the {@link LIMITS.changes} latest. */
export interface Change {
  readonly kind: ChangeKind;
  /** Event time, whole seconds as ms since the Unix epoch. */
  readonly time: number;
  readonly by: (typeof CHANGE_MAKERS)[number];
}

/**
 * A session that was active of late, as it looked when it was first seen or last cleared. Properties are short
 * hashes: they are only ever compared. An absent one was not stated.
 */
export interface RecentSession {
  /** Pseudonym of the session, 8 characters. */
  readonly key: string;
  readonly prefix?: string;
  readonly asn?: string;
  readonly agent?: string;
  /** Major version of the agent, which only grows on an honest machine. */
  readonly version?: number;
  readonly device?: string;
  /** Where it was, if that is known; as in {@link Place}. */
  readonly place?: { readonly latitude: number; readonly longitude: number; readonly radiusKm: number };
  /** Event time of its latest activity, whole seconds as ms. */
  readonly time: number;
}

/**
 * What is normal for one subject, or for the members of one role, application or tenant.
 *
 * Bounded however long the history: decayed counts, top-k lists, a 24-bin histogram. An empty baseline has
 * `events` 0 and `last` 0.
 *
 * Weights decay forward (Cormode et al., "Forward Decay", ICDE 2009): what an event adds is scaled up by how long
 * after the {@link landmark} it came, and nothing else is touched. So an event adds the same number whatever came
 * before or after it, and the same number can be taken away again. To read a weight as of some time, multiply it
 * by `fadedAt(baseline, time)`; for shares there is no need.
 */
export interface Baseline {
  /** Optimistic version: the number of writes so far. 0 means "not stored yet". */
  readonly version: number;
  /** Event time of the first and the latest event that taught it, ms; 0 when none. */
  readonly first: number;
  readonly last: number;
  /** The time that weights are as of, ms: a whole number of half-lives since the Unix epoch. */
  readonly landmark: number;
  /** Events learned, not decayed. */
  readonly events: number;
  /** Events learned, decayed as of `landmark`. */
  readonly weight: number;
  /** Different days on which it learned. */
  readonly days: number;
  readonly dimensions: Readonly<Record<Dimension, readonly Entry[]>>;
  /** Decayed count of learned events per hour of the day, UTC, 24 bins. */
  readonly hours: readonly number[];
  /** The same per day of the week, UTC, 7 bins from Sunday. */
  readonly weekdays: readonly number[];
  /** The same per five minutes of the hour, 12 bins, for programs; empty for people. */
  readonly minutes: readonly number[];
  readonly place?: Place;
  /** Failed attempts, whoever made them: half-life 1 hour, and half-life 7 days. */
  readonly failures: { readonly hour: DecayedCount; readonly week: DecayedCount };
  /** Second-factor prompts that failed or were denied: half-life 1 hour (factor fatigue). */
  readonly factorFailures: DecayedCount;
  /** All attempts: half-life 1 hour, and half-life 7 days (unusual volume). */
  readonly attempts: { readonly hour: DecayedCount; readonly week: DecayedCount };
  /** Teaching events of the latest day, so that one day's influence can be capped. */
  readonly today: { readonly day: number; readonly events: number };
  /** What had been learned when the account came back after a long silence: from there it learns anew. */
  readonly resumed: { readonly events: number; readonly days: number };
  /** Values that wait to be confirmed. Bounded; empty for aggregates. */
  readonly quarantine: readonly WaitingValue[];
  /** Changes of the account, newest first. Bounded; empty for aggregates. */
  readonly changes: readonly Change[];
  /** Sessions, latest activity first. Bounded; empty for aggregates. */
  readonly sessions: readonly RecentSession[];
  /**
   * Keys of the latest events applied, newest last, each with a mark of what became of it (see `applied.ts`): a
   * delta enters at most once, and can be taken back. Bounded.
   */
  readonly applied: readonly string[];
}

/** What one event adds to baselines: pseudonyms and coarse facts only. */
export interface Observation {
  /** 11 characters: a digest of tenant and event id. */
  readonly eventKey: string;
  /** Event time, ms. */
  readonly time: number;
  /** True when the event is cleared to teach; false counts the attempt only. */
  readonly teaches: boolean;
  /** True for a success that is not cleared: what it would teach waits in quarantine. @default false */
  readonly waits?: boolean;
  readonly failed: boolean;
  /** A second factor that failed or was denied. */
  readonly factorFailed: boolean;
  /** The value of each dimension that the event states. `factor` is the strongest factor used. */
  readonly keys: Readonly<Partial<Record<Dimension, string>>>;
  readonly place?: Omit<Place, 'time'>;
  /** Major version that the agent states, at most 99,999. */
  readonly agentVersion?: number;
  /** Pseudonym of the session, 8 characters; only of successes. */
  readonly session?: string;
  /** For programs, whose timetables are to the minute: the five minutes of the hour, 0 to 11. */
  readonly minute?: number;
}

/** One thing counted at three paces: half-lives of ten minutes, one day and fourteen days. */
export interface RateCounts {
  readonly fast: DecayedCount;
  readonly day: DecayedCount;
  readonly fortnight: DecayedCount;
}

/**
 * Attempts seen from one address, prefix, ASN or agent, across subjects. Updated in batches off the
 * synchronous road, so it lags by the batch window.
 */
export interface Velocity {
  readonly version: number;
  /** Half-lives of ten minutes, one day and fourteen days. */
  readonly attempts: RateCounts;
  readonly failures: RateCounts;
  /** Estimated number of different subjects that failed today or yesterday. */
  readonly failedSubjects: number;
  /** The same for this and the previous period of 28 days: what is too slow for a day to show. */
  readonly failedSubjectsLong: number;
  /** Estimated number of different subjects that succeeded today or yesterday. */
  readonly succeededSubjects: number;
}
