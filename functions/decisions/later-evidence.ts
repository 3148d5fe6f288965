import { levelOf, scoreOf } from './assess.ts';
import { type Basis, questionOf } from './basis.ts';
import type { LaterEvidence, Reason } from './decision.ts';
import type { StoredDecision } from './decisions.store.ts';
import type { PolicyDecisionPoint, PolicyQuestion } from './policy.ts';
import { type Weighed, WRONG_HOLDER } from './weigh-answer.ts';

/** The question for policy once a wallet has answered: as it was, with what the answer changed. */
export const questionAfter = (
  question: PolicyQuestion,
  { score, level, reasons, proved }: Pick<LaterEvidence, 'score' | 'level' | 'reasons' | 'proved'>,
): PolicyQuestion => ({
  ...question,
  context: {
    ...question.context,
    score,
    level,
    proved,
    detections: reasons.some(({ code }) => code === WRONG_HOLDER)
      ? [...question.context.detections, WRONG_HOLDER]
      : question.context.detections,
  },
});

/**
 * What an answer makes of a decision: the score with its terms, and what policy says now. An answer that counts for
 * nothing changes nothing, nor does a wallet that may not answer for the subject ever let anybody in.
 */
export const evidenceOf = (
  { tenant, decision, basis }: Pick<StoredDecision, 'tenant' | 'decision'> & { readonly basis: Basis },
  { proved, reasons }: Weighed,
  answered: { readonly request: string; readonly time: number },
  pdp: PolicyDecisionPoint,
): LaterEvidence => {
  const all: Reason[] = [...decision.reasons, ...reasons];
  const score = scoreOf(decision.base, all);
  const after = { proved, reasons, score, level: levelOf(score) };
  const isWrong = reasons.some(({ code }) => code === WRONG_HOLDER);
  const says =
    proved.length === 0 && !isWrong
      ? { outcome: decision.outcome, determining: decision.policy.determining }
      : pdp.decide(questionAfter(questionOf(tenant, decision, basis), after));
  return {
    request: answered.request,
    time: new Date(answered.time).toISOString(),
    ...after,
    outcome: isWrong && says.outcome === 'allow' ? decision.outcome : says.outcome,
    policy: { determining: says.determining, digest: pdp.digest },
  };
};
