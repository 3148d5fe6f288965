import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Baseline } from '../baselines/index.ts';
import type { StoredDecision } from '../decisions/index.ts';
import { type Case, type Feedback, standing } from './case.ts';
import { caseKey, type FeedbackDeps, giveFeedback, settleCase, withdrawFeedback } from './feedback.ts';
import { decisionOn, type People, startPeople } from './testing/people.ts';

let people: People;
beforeAll(async () => {
  people = await startPeople();
});
afterAll(() => people?.tables.close());

const app = { kind: 'app', id: 'shop-web' } as const;
const reviewer = { kind: 'reviewer', id: 'ada' } as const;

const countries = (baseline: Baseline) => baseline.dimensions.country.map(({ key }) => key);
const without = ({ version: _, ...rest }: Baseline) => rest;
const caseOf = (stored: StoredDecision) => people.records.get<Case>(caseKey(stored.key));

describe('feedback on an event that waits', () => {
  test('confirmed safe, it teaches; taken back, the baseline is as before, bit for bit', async () => {
    const stored = await people.decided(decisionOn('waits-1', { subject: 'safe', country: 'PT' }));
    const before = await people.baseline(stored);
    expect(countries(before)).toEqual([]);
    expect(before.quarantine.map(({ key }) => key)).toContain('PT');

    const id = await giveFeedback(people, { decision: stored.key, verdict: 'confirmSafe', by: app });
    const taught = await people.baseline(stored);
    expect(countries(taught)).toEqual(['PT']);
    expect(taught.quarantine).toEqual([]);

    await withdrawFeedback(people, 'shop', id);
    expect(without(await people.baseline(stored))).toEqual(without(before));
    expect(
      people.told
        .filter(({ id }) => id.startsWith(caseKey(stored.key)))
        .map(({ type, data }) => [type, data.change ?? data.withdrawn]),
    ).toEqual([
      ['Baseline Repaired', 'taught'],
      ['Feedback Recorded', false],
      ['Baseline Repaired', 'restored'],
      ['Feedback Recorded', true],
    ]);
  });

  test('dismissed, it changes nothing but the record', async () => {
    const stored = await people.decided(decisionOn('waits-2', { subject: 'dismissed' }));
    const before = await people.baseline(stored);
    await giveFeedback(people, { decision: stored.key, verdict: 'dismiss', by: reviewer });
    expect(await people.baseline(stored)).toEqual(before);
    expect((await caseOf(stored))?.feedback).toHaveLength(1);
  });
});

describe('feedback on an event that taught', () => {
  test('confirmed compromised, what it taught is undone and the report remembered; then called safe, it teaches again', async () => {
    const stored = await people.decided(
      decisionOn('taught-1', { subject: 'hacked', country: 'KP', cleared: true }),
    );
    const before = await people.baseline(stored);
    expect(countries(before)).toEqual(['KP']);
    const id = await giveFeedback(people, { decision: stored.key, verdict: 'confirmCompromised', by: app });
    const repaired = await people.baseline(stored);
    expect(countries(repaired)).toEqual([]);
    expect(repaired.changes).toMatchObject([{ kind: 'threat_reported', by: 'admin' }]);

    await giveFeedback(people, { decision: stored.key, verdict: 'confirmSafe', by: reviewer });
    const safe = await people.baseline(stored);
    expect(countries(safe)).toEqual(['KP']);
    expect(safe.changes).toEqual([]);
    // Taking back a word that no longer counts changes nothing.
    await withdrawFeedback(people, 'shop', id);
    expect(without(await people.baseline(stored))).toEqual(without(before));
  });

  test('what came in between stays, when it is taken back', async () => {
    const first = await people.decided(
      decisionOn('mixed-1', { subject: 'mixed', country: 'SE', cleared: true }),
    );
    const id = await giveFeedback(people, { decision: first.key, verdict: 'confirmCompromised', by: app });
    await people.decided(decisionOn('mixed-2', { subject: 'mixed', country: 'NO', cleared: true }));
    await withdrawFeedback(people, 'shop', id);
    const now = await people.baseline(first);
    expect(countries(now).sort()).toEqual(['NO', 'SE']);
    expect(now.events).toBe(2);
    expect(now.changes).toEqual([]);
  });
});

describe('who may say what', () => {
  const word = (verdict: Feedback['verdict'], kind: Feedback['by']['kind'], more = {}): Feedback => ({
    id: `${verdict}-${kind}`,
    verdict,
    by: { kind, id: kind },
    at: 0,
    ...more,
  });

  test.each<[string, Feedback[], string | undefined]>([
    ['the latest counts', [word('confirmSafe', 'app'), word('dismiss', 'app')], 'dismiss'],
    [
      'a link from a mailbox calls nothing safe over a reviewer',
      [word('confirmCompromised', 'reviewer'), word('confirmSafe', 'person')],
      'confirmCompromised',
    ],
    [
      'but says that it was not its subject over anybody',
      [word('confirmSafe', 'reviewer'), word('confirmCompromised', 'person')],
      'confirmCompromised',
    ],
    [
      'and a reviewer has the last word on that',
      [word('confirmCompromised', 'person'), word('confirmSafe', 'reviewer')],
      'confirmSafe',
    ],
    [
      'an app cannot dismiss what a reviewer found',
      [word('confirmCompromised', 'reviewer'), word('dismiss', 'app')],
      'confirmCompromised',
    ],
    ['what is withdrawn does not count', [word('confirmSafe', 'app', { withdrawnAt: 1 })], undefined],
  ])('%s', (_, words, verdict) => {
    expect(standing(words)?.verdict).toBe(verdict);
  });
});

