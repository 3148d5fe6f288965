import type { PolicyJson } from '@cedar-policy/cedar-wasm/web';
import { DecisionError } from './decision-error.ts';
import { type EvidenceKind, OWN_EVIDENCE } from './evidence.ts';
import type { PresentationQueries } from './presentation-query.ts';

/** What a policy that permits `step_up` asks for: its annotations `@asks`, `@acr_values` and `@max_age`. */
export interface Asks {
  /** Kinds of evidence and `presentation:<query>`, as written. */
  readonly evidence: readonly string[];
  /** RFC 9470: names of authentication contexts, in order of preference. */
  readonly acrValues?: string;
  /** RFC 9470: seconds that may have passed since the person last authenticated. */
  readonly maxAge?: number;
}

/** What is asked for where a policy does not say: what every app can do. */
export const DEFAULT_ASKS: Asks = { evidence: ['reauthentication', 'second_factor'] };

const PRESENTATION = 'presentation:';

/** The query that an ask names; undefined where it names evidence that apps collect. */
export const queryNameOf = (ask: string): string | undefined =>
  ask.startsWith(PRESENTATION) ? ask.slice(PRESENTATION.length) : undefined;

const refused = (policyId: string, problem: string): DecisionError =>
  new DecisionError('policy-invalid', `${policyId}: ${problem}`, {
    status: 422,
    fields: [{ field: 'policies', problem: `${policyId}: ${problem}` }],
  });

const permitsStepUp = ({ effect, action }: PolicyJson): boolean => {
  if (effect !== 'permit') return false;
  if (action.op === 'All') return true;
  const named = 'entity' in action ? [action.entity] : 'entities' in action ? action.entities : [];
  return named.some((entity) => 'id' in entity && entity.id === 'step_up');
};

/**
 * What a policy asks for; undefined where it does not say.
 *
 * @param queries those that it may name.
 * @throws DecisionError `policy-invalid` (422) for evidence or a query that nobody knows, and for annotations on a
 * policy that does not permit `step_up`.
 */
export const asksOf = (
  policyId: string,
  policy: PolicyJson,
  queries: PresentationQueries,
): Asks | undefined => {
  const { asks, acr_values: acrValues, max_age: maxAge } = policy.annotations ?? {};
  if (asks === undefined && acrValues === undefined && maxAge === undefined) return undefined;
  if (!permitsStepUp(policy))
    throw refused(policyId, '@asks, @acr_values and @max_age belong on policies that permit step_up');
  const evidence = asks === undefined ? DEFAULT_ASKS.evidence : (asks ?? '').split(/\s+/).filter(Boolean);
  if (evidence.length === 0) throw refused(policyId, '@asks names no evidence');
  for (const ask of evidence) {
    const query = queryNameOf(ask);
    if (query === undefined ? !OWN_EVIDENCE.includes(ask as EvidenceKind) : !Object.hasOwn(queries, query))
      throw refused(
        policyId,
        query === undefined
          ? `@asks names ${JSON.stringify(ask)}: there are ${OWN_EVIDENCE.join(', ')} and presentation:<query>`
          : `@asks names the query ${JSON.stringify(query)}: there are ${Object.keys(queries).join(', ') || 'none'}`,
      );
  }
  if (maxAge !== undefined && !/^\d{1,6}$/.test(maxAge ?? ''))
    throw refused(policyId, '@max_age must be a number of seconds');
  return {
    evidence,
    ...(acrValues ? { acrValues } : {}),
    ...(maxAge === undefined ? {} : { maxAge: Number(maxAge) }),
  };
};

/** What several policies ask for that together permit the step-up: everything, each once. */
export const joinedAsks = (all: readonly Asks[]): Asks => {
  if (all.length === 0) return DEFAULT_ASKS;
  const acrValues = [...new Set(all.flatMap(({ acrValues }) => acrValues?.split(/\s+/) ?? []))].join(' ');
  const ages = all.flatMap(({ maxAge }) => (maxAge === undefined ? [] : [maxAge]));
  return {
    evidence: [...new Set(all.flatMap(({ evidence }) => evidence))],
    ...(acrValues ? { acrValues } : {}),
    ...(ages.length > 0 ? { maxAge: Math.min(...ages) } : {}),
  };
};
