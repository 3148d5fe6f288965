import type { Observation } from '../baselines/index.ts';
import type { Decision, SessionFacts } from '../decisions/index.ts';
import type { Factor } from '../events/index.ts';
import { answeredFor, isKnown, judged, withApplied } from './judge.ts';
import { added, LEVEL_FLOOR, NOTHING, raised, riskLevelOf } from './running-score.ts';
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
