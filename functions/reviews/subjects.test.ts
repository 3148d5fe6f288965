import { afterAll, beforeAll, expect, test } from 'vitest';
import { logStore } from '../decisions/index.ts';
import { pseudonymsFor } from '../platform/index.ts';
import { walletBindingId, walletStore } from '../presentations/requests/index.ts';
import { sessionStore } from '../sessions/index.ts';
import { giveFeedback } from './feedback.ts';
import { rebuildSubject } from './rebuild-subject.ts';
import { eraseSubject, exportSubject, type SubjectDeps } from './subjects.ts';
import { decisionOn, NOW, type People, startPeople } from './testing/people.ts';

const SECRET = 'a-secret-of-this-test-only-0123456789';
let people: People;
let deps: SubjectDeps;
beforeAll(async () => {
  people = await startPeople();
  const log = logStore(people.tables.client, people.tables.log, people.clock);
  const sessions = sessionStore(people.tables.client, people.tables.sessions, people.clock);
  const wallets = walletStore(people.tables.client, people.tables.wallets);
  deps = { ...people, log, sessions, wallets, secret: async () => SECRET };
});
afterAll(() => people?.tables.close());

const TODAY = new Date(NOW).toISOString().slice(0, 10);

/** Somebody with a decision, feedback on it, and a line in the log. */
const somebody = async (id: string, tenant = 'shop') => {
  const subject = pseudonymsFor(SECRET, tenant)('subject', id);
  const stored = await people.decided(decisionOn(`${id}-1`, { tenant, subject, cleared: true }));
  await giveFeedback(people, { decision: stored.key, verdict: 'confirmSafe', by: { kind: 'app', id: 'a' } });
  await deps.log.note(`${tenant}#${subject}`, TODAY, [stored.key.split('#')[2]!]);
  await deps.log.putSubjectKey(`${tenant}#${subject}`, 'sealed');
  return { stored, subject };
};

test('a subject reads everything that is kept: baseline, decisions with reasons, what was said', async () => {
  await somebody('reader');
  const kept = await exportSubject(deps, 'shop', 'reader');
  expect(kept.baseline).toMatchObject({ format: 'countersign-baseline-1', events: 1 });
  expect(kept.decisions).toMatchObject([{ eventId: 'reader-1', reasons: [{ code: 'newCountry' }] }]);
  expect(kept.records).toMatchObject([{ feedback: [{ verdict: 'confirmSafe' }] }]);
});

test('erased, nothing is left of one subject, and all of another', async () => {
  const { stored, subject } = await somebody('leaver');
  const stays = await somebody('stayer');
  expect(await eraseSubject(deps, 'shop', 'leaver')).toEqual({ decisions: 1, records: 1 });
  await expect(exportSubject(deps, 'shop', 'leaver')).rejects.toMatchObject({ code: 'subject-unknown' });
  expect(await people.decisions.get(stored.key)).toBeUndefined();
  expect((await deps.log.subjectKeys([`shop#${subject}`])).size).toBe(0);
  expect(await deps.log.about(`shop#${subject}`, [TODAY])).toEqual([]);
  expect((await exportSubject(deps, 'shop', 'stayer')).decisions).toHaveLength(1);
  expect(await people.decisions.get(stays.stored.key)).toBeDefined();
  expect(await eraseSubject(deps, 'shop', 'leaver')).toEqual({ decisions: 0, records: 0 });
});

test('the same name in another tenant is another subject', async () => {
  await somebody('namesake', 'bank');
  await expect(exportSubject(deps, 'shop', 'namesake')).rejects.toMatchObject({ status: 404 });
  await eraseSubject(deps, 'shop', 'namesake');
  expect((await exportSubject(deps, 'bank', 'namesake')).decisions).toHaveLength(1);
});

