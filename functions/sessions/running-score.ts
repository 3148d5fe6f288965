import { type DecayedCount, decayedTo, HOUR_MS } from '../baselines/index.ts';
import { LEVELS } from '../decisions/index.ts';
import type { RiskLevel, Session } from './session.ts';

/**
 * Half of what raised or lowered a session's score is forgotten after this long, ms. A change of network in the
 * morning says little about the afternoon; half an hour is also what many apps call idle.
 */
export const HALF_LIFE_MS = HOUR_MS / 2;

/**
 * No session's level lies below this, log-odds (0.7 %): however surely its owner signed in, a session may be taken
 * from them afterwards, and what the sign-in showed says nothing of that.
 */
export const LEVEL_FLOOR = -5;

/** Bound of a running score, log-odds: that of a decision. */
const BOUND = 16;

const logit = (probability: number): number => Math.log(probability / (1 - probability));

/**
 * Where a session is stopped, in log-odds: at a running score of 0.3 a step-up is asked for, at 0.9 it is
 * revoked. What policy let in at a high level is stopped only by evidence on top: at least so much above it.
 */
export const THRESHOLDS = {
  stepUp: logit(0.3),
  revoke: logit(0.9),
  aboveLevel: { stepUp: 1, revoke: 3 },
} as const;

/** A level is left downwards only by so much, in log-odds: else a score at its edge would be told again and again. */
const HYSTERESIS = 0.5;

/** Nothing yet. */
export const NOTHING: DecayedCount = { value: 0, time: 0 };

/** Adds to a decayed amount in event time: what is late enters decayed. */
export const added = (amount: DecayedCount, value: number, time: number): DecayedCount => {
  if (value === 0) return amount;
  const latest = Math.max(amount.time, time);
  return {
    value: decayedTo(amount, latest, HALF_LIFE_MS) + decayedTo({ value, time }, latest, HALF_LIFE_MS),
    time: latest,
  };
};

/** The larger of a decayed amount and a new one, as of the later of the two: the same finding again adds nothing. */
export const raised = (amount: DecayedCount, value: number, time: number): DecayedCount => {
  const latest = Math.max(amount.time, time);
  return {
    value: Math.max(
      decayedTo(amount, latest, HALF_LIFE_MS),
      decayedTo({ value, time }, latest, HALF_LIFE_MS),
    ),
    time: latest,
  };
};

/**
 * The running score of a session, log-odds in [-16, 16].
 *
 * The event's own assessment and the change within the session are two views of one thing, so the larger
 * counts and not the sum.
 *
 * @param now event time, ms.
 * @example
 * ```ts
 * runningLogit(session, session.last + HALF_LIFE_MS); // half-way back to session.level
 * ```
 */
export const runningLogit = (
  session: Pick<Session, 'level' | 'own' | 'change' | 'acts' | 'behaviour'>,
  now: number,
): number => {
  const left = (amount: DecayedCount) => decayedTo(amount, now, HALF_LIFE_MS);
  const { level, own, change, acts, behaviour } = session;
  const sum = level + Math.max(left(own), left(change)) + left(acts) + left(behaviour);
  return Math.min(BOUND, Math.max(-BOUND, sum));
};

/** Log-odds as a probability. */
export const probability = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

/** The thresholds of one session, log-odds. */
export const thresholdsOf = (level: number): { readonly stepUp: number; readonly revoke: number } => ({
  stepUp: Math.max(THRESHOLDS.stepUp, level + THRESHOLDS.aboveLevel.stepUp),
  revoke: Math.max(THRESHOLDS.revoke, level + THRESHOLDS.aboveLevel.revoke),
});

const EDGES = { medium: logit(LEVELS.medium), high: logit(LEVELS.high) };

/** What a running score is called, given what it was called before. */
export const riskLevelOf = (running: number, before: RiskLevel): RiskLevel => {
  const medium = EDGES.medium - (before === 'low' ? 0 : HYSTERESIS);
  const high = EDGES.high - (before === 'high' ? HYSTERESIS : 0);
  return running >= high ? 'high' : running >= medium ? 'medium' : 'low';
};
