import type { Decision, DecisionStore } from '../decisions/index.ts';
import { disputeIdIn, disputeReference, isReferenceOf } from './dispute-reference.ts';
import type { Review } from './review.ts';
import { ReviewError } from './review-error.ts';
import { openReview, type ReviewDeps, reviewKey } from './reviewing.ts';

/** What a person is told of a dispute: no score, no threshold, no policy, nothing of anybody else. */
export interface DisputeView {
  /** Signed: {@link disputeReference}. */
  readonly reference: string;
  readonly status: 'open' | 'overdue' | 'upheld' | 'overturned';
  /** A person decides by then. ISO 8601. */
  readonly respondBy: string;
  /** What was decided on the event, in plain words. */
  readonly decision: string;
  /** Why, in plain words, the strongest first. */
  readonly reasons: readonly string[];
}

/** What disputes need from outside. */
export interface DisputeDeps extends ReviewDeps {
  /** The deployment's secret: references are signed with a key derived from it. */
  readonly secret: () => Promise<string>;
}

const SAID = {
  allow: 'The sign-in was let through.',
  step_up: 'More proof was asked for.',
  review: 'The sign-in waits for a person to look at it.',
  deny: 'The sign-in was not let through.',
} as const satisfies Record<Decision['outcome'], string>;

/** How many reasons are told: those that decided. */
const REASONS = 5;

const told = (review: Review, decision: Decision, secret: string): DisputeView => ({
  reference: disputeReference(secret, review),
  status: review.resolution
    ? review.resolution.outcome === 'allow'
      ? 'overturned'
      : 'upheld'
    : review.overdue
      ? 'overdue'
      : 'open',
  respondBy: new Date(review.deadline).toISOString(),
  decision: SAID[decision.outcome],
  reasons: decision.reasons
    .filter(({ contribution }) => contribution > 0)
    .slice(0, REASONS)
    .map(({ text }) => text),
});

const decisionOf = async (deps: Pick<ReviewDeps, 'decisions'>, review: Review): Promise<Decision> => {
  const stored: Awaited<ReturnType<DecisionStore['get']>> = await deps.decisions.get(review.decision);
  if (!stored) throw new ReviewError('dispute-unknown', 'There is no such dispute', { status: 404 });
  return stored.decision;
};

/**
 * Contests a decision for the person it is about. An open dispute is given again.
 *
 * @param decision key of the decision.
 * @throws ReviewError `event-unknown` (404), `review-conflict` (409) when it was disputed and resolved before.
 */
export const openDispute = async (
  deps: DisputeDeps,
  decision: string,
  statement: string | undefined,
): Promise<DisputeView> => {
  const review = await openReview(deps, decision, 'dispute', statement);
  return told(review, await decisionOf(deps, review), await deps.secret());
};

/** How a dispute stands. @throws ReviewError `dispute-unknown` (404), also for a reference that is not ours. */
export const readDispute = async (
  deps: DisputeDeps,
  tenant: string,
  reference: string,
): Promise<DisputeView> => {
  const id = disputeIdIn(reference);
  const review = id === undefined ? undefined : await deps.records.get<Review>(reviewKey(tenant, id));
  const secret = await deps.secret();
  if (!review || !isReferenceOf(secret, reference, review))
    throw new ReviewError('dispute-unknown', 'There is no such dispute', { status: 404 });
  return told(review, await decisionOf(deps, review), secret);
};
