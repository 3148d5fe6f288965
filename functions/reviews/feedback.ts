import type { BaselineStore } from '../baselines/index.ts';
import type { DecisionStore, StoredDecision } from '../decisions/index.ts';
import {
  type Case,
  FEEDBACK_LIMIT,
  type Feedback,
  type Speaker,
  standing,
  type Verdict,
  wantedEffect,
} from './case.ts';
import { moveBaseline, readBaseline, snapshotOf } from './move-baseline.ts';
import type { Tell } from './publish.ts';
import { eventUnknown, ReviewError } from './review-error.ts';
import type { Filing, ReviewStore } from './reviews.store.ts';

/** Everything that hearing people needs from outside. */
export interface FeedbackDeps {
  readonly decisions: Pick<DecisionStore, 'get'>;
  readonly baselines: BaselineStore;
  readonly records: ReviewStore;
  readonly tell: Tell;
  /** Processing time, ms. */
  readonly clock: () => number;
  /** A fresh unguessable name, base64url. */
  readonly nonce: () => string;
}

/** One word on one decision of a tenant. */
export interface NewFeedback {
  /** Key of the decision. */
  readonly decision: string;
  readonly verdict: Verdict;
  readonly by: Speaker;
  readonly comment?: string;
  /** Given where a repeat must be known as one: the nonce of a link, the id of a review. @default fresh */
  readonly nonce?: string;
}

const WRITE_ATTEMPTS = 8;
/** A case that was left unfinished is taken up by the clock after this long, ms. */
const FINISH_AFTER_MS = 60_000;

/** Key of the case of a decision. */
export const caseKey = (decision: string): string => `c${decision.slice(1)}`;
const decisionOfCase = (key: string): string => `d${key.slice(1)}`;

/** A feedback's id names its event, so that it can be found: `<digest of the event>.<nonce>`. */
const feedbackIdOf = (decision: string, nonce: string): string => `${decision.split('#')[2]}.${nonce}`;
const FEEDBACK_ID = /^([\w-]{27})\.[\w-]{8,64}$/;

const contended = () =>
  new ReviewError('review-store-unavailable', 'The case is written too often at once', { status: 503 });

const isBusy = ({ moving, untold }: Case): boolean => moving !== undefined || untold.length > 0;

/** Where a case is found: on the list of labels once somebody's word counts, and by the clock while unfinished. */
const filingOf = (record: Case, now: number): Filing => {
  const verdict = standing(record.feedback)?.verdict;
  return {
    ...(verdict === 'confirmSafe' || verdict === 'confirmCompromised'
      ? { queue: `labels#${record.tenant}` }
      : {}),
    since: record.feedback[0]?.at ?? now,
    ...(isBusy(record) ? { dueAt: now + FINISH_AFTER_MS } : {}),
    subject: `${record.tenant}#${record.subject}`,
  };
};

const emptyCase = ({ tenant, decision }: StoredDecision): Case => ({
  version: 0,
  tenant,
  subject: decision.subject,
  eventId: decision.eventId,
  feedback: [],
  effect: { of: 'none' },
  moves: 0,
  untold: [],
});

/** Changes a case, losing no concurrent change. The change returns undefined when there is nothing to do. */
const change = async (
  deps: Pick<FeedbackDeps, 'records' | 'clock'>,
  key: string,
  first: Case | undefined,
  next: (record: Case) => Case | undefined,
): Promise<Case | undefined> => {
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
    const known = (await deps.records.get<Case>(key)) ?? first;
    if (!known) return undefined;
    const changed = next(known);
    if (!changed) return known;
    const record = { ...changed, version: known.version + 1 };
    if (await deps.records.put(key, record, filingOf(record, deps.clock()))) return record;
  }
  throw contended();
};

const tellOf = async (deps: FeedbackDeps, key: string, record: Case): Promise<void> => {
  for (const untold of record.untold) {
    const withdrawn = untold.startsWith('-');
    const given = record.feedback.find(({ id }) => id === untold.replace(/^-/, ''));
    if (!given) continue;
    await deps.tell({
      type: 'Feedback Recorded',
      id: `${key}#${untold}`,
      tenant: record.tenant,
      time: (withdrawn ? given.withdrawnAt : given.at) ?? given.at,
      data: {
        feedbackId: given.id,
        eventId: record.eventId,
        subject: record.subject,
        verdict: given.verdict,
        by: given.by.kind,
        withdrawn,
        standing: standing(record.feedback)?.verdict ?? 'none',
      },
    });
  }
};

/**
 * Brings the baseline to what the word that counts wants, and tells the bus. Every step is in the case before it is
 * made, and each is made at most once, so that it can be called again after a crash, or by several at once.
 *
 * @param key of the case.
 * @throws ReviewError `review-store-unavailable` (503); the clock finishes it later.
 */
