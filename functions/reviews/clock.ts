import { settleCase } from './feedback.ts';
import { finishReview, type ReviewDeps } from './reviewing.ts';

/** How many records one tick looks at. */
export const TICK_LIMIT = 100;

/**
 * What time brings: reviews that nobody decided are denied or escalated, and what a crash left unfinished is
 * finished.
 *
 * @returns how many records were dealt with.
 */
export const tick = async (
  deps: ReviewDeps & { readonly onFailure: (part: string, error: unknown) => void },
): Promise<number> => {
  let finished = 0;
  for (const key of await deps.records.due(deps.clock(), TICK_LIMIT))
    try {
      if (key.startsWith('c#')) await settleCase(deps, key);
      else await finishReview(deps, key);
      finished++;
    } catch (error) {
      // The others are not to wait for it.
      deps.onFailure(key.slice(0, 1) === 'c' ? 'case' : 'review', error);
    }
  return finished;
};
