import { type BaselineStore, exportBaseline } from '../baselines/index.ts';
import {
  type DecisionStore,
  LOG_DAYS,
  type LogStore,
  type StoredDecision,
  subjectKey,
} from '../decisions/index.ts';
import { pseudonymsFor } from '../platform/index.ts';
import type { WalletStore } from '../presentations/requests/index.ts';
import { eraseSessions, type SessionStore, sessionsOfSubject } from '../sessions/index.ts';
import { readBaseline } from './move-baseline.ts';
import { ReviewError } from './review-error.ts';
import type { ReviewStore } from './reviews.store.ts';

/** What serving a subject's rights needs from outside. */
export interface SubjectDeps {
  readonly decisions: Pick<DecisionStore, 'getMany' | 'remove'>;
  readonly baselines: Pick<BaselineStore, 'read' | 'erase'>;
  readonly records: ReviewStore;
  readonly log: LogStore;
  readonly sessions: SessionStore;
  readonly wallets: Pick<WalletStore, 'of' | 'forget'>;
  readonly secret: () => Promise<string>;
  /** Processing time, ms. */
  readonly clock: () => number;
}

const DAY_MS = 86_400_000;

/** Every day that the log still holds, and tomorrow: events may be told a little ahead. */
const days = (now: number): string[] =>
  Array.from({ length: LOG_DAYS + 2 }, (_, back) =>
    new Date(now + DAY_MS - back * DAY_MS).toISOString().slice(0, 10),
  );

const decisionKeys = (tenant: string, ids: readonly string[]): string[] =>
  // Ids of decisions are digests of 27 characters; those of other entries have one more.
  ids.filter((id) => id.length === 27).map((id) => `d#${tenant}#${id}`);

const inHundreds = function* (keys: readonly string[]) {
  for (let first = 0; first < keys.length; first += 100) yield keys.slice(first, first + 100);
};

/** The pseudonym of a subject. */
export const subjectOf = async (
  deps: Pick<SubjectDeps, 'secret'>,
  tenant: string,
  id: string,
): Promise<string> => pseudonymsFor(await deps.secret(), tenant)('subject', id);

/** Every decision about a subject that is kept, in no order. */
export const decisionsAbout = async (
  deps: { readonly decisions: Pick<DecisionStore, 'getMany'> } & Pick<SubjectDeps, 'log' | 'clock'>,
  tenant: string,
  subject: string,
): Promise<StoredDecision[]> => {
  const about = await deps.log.about(`${tenant}#${subject}`, days(deps.clock()));
  const decisions: StoredDecision[] = [];
  for (const some of inHundreds(decisionKeys(tenant, about)))
    decisions.push(...(await deps.decisions.getMany(some)));
  return decisions;
};

/**
 * Everything that is kept about a subject, in plain JSON (GDPR Art. 15 and 20): the baseline, every decision with its
 * reasons, the sessions, the enrolled wallets, and what was said of them.
 *
 * @param id as the application names the subject.
 * @throws ReviewError `subject-unknown` (404) when nothing is kept.
 */
export const exportSubject = async (deps: SubjectDeps, tenant: string, id: string) => {
  const subject = await subjectOf(deps, tenant, id);
  const baseline = await readBaseline(deps.baselines, subjectKey(tenant, subject));
  const keys = await deps.records.ofSubject(`${tenant}#${subject}`);
  const decisions = await decisionsAbout(deps, tenant, subject);
  const named = decisions.flatMap(({ session }) => (session ? [session.id] : []));
  const sessions = await sessionsOfSubject(deps.sessions, tenant, subject, named);
  const wallets = await deps.wallets.of(tenant, subject);
  const lists = [keys, decisions, sessions, wallets];
  if (baseline.version === 0 && lists.every((list) => list.length === 0))
    throw new ReviewError('subject-unknown', 'Nothing is kept about this subject', { status: 404 });
  return {
    subject,
    ...(baseline.version > 0 ? { baseline: exportBaseline(baseline, deps.clock()) } : {}),
    decisions: decisions
      .map(({ decision, basis }) => ({ ...decision, ...(basis ? { asked: basis.question } : {}) }))
      .sort((a, b) => (a.time < b.time ? -1 : 1)),
    sessions,
    wallets,
    records: await Promise.all(keys.map((key) => deps.records.get<{ version: number }>(key))),
  };
};

/**
 * Forgets a subject: the baseline, the wallets, the decisions, what was said of them, and the key of the log's payloads, which
 * stays whole and unreadable. It can be called again, and finishes what a fault left.
 *
 * @returns how many decisions and how many records went, wallets among these.
 */
export const eraseSubject = async (
  deps: SubjectDeps,
  tenant: string,
  id: string,
): Promise<{ readonly decisions: number; readonly records: number }> => {
  const subject = await subjectOf(deps, tenant, id);
  const owner = `${tenant}#${subject}`;
  // The key first: whatever comes after, the log is closed by then.
  await deps.log.destroySubjectKey(owner);
  await deps.baselines.erase(subjectKey(tenant, subject));
  const wallets = await deps.wallets.forget(tenant, subject);
  const keys = await deps.records.ofSubject(owner);
  for (const key of keys) await deps.records.remove(key);
  const about = await deps.log.about(owner, days(deps.clock()));
  const decisions = decisionKeys(tenant, about);
  // Their sessions first, which are found by them.
  const named: string[] = [];
  for (const some of inHundreds(decisions))
    for (const { session } of await deps.decisions.getMany(some)) if (session) named.push(session.id);
  await eraseSessions(deps.sessions, tenant, subject, named);
  for (const key of decisions) await deps.decisions.remove(key);
  // The notes last: they say what is still to be done.
  await deps.log.about(owner, days(deps.clock()), true);
  return { decisions: decisions.length, records: keys.length + wallets };
};
