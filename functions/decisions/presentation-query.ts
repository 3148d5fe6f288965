import * as z from 'zod';
import { DecisionError } from './decision-error.ts';

/**
 * Scope under which wallets give the pseudonym that enrolment keeps: that of the presentations room, written again so
 * that the score function need not load it.
 */
export const WALLET_SCOPE = 'wallet';

/** What a named query may say, as `policies/queries.json` and versions on record write it. */
export const presentationQuery = z.strictObject({
  purpose: z.string().min(1).max(300).describe('Why it is asked, in words for the person'),
  wallet: z
    .literal('enrolled')
    .exactOptional()
    .describe('The answer counts from a wallet that is enrolled for the subject only'),
  dcql_query: z.record(z.string(), z.unknown()).describe('DCQL (OpenID4VP 1.0 §6)'),
});

/** What a wallet is asked when policy names it. */
export type PresentationQuery = z.infer<typeof presentationQuery>;

/** Queries by the name that policies call them: `@asks("presentation:same-wallet")`. */
export const presentationQueries = z.record(
  z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a name of small letters, digits and hyphens'),
  presentationQuery,
);

/** Queries by name. */
export type PresentationQueries = Readonly<Record<string, PresentationQuery>>;

const metasOf = ({ dcql_query }: PresentationQuery): readonly Record<string, unknown>[] =>
  (dcql_query.credentials as readonly { readonly meta?: Record<string, unknown> }[]).map(
    ({ meta }) => meta ?? {},
  );

/** Whether all that is asked for is shown by zero-knowledge proofs. */
export const isZeroKnowledge = (query: PresentationQuery): boolean =>
  metasOf(query).every(
    ({ predicates, pseudonym_scope }) => predicates !== undefined || pseudonym_scope !== undefined,
  );

/** Whether the answer tells which of the enrolled wallets it comes from, and has to come from one of them. */
export const isAboutWallet = (query: PresentationQuery): boolean =>
  query.wallet === 'enrolled' || metasOf(query).some((meta) => meta.pseudonym_scope === WALLET_SCOPE);

const invalid = (field: string, problem: string): DecisionError =>
  new DecisionError('policy-invalid', `The presentation query ${field}: ${problem}`, {
    status: 422,
    fields: [{ field: `queries.${field}`, problem }],
  });

/**
 * Checks named queries as the verifier would when they are asked, so that none is deployed or activated that no wallet
 * could be sent.
 *
 * @throws DecisionError `policy-invalid` (422), naming the query and what is wrong with it.
 */
export const checkQueries = async (queries: unknown): Promise<PresentationQueries> => {
  const parsed = presentationQueries.safeParse(queries);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(issue?.path.join('.') ?? '', issue?.message ?? 'is not valid');
  }
  const entries = Object.entries(parsed.data);
  if (entries.length === 0) return parsed.data;
  // Only where there is something to check: the score function compiles policies too, and is to start quickly.
  const { parseQuery } = await import('../presentations/asking/index.ts');
  for (const [name, { dcql_query }] of entries)
    try {
      parseQuery(dcql_query);
    } catch (error) {
      const [field] = (error as { fields?: { field: string; problem: string }[] }).fields ?? [];
      throw invalid(name, field ? `${field.field} ${field.problem}` : (error as Error).message);
    }
  return parsed.data;
};
