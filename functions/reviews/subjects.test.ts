import { afterAll, beforeAll, expect, test } from 'vitest';
import { logStore } from '../decisions/index.ts';
import { pseudonymsFor } from '../platform/index.ts';
import { walletBindingId, walletStore } from '../presentations/requests/index.ts';
import { sessionStore } from '../sessions/index.ts';
import { giveFeedback } from './feedback.ts';
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
