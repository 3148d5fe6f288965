import { maturity, type Observation } from '../baselines/index.ts';
import type { AuthEvent } from '../events/index.ts';
import type { Pseudonym } from '../platform/index.ts';
import { type Contribution, detectors, findingsOf, type Scorer } from '../risk/index.ts';
import {
  type AgentFacts,
  catalogue,
  evaluateSignals,
  modelInput,
  type NetworkFacts,
  observe,
  type Point,
  personText,
  type Signal,
  type ThreatVerdict,
} from '../signals/index.ts';
import { type Basis, basisOf } from './basis.ts';
import type { Decision, Reason } from './decision.ts';
import type { History } from './history.store.ts';
import type { PolicyDecisionPoint, PolicyQuestion } from './policy.ts';
import { signalValues } from './signal-values.ts';
import { stepUpOf } from './step-up.ts';

/** From which score on a risk is called medium or high. Scores are calibrated probabilities. */
export const LEVELS = { medium: 0.05, high: 0.5 } as const;

/** From which contribution on, in log-odds, policy is told of a detection: it multiplies the odds by 1.65. */
export const DETECTION_LOG_ODDS = 0.5;

/** What a score is called. */
export const levelOf = (score: number): Decision['level'] =>
  score >= LEVELS.high ? 'high' : score >= LEVELS.medium ? 'medium' : 'low';

/**
 * The score of a decision, from its terms as printed and in the order printed: sigmoid(base + Σ contribution),
 * in double precision (design §3).
 *
 * @example
 * ```ts
 * scoreOf(-4, [{ contribution: 3.5 }, { contribution: -0.25 }]); // 0.3208…
 * ```
 */
export const scoreOf = (base: number, terms: readonly { readonly contribution: number }[]): number => {
  let logit = base;
  for (const term of terms) logit += term.contribution;
  return 1 / (1 + Math.exp(-logit));
};

/** What is known of an event before any history is read. */
export interface Facts {
  readonly event: AuthEvent;
  readonly subject: string;
  readonly pseudonym: Pseudonym;
  readonly network?: NetworkFacts;
  readonly agent?: AgentFacts;
  readonly threats?: ThreatVerdict;
  readonly servers?: readonly Point[];
  readonly observation: Observation;
}

/**
 * Derives the facts of an event; `network` and `agent` from data on board only.
 *
 * @param deployed what a deployment brings of its own: a threat feed's verdict, and where round trips are measured.
 */
export const factsOf = (
  event: AuthEvent,
  pseudonym: Pseudonym,
  network: NetworkFacts | undefined,
  agent: AgentFacts | undefined,
  deployed: {
    readonly threats?: ThreatVerdict | undefined;
    readonly servers?: readonly Point[] | undefined;
  } = {},
): Facts => ({
  event,
  subject: pseudonym('subject', event.subject.id),
  pseudonym,
  ...(network ? { network } : {}),
  ...(agent ? { agent } : {}),
  ...(deployed.threats ? { threats: deployed.threats } : {}),
  ...(deployed.servers ? { servers: deployed.servers } : {}),
  observation: observe(event, { network, agent, pseudonym, teaches: false }),
});

/** The terms of a score that a decision prints, and in which order: what is not zero, largest effect first. */
export const printedTerms = (contributions: readonly Contribution[]): Contribution[] =>
  contributions
    .filter((term) => term.contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));

const definitions = new Map(
  [...catalogue, ...detectors].map((definition) => [definition.code as string, definition]),
);

const reasonOf = (term: Contribution, signals: ReadonlyMap<string, Signal>): Reason => {
  const codes = term.code.split(' × ');
  const parts = codes.map((code) => ({ code, signal: signals.get(code), definition: definitions.get(code) }));
  const evaluated = parts.flatMap(({ signal }) => (signal?.evaluated ? [signal] : []));
  const missing = parts.find(({ signal }) => !signal?.evaluated);
  const text = missing
    ? `Not known for this sign-in: ${missing.definition?.title.toLowerCase() ?? missing.code}`
    : parts
        .flatMap(({ definition, signal }) =>
          definition && signal?.evaluated ? [personText(definition, signal.value)] : [],
        )
        .join(' ');
  return {
    code: term.code,
    contribution: term.contribution,
    ...(evaluated.length === codes.length
      ? {
          observed: evaluated.map((signal) => signal.observed).join('; '),
          usual: evaluated.map((signal) => signal.usual).join('; '),
        }
      : {}),
    text,
  };
};

