import type { DecisionStore, StoredDecision } from '../decisions/index.ts';
import type { FeedbackDeps } from './feedback.ts';
import { caseKey, giveFeedback, settleCase } from './feedback.ts';
import { type Action, type Answer, acted, aged, type Review } from './review.ts';
import { eventUnknown, ReviewError } from './review-error.ts';
import type { Filing } from './reviews.store.ts';

/** Everything that reviewing needs from outside. */
export interface ReviewDeps extends FeedbackDeps {
  readonly decisions: Pick<DecisionStore, 'get' | 'resolve'>;
  /** How long a review, and a dispute, may take, ms. */
  readonly allowed: Readonly<Record<Review['kind'], number>>;
  /** Asks policy whether so many reviewers are enough. @throws DecisionError `policy-unavailable` (503) */
  readonly mayResolve: (
    stored: StoredDecision,
    wish: { readonly reviewer: string; readonly answer: Answer; readonly approvals: number },
  ) => Promise<boolean>;
}

const WRITE_ATTEMPTS = 8;
const FINISH_AFTER_MS = 60_000;

const digestOf = (decision: string): string => decision.split('#')[2] ?? '';

/** Id of the review of a decision, and of the dispute about it: one each. */
export const reviewIdOf = (decision: string, kind: Review['kind']): string =>
  `${kind === 'review' ? 'r' : 'd'}-${digestOf(decision)}`;

/** Key of a review's record. */
export const reviewKey = (tenant: string, id: string): string => `r#${tenant}#${id}`;

const isUnfinished = (review: Review): boolean =>
  (review.resolution !== undefined && !review.done) || review.asked.told < review.asked.wanted;

/** The most urgent are first on the list of open ones. */
const filingOf = (review: Review, now: number): Filing => {
  const next = !review.escalated ? review.escalateAt : review.overdue ? undefined : review.deadline;
  const dueAt = isUnfinished(review) ? now + FINISH_AFTER_MS : review.resolution ? undefined : next;
  return {
    queue: `${review.resolution ? 'closed' : 'open'}#${review.tenant}`,
    since: review.resolution?.at ?? review.deadline,
    ...(dueAt === undefined ? {} : { dueAt }),
    subject: `${review.tenant}#${review.subject}`,
  };
};

const unknown = (): ReviewError =>
  new ReviewError('review-unknown', 'There is no such review', { status: 404 });

/** Changes a review, losing no concurrent change; gives it as it is stored then. */
const change = async (
  deps: Pick<ReviewDeps, 'records' | 'clock'>,
  key: string,
  next: (review: Review) => Review | Promise<Review>,
): Promise<Review> => {
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
    const known = await deps.records.get<Review>(key);
    if (!known) throw unknown();
    const changed = await next(known);
    if (changed === known) return known;
    const review = { ...changed, version: known.version + 1 };
    if (await deps.records.put(key, review, filingOf(review, deps.clock()))) return review;
  }
  throw new ReviewError('review-store-unavailable', 'The review is written too often at once', {
    status: 503,
  });
};

const tellRequested = async (deps: ReviewDeps, review: Review): Promise<void> => {
  for (let number = review.asked.told + 1; number <= review.asked.wanted; number++)
    await deps.tell({
      type: 'Review Requested',
      id: `${reviewKey(review.tenant, review.id)}#${number}`,
      tenant: review.tenant,
      time: deps.clock(),
      data: {
        reviewId: review.id,
        kind: review.kind,
        eventId: review.eventId,
        subject: review.subject,
        score: review.summary.score,
        level: review.summary.level,
        reasons: review.summary.reasons,
        deadline: new Date(review.deadline).toISOString(),
        escalated: review.escalated,
      },
    });
};

