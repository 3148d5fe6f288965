import { startTables, type TestTables } from '../../../test/tables.ts';
import { baselineIn, baselineStore, emptyBaseline, learn, type Observation } from '../../baselines/index.ts';
import {
  type Decision,
  decisionKey,
  decisionStore,
  type LogStore,
  logStore,
  type StoredDecision,
} from '../../decisions/index.ts';
import type { FeedbackDeps } from '../feedback.ts';
import type { Told } from '../publish.ts';
import { reviewStore } from '../reviews.store.ts';

export const NOW = Date.UTC(2026, 10, 20, 9);

/** A decision on a sign-in from a country, as it is stored. */
export const decisionOn = (
  eventId: string,
  options: {
    tenant?: string;
    subject?: string;
    country?: string;
    cleared?: boolean;
    outcome?: Decision['outcome'];
  } = {},
): StoredDecision => {
  const { tenant = 'shop', subject = 'pseudonym-0001', country = 'FR', cleared = false } = options;
  const time = new Date(NOW - 1_000).toISOString();
  const observation: Observation = {
    eventKey: Buffer.from(eventId.padEnd(11, '_')).toString('base64url').slice(0, 11),
    time: NOW - 1_000,
    teaches: cleared,
    waits: !cleared,
    failed: false,
    factorFailed: false,
    keys: { country, device: `${country}-device` },
  };
  return {
    key: decisionKey(tenant, eventId),
    tenant,
    digest: 'x',
    decision: {
      eventId,
      subject,
      score: 0.6,
      level: 'high',
      outcome: options.outcome ?? 'review',
      mode: 'enforce',
      base: -4,
      reasons: [{ code: 'newCountry', contribution: 2, text: 'A country not seen before' }],
      policy: { determining: ['review-machines'] },
      baseline: { maturity: 'established', events: 10 },
      model: { id: 'm', digest: 'd' },
      evaluators: { ran: ['newCountry'], skipped: [] },
      time,
      decidedAt: time,
    },
    delta: {
      subject: { key: `s#${tenant}#${subject}`, version: 0 },
      observation,
      subjectHash: 1,
      aggregates: { tenant: `t#${tenant}` },
    },
  };
};

/** The stores on tables of a test's own, and what the bus was told. */
export interface People extends FeedbackDeps {
  readonly tables: TestTables;
  readonly decisions: ReturnType<typeof decisionStore>;
  readonly log: LogStore;
  readonly told: Told[];
  /** Moves the clock on. */
  wait(ms: number): void;
  /** Stores a decision and lets its event enter the baseline, as deciding does. */
  decided(stored: StoredDecision): Promise<StoredDecision>;
  baseline(stored: StoredDecision): Promise<ReturnType<typeof emptyBaseline>>;
}

/** Starts them. */
export const startPeople = async (): Promise<People> => {
  const tables = await startTables();
  let now = NOW;
  let nonces = 0;
  const clock = () => now;
  const decisions = decisionStore(tables.client, tables.decisions, clock);
  const baselines = baselineStore(tables.client, tables.baselines, clock);
  const told: Told[] = [];
  const baseline = async ({ delta }: StoredDecision) =>
    baselineIn((await baselines.read([delta.subject!.key])).get(delta.subject!.key)) ?? emptyBaseline();
  return {
    tables,
    decisions,
    baselines,
    records: reviewStore(tables.client, tables.reviews, clock),
    log: logStore(tables.client, tables.log, clock),
    told,
    tell: async (event) => {
      told.push(event);
    },
    clock,
    nonce: () => `nonce-${String(++nonces).padStart(10, '0')}`,
    wait: (ms) => {
      now += ms;
    },
    decided: async (stored) => {
      await decisions.insert(stored);
      const known = await baseline(stored);
      await baselines.putBaseline(
        stored.delta.subject!.key,
        learn(known, stored.delta.observation),
        known.version,
      );
      return stored;
    },
    baseline,
  };
};