/** The engines that judge. */
export interface Engines {
  readonly scorer: Scorer;
  readonly pdp: PolicyDecisionPoint;
}

/** A decision and what it was made from. */
export interface Judgement {
  readonly decision: Decision;
  readonly basis: Basis;
}

/**
 * Judges one event against its history: signals, features, one run of the model, contributions, policy. Reads
 * and writes nothing.
 *
 * @param decidedAt processing time, ms.
 */
export const judge = async (
  facts: Facts,
  history: History,
  engines: Engines,
  mode: Decision['mode'],
  decidedAt: number,
): Promise<Judgement> => {
  const { event } = facts;
  const context = { ...facts, ...history };
  const signals = evaluateSignals({ ...context, subject: history.subject });
  const features = modelInput(signals, context);
  const scored = await engines.scorer.score(features);
  const findings = [...signals, ...findingsOf(scored.detectors)];
  const byCode = new Map(findings.map((signal) => [signal.code, signal]));
  const reasons = printedTerms(scored.contributions).map((term) => reasonOf(term, byCode));
  const score = scoreOf(scored.base, reasons);
  const level = levelOf(score);
  const known = maturity(history.subject, event.time);
  const question: PolicyQuestion = {
    principal: { kind: event.subject.kind, id: facts.subject, roles: event.subject.roles },
    application: { id: event.application?.id ?? 'unknown', tenant: event.tenant },
    context: {
      score,
      level,
      maturity: known,
      attempt: event.action,
      result: event.outcome,
      factors: event.factors,
      detections: [
        ...new Set(
          reasons
            .filter((reason) => reason.contribution >= DETECTION_LOG_ODDS)
            .flatMap((reason) => reason.code.split(' × ')),
        ),
      ],
      sensitivity: event.resource?.sensitivity ?? 'unknown',
      ...(event.purpose === undefined ? {} : { purpose: event.purpose }),
      session: event.session !== undefined,
      evidence: [...new Set(event.evidence.map(({ type }) => type))],
      signals: signalValues(features),
    },
  };
  const { outcome, determining, asks } = engines.pdp.decide(question);
  const decision: Decision = {
    eventId: event.id,
    subject: facts.subject,
    score,
    level,
    outcome,
    ...(asks ? { stepUp: stepUpOf(asks, engines.pdp.queries) } : {}),
    mode,
    base: scored.base,
    reasons,
    policy: { determining },
    baseline: { maturity: known, events: history.subject.events },
    model: engines.scorer.model,
    evaluators: {
      ran: findings.filter((signal) => signal.evaluated).map((signal) => signal.code),
      skipped: findings.flatMap((signal) =>
        signal.evaluated ? [] : [{ code: signal.code, why: signal.why }],
      ),
    },
    time: new Date(event.time).toISOString(),
    decidedAt: new Date(decidedAt).toISOString(),
  };
  return { decision, basis: basisOf(features, question, engines.pdp.digest) };
};

/** The decision of {@link judge} alone. */
export const assess = async (...args: Parameters<typeof judge>): Promise<Decision> =>
  (await judge(...args)).decision;

/**
 * What an event may teach the subject's baseline (design §2). A success is cleared to teach in enforce mode when it
 * was allowed, in shadow mode when its risk is low; a success that is not cleared waits in quarantine. Everything else
 * counts as an attempt only.
 */
export const teaching = (
  event: AuthEvent,
  decision: Decision,
): { readonly teaches: boolean; readonly waits: boolean } => {
  const succeeded = event.outcome === 'success' && event.action !== 'sign_out';
  const cleared = decision.mode === 'enforce' ? decision.outcome === 'allow' : decision.level === 'low';
  return { teaches: succeeded && cleared, waits: succeeded && !cleared };
};
