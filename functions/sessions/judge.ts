import { probability, riskLevelOf, runningLogit, thresholdsOf } from './running-score.ts';
import { SESSION_LIMITS, type Session, type SessionStatus, type Telling } from './session.ts';

/** Whether an event was counted already, or is so old that nobody can tell. */
export const isKnown = ({ applied }: Session, key: string, time: number): boolean =>
  applied.some(([known]) => known === key) ||
  (applied.length >= SESSION_LIMITS.applied && time <= applied[0]![1]);

/** The events counted, with one more. */
export const withApplied = (applied: Session['applied'], key: string, time: number): Session['applied'] =>
  [...applied, [key, time] as const].sort((a, b) => a[1] - b[1]).slice(-SESSION_LIMITS.applied);

/** How far a verified step-up answers for: as far as the session's events have gone. */
export const answeredFor = (session: Session): number => session.vouched + session.own.value;

/** Raises or keeps the status by the running score, and notes what is to be told of it. */
export const judged = (
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