describe('feedback is refused', () => {
  test('on unknown events, and on those of another tenant, and changes nothing', async () => {
    const stored = await people.decided(decisionOn('foreign', { tenant: 'bank', subject: 'banker' }));
    const before = await people.baseline(stored);
    const elsewhere = decisionOn('foreign', { tenant: 'shop' });
    for (const decision of [elsewhere.key, decisionOn('nobody-knows').key])
      await expect(giveFeedback(people, { decision, verdict: 'confirmSafe', by: app })).rejects.toMatchObject(
        { code: 'event-unknown', status: 404 },
      );
    expect(await people.baseline(stored)).toEqual(before);
    const id = await giveFeedback(people, { decision: stored.key, verdict: 'confirmSafe', by: app });
    await expect(withdrawFeedback(people, 'shop', id)).rejects.toMatchObject({ code: 'feedback-unknown' });
    expect(countries(await people.baseline(stored))).toEqual(['FR']);
    for (const junk of ['', 'x', `${id}x`, '../../x', `${id.split('.')[0]}.`])
      await expect(withdrawFeedback(people, 'bank', junk)).rejects.toMatchObject({ status: 404 });
  });

  test('beyond a bound, and not repeated for the same word again', async () => {
    const stored = await people.decided(decisionOn('many', { subject: 'many' }));
    const give = (verdict: Feedback['verdict']) =>
      giveFeedback(people, { decision: stored.key, verdict, by: app });
    expect(await give('confirmSafe')).toBe(await give('confirmSafe'));
    for (let index = 0; index < 31; index++) await give(index % 2 ? 'confirmSafe' : 'dismiss');
    await expect(give('confirmSafe')).rejects.toMatchObject({ code: 'feedback-limit', status: 409 });
  });

  test('for a nonce that was used, whatever the answer', async () => {
    const stored = await people.decided(decisionOn('once', { subject: 'once' }));
    const by = { kind: 'person', id: 'link' } as const;
    const nonce = 'one-time-nonce-1';
    const answers = await Promise.allSettled(
      (['confirmSafe', 'confirmCompromised'] as const).map((verdict) =>
        giveFeedback(people, { decision: stored.key, verdict, by, nonce }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [refused] = answers.filter((answer) => answer.status === 'rejected');
    expect(refused?.reason).toMatchObject({ code: 'link-used', status: 410 });
    expect((await caseOf(stored))?.feedback).toHaveLength(1);
  });
});

describe('a crash', () => {
  /** Lets so many calls to the stores and the bus through, then fails. */
  const failingAfter = (calls: number): FeedbackDeps => {
    let left = calls;
    const guard = <A extends unknown[], R>(work: (...args: A) => Promise<R>, after: boolean) =>
      (async (...args: A) => {
        if (!after && left-- <= 0) throw new Error('the power is out');
        const result = await work(...args);
        // The write was made, and nobody lived to hear it.
        if (after && left-- <= 0) throw new Error('the power is out');
        return result;
      }) as (...args: A) => Promise<R>;
    const after = calls % 2 === 1;
    return {
      ...people,
      tell: guard(people.tell, after),
      baselines: { ...people.baselines, putBaseline: guard(people.baselines.putBaseline, after) },
      records: { ...people.records, put: guard(people.records.put, after) as typeof people.records.put },
    };
  };

  test('at any step is finished by the next who comes, once', async () => {
    for (let calls = 0; calls < 10; calls++) {
      const subject = `crash-${calls}`;
      const stored = await people.decided(decisionOn(subject, { subject, country: 'IS' }));
      const given = { decision: stored.key, verdict: 'confirmSafe', by: app } as const;
      const first = await giveFeedback(failingAfter(calls), given).catch(() => undefined);
      // Another event gets in between the crash and its mending.
      const other = await people.decided(
        decisionOn(`${subject}-next`, { subject, country: 'DK', cleared: true }),
      );
      if (await caseOf(stored)) await settleCase(people, caseKey(stored.key));
      const id = first ?? (await giveFeedback(people, given));
      const now = await people.baseline(other);
      expect(countries(now).sort()).toEqual(['DK', 'IS']);
      expect(now.events).toBe(2);
      const record = await caseOf(stored);
      expect(record).toMatchObject({ effect: { of: 'taught' }, untold: [] });
      expect(record?.moving).toBeUndefined();
      expect(record?.feedback.map((one) => one.id)).toEqual([id]);
      await withdrawFeedback(people, 'shop', id);
      expect(countries(await people.baseline(other))).toEqual(['DK']);
    }
  });

  test('of many at once loses nothing and doubles nothing', async () => {
    const stored = await people.decided(decisionOn('race', { subject: 'race', country: 'MT' }));
    const given = { decision: stored.key, verdict: 'confirmSafe', by: app } as const;
    const ids = await Promise.all(Array.from({ length: 6 }, () => giveFeedback(people, given)));
    expect(new Set(ids).size).toBe(1);
    const now = await people.baseline(stored);
    expect(now.events).toBe(1);
    expect(now.dimensions.country[0]?.days).toBe(1);
  });

  test('that left something undone is on the list of the clock, and off it when done', async () => {
    const stored = await people.decided(decisionOn('due', { subject: 'due' }));
    const given = { decision: stored.key, verdict: 'confirmSafe', by: app } as const;
    await giveFeedback(failingAfter(2), given).catch(() => undefined);
    const later = people.clock() + 120_000;
    expect(await people.records.due(later, 10)).toContain(caseKey(stored.key));
    await settleCase(people, caseKey(stored.key));
    expect(await people.records.due(later, 10)).not.toContain(caseKey(stored.key));
  });
});
