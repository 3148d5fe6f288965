import initCedar, {
  type DetailedError,
  type PolicyJson,
  policySetTextToParts,
  policyToJson,
  validate,
} from '@cedar-policy/cedar-wasm/web';
import { catalogue } from '../signals/index.ts';
import { type Asks, asksOf } from './asks.ts';
import { DecisionError } from './decision-error.ts';
import { checkQueries, type PresentationQueries } from './presentation-query.ts';

/** A policy set that was found valid: what a function loads. Plain JSON. */
export interface CompiledPolicies {
  /** The text of each policy by its `@id`, which decisions name. */
  readonly policies: Readonly<Record<string, string>>;
  /** The schema that they are valid against, in Cedar's own syntax. */
  readonly schema: string;
  /** What wallets are asked where policy names it. */
  readonly queries: PresentationQueries;
  /** What policies that permit `step_up` ask for, by `@id`; those that do not say are left out. */
  readonly asks: Readonly<Record<string, Asks>>;
}

/** The error for a policy set that cannot be used. */
export const policyInvalid = (what: string, errors: readonly DetailedError[]): DecisionError =>
  new DecisionError('policy-invalid', `${what}: ${errors.map((error) => error.message).join('; ')}`, {
    status: 422,
  });

const SIGNALS = 'type Signals = {};';

/**
 * The schema with a member for each signal, so that a policy that misspells one is refused.
 *
 * @param codes of the catalogue.
 */
export const schemaWithSignals = (schema: string, codes: readonly string[]): string => {
  const members = codes.map((code) => `    ${JSON.stringify(code)}?: Long,`).join('\n');
  return schema.replace(SIGNALS, `type Signals = {\n${members}\n  };`);
};

/** A policy as it is written, and as Cedar reads it. */
interface NamedPolicy {
  readonly text: string;
  readonly json: PolicyJson;
}

/** The policies of a text by their `@id`. @throws DecisionError `policy-invalid` */
const namedPolicies = (text: string): Record<string, NamedPolicy> => {
  const parts = policySetTextToParts(text);
  if (parts.type === 'failure') throw policyInvalid('The policy set cannot be read', parts.errors);
  if (parts.policy_templates.length > 0)
    throw new DecisionError('policy-invalid', 'Policy templates are not supported', { status: 422 });
  const named = new Map<string, NamedPolicy>();
  for (const policy of parts.policies) {
    const json = policyToJson(policy);
    if (json.type === 'failure') throw policyInvalid('A policy cannot be read', json.errors);
    const id = json.json.annotations?.id;
    if (!id) throw new DecisionError('policy-invalid', 'Every policy needs an @id("…")', { status: 422 });
    if (named.has(id))
      throw new DecisionError('policy-invalid', `Two policies are named ${id}`, { status: 422 });
    named.set(id, { text: String(policy), json: json.json });
  }
  return Object.fromEntries(named);
};

/**
 * Parses policies and validates them strictly against the schema. It is done once, when the deployment is
 * built: an invalid policy is never deployed, and a cold start need not look for one (it would take longer
 * than everything else that a cold start does with policies).
 *
 * @param wasm Cedar's WASM binary.
 * @param source `overrides` come on top: a policy with the `@id` of another takes its place, the rest is added.
 * `queries` were checked before, or are the deployment's own; `ownQueries` come on top of them.
 * @throws DecisionError `policy-invalid` naming what is wrong.
 * @example
 * ```ts
 * const compiled = await compilePolicies(wasm, { policies: '@id("none") forbid (principal, action, resource);', schema });
 * ```
 */
export const compilePolicies = async (
  wasm: Uint8Array<ArrayBuffer>,
  source: {
    readonly policies: string;
    readonly overrides?: string;
    readonly schema: string;
    readonly queries?: PresentationQueries;
    readonly ownQueries?: unknown;
  },
): Promise<CompiledPolicies> => {
  await initCedar({ module_or_path: wasm });
  const named = { ...namedPolicies(source.policies), ...namedPolicies(source.overrides ?? '') };
  const policies = Object.fromEntries(Object.entries(named).map(([id, { text }]) => [id, text]));
  const queries = { ...source.queries, ...(await checkQueries(source.ownQueries ?? {})) };
  const schema = schemaWithSignals(
    source.schema,
    catalogue.map(({ code }) => code),
  );
  const checked = validate({ schema, policies: { staticPolicies: policies } });
  if (checked.type === 'failure') throw policyInvalid('The policy set does not validate', checked.errors);
  if (checked.validationErrors.length > 0)
    throw policyInvalid(
      'The policy set does not validate',
      checked.validationErrors.map(({ policyId, error }) => ({
        ...error,
        message: `${policyId}: ${error.message}`,
      })),
    );
  // A policy that can never apply is a mistake: most often a misspelt signal behind `has`.
  const impossible = checked.validationWarnings.filter(({ error }) => /impossible/i.test(error.message));
  if (impossible.length > 0)
    throw policyInvalid(
      'A policy can never apply',
      impossible.map(({ policyId, error }) => ({ ...error, message: `${policyId}: ${error.message}` })),
    );
  const asks = Object.fromEntries(
    Object.entries(named).flatMap(([id, { json }]) => {
      const asked = asksOf(id, json, queries);
      return asked ? [[id, asked]] : [];
    }),
  );
  return { policies, schema, queries, asks };
};
