import {
  type Baseline,
  type BaselineStore,
  confirm,
  DIMENSIONS,
  fadedAt,
  maturity,
  type Observation,
  repair,
} from '../baselines/index.ts';
import type { DecisionStore } from '../decisions/index.ts';
import type { Case } from './case.ts';
import { caseKey } from './feedback.ts';
import { readBaseline } from './move-baseline.ts';
import { type RecentDeps, recentDecisions } from './recent-decisions.ts';
import { type Review, stateOf } from './review.ts';
import type { ReviewStore } from './reviews.store.ts';

const iso = (time: number): string => new Date(time).toISOString();

/** A review as the list shows it. */
export const listed = (review: Review) => ({
  id: review.id,
  kind: review.kind,
  state: stateOf(review),
  eventId: review.eventId,
  subject: review.subject,
  ...review.summary,
  openedAt: iso(review.openedAt),
  deadline: iso(review.deadline),
  escalated: review.escalated,
  ...(review.overdue ? { overdue: true } : {}),
  ...(review.claimedBy === undefined ? {} : { claimedBy: review.claimedBy }),
});

const valuesOf = (baseline: Baseline, seen: Observation) =>
  DIMENSIONS.flatMap((property) => {
    const value = seen.keys[property];
    if (value === undefined) return [];
    const entries = baseline.dimensions[property];
    const all = entries.reduce((sum, { weight }) => sum + weight, 0);
    const known = entries.find(({ key }) => value.startsWith(key));
    const share = known && all > 0 ? Math.round((known.weight / all) * 1000) / 1000 : 0;
    const waits = baseline.quarantine.find((one) => one.dimension === property && value.startsWith(one.key));
    return [{ property, value, share, days: known?.days ?? 0, waitingDays: waits?.days ?? 0 }];
  });

const summaryOf = (baseline: Baseline, seen: Observation, now: number) => ({
  maturity: maturity(baseline, now),
  events: baseline.events,
  weight: Math.round(baseline.weight * fadedAt(baseline, now) * 1000) / 1000,
  values: valuesOf(baseline, seen),
});

/** How much a subject's past is shown beside a review, records. */
const RELATED = 20;

/** What the whole view of a review is made from. */
export interface ViewDeps extends RecentDeps {
  readonly decisions: Pick<DecisionStore, 'get' | 'getMany'>;
  readonly baselines: Pick<BaselineStore, 'read'>;
  readonly records: ReviewStore;
  readonly clock: () => number;
}

/**
 * Everything that a reviewer needs to decide: the decision with every reason and the policies that determined it, the
 * subject's baseline before the event, now, and after either verdict, the subject's other events, what else was said of
 * the subject, and how the review went so far.
 */
export const viewOf = async (deps: ViewDeps, review: Review) => {
  const now = deps.clock();
  const { tenant, subject, decision: except } = review;
  const [stored, said, keys, events] = await Promise.all([
    deps.decisions.get(review.decision),
    deps.records.get<Case>(caseKey(review.decision)),
    deps.records.ofSubject(`${tenant}#${subject}`),
    recentDecisions(deps, { tenant, subject, except, now }),
  ]);
  const seen = stored?.delta.observation;
  const known = stored?.delta.subject && (await readBaseline(deps.baselines, stored.delta.subject.key));
  const related = await Promise.all(
    keys
      .filter((key) => key !== `r#${review.tenant}#${review.id}` && key !== caseKey(review.decision))
      .slice(-RELATED)
      .map((key) => deps.records.get<Review | Case>(key)),
  );
  return {
    ...listed(review),
    ...(review.statement === undefined ? {} : { statement: review.statement }),
    comments: review.comments.map(({ at, ...comment }) => ({ ...comment, time: iso(at) })),
    ...(review.proposal
      ? {
          proposal: {
            outcome: review.proposal.outcome,
            verdict: review.proposal.verdict,
            by: review.proposal.by,
          },
        }
      : {}),
    approvals: review.approvals,
    ...(review.resolution
      ? { resolution: { ...review.resolution, at: undefined, time: iso(review.resolution.at) } }
      : {}),
    ...(stored ? { decision: stored.decision } : {}),
    ...(stored?.basis ? { asked: stored.basis.question } : {}),
    ...(stored && seen && known
      ? {
          baseline: {
            atDecision: stored.decision.baseline,
            now: summaryOf(known, seen, now),
            ifSafe: summaryOf(confirm(known, seen, known.version), seen, now),
            ifCompromised: summaryOf(repair(known, seen, known.version), seen, now),
          },
        }
      : {}),
    feedback: (said?.feedback ?? []).map(({ verdict, by, at, comment, withdrawnAt }) => ({
      verdict,
      by: by.kind,
      time: iso(at),
      ...(comment === undefined ? {} : { comment }),
      withdrawn: withdrawnAt !== undefined,
    })),
    events,
    related: related.flatMap((one): Record<string, unknown>[] =>
      one === undefined
        ? []
        : 'kind' in one
          ? [{ type: one.kind, id: one.id, eventId: one.eventId, state: stateOf(one) }]
          : one.feedback.map(({ verdict, by, at, withdrawnAt }) => ({
              type: 'feedback',
              eventId: one.eventId,
              verdict,
              by: by.kind,
              time: iso(at),
              withdrawn: withdrawnAt !== undefined,
            })),
    ),
  };
};