/** Puts the outcome where it counts: the decision, the baseline, the bus. In this order, each step repeatable. */
const carryOut = async (deps: ReviewDeps, review: Review): Promise<void> => {
  const { resolution } = review;
  if (!resolution) return;
  const stored = await deps.decisions.get(review.decision);
  if (stored) {
    const { resolution: earlier, outcome } = stored.decision;
    await deps.decisions.resolve(
      review.decision,
      resolution.outcome,
      {
        from: earlier?.from ?? outcome,
        by: resolution.by,
        reference: review.id,
        time: new Date(resolution.at).toISOString(),
      },
      // A dispute is about what was resolved before, too.
      review.kind === 'dispute' ? earlier?.reference : undefined,
    );
    const nonce = `review-${review.id}`;
    if (resolution.verdict !== undefined && review.proposal)
      try {
        await giveFeedback(deps, {
          decision: review.decision,
          verdict: resolution.verdict,
          by: { kind: 'reviewer', id: review.proposal.by },
          nonce,
        });
      } catch (error) {
        if (!(error instanceof ReviewError && error.code === 'link-used')) throw error;
        await settleCase(deps, caseKey(review.decision));
      }
  }
  await deps.tell({
    type: 'Review Resolved',
    id: `${reviewKey(review.tenant, review.id)}#resolved`,
    tenant: review.tenant,
    time: resolution.at,
    data: {
      reviewId: review.id,
      kind: review.kind,
      eventId: review.eventId,
      subject: review.subject,
      outcome: resolution.outcome,
      by: resolution.by,
      ...(resolution.verdict === undefined ? {} : { verdict: resolution.verdict }),
    },
  });
};

/**
 * Does what is left to do for a review: tells whom it concerns, and carries its outcome out. It can be called again
 * after a crash.
 */
export const finishReview = async (deps: ReviewDeps, key: string): Promise<Review> => {
  const review = await change(deps, key, (known) => aged(known, deps.clock()));
  if (!isUnfinished(review)) return review;
  await tellRequested(deps, review);
  await carryOut(deps, review);
  return change(deps, key, (known) => ({
    ...known,
    asked: { ...known.asked, told: Math.max(known.asked.told, review.asked.wanted) },
    done: known.done || (review.resolution !== undefined && known.resolution?.at === review.resolution.at),
  }));
};

/**
 * Opens the review of a decision, or the dispute about it; an open one is given as it is.
 *
 * @throws ReviewError `event-unknown` (404), `review-conflict` (409) when it is resolved already.
 */
export const openReview = async (
  deps: ReviewDeps,
  decision: string,
  kind: Review['kind'],
  statement?: string,
): Promise<Review> => {
  const stored = await deps.decisions.get(decision);
  if (!stored) throw eventUnknown();
  const id = reviewIdOf(decision, kind);
  const key = reviewKey(stored.tenant, id);
  const now = deps.clock();
  const first: Review = {
    version: 1,
    id,
    kind,
    tenant: stored.tenant,
    subject: stored.decision.subject,
    eventId: stored.decision.eventId,
    decision,
    summary: {
      score: stored.decision.score,
      level: stored.decision.level,
      reasons: stored.decision.reasons.slice(0, 3).map(({ code }) => code),
    },
    openedAt: now,
    deadline: now + deps.allowed[kind],
    escalateAt: now + deps.allowed[kind] / 2,
    escalated: false,
    ...(statement === undefined ? {} : { statement }),
    comments: [],
    approvals: [],
    done: false,
    asked: { wanted: 1, told: 0 },
  };
  if (!(await deps.records.put(key, first, filingOf(first, now)))) {
    const known = await deps.records.get<Review>(key);
    if (known?.resolution)
      throw new ReviewError('review-conflict', 'This was looked at and resolved before', { status: 409 });
  }
  return finishReview(deps, key);
};

/**
 * A decision was made: when policy asked for people, its review is opened. The bus only named the decision; what it
 * is comes from the store.
 */
export const reviewIfAsked = async (deps: ReviewDeps, decision: string): Promise<Review | undefined> => {
  const stored = await deps.decisions.get(decision);
  if (stored?.decision.outcome !== 'review') return undefined;
  return openReview(deps, decision, 'review');
};

/**
 * Lets a reviewer act, and carries out what follows.
 *
 * @throws ReviewError `review-unknown` (404) and those of {@link acted}.
 */
export const actOnReview = async (
  deps: ReviewDeps,
  tenant: string,
  id: string,
  action: Action,
  reviewer: string,
): Promise<Review> => {
  const key = reviewKey(tenant, id);
  await change(deps, key, async (review) => {
    const wish =
      action.action === 'decide'
        ? { answer: action.outcome, approvals: 1 }
        : action.action === 'approve' && review.proposal
          ? { answer: review.proposal.outcome, approvals: review.approvals.length + 1 }
          : undefined;
    const stored = wish && (await deps.decisions.get(review.decision));
    const may = stored ? await deps.mayResolve(stored, { ...wish, reviewer }) : false;
    return acted(review, action, reviewer, deps.clock(), () => may);
  });
  return finishReview(deps, key);
};
