import { asksForProof, type Query } from './dcql-query.ts';
import { PresentationError } from './presentation-error.ts';

/**
 * The scope under which wallets show the pseudonym by which they are enrolled. It is Countersign's own: an app that
 * learned it could follow a wallet from tenant to tenant.
 */
export const WALLET_SCOPE = 'wallet';

/** Registered scopes, each with what it is for, in words that continue "a name for you that …". */
export type PseudonymScopes = Readonly<Record<string, string>>;

const WORDS = 'is always the same here, so that this wallet is known again, and that nobody else can follow';

/** What a scope is for, in words for the person. Requests are made for registered scopes only. */
export const wordsOfScope = (scope: string, registered: PseudonymScopes): string =>
  scope === WALLET_SCOPE
    ? WORDS
    : ((Object.hasOwn(registered, scope) ? registered[scope] : undefined) ?? WORDS);

/**
 * Refuses scopes that are not registered: a free text would let every question have a pseudonym of its own, or share
 * one that was promised for something else. The pseudonym is of the audience as well, so that must stay the same.
 *
 * @throws PresentationError `request-invalid` (422)
 */
export const checkScopes = (
  query: Query,
  {
    registered,
    ownQuestion,
    audienceStays,
  }: {
    readonly registered: PseudonymScopes;
    /** Whether Countersign itself asks, and not an app. */
    readonly ownQuestion: boolean;
    readonly audienceStays: boolean;
  },
): void => {
  for (const [index, { meta }] of query.credentials.entries()) {
    const scope = asksForProof(meta) ? meta.pseudonym_scope : undefined;
    if (scope === undefined) continue;
    const known = scope === WALLET_SCOPE ? ownQuestion : Object.hasOwn(registered, scope);
    const problem = !known
      ? 'must be a scope that the deployment has registered for apps'
      : audienceStays
        ? undefined
        : 'needs a client identifier that stays the same: redirect_uri does not';
    if (problem !== undefined)
      throw new PresentationError('request-invalid', 'The presentation request is not valid', {
        status: 422,
        fields: [{ field: `dcql_query.credentials.${index}.meta.pseudonym_scope`, problem }],
      });
  }
};
