import type { Observation } from '../baselines/index.ts';
import type { Decision, SessionFacts } from '../decisions/index.ts';
import type { Factor } from '../events/index.ts';
import {
  added,
  LEVEL_FLOOR,
  NOTHING,
  probability,
  raised,
  riskLevelOf,
  runningLogit,
  thresholdsOf,
} from './running-score.ts';
import {
  type Assurance,
  SESSION_LIMITS,
  type Session,
  type SessionStatus,
  type Telling,
  TRAITS,
  type Trait,
} from './session.ts';
import { findingsOf, weightOf } from './session-evidence.ts';

/** One event of a session, as the store of decisions holds it. */
export interface SessionEvent {
  readonly tenant: string;
  readonly facts: SessionFacts;
  readonly observation: Pick<Observation, 'eventKey' | 'time' | 'failed' | 'keys'>;
  readonly decision: Pick<
    Decision,
    'eventId' | 'subject' | 'base' | 'reasons' | 'level' | 'outcome' | 'mode'
  >;
}

/** Evidence about a session that is not one of its events: a change to the identity, a signal from another party. */
export interface OutsideEvidence {
  readonly eventKey: string;
  readonly eventId: string;
  /** ms. */
  readonly time: number;
  /** Log-odds added, negative for trust. */
  readonly logOdds: number;
  /** The session ends, whatever its score: who says so has the right to. @default false */
  readonly revokes?: boolean;
  readonly code: string;
}

const POSSESSION: readonly Factor[] = [
  'otp',
  'totp',
  'push',
  'sms',
  'email',
  'phone_call',
  'remembered_device',
  'unknown_second_factor',
  'recovery_code',
];
const HARDWARE: readonly Factor[] = ['passkey', 'security_key', 'certificate'];

/** The assurance that factors give: 1 for one factor, 2 for a second one, 3 for a key that phishing cannot take. */
export const assuranceOf = (factors: readonly Factor[]): Assurance =>
  factors.some((factor) => HARDWARE.includes(factor))
    ? 3
    : factors.some((factor) => POSSESSION.includes(factor))
      ? 2
      : 1;

const remembered = (values: readonly string[], value: string | undefined, most: number): readonly string[] =>
  value === undefined || values.includes(value) ? values : [...values, value].slice(-most);

const seenWith = (seen: Session['seen'], keys: Observation['keys']): Session['seen'] =>
  Object.fromEntries(
    TRAITS.map((trait) => [trait, remembered(seen[trait], keys[trait], SESSION_LIMITS.values)]),
  ) as Record<Trait, readonly string[]>;

const UNSEEN: Session['seen'] = { device: [], agent: [], country: [], asn: [], prefix: [] };

const logitOf = ({ base, reasons }: Pick<Decision, 'base' | 'reasons'>): number =>
  Math.min(
    16,
    Math.max(
      -16,
      reasons.reduce((sum, reason) => sum + reason.contribution, base),
    ),
  );

/** The level that a session keeps from its sign-in. */
const levelOfSession = (decision: Pick<Decision, 'base' | 'reasons'>): number =>
  Math.max(LEVEL_FLOOR, logitOf(decision));

/** Whether an event was counted already, or is so old that nobody can tell. */
const isKnown = ({ applied }: Session, key: string, time: number): boolean =>
  applied.some(([known]) => known === key) ||
  (applied.length >= SESSION_LIMITS.applied && time <= applied[0]![1]);

const withApplied = (applied: Session['applied'], key: string, time: number): Session['applied'] =>
  [...applied, [key, time] as const].sort((a, b) => a[1] - b[1]).slice(-SESSION_LIMITS.applied);

const begin = ({ tenant, facts, observation, decision }: SessionEvent): Session => {
  const level = levelOfSession(decision);
  return {
    version: 0,
    tenant,
    id: facts.id,
    subject: decision.subject,
    sealed: facts.sealed,
    mode: decision.mode,
    started: observation.time,
    last: observation.time,
    level,
    vouched: level,
    own: NOTHING,
    change: NOTHING,
    acts: NOTHING,
    behaviour: NOTHING,
    status: 'active',
    since: observation.time,
    answered: 0,
    told: riskLevelOf(level, 'low'),
    seen: UNSEEN,
    resources: [],
    assurance: assuranceOf(facts.factors),
    applied: [],
    outbox: [],
  };
};

