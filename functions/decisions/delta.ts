import type { Observation } from '../baselines/index.ts';

/**
 * What an event implies for the records it touches. It is written with the decision, before anything is
 * applied, so that a crash can be finished by the sweeper from the store alone.
 */
export interface Delta {
  /**
   * Record key of the subject's baseline, and its version when the event was decided. Absent for names that are
   * no account's: whoever tries names at random must not fill the table with baselines of nobody.
   */
  readonly subject?: { readonly key: string; readonly version: number };
  readonly observation: Observation;
  /** A 32-bit hash of the subject, for the distinct counts of shared counters. */
  readonly subjectHash: number;
  /** Keys, without their shard, of the aggregates that count this event. */
  readonly aggregates: AggregateKeys;
}

/** Which aggregates an event belongs to. Absent where the event does not state the property. */
export interface AggregateKeys {
  readonly role?: string;
  readonly application?: string;
  readonly tenant: string;
  readonly address?: string;
  readonly prefix?: string;
  readonly asn?: string;
  readonly agent?: string;
}

/** The kind of an aggregate. */
export type AggregateKind = keyof AggregateKeys;

/** Aggregates that remember habits, as a subject's baseline does; the others are counters of attempts. */
export const HABIT_KINDS = ['role', 'application', 'tenant'] as const satisfies readonly AggregateKind[];
export const COUNTER_KINDS = [
  'address',
  'prefix',
  'asn',
  'agent',
] as const satisfies readonly AggregateKind[];

/**
 * Over how many records an aggregate is spread. Writers come in batches, so only what nearly every event
 * shares is ever contended.
 */
export const SHARDS: Readonly<Record<AggregateKind, number>> = {
  role: 1,
  application: 2,
  tenant: 2,
  address: 1,
  prefix: 1,
  asn: 1,
  agent: 1,
};

/** The record keys of all shards of an aggregate. */
export const shardsOf = (kind: AggregateKind, key: string): string[] =>
  Array.from({ length: SHARDS[kind] }, (_, shard) => `${key}#${shard}`);
