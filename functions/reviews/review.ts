import type { Outcome } from '../decisions/index.ts';
import type { Verdict } from './case.ts';
import { ReviewError } from './review-error.ts';

/** What reviewers make of a decision. */
export type Answer = Extract<Outcome, 'allow' | 'deny'>;

/** What a reviewer wants, and what it says of the event itself. */
export interface Proposal {
  readonly outcome: Answer;
  readonly verdict: Verdict;
  readonly by: string;
  readonly at: number;
  readonly comment?: string;
}

/**
 * A decision that people have to look at: because policy said so (`review`), or because its subject contests it
 * (`dispute`). Times are processing time, ms.
 */
export interface Review {
  readonly version: number;
  readonly id: string;
  readonly kind: 'review' | 'dispute';
  readonly tenant: string;
  /** Pseudonym. */
  readonly subject: string;
  readonly eventId: string;
  /** Key of the decision. */
  readonly decision: string;
  /** Enough for a list. */
  readonly summary: { readonly score: number; readonly level: string; readonly reasons: readonly string[] };
  readonly openedAt: number;
  /** A review that nobody decided by then is denied; a dispute becomes overdue, and is never decided by a clock. */
  readonly deadline: number;
  /** Halfway there: whoever watches the bus is told again. */
  readonly escalateAt: number;
  readonly escalated: boolean;
  readonly overdue?: boolean;
  /** What the person said of it, where it is a dispute. */
  readonly statement?: string;
  readonly claimedBy?: string;
  /** Bounded by {@link COMMENT_LIMIT}. */
  readonly comments: readonly { readonly by: string; readonly at: number; readonly text: string }[];
  /** What one reviewer wants and others have to approve. */
  readonly proposal?: Proposal;
  /** Names of the reviewers who want it, the proposer first. */
  readonly approvals: readonly string[];
  readonly resolution?: {
    readonly by: 'review' | 'dispute' | 'expiry';
    readonly outcome: Answer;
    /** Absent when nobody judged the event. */
    readonly verdict?: Verdict;
    readonly at: number;
  };
  /** Whether decision, baseline and bus have it. */
  readonly done: boolean;
  /** How often the bus has to be told that somebody is wanted, and how often it was. */
  readonly asked: { readonly wanted: number; readonly told: number };
}

export const COMMENT_LIMIT = 50;

/** What a reviewer does. */
export type Action =
  | { readonly action: 'claim' | 'release' }
  | { readonly action: 'comment' | 'escalate' | 'object'; readonly comment: string }
  | { readonly action: 'approve'; readonly comment?: string }
  | {
      readonly action: 'decide';
      readonly outcome: Answer;
      readonly verdict?: Verdict;
      readonly comment?: string;
    };

/** Asks policy whether so many approvals of an answer are enough. */
export type MayResolve = (answer: Answer, approvals: number) => boolean;

const conflict = (message: string): ReviewError =>
  new ReviewError('review-conflict', message, { status: 409 });

const commented = (review: Review, by: string, at: number, text: string | undefined): Review['comments'] => {
  if (text === undefined) return review.comments;
  if (review.comments.length >= COMMENT_LIMIT) throw conflict('The review has all the comments it can have');
  return [...review.comments, { by, at, text }];
};

/** What follows for the event where the reviewer does not say: a denied dispute accuses nobody. */
const impliedVerdict = (kind: Review['kind'], outcome: Answer): Verdict =>
  outcome === 'allow' ? 'confirmSafe' : kind === 'review' ? 'confirmCompromised' : 'dismiss';

const resolvedBy = (review: Review, proposal: Proposal, at: number): Review => ({
  ...review,
  proposal,
  resolution: { by: review.kind, outcome: proposal.outcome, verdict: proposal.verdict, at },
  done: false,
});

const withoutProposal = ({ proposal: _, claimedBy: __, ...rest }: Review): Omit<Review, 'proposal'> => ({
  ...rest,
  approvals: [],
});

/**
 * A review after somebody did something with it.
 *
 * Only who claimed it decides. When policy does not take one reviewer's word, what they want is proposed, and another
 * one approves it or objects; an objection sends it back to the queue, escalated.
 *
 * @param by name of the reviewer.
 * @param now processing time, ms.
 * @throws ReviewError `review-expired` (410), `review-conflict` (409), `approver-same` (403)
 */
export const acted = (
  review: Review,
  action: Action,
  by: string,
  now: number,
  mayResolve: MayResolve,
): Review => {
  if (review.resolution?.by === 'expiry' || (review.kind === 'review' && now >= review.deadline))
    throw new ReviewError('review-expired', 'The review expired and was denied', { status: 410 });
  if (review.resolution) throw conflict('The review is resolved');
  const comments = commented(
    review,
    by,
    now,
    'comment' in action && action.comment !== undefined ? action.comment : undefined,
  );
  switch (action.action) {
    case 'claim':
      if (review.claimedBy !== undefined && review.claimedBy !== by)
        throw conflict('Somebody else claimed the review');
      return { ...review, claimedBy: by };
    case 'release': {
      if (review.claimedBy !== by) throw conflict('The review is not claimed by you');
      const { claimedBy: _, ...rest } = review;
      return rest;
    }
    case 'comment':
      return { ...review, comments };
    case 'escalate':
      return {
        ...withoutProposal(review),
        comments,
        escalated: true,
        asked: { ...review.asked, wanted: review.asked.wanted + 1 },
      };
    case 'decide': {
      if (review.claimedBy !== by) throw conflict('Claim the review before deciding it');
      if (review.proposal) throw conflict('A decision waits to be approved');
      const proposal: Proposal = {
        outcome: action.outcome,
        verdict: action.verdict ?? impliedVerdict(review.kind, action.outcome),
        by,
        at: now,
      };
      const decided: Review = { ...review, comments, proposal, approvals: [by] };
      return mayResolve(action.outcome, 1) ? resolvedBy(decided, proposal, now) : decided;
    }
    case 'approve': {
      const { proposal } = review;
      if (!proposal) throw conflict('There is no decision to approve');
      if (review.approvals.includes(by))
        throw new ReviewError('approver-same', 'Another reviewer has to approve', { status: 403 });
      const approvals = [...review.approvals, by];
      const approved: Review = { ...review, comments, approvals };
      return mayResolve(proposal.outcome, approvals.length) ? resolvedBy(approved, proposal, now) : approved;
    }
    case 'object':
      if (!review.proposal) throw conflict('There is no decision to object to');
      return {
        ...withoutProposal(review),
        comments,
        escalated: true,
        asked: { ...review.asked, wanted: review.asked.wanted + 1 },
      };
  }
};

/** A review after time went by: escalated halfway, at the deadline denied, or overdue where it is a dispute. */
export const aged = (review: Review, now: number): Review => {
  if (review.resolution) return review;
  const asked = { ...review.asked, wanted: review.asked.wanted + 1 };
  if (now >= review.deadline) {
    if (review.kind === 'dispute')
      return review.overdue ? review : { ...review, escalated: true, overdue: true, asked };
    return { ...review, resolution: { by: 'expiry', outcome: 'deny', at: now }, done: false };
  }
  return now >= review.escalateAt && !review.escalated ? { ...review, escalated: true, asked } : review;
};

/** What a list of reviews says of one. */
export const stateOf = (review: Review): 'open' | 'claimed' | 'awaiting_approval' | 'resolved' | 'expired' =>
  review.resolution
    ? review.resolution.by === 'expiry'
      ? 'expired'
      : 'resolved'
    : review.proposal
      ? 'awaiting_approval'
      : review.claimedBy === undefined
        ? 'open'
        : 'claimed';
