import type { Observation } from '../baselines/index.ts';

/** What somebody says of an event. */
export const VERDICTS = ['confirmCompromised', 'confirmSafe', 'dismiss'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Who says it. The id is the token's subject for reviewers, the client for apps, and nobody's for the person. */
export interface Speaker {
  readonly kind: 'person' | 'app' | 'reviewer';
  readonly id: string;
}

/** One word on an event. A withdrawn one stays in the record and counts no more. */
export interface Feedback {
  readonly id: string;
  readonly verdict: Verdict;
  readonly by: Speaker;
  /** Processing time, ms. */
  readonly at: number;
  readonly comment?: string;
  readonly withdrawnAt?: number;
}

/** What feedback did to the baseline: nothing, let the event teach, or took back what it taught. */
export type Effect = 'none' | 'taught' | 'repaired';

/** A baseline as it was before a change of ours: base64 of its stored form, and its version. */
export interface Snapshot {
  readonly baseline: string;
  readonly version: number;
}

/**
 * All that was said of one event, and what came of it. It is written before the baseline is touched and says what
 * is under way, so that whoever comes next can finish it.
 */
export interface Case {
  readonly version: number;
  readonly tenant: string;
  /** Pseudonym. */
  readonly subject: string;
  readonly eventId: string;
  /** In the order given. Bounded by {@link FEEDBACK_LIMIT}. */
  readonly feedback: readonly Feedback[];
  /** What the baseline holds of it, and how it was before. */
  readonly effect: { readonly of: Effect; readonly before?: Snapshot; readonly by?: Speaker['kind'] };
  /** A change of the baseline under way. `number` counts them. */
  readonly moving?: {
    readonly to: Effect;
    readonly from: Snapshot;
    readonly by: Speaker['kind'];
    readonly number: number;
  };
  readonly moves: number;
  /** Ids of feedback that the bus was not told of yet; of a withdrawal with a `-` before. */
  readonly untold: readonly string[];
}

/** How many words one event may get: a list that nobody needs is not to grow. */
export const FEEDBACK_LIMIT = 32;

const RANK = { person: 0, app: 1, reviewer: 2 } as const satisfies Record<Speaker['kind'], number>;

/**
 * The word that counts: the latest, but that nobody calls an event safe, or dismisses it, over somebody of a higher
 * rank: reviewers stand over apps, and apps over whoever holds a link from a mailbox. That an event was *not* its
 * subject counts whoever says it, until a higher rank or the same says otherwise.
 */
export const standing = (feedback: readonly Feedback[]): Feedback | undefined =>
  feedback.reduce<Feedback | undefined>((known, next) => {
    if (next.withdrawnAt !== undefined) return known;
    const mayOverrule = known === undefined || RANK[next.by.kind] >= RANK[known.by.kind];
    return mayOverrule || next.verdict === 'confirmCompromised' ? next : known;
  }, undefined);

/** What the baseline should hold, by the word that counts. Only a success can teach. */
export const wantedEffect = (
  feedback: readonly Feedback[],
  seen: Pick<Observation, 'teaches' | 'waits'>,
): Effect => {
  switch (standing(feedback)?.verdict) {
    case 'confirmSafe':
      return seen.teaches || seen.waits ? 'taught' : 'none';
    case 'confirmCompromised':
      return 'repaired';
    default:
      return 'none';
  }
};
