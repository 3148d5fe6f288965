import { type Asks, queryNameOf } from './asks.ts';
import { type EvidenceKind, STRENGTHS } from './evidence.ts';
import { isZeroKnowledge, type PresentationQueries } from './presentation-query.ts';

/** One way to step up. */
export interface StepUpOption {
  readonly evidence: EvidenceKind;
  /** 1 to 3, see `STRENGTHS`. */
  readonly strength: number;
  /** Name of the query that a wallet is asked, for evidence that wallets present. */
  readonly query?: string;
  /** Why the wallet is asked, in words for the person. */
  readonly purpose?: string;
}

/** What is needed: one of several ways, the strongest first. */
export interface StepUp {
  readonly anyOf: readonly StepUpOption[];
  /** For the authorization request of an app that steps up by itself (RFC 9470 §4), in order of preference. */
  readonly acr_values: string;
  /** Seconds that may have passed since the person last authenticated (RFC 9470 §4). */
  readonly max_age: number;
}

/**
 * Names of authentication contexts, where the deployment's own are not known: by the evidence that they stand for.
 * Policies name others by `@acr_values`.
 */
const acrValuesOf = (options: readonly StepUpOption[]): string =>
  [...new Set(options.map(({ evidence }) => `urn:countersign:acr:${evidence}`))].join(' ');

/**
 * What a step-up takes, by what policy asks for.
 *
 * @param queries those that policy may name; names that are none are left out.
 * @example
 * ```ts
 * stepUpOf({ evidence: ['second_factor'] }, {}).anyOf; // [{ evidence: 'second_factor', strength: 2 }]
 * ```
 */
export const stepUpOf = (asks: Asks, queries: PresentationQueries): StepUp => {
  const anyOf = asks.evidence
    .flatMap((ask): StepUpOption[] => {
      const name = queryNameOf(ask);
      if (name === undefined)
        return [{ evidence: ask as EvidenceKind, strength: STRENGTHS[ask as EvidenceKind] }];
      const query = queries[name];
      if (query === undefined) return [];
      const evidence = isZeroKnowledge(query) ? 'zk_predicate' : 'credential';
      return [{ evidence, strength: STRENGTHS[evidence], query: name, purpose: query.purpose }];
    })
    .sort((a, b) => b.strength - a.strength);
  const own = anyOf.filter(({ query }) => query === undefined);
  return {
    anyOf,
    acr_values: asks.acrValues ?? acrValuesOf(own.length > 0 ? own : anyOf),
    // A risky sign-in is itself an authentication: only one after it will do.
    max_age: asks.maxAge ?? 0,
  };
};
