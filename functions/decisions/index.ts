export { LEVELS, levelOf, scoreOf } from './assess.ts';
export { type Basis, featuresOf, questionOf } from './basis.ts';
export type { Decision, Outcome, Reason, Resolution } from './decision.ts';
export { DecisionError } from './decision-error.ts';
export { type DecisionStore, decisionStore, type StoredDecision } from './decisions.store.ts';
export { decisionKey, subjectKey } from './keys.ts';
export { LOG_DAYS, type LogStore, logStore } from './log.store.ts';
export { loadPolicies, type PolicyDecisionPoint, type PolicyQuestion } from './policy.ts';
export { openIdentifiers, type SealedIdentifiers, type SessionFacts } from './session-facts.ts';
