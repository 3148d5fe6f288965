import type { Observation } from '../../baselines/index.ts';
import type { Decision, SessionFacts, StoredDecision } from '../../decisions/index.ts';
import type { SessionEvent } from '../apply-event.ts';

export const NOW = Date.UTC(2026, 10, 20, 9);
export const MINUTE = 60_000;

/** What of an event a test cares about; the rest is usual. */
export interface SessionEventParts {
  readonly key: string;
  /** ms after {@link NOW}. */
  readonly at?: number;
  readonly action?: SessionFacts['action'];
  readonly facts?: Partial<SessionFacts>;
  readonly failed?: boolean;
  readonly keys?: { readonly [K in keyof Observation['keys']]: string | undefined };
  /** Log-odds of the event's own assessment. */
  readonly logit?: number;
  readonly level?: Decision['level'];
  readonly outcome?: Decision['outcome'];
  readonly mode?: Decision['mode'];
}

const KEYS = {
  device: 'd',
  agent: 'Chrome|Windows|desktop',
  country: 'FR',
  asn: 'AS64500',
  prefix: '203.0.113.0/24',
};

/** One event of a session at log-odds -5, as the store of decisions holds it. */
export const sessionEvent = (parts: SessionEventParts): SessionEvent => {
  const keys = Object.fromEntries(
    Object.entries({ ...KEYS, ...parts.keys }).filter(([, value]) => value !== undefined),
  ) as Observation['keys'];
  return {
    tenant: 'shop',
    facts: {
      id: 'session-1',
      action: parts.action ?? 'session_activity',
      outcome: 'success',
      factors: parts.action === 'sign_in' || parts.action === 'second_factor' ? ['password', 'totp'] : [],
      evidence: [],
      sealed: 'sealed',
      ...parts.facts,
    },
    observation: { eventKey: parts.key, time: NOW + (parts.at ?? 0), failed: parts.failed ?? false, keys },
    decision: {
      eventId: `event-${parts.key}`,
      subject: 'person-1',
      base: parts.logit ?? -5,
      reasons: [],
      level: parts.level ?? 'low',
      outcome: parts.outcome ?? 'allow',
      mode: parts.mode ?? 'enforce',
    },
  };
};

/** The same as it is stored, under a key of its tenant. */
export const storedSessionEvent = (tenant: string, parts: SessionEventParts): StoredDecision => {
  const { facts, observation, decision } = sessionEvent(parts);
  return {
    key: `d#${tenant}#${parts.key}`,
    tenant,
    digest: 'x',
    session: facts,
    decision: {
      score: 1 / (1 + Math.exp(-decision.base)),
      policy: { determining: [] },
      baseline: { maturity: 'none', events: 0 },
      model: { id: 'm', digest: 'd' },
      evaluators: { ran: [], skipped: [] },
      time: new Date(observation.time).toISOString(),
      decidedAt: new Date(observation.time).toISOString(),
      ...decision,
    },
    delta: {
      observation: { ...observation, teaches: false, factorFailed: false },
      subjectHash: 1,
      aggregates: { tenant: `t#${tenant}` },
    },
    pendingSince: NOW,
  };
};
