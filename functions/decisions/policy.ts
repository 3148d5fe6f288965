import initCedar, {
  type DetailedError,
  policySetTextToParts,
  policyToJson,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
  validate,
} from '@cedar-policy/cedar-wasm/web';
import type { SubjectKind } from '../events/index.ts';
import type { Outcome } from './decision.ts';
import { DecisionError } from './decision-error.ts';

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
  };
}

/** The outcome and the ids of the policies that determined it. */
export interface PolicyAnswer {
  readonly outcome: Outcome;
  readonly determining: readonly string[];
}

/** A policy decision point (PDP): plain and synchronous. */
export interface PolicyDecisionPoint {
  /** @throws DecisionError `policy-unavailable` when a policy cannot be evaluated. */
  decide(question: PolicyQuestion): PolicyAnswer;
}

const PRINCIPALS: Record<SubjectKind, string> = {
  person: 'Countersign::Person',
  service: 'Countersign::Service',
  agent: 'Countersign::Agent',
  device: 'Countersign::Device',
};

/** Cedar only says permit or deny, so the answers are asked in this order (design §4). */
const ANSWERS = ['allow', 'step_up', 'review'] as const;

const failure = (what: string, errors: readonly DetailedError[]): DecisionError =>
  new DecisionError('policy-invalid', `${what}: ${errors.map((error) => error.message).join('; ')}`);

/** Policies by their `@id`, which decisions name; every policy must have one of its own. */
const namedPolicies = (text: string): Record<string, string> => {
  const parts = policySetTextToParts(text);
  if (parts.type === 'failure') throw failure('The policy set cannot be read', parts.errors);
  if (parts.policy_templates.length > 0)
    throw new DecisionError('policy-invalid', 'Policy templates are not supported');
  const named: Record<string, string> = {};
  for (const policy of parts.policies) {
    const json = policyToJson(policy);
    if (json.type === 'failure') throw failure('A policy cannot be read', json.errors);
    const id = json.json.annotations?.id;
    if (!id) throw new DecisionError('policy-invalid', 'Every policy needs an @id("…")');
    if (Object.hasOwn(named, id)) throw new DecisionError('policy-invalid', `Two policies are named ${id}`);
    named[id] = policy;
  }
  return named;
};

let loads = 0;

/**
 * Loads Cedar, parses and strictly validates the policies against the schema, and makes one first decision, so
 * that the first event does not pay for it.
 *
 * @throws DecisionError `policy-invalid` naming what is wrong: an invalid policy never becomes active.
 * @example
 * ```ts
 * const pdp = await loadPolicies({ wasm, policies, schema });
 * pdp.decide(question); // { outcome: 'step_up', determining: ['step-up-people'] }
 * ```
 */
export const loadPolicies = async (source: {
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly policies: string;
  readonly schema: string;
}): Promise<PolicyDecisionPoint> => {
  await initCedar({ module_or_path: source.wasm });
  const policies = { staticPolicies: namedPolicies(source.policies) };
  const checked = validate({ schema: source.schema, policies });
  if (checked.type === 'failure') throw failure('The policy set does not validate', checked.errors);
  if (checked.validationErrors.length > 0)
    throw failure(
      'The policy set does not validate',
      checked.validationErrors.map(({ policyId, error }) => ({
        ...error,
        message: `${policyId}: ${error.message}`,
      })),
    );
  const id = `policies-${++loads}`;
  for (const parsed of [preparsePolicySet(id, policies), preparseSchema(id, source.schema)])
    if (parsed.type === 'failure') throw failure('The policy set cannot be parsed', parsed.errors);
  const pdp: PolicyDecisionPoint = { decide: (question) => decideWith(id, question) };
  pdp.decide(WARM_UP);
  return pdp;
};

const decideWith = (id: string, question: PolicyQuestion): PolicyAnswer => {
  const principal = { type: PRINCIPALS[question.principal.kind], id: question.principal.id };
  const resource = { type: 'Countersign::Application', id: question.application.id };
  const entities = [
    { uid: principal, attrs: { roles: [...question.principal.roles] }, parents: [] },
    { uid: resource, attrs: { tenant: question.application.tenant }, parents: [] },
  ];
  const context = {
    ...question.context,
    score: Math.round(question.context.score * 1_000_000),
    factors: [...question.context.factors],
    detections: [...question.context.detections],
  };
  const forbidden: string[] = [];
  for (const outcome of ANSWERS) {
    const answer = statefulIsAuthorized({
      principal,
      action: { type: 'Countersign::Action', id: outcome },
      resource,
      context,
      entities,
      preparsedPolicySetId: id,
      preparsedSchemaName: id,
      validateRequest: true,
    });
    if (answer.type === 'failure' || answer.response.diagnostics.errors.length > 0)
      throw new DecisionError('policy-unavailable', 'The policy could not be evaluated', {
        cause: answer.type === 'failure' ? answer.errors : answer.response.diagnostics.errors,
      });
    const { decision, diagnostics } = answer.response;
    if (decision === 'allow') return { outcome, determining: [...forbidden, ...diagnostics.reason].sort() };
    forbidden.push(...diagnostics.reason);
  }
  return { outcome: 'deny', determining: forbidden.sort() };
};

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
  },
};
