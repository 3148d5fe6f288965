import type { Caller } from '../platform/index.ts';
import type { Speaker } from './case.ts';
import { ReviewError } from './review-error.ts';

const OPERATE = 'countersign/operate';

/** Longest name of a caller that is kept, characters. */
const NAME_LENGTH = 200;

const nameOf = ({ claims, clientId }: Caller): string | undefined => {
  const name = typeof claims.sub === 'string' && claims.sub !== '' ? claims.sub : clientId;
  return name?.slice(0, NAME_LENGTH);
};

/** Who gives feedback: a caller who may operate is a reviewer, any other is an app. */
export const speakerOf = (caller: Caller): Speaker => ({
  kind: caller.scopes.includes(OPERATE) ? 'reviewer' : 'app',
  id: nameOf(caller) ?? 'unnamed',
});

/**
 * The name of a reviewer. Two approvals are two people only if each has a name.
 *
 * @throws ReviewError `reviewer-unnamed` (403)
 */
export const reviewerOf = (caller: Caller): string => {
  const name = nameOf(caller);
  if (name === undefined)
    throw new ReviewError('reviewer-unnamed', 'The token names nobody', { status: 403 });
  return name;
};
