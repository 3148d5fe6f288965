import type { DecayedCount } from '../baselines/index.ts';

/** Properties of where a session is used from that should not change while it lasts. */
export const TRAITS = ['device', 'agent', 'country', 'asn', 'prefix'] as const;
/** One of {@link TRAITS}. */
export type Trait = (typeof TRAITS)[number];

/** What bounds a session's record: it holds so much however long the session lasts. */
export const SESSION_LIMITS = {
  /** Values of one trait that are remembered. */
  values: 4,
  /** Sensitive resources that are remembered. */
  resources: 8,
  /** Events that are remembered so as to count none twice; older ones are refused altogether. */
  applied: 48,
  /** Tellings that wait to be told. One event causes at most five. */
  outbox: 20,
} as const;

/**
 * `active`; `step_up`: a verified step-up is asked for; `revoked`: for good; `ended` by signing out.
 */
export type SessionStatus = 'active' | 'step_up' | 'revoked' | 'ended';

/** How well a session was authenticated: an authenticator assurance level in the manner of NIST SP 800-63B. */
export type Assurance = 1 | 2 | 3;

/** Something about a session that others must be told, once. */
export type Telling = {
  /** Stable: a repeat bears the same one. */
  readonly id: string;
  /** Event time of what caused it, ms. */
  readonly time: number;
} & (
  | {
      readonly kind: 'session-revoked' | 'step-up-required';
      readonly eventId: string;
      readonly score: number;
    }
  | { readonly kind: 'risk-level'; readonly from: RiskLevel; readonly to: RiskLevel; readonly code: string }
  | { readonly kind: 'assurance-level'; readonly from: Assurance; readonly to: Assurance }
  | { readonly kind: 'device-compliance'; readonly compliant: boolean }
  | { readonly kind: 'token-claims' }
);

/** What a running score is called; the levels are those of decisions. */
export type RiskLevel = 'low' | 'medium' | 'high';

/**
 * A session as it is kept: one bounded record.
 *
 * Its running score in log-odds is `level + max(own, change) + acts + behaviour`, each of the four decaying
 * towards 0 with one half-life, and with it the score towards the level of the sign-in.
 */
export interface Session {
  /** Optimistic version: the number of writes so far. */
  readonly version: number;
  readonly tenant: string;
  /** Keyed pseudonym of the session's id. */
  readonly id: string;
  /** Keyed pseudonym of the subject. */
  readonly subject: string;
  /** The identifiers that receivers know, sealed. */
  readonly sealed: string;
  readonly mode: 'shadow' | 'enforce';
  /** Event time of the first and of the latest event, ms. */
  readonly started: number;
  readonly last: number;
  /** Log-odds of the sign-in. */
  readonly level: number;
  /**
   * Log-odds up to which an event's own assessment is nothing new: the level, or what a verified step-up has
   * answered for. A new device stays new to the baseline for days, and must not be asked about again and again.
   */
  readonly vouched: number;
  /** How far above that the riskiest event was, by its own assessment. */
  readonly own: DecayedCount;
  /** How much the session has changed hands, by its traits. */
  readonly change: DecayedCount;
  /** What was done in it, and what others reported of it. */
  readonly acts: DecayedCount;
  /** What the app's behavioural confidence says, the latest only. */
  readonly behaviour: DecayedCount;
  readonly status: SessionStatus;
  /** Event time at which the status began, ms. */
  readonly since: number;
  /** Event time of the latest verified step-up, ms; 0 when there was none. What came before it counts no more. */
  readonly answered: number;
  /** The risk level that was told last. */
  readonly told: RiskLevel;
  readonly seen: Readonly<Record<Trait, readonly string[]>>;
  readonly resources: readonly string[];
  readonly roles?: string;
  readonly assurance: Assurance;
  readonly compliant?: boolean;
  /** Keys and times of the latest events counted, oldest first. */
  readonly applied: readonly (readonly [key: string, time: number])[];
  readonly outbox: readonly Telling[];
}