test('enrolled wallets are exported, and go with their subject', async () => {
  const wallets = walletStore(people.tables.client, people.tables.wallets);
  const enrol = async (id: string, holder: string) => {
    const subject = pseudonymsFor(SECRET, 'shop')('subject', id);
    const common = { tenant: 'shop', subject, holder, format: 'ldp_vc', enrolledBy: 'session' } as const;
    await wallets.enrol({ ...common, id: walletBindingId('shop', subject, holder), enrolledAt: NOW });
    return subject;
  };
  await enrol('phones', 'phone');
  const other = await enrol('tablets', 'tablet');
  expect((await exportSubject(deps, 'shop', 'phones')).wallets).toMatchObject([{ holder: 'phone' }]);
  expect(await eraseSubject(deps, 'shop', 'phones')).toEqual({ decisions: 0, records: 1 });
  await expect(exportSubject(deps, 'shop', 'phones')).rejects.toMatchObject({ code: 'subject-unknown' });
  expect(await wallets.ownerOf('shop', 'phone')).toBeUndefined();
  expect(await wallets.of('shop', other)).toHaveLength(1);
});

/** So many cleared decisions on somebody, a day apart, each in the log. */
const history = async (id: string, count: number, change: (index: number) => object = () => ({})) => {
  const subject = pseudonymsFor(SECRET, 'shop')('subject', id);
  const all = [];
  for (let index = 0; index < count; index++) {
    const made = decisionOn(`${id}-${index}`, { subject, cleared: true, ...change(index) });
    const time = NOW - (count - index) * 86_400_000;
    const stored = await people.decided({
      ...made,
      decision: { ...made.decision, decidedAt: new Date(time).toISOString() },
      delta: { ...made.delta, observation: { ...made.delta.observation, time } },
    });
    await deps.log.note(`shop#${subject}`, TODAY, [stored.key.split('#')[2]!]);
    all.push(stored);
  }
  return all;
};
const rebuilding = (id: string) => rebuildSubject({ ...deps, baselines: people.baselines }, 'shop', id);

test('a baseline built anew from the log is the one that was learned', async () => {
  const [one] = await history('steady', 6);
  const { version, applied: _, ...before } = await people.baseline(one!);
  expect(await rebuilding('steady')).toMatchObject({
    decisions: 6,
    leftOut: 0,
    baseline: { events: 6, days: 6 },
  });
  const { version: next, applied: __, ...after } = await people.baseline(one!);
  expect(after).toEqual(before);
  expect(next).toBe(version + 1);
});

test('what people said was not the subject stays out, exactly; what was confirmed is in', async () => {
  const all = await history('victim', 6, (index) => ({
    country: index === 2 ? 'XX' : 'FR',
    cleared: index !== 4,
  }));
  const say = (index: number, verdict: 'confirmSafe' | 'confirmCompromised') =>
    giveFeedback(people, { decision: all[index]!.key, verdict, by: { kind: 'reviewer', id: 'r' } });
  await say(2, 'confirmCompromised');
  await say(4, 'confirmSafe');
  expect(await rebuilding('victim')).toMatchObject({
    decisions: 6,
    leftOut: 1,
    baseline: { events: 5, days: 5 },
  });
  const after = await people.baseline(all[0]!);
  expect(after.dimensions.country.map(({ key }) => key)).toEqual(['FR']);
  // That a threat was reported is no decision, and stays.
  expect(after.changes).toMatchObject([{ kind: 'threat_reported' }]);
});

test('a baseline is not rebuilt from a log that is behind it, nor for a stranger; nothing is changed then', async () => {
  const [one] = await history('hasty', 2);
  const late = decisionOn('hasty-late', { subject: one!.decision.subject, cleared: true });
  await people.decided(late);
  const before = await people.baseline(late);
  await expect(rebuilding('hasty')).rejects.toMatchObject({ code: 'rebuild-conflict', status: 409 });
  expect(await people.baseline(late)).toEqual(before);
  await deps.log.note(`shop#${late.decision.subject}`, TODAY, [late.key.split('#')[2]!]);
  expect(await rebuilding('hasty')).toMatchObject({ decisions: 3 });
  await expect(rebuilding('nobody')).rejects.toMatchObject({ code: 'subject-unknown', status: 404 });
});
