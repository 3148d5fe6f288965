import type { Scorer } from '../risk/index.ts';
import { printedTerms, scoreOf } from './assess.ts';
import { type Basis, featuresOf, questionOf } from './basis.ts';
import type { Decision, Outcome } from './decision.ts';
import { DecisionError } from './decision-error.ts';
import { evidenceOf } from './later-evidence.ts';
import type { PolicyDecisionPoint } from './policy.ts';

/** What came of making a decision again. */
export interface Replay {
  readonly score: number;
  /** Whether base, every term and the score are the recorded ones, bit for bit. */
  readonly same: boolean;
  /** What the policy says that was asked then; absent when another one is at hand. */
  readonly policy?: { readonly outcome: Outcome; readonly same: boolean };
  /**
   * Whether what a wallet proved since gives the recorded score, and the recorded outcome where the policy that was
   * asked then is at hand; absent where no wallet has answered.
   */
  readonly evidence?: { readonly score: number; readonly same: boolean };
}

/** Weighs a wallet's answer again by its recorded terms. The wallets of then are no more on record. */
const replayEvidence = (
  tenant: string,
  decision: Decision,
  basis: Basis,
  pdp: PolicyDecisionPoint | undefined,
): Pick<Replay, 'evidence'> => {
  const { evidence } = decision;
  if (!evidence) return {};
  const { proved, reasons, request, time, policy } = evidence;
  const from = decision.resolution?.from ?? decision.outcome;
  const before: Decision = { ...decision, outcome: from };
  const score = scoreOf(decision.base, [...decision.reasons, ...reasons]);
  const again =
    pdp?.digest === policy.digest
      ? evidenceOf(
          { tenant, decision: before, basis },
          { proved, reasons },
          { request, time: Date.parse(time) },
          pdp,
        )
      : undefined;
  const same = Object.is(score, evidence.score) && (again?.outcome ?? evidence.outcome) === evidence.outcome;
  return { evidence: { score, same } };
};

/**
 * Makes a decision again from what was recorded of it: features, model, policy.
 *
 * @throws DecisionError `replay-impossible` when nothing was recorded, or the model at hand is another one.
 * @example
 * ```ts
 * (await replay({ tenant, decision, basis }, { scorer, pdp })).same; // true
 * ```
 */
export const replay = async (
  record: { readonly tenant: string; readonly decision: Decision; readonly basis?: Basis },
  engines: { readonly scorer: Scorer; readonly pdp?: PolicyDecisionPoint },
): Promise<Replay> => {
  const { tenant, decision, basis } = record;
  if (!basis)
    throw new DecisionError('replay-impossible', 'What the decision was made from was not recorded');
  if (engines.scorer.model.digest !== decision.model.digest)
    throw new DecisionError('replay-impossible', `The decision was made with model ${decision.model.digest}`);
  const scored = await engines.scorer.score(featuresOf(basis));
  const terms = printedTerms(scored.contributions);
  const score = scoreOf(scored.base, terms);
  const same =
    Object.is(scored.base, decision.base) &&
    Object.is(score, decision.score) &&
    terms.length === decision.reasons.length &&
    terms.every(
      ({ code, contribution }, index) =>
        code === decision.reasons[index]?.code &&
        Object.is(contribution, decision.reasons[index]?.contribution),
    );
  const evidence = replayEvidence(tenant, decision, basis, engines.pdp);
  if (engines.pdp?.digest !== basis.policy) return { score, same, ...evidence };
  const { outcome } = engines.pdp.decide(questionOf(tenant, decision, basis));
  return {
    score,
    same,
    policy: { outcome, same: outcome === (decision.resolution?.from ?? decision.outcome) },
    ...evidence,
  };
};
