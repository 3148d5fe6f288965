import type { Baseline, Observation, VelocityRecord } from '../functions/baselines/index.ts';
import { type AuthEvent, UNKNOWN_SUBJECT } from '../functions/events/index.ts';
import type { NetworkLookup } from '../functions/signals/index.ts';
import { historyBefore } from './simulator/history.ts';
import { simulate } from './simulator/simulate.ts';
import { Replay } from './training/replay.ts';

/** What the first population is to be. The same options give the same events. */
export interface PopulationOptions {
  readonly seed: string;
  readonly people: number;
  readonly days: number;
  /** No event is later, ms since the Unix epoch. */
  readonly until: number;
  /** @default 'default' */
  readonly tenant?: string;
  /**
   * Events to come whose subjects shall have a past, of `days` days before their own first event: most are
   * known from where the event comes from, some from elsewhere. @default none
   */
  readonly meets?: readonly AuthEvent[];
}

const DAY_MS = 86_400_000;

/**
 * The events that a new system is loaded with so that there are baselines: a simulated population up to `until`,
 * and a past for the subjects of events to come. In time order but for those pasts, which come first, each in
 * its own time.
 *
 * @example
 * ```ts
 * const meets = fixtureEnvelopes().map(readFixture).filter((event) => 'subject' in event);
 * for (const event of firstPopulation({ seed: '1', people: 60, days: 30, until: Date.now(), meets })) load(event);
 * ```
 */
export function* firstPopulation(options: PopulationOptions): Generator<AuthEvent> {
  const { seed, people, days, until } = options;
  const firsts = new Map<string, AuthEvent>();
  for (const event of options.meets ?? []) {
    const key = `${event.tenant}\0${event.subject.id}`;
    const known = firsts.get(key);
    if (event.subject.id === UNKNOWN_SUBJECT || (known && known.time <= event.time)) continue;
    firsts.set(key, event);
  }
  for (const first of firsts.values()) yield* historyBefore(first, seed, days);
  const start = Math.floor(until / DAY_MS - days) * DAY_MS;
  const tenant = options.tenant === undefined ? {} : { tenant: options.tenant };
  for (const event of simulate({ seed, people, days: days + 1, start, ...tenant }).events()) {
    if (event.time <= until) yield event;
  }
}

/** What turns events into records: the geo data, and the deployment's own key for pseudonyms. */
export interface LoadOptions {
  readonly network: NetworkLookup;
  /** As in `pseudonymsFor`: at least 32 characters. */
  readonly pseudonymKey: string;
}

/**
 * What each subject's events teach, in bulk: record key of the subject's baseline → observations in time order.
 * Successes teach; failures count as attempts.
 */
export function firstObservations(
  events: Iterable<AuthEvent>,
  options: LoadOptions,
): Map<string, Observation[]> {
  const replay = new Replay(options.network, { pseudonymKey: options.pseudonymKey });
  const bySubject = new Map<string, Observation[]>();
  for (const event of events) {
    const { delta } = replay.read(event);
    if (!delta.subject) continue;
    const list = bySubject.get(delta.subject.key) ?? [];
    list.push({ ...delta.observation, teaches: event.outcome === 'success' });
    bySubject.set(delta.subject.key, list);
  }
  return bySubject;
}

/** Records ready to be written under their keys, aggregates in their first shard. */
export interface FirstRecords {
  readonly baselines: ReadonlyMap<string, Baseline>;
  readonly counters: ReadonlyMap<string, VelocityRecord>;
}

/**
 * The records that a store would hold after these events: subjects, roles, applications, tenants, and counters of
 * networks. About 60 people over 30 days take a second.
 */
export function firstRecords(events: Iterable<AuthEvent>, options: LoadOptions): FirstRecords {
  const replay = new Replay(options.network, { pseudonymKey: options.pseudonymKey });
  for (const event of events) replay.learn(replay.read(event), event.outcome === 'success');
  return replay.records();
}
