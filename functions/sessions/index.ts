export { applyEvent, type SessionEvent } from './apply-event.ts';
export { HALF_LIFE_MS, probability, runningLogit, THRESHOLDS } from './running-score.ts';
export type { RiskLevel, Session, SessionStatus } from './session.ts';
export { SESSION_EVIDENCE, type SessionEvidenceCode } from './session-evidence.ts';
export { type SessionStore, sessionKey, sessionStore, subjectSessionsKey } from './sessions.store.ts';
export { eraseSessions, sessionsOfSubject } from './subject-sessions.ts';
export { type EvidenceTarget, validate, weigh } from './validate.ts';
