import type { Observation } from '../baselines/index.ts';
import type { SessionFacts } from '../decisions/index.ts';
import type { IdentityChange } from '../events/index.ts';
import { type Session, TRAITS } from './session.ts';

/**
 * How much each finding in a session raises its score, in log-odds. They are our estimates of how many times
 * likelier the finding is in a session that somebody took over than in one that nobody did: a device that
 * changes under a session id is hardly ever its owner's (e^3, twenty times), a phone leaves one network for
 * another all day.
 */
export const SESSION_EVIDENCE = {
  deviceChanged: 3,
  agentChanged: 2,
  countryChanged: 1.5,
  asnChanged: 1,
  prefixChanged: 0.3,
  rolesChanged: 1,
  sensitiveResource: 0.7,
  failedAttempt: 0.5,
  usedAfterSignOut: 2,
} as const;

/** The code of a finding in a session. */
export type SessionEvidenceCode = keyof typeof SESSION_EVIDENCE;

/** Most that behavioural confidence can move a session by, either way, log-odds. */
const BEHAVIOUR_BOUND = 2;

/** Types of supplied evidence that are a probability that the session's owner is at work. */
const BEHAVIOUR = ['behaviour', 'behavior', 'behavioural_confidence', 'behavioral_confidence'];

/** What one event shows about its session. */
export interface SessionFindings {
  readonly change: readonly SessionEvidenceCode[];
  readonly acts: readonly SessionEvidenceCode[];
  /** Log-odds of the app's behavioural confidence, negative for trust; absent where none was supplied. */
  readonly behaviour?: number;
  /** Whether the device meets the organisation's rules, where the app says. */
  readonly compliant?: boolean;
}

/** The sum of findings, log-odds. */
export const weightOf = (codes: readonly SessionEvidenceCode[]): number =>
  codes.reduce((sum, code) => sum + SESSION_EVIDENCE[code], 0);

const behaviourOf = (evidence: SessionFacts['evidence']): number | undefined => {
  const confidence = evidence.findLast(({ type }) => BEHAVIOUR.includes(type))?.score;
  if (confidence === undefined) return undefined;
  const logOdds = Math.log((1 - confidence) / confidence);
  return Math.min(BEHAVIOUR_BOUND, Math.max(-BEHAVIOUR_BOUND, logOdds));
};

const complianceOf = (evidence: SessionFacts['evidence']): boolean | undefined => {
  const score = evidence.findLast(({ type }) => type === 'device_compliance')?.score;
  return score === undefined ? undefined : score >= 0.5;
};

/** What an event shows about the session that it belongs to: constant work, whatever the session's length. */
export const findingsOf = (
  session: Session,
  facts: SessionFacts,
  observation: Pick<Observation, 'keys' | 'failed' | 'time'>,
): SessionFindings => {
  const changed = new Set(
    TRAITS.filter((trait) => {
      const value = observation.keys[trait];
      const seen = session.seen[trait];
      return value !== undefined && seen.length > 0 && !seen.includes(value);
    }),
  );
  const change: SessionEvidenceCode[] = [];
  if (changed.has('device')) change.push('deviceChanged');
  if (changed.has('agent')) change.push('agentChanged');
  if (changed.has('country')) change.push('countryChanged');
  if (changed.has('asn')) change.push('asnChanged');
  // Another network has other prefixes: that is one change, not two.
  else if (changed.has('prefix')) change.push('prefixChanged');

  const acts: SessionEvidenceCode[] = [];
  if (session.roles !== undefined && facts.roles !== undefined && facts.roles !== session.roles)
    acts.push('rolesChanged');
  const resource = observation.keys.resource;
  if (facts.sensitivity === 'high' && resource !== undefined && !session.resources.includes(resource))
    acts.push('sensitiveResource');
  if (observation.failed) acts.push('failedAttempt');
  const signsIn = facts.action === 'sign_in' || facts.action === 'second_factor';
  if (session.status === 'ended' && observation.time > session.since && !signsIn)
    acts.push('usedAfterSignOut');

  const behaviour = behaviourOf(facts.evidence);
  const compliant = complianceOf(facts.evidence);
  return {
    change,
    acts,
    ...(behaviour === undefined ? {} : { behaviour }),
    ...(compliant === undefined ? {} : { compliant }),
  };
};

/**
 * What a change to an identity says about the sessions that it has open, log-odds. What is not listed says
 * nothing.
 */
export const CHANGE_EVIDENCE: Readonly<Partial<Record<IdentityChange, number>>> = {
  account_locked: 2,
  threat_reported: 2,
  impersonation_started: 2,
  factor_reset: 1,
  factor_removed: 1,
  recovery_changed: 1,
  password_reset: 0.7,
  privilege_granted: 0.7,
  key_created: 0.5,
};

/** Changes that end every session of the account: it was stopped itself. */
export const REVOKING_CHANGES: readonly IdentityChange[] = ['account_suspended', 'account_deleted'];
