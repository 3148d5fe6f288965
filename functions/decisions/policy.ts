import { createHash } from 'node:crypto';
import initCedar, {
  type CedarValueJson,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/web';
import type { SubjectKind } from '../events/index.ts';
import { type Asks, joinedAsks } from './asks.ts';
import { type CompiledPolicies, policyInvalid } from './compile-policies.ts';
import type { Outcome } from './decision.ts';
import { DecisionError } from './decision-error.ts';
import type { PresentationQueries } from './presentation-query.ts';

/** What policy is asked about. Everything is data that the decision records as well. */
export interface PolicyQuestion {
  readonly principal: { readonly kind: SubjectKind; readonly id: string; readonly roles: readonly string[] };
  readonly application: { readonly id: string; readonly tenant: string };
  readonly context: {
    /** Probability in [0, 1]. */
    readonly score: number;
    readonly level: string;
    readonly maturity: string;
    readonly attempt: string;
    readonly result: string;
    readonly factors: readonly string[];
    readonly detections: readonly string[];
    readonly sensitivity: string;
    /** What for, as the application calls it. @default 'unknown' */
    readonly purpose?: string;
    /** Whether the event belongs to a session. */
    readonly session: boolean;
    /** Types of the evidence that came with it. */
    readonly evidence: readonly string[];
    /** Names of the presentation queries that a wallet has answered since. @default none */
    readonly proved?: readonly string[];
    /** Value of every signal that could be evaluated and is not zero, by code. */
    readonly signals: Readonly<Record<string, number>>;
  };
}

/** The outcome and the ids of the policies that determined it. */
export interface PolicyAnswer {
  readonly outcome: Outcome;
  readonly determining: readonly string[];
  /** What policies ask for; present when the outcome is `step_up`. */
  readonly asks?: Asks;
}

/** What reviewers want to make of a decision. */
export interface ResolutionWish {
  /** Who decides or approves last. */
  readonly reviewer: string;
  readonly answer: 'allow' | 'deny';
  /** How many different reviewers want it. */
  readonly approvals: number;
}

/** A policy decision point (PDP): plain and synchronous. */
export interface PolicyDecisionPoint {
  /** SHA-256 of the policies and their schema, hex: decisions keep it. */
  readonly digest: string;
  /** What wallets are asked, by the names that policies use. */
  readonly queries: PresentationQueries;
  /** @throws DecisionError `policy-unavailable` when a policy cannot be evaluated. */
  decide(question: PolicyQuestion): PolicyAnswer;
  /**
   * Whether what reviewers want may become the outcome, or more of them have to want it.
   * @throws DecisionError `policy-unavailable`
   */
  mayResolve(question: PolicyQuestion, wish: ResolutionWish): boolean;
}

const PRINCIPALS: Record<SubjectKind, string> = {
  person: 'Countersign::Person',
  service: 'Countersign::Service',
  agent: 'Countersign::Agent',
  device: 'Countersign::Device',
};

/** Cedar only says permit or deny, so the answers are asked in this order (design §4). */
const ANSWERS = ['allow', 'step_up', 'review'] as const;

/** What a policy set is known by: all that outcomes follow from. Queries say what is asked, and decide nothing. */
export const policyDigest = ({ policies, schema }: Pick<CompiledPolicies, 'policies' | 'schema'>): string =>
  createHash('sha256')
    .update(JSON.stringify([Object.entries(policies).sort(([a], [b]) => (a < b ? -1 : 1)), schema]))
    .digest('hex');

/**
 * Loads Cedar and a compiled policy set, and makes one first decision, so that the first event does not pay
 * for it.
 *
 * @throws DecisionError `policy-invalid` when the set cannot be parsed after all.
 * @example
 * ```ts
 * const pdp = await loadPolicies(wasm, await compilePolicies(wasm, { policies, schema }));
 * pdp.decide(question); // { outcome: 'step_up', determining: ['step-up-people'] }
 * ```
 */
export const loadPolicies = async (
  wasm: Uint8Array<ArrayBuffer>,
  compiled: CompiledPolicies,
): Promise<PolicyDecisionPoint> => {
  await initCedar({ module_or_path: wasm });
  const digest = policyDigest(compiled);
  const set: LoadedSet = {
    id: `policies-${digest}`,
    // Handing over dozens of values that no policy asks for would take longer than everything else.
    signals: Object.values(compiled.policies).some((text) => /\bsignals\b/.test(text)),
    asks: compiled.asks,
  };
  const { id } = set;
  for (const parsed of [
    preparsePolicySet(id, { staticPolicies: { ...compiled.policies } }),
    preparseSchema(id, compiled.schema),
  ])
    if (parsed.type === 'failure') throw policyInvalid('The policy set cannot be parsed', parsed.errors);
  const pdp: PolicyDecisionPoint = {
    digest,
    queries: compiled.queries,
    decide: (question) => decideWith(set, question),
    mayResolve: (question, wish) => mayResolveWith(set, question, wish),
  };
  pdp.decide(WARM_UP);
  return pdp;
};

interface LoadedSet {
  readonly id: string;
  /** Whether any policy asks for single signals. */
  readonly signals: boolean;
  readonly asks: CompiledPolicies['asks'];
}

interface Request {
  readonly principal: { readonly type: string; readonly id: string };
  readonly attrs: Record<string, CedarValueJson>;
  readonly action: string;
  readonly context: Record<string, CedarValueJson>;
}

/** Asks Cedar once. */
const ask = (id: string, application: PolicyQuestion['application'], request: Request) => {
  const { principal, attrs, action, context } = request;
  const resource = { type: 'Countersign::Application', id: application.id };
  const answer = statefulIsAuthorized({
    principal,
    action: { type: 'Countersign::Action', id: action },
    resource,
    context,
    entities: [
      { uid: principal, attrs, parents: [] },
      { uid: resource, attrs: { tenant: application.tenant }, parents: [] },
    ],
    preparsedPolicySetId: id,
    preparsedSchemaName: id,
    validateRequest: true,
  });
  if (answer.type === 'failure' || answer.response.diagnostics.errors.length > 0)
    throw new DecisionError('policy-unavailable', 'The policy could not be evaluated', {
      status: 503,
      cause: answer.type === 'failure' ? answer.errors : answer.response.diagnostics.errors,
    });
  return answer.response;
};

const contextOf = ({ context }: PolicyQuestion, { signals }: LoadedSet) => ({
  ...context,
  score: Math.round(context.score * 1_000_000),
  purpose: context.purpose ?? 'unknown',
  factors: [...context.factors],
  detections: [...context.detections],
  evidence: [...context.evidence],
  proved: [...(context.proved ?? [])],
  signals: signals
    ? Object.fromEntries(
        Object.entries(context.signals).map(([code, value]) => [code, Math.round(value * 1_000)]),
      )
    : {},
});

/** Each policy once, though it may have forbidden several answers. */
const named = (...ids: readonly (readonly string[])[]): string[] => [...new Set(ids.flat())].sort();

const decideWith = (set: LoadedSet, question: PolicyQuestion): PolicyAnswer => {
  const principal = { type: PRINCIPALS[question.principal.kind], id: question.principal.id };
  const attrs = { roles: [...question.principal.roles] };
  const context = contextOf(question, set);
  const forbidden: string[] = [];
  for (const outcome of ANSWERS) {
    const { decision, diagnostics } = ask(set.id, question.application, {
      principal,
      attrs,
      action: outcome,
      context,
    });
    if (decision === 'allow')
      return {
        outcome,
        determining: named(forbidden, diagnostics.reason),
        ...(outcome === 'step_up'
          ? { asks: joinedAsks(diagnostics.reason.flatMap((id) => set.asks[id] ?? [])) }
          : {}),
      };
    forbidden.push(...diagnostics.reason);
  }
  return { outcome: 'deny', determining: named(forbidden) };
};

const mayResolveWith = (set: LoadedSet, question: PolicyQuestion, wish: ResolutionWish): boolean =>
  ask(set.id, question.application, {
    principal: { type: 'Countersign::Reviewer', id: wish.reviewer },
    attrs: {},
    action: 'resolve',
    context: { ...contextOf(question, set), answer: wish.answer, approvals: wish.approvals },
  }).decision === 'allow';

const WARM_UP: PolicyQuestion = {
  principal: { kind: 'person', id: 'nobody', roles: [] },
  application: { id: 'none', tenant: 'default' },
  context: {
    score: 1,
    level: 'high',
    maturity: 'none',
    attempt: 'sign_in',
    result: 'success',
    factors: [],
    detections: [],
    sensitivity: 'unknown',
    session: false,
    evidence: [],
    signals: {},
  },
};
