import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StoredDecision } from '../decisions/index.ts';
import { tick } from './clock.ts';
import { disputeReference } from './dispute-reference.ts';
import { type DisputeDeps, openDispute, readDispute } from './disputes.ts';
import type { Action, Review } from './review.ts';
import { stateOf } from './review.ts';
import { viewOf } from './review-view.ts';
import {
  actOnReview,
  finishReview,
  openReview,
  type ReviewDeps,
  reviewIfAsked,
  reviewKey,
} from './reviewing.ts';
import { decisionOn, type People, startPeople } from './testing/people.ts';

const HOUR = 3_600_000;
const SECRET = 'a-secret-of-this-test-0123456789abcdef';
/** The review that a reference is of. */
const idOf = (reference: string) => reference.split('.')[0]!;

let people: People;
let deps: DisputeDeps;
let approvalsNeeded = 1;
beforeAll(async () => {
  people = await startPeople();
  deps = {
    ...people,
    secret: async () => SECRET,
    allowed: { review: 24 * HOUR, dispute: 14 * 24 * HOUR },
    mayResolve: async (_, { approvals }) => approvals >= approvalsNeeded,
  };
});
afterAll(() => people?.tables.close());

const opened = async (id: string, options: Parameters<typeof decisionOn>[1] = {}) => {
  const stored = await people.decided(decisionOn(id, { subject: `s-${id}`, ...options }));
  const review = await reviewIfAsked(deps, stored.key);
  return { stored, review: review as Review };
};
const act = (review: Review, action: Action, by = 'ada') =>
  actOnReview(deps, review.tenant, review.id, action, by);
const toldOf = (stored: StoredDecision) =>
  people.told
    .filter(({ data }) => data.eventId === stored.decision.eventId)
    .map(({ type, data }) => [type, data.outcome ?? data.change ?? data.verdict ?? data.escalated]);
const outcomeOf = async (stored: StoredDecision) => (await people.decisions.get(stored.key))?.decision;
const claim = { action: 'claim' } as const;

