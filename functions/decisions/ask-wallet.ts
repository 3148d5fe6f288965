import { DEFAULT_ASKS } from './asks.ts';
import type { AskedPresentation, Decision } from './decision.ts';
import { isAboutWallet, type PresentationQueries, type PresentationQuery } from './presentation-query.ts';
import { type StepUp, stepUpOf } from './step-up.ts';

/** For whom a wallet is asked, and because of what. */
export interface WalletQuestion {
  readonly tenant: string;
  readonly eventId: string;
  /** Keyed pseudonym. */
  readonly subject: string;
}

/** What asking wallets needs from outside. */
export interface AskWallet {
  /** Whether the subject has an enrolled wallet: one read, of who has to step up only. */
  hasWallet(question: WalletQuestion): Promise<boolean>;
  /** Makes a request of the verifier: one write. */
  request(
    question: WalletQuestion,
    query: Pick<PresentationQuery, 'purpose' | 'dcql_query'>,
  ): Promise<Omit<AskedPresentation, 'query' | 'wallet'>>;
}

/** The ways to step up without those that this subject cannot go; when none is left, what everybody can do. */
const without = (stepUp: StepUp, impossible: ReadonlySet<string>): StepUp => {
  const anyOf = stepUp.anyOf.filter(({ query }) => query === undefined || !impossible.has(query));
  return anyOf.length > 0 ? { ...stepUp, anyOf } : { ...stepUpOf(DEFAULT_ASKS, {}), max_age: stepUp.max_age };
};

/**
 * Lets a wallet be asked where policy names that as a way to step up: by the first query that a wallet of the subject
 * can answer. Queries about the enrolled wallet are left out for who has none, who is left all the other ways. A part
 * that fails takes the wallet off the menu, and no more.
 *
 * @param ask absent where no wallet is to be asked: for a failed attempt, and for names that are no account's.
 */
export const askIn = async (
  decision: Decision,
  queries: PresentationQueries,
  {
    tenant,
    ask,
    onFailure,
  }: {
    readonly tenant: string;
    readonly ask: AskWallet | undefined;
    readonly onFailure: (part: string, error: unknown) => void;
  },
): Promise<Decision> => {
  const { stepUp, eventId, subject } = decision;
  const named = stepUp?.anyOf.flatMap(({ query }) => (query === undefined ? [] : [query])) ?? [];
  if (!stepUp || named.length === 0) return decision;
  const none = () => ({ ...decision, stepUp: without(stepUp, new Set(named)) });
  if (!ask) return none();
  const question = { tenant, eventId, subject };
  try {
    const aboutWallet = named.filter((name) => isAboutWallet(queries[name]!));
    const impossible = new Set(aboutWallet.length > 0 && !(await ask.hasWallet(question)) ? aboutWallet : []);
    const possible = without(stepUp, impossible);
    const query = possible.anyOf.find((option) => option.query !== undefined)?.query;
    if (query === undefined) return { ...decision, stepUp: possible };
    const { purpose, dcql_query } = queries[query]!;
    const made = await ask.request(question, { purpose, dcql_query });
    const wallet = aboutWallet.includes(query);
    return { ...decision, stepUp: possible, presentationRequest: { ...made, query, wallet } };
  } catch (error) {
    onFailure('presentation', error);
    return none();
  }
};