/**
 * Whether an event is the verified step-up that was asked for: a success with a second factor or a sign-in anew,
 * after the asking, that is not itself so risky that it would be refused.
 */
const answersStepUp = (session: Session, { facts, observation, decision }: SessionEvent): boolean =>
  (session.status === 'step_up' || session.status === 'active') &&
  observation.time >= session.since &&
  facts.outcome === 'success' &&
  (facts.action === 'second_factor' || facts.action === 'sign_in') &&
  assuranceOf(facts.factors) >= 2 &&
  decision.level !== 'high' &&
  decision.outcome !== 'deny';

/** How far a verified step-up answers for: as far as the session's events have gone. */
const answeredFor = (session: Session): number => session.vouched + session.own.value;

/** Raises or keeps the status by the running score, and notes what is to be told of it. */
const judged = (
  before: Session,
  after: Session,
  cause: { key: string; eventId: string; time: number; code: string; revokes?: boolean },
): Session => {
  const { key, eventId, time } = cause;
  const running = runningLogit(after, Math.max(after.last, time));
  const { stepUp, revoke } = thresholdsOf(after.level);
  const tellings: Telling[] = [];
  let status: SessionStatus = after.status;
  if (status !== 'revoked') {
    if (cause.revokes || running >= revoke) status = 'revoked';
    else if (running >= stepUp) status = 'step_up';
  }
  if (status !== after.status) {
    const kind = status === 'revoked' ? 'session-revoked' : 'step-up-required';
    tellings.push({ id: `${kind}#${key}`, kind, time, eventId, score: probability(running) });
  }
  const told = riskLevelOf(running, before.told);
  if (told !== before.told)
    tellings.push({
      id: `risk#${key}`,
      kind: 'risk-level',
      time,
      from: before.told,
      to: told,
      code: cause.code,
    });
  return {
    ...after,
    status,
    since: status === after.status ? after.since : time,
    told,
    version: before.version + 1,
    outbox: [...after.outbox, ...tellings].slice(-SESSION_LIMITS.outbox),
  };
};

/**
 * Counts one event into its session: constant work, at most once, out of order where need be.
 *
 * @param before the session as stored; undefined for its first event, whose assessment becomes the level.
 * @returns the same object when the event was counted before.
 * @example
 * ```ts
 * const signedIn = applyEvent(undefined, first);
 * const moved = applyEvent(signedIn, { ...later, observation: { ...observation, keys: { device: 'another' } } });
 * moved.outbox.map(({ kind }) => kind); // ['step-up-required', …]
 * ```
 */