export const settleCase = async (deps: FeedbackDeps, key: string): Promise<void> => {
  const stored = await deps.decisions.get(decisionOfCase(key));
  for (let attempt = 0; attempt < 4 * WRITE_ATTEMPTS; attempt++) {
    const record = await deps.records.get<Case>(key);
    if (!record) return;
    const { subject, observation: seen } = stored?.delta ?? {};
    if (!seen || !subject) {
      // A name that is no account's has no baseline; nor has a decision that was erased.
      await tellOf(deps, key, record);
      if (isBusy(record))
        await change(deps, key, undefined, ({ moving: _, ...now }) => ({ ...now, untold: [] }));
      return;
    }
    const wanted = wantedEffect(record.feedback, seen);
    if (!record.moving && record.effect.of === wanted) {
      if (record.untold.length === 0) return;
      await tellOf(deps, key, record);
      await change(deps, key, undefined, (now) => ({
        ...now,
        untold: now.untold.filter((id) => !record.untold.includes(id)),
      }));
      continue;
    }
    if (!record.moving) {
      // From one effect to another it goes by way of none: what one did is taken back before the other is done.
      const to = record.effect.of === 'none' ? wanted : 'none';
      const by = record.effect.by ?? standing(record.feedback)?.by.kind ?? 'app';
      const from = snapshotOf(await readBaseline(deps.baselines, subject.key));
      await change(deps, key, undefined, (now) =>
        now.version === record.version
          ? { ...now, moving: { to, from, by, number: now.moves + 1 }, moves: now.moves + 1 }
          : undefined,
      );
      continue;
    }
    const { moving } = record;
    const moved = await moveBaseline(deps.baselines, subject.key, record, seen);
    if (moved === 'done')
      await deps.tell({
        type: 'Baseline Repaired',
        id: `${key}#move-${moving.number}`,
        tenant: record.tenant,
        time: deps.clock(),
        data: {
          eventId: record.eventId,
          subject: record.subject,
          change: moving.to === 'none' ? 'restored' : moving.to,
        },
      });
    await change(deps, key, undefined, (now) => {
      if (now.moving?.number !== moving.number || now.moving.from.version !== moving.from.version)
        return undefined;
      if (moved !== 'done') return { ...now, moving: { ...now.moving, from: moved } };
      const { moving: done, ...rest } = now;
      return {
        ...rest,
        effect: done.to === 'none' ? { of: 'none' } : { of: done.to, before: done.from, by: done.by },
      };
    });
  }
  throw contended();
};

/**
 * Hears somebody on an event: keeps the word, brings the baseline to it, and tells the bus. The same word of the same
 * speaker, said again, is the same feedback.
 *
 * @throws ReviewError `event-unknown` (404), `feedback-limit` (409), `link-used` (410) for a nonce that was used.
 * @example
 * ```ts
 * await giveFeedback(deps, { decision: decisionKey('shop', 'e-1'), verdict: 'confirmSafe',
 *   by: { kind: 'app', id: 'shop-web' } }); // 'Rk3…27….x8Qd…'
 * ```
 */
export const giveFeedback = async (deps: FeedbackDeps, given: NewFeedback): Promise<string> => {
  const stored = await deps.decisions.get(given.decision);
  if (!stored) throw eventUnknown();
  const key = caseKey(given.decision);
  const id = feedbackIdOf(given.decision, given.nonce ?? deps.nonce());
  let feedbackId = id;
  await change(deps, key, emptyCase(stored), (record) => {
    const same = record.feedback.find(
      (one) =>
        one.verdict === given.verdict &&
        one.by.kind === given.by.kind &&
        one.by.id === given.by.id &&
        one.withdrawnAt === undefined &&
        standing(record.feedback)?.id === one.id,
    );
    if (record.feedback.some((one) => one.id === id))
      throw new ReviewError('link-used', 'This was answered already', { status: 410 });
    if (same && given.nonce === undefined) {
      feedbackId = same.id;
      return undefined;
    }
    if (record.feedback.length >= FEEDBACK_LIMIT)
      throw new ReviewError('feedback-limit', 'This event has all the feedback that one can have', {
        status: 409,
      });
    const word: Feedback = {
      id,
      verdict: given.verdict,
      by: given.by,
      at: deps.clock(),
      ...(given.comment === undefined ? {} : { comment: given.comment }),
    };
    return { ...record, feedback: [...record.feedback, word], untold: [...record.untold, id] };
  });
  await settleCase(deps, key);
  return feedbackId;
};

/** Whether feedback under a nonce is on record: its link is spent. */
export const isAnswered = async (
  deps: Pick<FeedbackDeps, 'records'>,
  decision: string,
  nonce: string,
): Promise<boolean> => {
  const record = await deps.records.get<Case>(caseKey(decision));
  return record?.feedback.some(({ id }) => id === feedbackIdOf(decision, nonce)) ?? false;
};

/**
 * Takes feedback back, with what it did to the baseline. Taking it back again does nothing.
 *
 * @throws ReviewError `feedback-unknown` (404), also for feedback of another tenant.
 */
export const withdrawFeedback = async (
  deps: FeedbackDeps,
  tenant: string,
  feedbackId: string,
): Promise<void> => {
  const [, event] = FEEDBACK_ID.exec(feedbackId) ?? [];
  const key = `c#${tenant}#${event}`;
  const known = event === undefined ? undefined : await deps.records.get<Case>(key);
  if (!known?.feedback.some(({ id }) => id === feedbackId))
    throw new ReviewError('feedback-unknown', 'There is no such feedback', { status: 404 });
  await change(deps, key, undefined, (record) => {
    const at = record.feedback.findIndex(({ id }) => id === feedbackId);
    const word = record.feedback[at];
    if (!word || word.withdrawnAt !== undefined) return undefined;
    return {
      ...record,
      feedback: record.feedback.with(at, { ...word, withdrawnAt: deps.clock() }),
      untold: [...record.untold.filter((id) => id !== feedbackId), `-${feedbackId}`],
    };
  });
  await settleCase(deps, key);
};
