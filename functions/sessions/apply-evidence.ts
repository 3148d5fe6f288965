import type { Decision } from '../decisions/index.ts';
import type { SessionEvent } from './apply-event.ts';
import { answeredFor, isKnown, judged, withApplied } from './judge.ts';
import { added, NOTHING } from './running-score.ts';
import type { Session } from './session.ts';

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