export const applyEvent = (before: Session | undefined, event: SessionEvent): Session => {
  const { facts, observation, decision } = event;
  const { time, eventKey: key } = observation;
  const session = before ?? begin(event);
  if (isKnown(session, key, time)) return session;
  const findings = findingsOf(session, facts, observation);
  // Delivery has no order: a sign-in that comes after what followed it still sets the level.
  const signIn = facts.action === 'sign_in' && time < session.started;
  const level = signIn ? levelOfSession(decision) : session.level;
  const forgiven = time < session.answered;
  const vouched = signIn && session.vouched === session.level ? level : Math.max(session.vouched, level);
  const own = before && !forgiven ? Math.max(0, logitOf(decision) - vouched) : 0;
  const stepsUp = before !== undefined && answersStepUp(session, event);
  const assurance = assuranceOf(facts.factors);
  const authenticates =
    facts.outcome === 'success' && (facts.action === 'sign_in' || facts.action === 'second_factor');
  const tellings: Telling[] = [];
  if (before && authenticates && facts.factors.length > 0 && assurance > session.assurance)
    tellings.push({
      id: `aal#${key}`,
      kind: 'assurance-level',
      time,
      from: session.assurance,
      to: assurance,
    });
  if (findings.compliant !== undefined && (session.compliant ?? true) !== findings.compliant)
    tellings.push({ id: `device#${key}`, kind: 'device-compliance', time, compliant: findings.compliant });
  if (findings.acts.includes('rolesChanged'))
    tellings.push({ id: `roles#${key}`, kind: 'token-claims', time });

  const ends = facts.action === 'sign_out' && facts.outcome === 'success' && session.status !== 'revoked';
  const status: SessionStatus = ends ? 'ended' : stepsUp ? 'active' : session.status;
  const compliant = findings.compliant ?? session.compliant;
  const roles = facts.roles ?? session.roles;
  const latest = time >= session.last;
  const after: Session = {
    ...session,
    mode: latest ? decision.mode : session.mode,
    sealed: latest ? facts.sealed : session.sealed,
    level,
    vouched: stepsUp ? Math.max(answeredFor(session), logitOf(decision)) : vouched,
    started: Math.min(session.started, time),
    last: Math.max(session.last, time),
    // A verified step-up answers for all that came before it, and for nothing after.
    own: stepsUp ? NOTHING : raised(session.own, own, time),
    change: stepsUp ? NOTHING : added(session.change, forgiven ? 0 : weightOf(findings.change), time),
    acts: stepsUp ? NOTHING : added(session.acts, forgiven ? 0 : weightOf(findings.acts), time),
    behaviour:
      findings.behaviour === undefined || !latest ? session.behaviour : { value: findings.behaviour, time },
    status,
    since: status === session.status ? session.since : time,
    answered: stepsUp ? Math.max(session.answered, time) : session.answered,
    seen: seenWith(session.seen, observation.keys),
    resources:
      facts.sensitivity === 'high'
        ? remembered(session.resources, observation.keys.resource, SESSION_LIMITS.resources)
        : session.resources,
    assurance: authenticates ? (Math.max(session.assurance, assurance) as Assurance) : session.assurance,
    ...(roles === undefined ? {} : { roles }),
    ...(compliant === undefined ? {} : { compliant }),
    applied: withApplied(session.applied, key, time),
    outbox: [...session.outbox, ...tellings],
  };
  const code = [...findings.change, ...findings.acts][0] ?? decision.reasons[0]?.code ?? 'behaviour';
  return judged(session, after, { key, eventId: decision.eventId, time, code });
};

/**
 * Counts that a decision on one of a session's events was resolved to `allow`, by a verified presentation or by
 * people: what it answers is forgiven, as a second factor would have it. At most once; nothing undoes a revocation.
 */
export const applyResolution = (
  session: Session,
  {
    observation,
    decision,
  }: Pick<SessionEvent, 'observation'> & {
    readonly decision: Pick<Decision, 'eventId' | 'outcome' | 'resolution'>;
  },
): Session => {
  const { resolution, outcome, eventId } = decision;
  if (!resolution || outcome !== 'allow') return session;
  const key = `${observation.eventKey}+`;
  const time = Math.max(observation.time, Date.parse(resolution.time));
  if (isKnown(session, key, time) || time < session.since) return session;
  if (session.status !== 'step_up' && session.status !== 'active') return session;
  const after: Session = {
    ...session,
    vouched: answeredFor(session),
    own: NOTHING,
    change: NOTHING,
    acts: NOTHING,
    status: 'active',
    since: session.status === 'active' ? session.since : time,
    answered: Math.max(session.answered, observation.time),
    applied: withApplied(session.applied, key, time),
  };
  return judged(session, after, { key, eventId, time, code: resolution.by });
};

/** The word of others is trust for at most so much, log-odds: it never clears a session by itself. */
const MOST_TRUST = -3;

/** Counts evidence from outside into a session, at most once. */
export const applyEvidence = (session: Session, evidence: OutsideEvidence): Session => {
  const { eventKey: key, eventId, time, code, logOdds, revokes = false } = evidence;
  if (isKnown(session, key, time)) return session;
  const acts = added(session.acts, Math.min(32, logOdds), time);
  const after: Session = {
    ...session,
    acts: logOdds < 0 ? { ...acts, value: Math.max(acts.value, MOST_TRUST) } : acts,
    applied: withApplied(session.applied, key, time),
  };
  return judged(session, after, { key, eventId, time, code, revokes });
};