describe('a review', () => {
  test('is opened by the decision in the store, once, and by no other outcome', async () => {
    const { stored, review } = await opened('open-1');
    expect(review.summary).toEqual({ score: 0.6, level: 'high', reasons: ['newCountry'] });
    await Promise.all([reviewIfAsked(deps, stored.key), reviewIfAsked(deps, stored.key)]);
    expect(toldOf(stored).filter(([type]) => type === 'Review Requested')).toHaveLength(1);
    const allowed = await people.decided(decisionOn('open-2', { outcome: 'allow' }));
    expect(await reviewIfAsked(deps, allowed.key)).toBeUndefined();
    expect(await reviewIfAsked(deps, decisionOn('never-made').key)).toBeUndefined();
    const { keys } = await people.records.list('open#shop', 100);
    expect(keys.filter((key) => key === reviewKey('shop', review.id))).toHaveLength(1);
    expect((await people.records.list('open#bank', 100)).keys).toEqual([]);
  });

  test('shows what a reviewer needs: reasons, policy, the baseline before and after', async () => {
    const { stored, review } = await opened('view-1', { country: 'CL' });
    const earlier = decisionOn('view-0', { subject: 's-view-1' });
    await people.decisions.insert(earlier);
    await people.log.note(
      'shop#s-view-1',
      '2026-11-20',
      [earlier, stored].map(({ key }) => key.split('#')[2]!),
    );
    const view = await viewOf(people, review);
    expect(view.events).toEqual([
      expect.objectContaining({ eventId: 'view-0', score: 0.6, reasons: ['newCountry'] }),
    ]);
    expect(view.decision).toMatchObject({
      reasons: [{ code: 'newCountry' }],
      policy: { determining: ['review-machines'] },
    });
    const country = { property: 'country', value: 'CL' };
    expect(view.baseline?.now.values).toContainEqual({ ...country, share: 0, days: 0, waitingDays: 1 });
    expect(view.baseline?.ifSafe.values).toContainEqual({ ...country, share: 1, days: 1, waitingDays: 0 });
    expect(view.baseline?.ifCompromised.values).toContainEqual({
      ...country,
      share: 0,
      days: 0,
      waitingDays: 0,
    });
  });

  test('allowed: the decision is completed, the event teaches, the bus is told', async () => {
    const { stored, review } = await opened('allow-1', { country: 'UY' });
    await act(review, claim);
    const decided = await act(review, { action: 'decide', outcome: 'allow', comment: 'Called her' });
    expect(stateOf(decided)).toBe('resolved');
    expect(await outcomeOf(stored)).toMatchObject({
      outcome: 'allow',
      resolution: { from: 'review', by: 'review', reference: review.id },
    });
    expect((await people.baseline(stored)).dimensions.country.map(({ key }) => key)).toEqual(['UY']);
    expect(toldOf(stored)).toEqual([
      ['Review Requested', false],
      ['Baseline Repaired', 'taught'],
      ['Feedback Recorded', 'confirmSafe'],
      ['Review Resolved', 'allow'],
    ]);
    expect((await people.records.list('closed#shop', 100)).keys).toContain(reviewKey('shop', review.id));
    await expect(act(review, { action: 'decide', outcome: 'deny' })).rejects.toMatchObject({ status: 409 });
  });

  test('denied: what waited in quarantine is gone', async () => {
    const { stored, review } = await opened('deny-1', { country: 'BY' });
    await act(review, claim);
    await act(review, { action: 'decide', outcome: 'deny' });
    expect((await outcomeOf(stored))?.outcome).toBe('deny');
    expect((await people.baseline(stored)).quarantine).toEqual([]);
  });

  test('is decided by whoever claimed it, and by nobody else', async () => {
    const { review } = await opened('claim-1');
    await expect(act(review, { action: 'decide', outcome: 'allow' })).rejects.toMatchObject({
      code: 'review-conflict',
    });
    await act(review, claim, 'ada');
    await expect(act(review, claim, 'bob')).rejects.toMatchObject({ code: 'review-conflict' });
    await expect(act(review, { action: 'decide', outcome: 'allow' }, 'bob')).rejects.toMatchObject({
      code: 'review-conflict',
    });
    await act(review, { action: 'release' }, 'ada');
    const claims = await Promise.allSettled(['ada', 'bob', 'eve'].map((by) => act(review, claim, by)));
    expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('escalated, it is free to claim again and asked for once more', async () => {
    const { stored, review } = await opened('escalate-1');
    await act(review, claim);
    const escalated = await act(review, { action: 'escalate', comment: 'Beyond me' });
    expect([stateOf(escalated), escalated.escalated]).toEqual(['open', true]);
    expect(toldOf(stored)).toEqual([
      ['Review Requested', false],
      ['Review Requested', true],
    ]);
  });
});

describe('the two-person rule', () => {
  test('one decides, another approves; nothing changes in between', async () => {
    const { stored, review } = await opened('two-1');
    approvalsNeeded = 2;
    try {
      await act(review, claim, 'ada');
      const proposed = await act(review, { action: 'decide', outcome: 'allow' }, 'ada');
      expect(stateOf(proposed)).toBe('awaiting_approval');
      expect((await outcomeOf(stored))?.outcome).toBe('review');
      await expect(act(review, { action: 'approve' }, 'ada')).rejects.toMatchObject({
        code: 'approver-same',
        status: 403,
      });
      const resolved = await act(review, { action: 'approve' }, 'bob');
      expect(resolved.approvals).toEqual(['ada', 'bob']);
      expect((await outcomeOf(stored))?.outcome).toBe('allow');
    } finally {
      approvalsNeeded = 1;
    }
  });

  test('or objects: the review is open again, escalated, and the decision stands as it was', async () => {
    const { stored, review } = await opened('two-2');
    approvalsNeeded = 2;
    try {
      await act(review, claim, 'ada');
      await act(review, { action: 'decide', outcome: 'allow' }, 'ada');
      const objected = await act(review, { action: 'object', comment: 'Not her voice' }, 'bob');
      expect([stateOf(objected), objected.escalated, objected.approvals]).toEqual(['open', true, []]);
      expect((await outcomeOf(stored))?.outcome).toBe('review');
      await expect(act(review, { action: 'approve' }, 'eve')).rejects.toMatchObject({ status: 409 });
    } finally {
      approvalsNeeded = 1;
    }
  });
});

describe('time', () => {
  const failures: unknown[] = [];
  const letPass = (ms: number) => {
    people.wait(ms);
    return tick({ ...deps, onFailure: (_, error) => failures.push(error) });
  };

  test('escalates a review halfway and denies it at the deadline; then it is too late', async () => {
    const { stored, review } = await opened('expire-1', { country: 'HT' });
    await letPass(12 * HOUR - 1);
    expect(toldOf(stored)).toHaveLength(1);
    await letPass(1);
    expect(toldOf(stored).at(-1)).toEqual(['Review Requested', true]);
    await act(review, claim);
    people.wait(12 * HOUR);
    // Even before the clock has come by.
    await expect(act(review, { action: 'decide', outcome: 'allow' })).rejects.toMatchObject({
      code: 'review-expired',
      status: 410,
    });
    expect((await outcomeOf(stored))?.outcome).toBe('review');
    await letPass(0);
    expect(await outcomeOf(stored)).toMatchObject({
      outcome: 'deny',
      resolution: { from: 'review', by: 'expiry' },
    });
    await expect(act(review, { action: 'decide', outcome: 'allow' })).rejects.toMatchObject({ status: 410 });
    // Nobody judged the event: what it would teach still waits.
    expect((await people.baseline(stored)).quarantine.map(({ key }) => key)).toContain('HT');
    expect(toldOf(stored).at(-1)).toEqual(['Review Resolved', 'deny']);
    expect(failures).toEqual([]);
    await letPass(0);
    expect(toldOf(stored).filter(([type]) => type === 'Review Resolved')).toHaveLength(1);
  });

  test('finishes what a crash left between the resolution and its effects', async () => {
    const { stored, review } = await opened('crash-1', { country: 'FJ' });
    await act(review, claim);
    const broken: ReviewDeps = {
      ...deps,
      tell: async () => {
        throw new Error('the power is out');
      },
    };
    await expect(
      actOnReview(broken, 'shop', review.id, { action: 'decide', outcome: 'allow' }, 'ada'),
    ).rejects.toThrow();
    await letPass(61_000);
    await letPass(0);
    expect(toldOf(stored).filter(([type]) => type === 'Review Resolved')).toHaveLength(1);
    expect((await people.baseline(stored)).dimensions.country.map(({ key }) => key)).toEqual(['FJ']);
    expect((await people.baseline(stored)).events).toBe(1);
  });
});

describe('a dispute', () => {
  test('tells the reasons in plain words, and a person overturns: the baseline is repaired', async () => {
    const stored = await people.decided(
      decisionOn('dispute-1', { subject: 'wronged', country: 'NZ', outcome: 'deny' }),
    );
    const view = await openDispute(deps, stored.key, 'I moved');
    expect(view).toMatchObject({
      status: 'open',
      decision: 'The sign-in was not let through.',
      reasons: ['A country not seen before'],
    });
    expect(await openDispute(deps, stored.key, 'again')).toEqual(view);
    expect(JSON.stringify(view)).not.toMatch(/0\.6|wronged|review-machines/);
    const review = (await people.records.get<Review>(reviewKey('shop', idOf(view.reference))))!;
    await act(review, claim);
    await act(review, { action: 'decide', outcome: 'allow' });
    expect(await readDispute(deps, 'shop', view.reference)).toMatchObject({ status: 'overturned' });
    expect(await outcomeOf(stored)).toMatchObject({
      outcome: 'allow',
      resolution: { from: 'deny', by: 'dispute' },
    });
    expect((await people.baseline(stored)).dimensions.country.map(({ key }) => key)).toEqual(['NZ']);
    await expect(openDispute(deps, stored.key, undefined)).rejects.toMatchObject({ status: 409 });
  });

  test('overturns even what a review had resolved', async () => {
    const { stored, review } = await opened('dispute-2');
    await act(review, claim);
    await act(review, { action: 'decide', outcome: 'deny' });
    const { reference } = await openDispute(deps, stored.key, undefined);
    const contested = (await people.records.get<Review>(reviewKey('shop', idOf(reference))))!;
    await act(contested, claim, 'bob');
    await act(contested, { action: 'decide', outcome: 'allow' }, 'bob');
    expect(await outcomeOf(stored)).toMatchObject({
      outcome: 'allow',
      resolution: { from: 'review', by: 'dispute' },
    });
    // The review, finished again, does not undo it.
    await finishReview(deps, reviewKey('shop', review.id));
    expect((await outcomeOf(stored))?.outcome).toBe('allow');
  });

  test('is never decided by a clock: it becomes overdue and stays open', async () => {
    const stored = await people.decided(decisionOn('dispute-3', { subject: 'late', outcome: 'deny' }));
    const { reference } = await openDispute(deps, stored.key, undefined);
    people.wait(14 * 24 * HOUR);
    const review = await finishReview(deps, reviewKey('shop', idOf(reference)));
    expect([stateOf(review), review.overdue]).toEqual(['open', true]);
    await act(review, claim);
    expect(stateOf(await act(review, { action: 'decide', outcome: 'deny' }))).toBe('resolved');
    expect((await readDispute(deps, 'shop', reference)).status).toBe('upheld');
  });

  test('is read by the reference that was given, and by no other', async () => {
    const stored = await people.decided(decisionOn('dispute-4', { subject: 'signed', outcome: 'deny' }));
    const { reference } = await openDispute(deps, stored.key, undefined);
    const review = (await people.records.get<Review>(reviewKey('shop', idOf(reference))))!;
    for (const forged of [
      idOf(reference),
      `${idOf(reference)}.${'A'.repeat(22)}`,
      // The last of 22 characters has four spare bits.
      reference.replace(/.$/, (last) => String.fromCharCode(last.charCodeAt(0) + 1)),
      disputeReference('another-secret-0123456789abcdefghij', review),
      disputeReference(SECRET, { ...review, tenant: 'bank' }),
      disputeReference(SECRET, { ...review, deadline: review.deadline + 1 }),
    ])
      await expect(readDispute(deps, 'shop', forged)).rejects.toMatchObject({ code: 'dispute-unknown' });
    expect((await readDispute(deps, 'shop', reference)).status).toBe('open');
  });

  test('of an unknown or foreign event is refused', async () => {
    await expect(openReview(deps, decisionOn('nothing').key, 'dispute')).rejects.toMatchObject({
      status: 404,
    });
    const foreign = await people.decided(decisionOn('foreign-1', { tenant: 'bank', subject: 'b' }));
    const { reference } = await openDispute(deps, foreign.key, undefined);
    await expect(readDispute(deps, 'shop', reference)).rejects.toMatchObject({ code: 'dispute-unknown' });
  });
});
