import type { DecisionStore, StoredDecision } from '../decisions/index.ts';
import { applyEvent } from './apply-event.ts';
import { applyEvidence, applyResolution, type OutsideEvidence } from './apply-evidence.ts';
import type { Session, Telling } from './session.ts';
import { SessionError } from './session-error.ts';
import { type SessionStore, type SubjectSessions, sessionKey, subjectSessionsKey } from './sessions.store.ts';

/** What continuous validation needs from outside. */
export interface ValidateDeps {
  readonly decisions: Pick<DecisionStore, 'getMany'>;
  readonly sessions: SessionStore;
  /** Tells others. At least once: a telling that may have been told is told again, under the same id. */
  readonly tell: (session: Session, tellings: readonly Telling[]) => Promise<void>;
  readonly onFailure: (part: string, error: unknown) => void;
}

const WRITE_ATTEMPTS = 8;
const AT_ONCE = 8;

/** Changes what is known of a subject, losing no concurrent change; what is the same object is not written. */
const updateSubject = async (
  sessions: SessionStore,
  key: string,
  change: (record: SubjectSessions) => SubjectSessions,
): Promise<SubjectSessions> => {
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
    const record = await sessions.readSubject(key);
    const changed = change(record);
    if (changed === record || (await sessions.putSubject(key, changed))) return changed;
  }
  throw contended();
};

/** Puts a new session into its subject's list first: a crash in between leaves a name too many, never one too few. */
const enlist = (sessions: SessionStore, { tenant, subject, id }: Session): Promise<unknown> =>
  updateSubject(sessions, subjectSessionsKey(tenant, subject), (record) =>
    record.sessions.includes(id) ? record : { ...record, sessions: [...record.sessions, id] },
  );

const contended = () =>
  new SessionError('session-contended', 'The session is written too often at once', { status: 503 });

/**
 * Changes one session, losing no concurrent change, then tells what has to be told and forgets that it had to.
 * A crash in between leaves the tellings in the record: the repeated message finds them there.
 *
 * @param change gives the session itself when there is nothing to change.
 * @throws SessionError `session-contended`, `session-store-unavailable` (503)
 */
const update = async (
  key: string,
  change: (session: Session | undefined) => Session | undefined,
  deps: Pick<ValidateDeps, 'sessions' | 'tell'>,
  known?: Session,
  catchesUp = true,
): Promise<void> => {
  let current = known;
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
    if (attempt > 0 || current === undefined) current = (await deps.sessions.read([key])).get(key);
    const changed = change(current);
    if (!changed) return;
    if (current === undefined) await enlist(deps.sessions, changed);
    if (changed !== current && !(await deps.sessions.put(key, changed, current?.version ?? 0))) continue;
    // What another change has to tell is told there; a repeat tells all that is left, since a crash left it.
    const mine = changed.outbox.filter(
      ({ id }) => changed === current || !current?.outbox.some((waiting) => waiting.id === id),
    );
    if (mine.length > 0) await drain(key, changed, mine, deps);
    if (catchesUp && (current === undefined || changed === current)) await catchUp(key, changed, deps);
    return;
  }
  throw contended();
};

/**
 * Counts into a session what was said of its subject before the session was known. A repeat looks again: the first
 * delivery may have ended in between.
 */
const catchUp = async (
  key: string,
  session: Session,
  deps: Pick<ValidateDeps, 'sessions' | 'tell'>,
): Promise<void> => {
  const { evidence } = await deps.sessions.readSubject(subjectSessionsKey(session.tenant, session.subject));
  const later = evidence.filter(({ time }) => time >= session.started);
  if (later.some(({ eventKey }) => !session.applied.some(([known]) => known === eventKey)))
    await update(key, (current) => current && later.reduce(applyEvidence, current), deps, undefined, false);
};

const drain = async (
  key: string,
  session: Session,
  tellings: readonly Telling[],
  { sessions, tell }: Pick<ValidateDeps, 'sessions' | 'tell'>,
): Promise<void> => {
  await tell(session, tellings);
  const told = new Set(tellings.map(({ id }) => id));
  let current: Session | undefined = session;
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
    if (attempt > 0) current = (await sessions.read([key])).get(key);
    const outbox = current?.outbox.filter(({ id }) => !told.has(id));
    if (!current || outbox?.length === current.outbox.length) return;
    const emptied: Session = { ...current, outbox: outbox ?? [], version: current.version + 1 };
    if (await sessions.put(key, emptied, current.version)) return;
  }
  throw contended();
};

/** A sign-in comes before what happened in the same millisecond. */
const rank = ({ session }: StoredDecision): number => (session?.action === 'sign_in' ? 0 : 1);

/** The sessions of a batch of decisions, each with its events in the order in which they happened. */
const bySession = (stored: readonly StoredDecision[]): Map<string, StoredDecision[]> => {
  const groups = new Map<string, StoredDecision[]>();
  for (const one of stored) {
    if (!one.session) continue;
    const key = sessionKey(one.tenant, one.session.id);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  for (const group of groups.values())
    group.sort((a, b) => a.delta.observation.time - b.delta.observation.time || rank(a) - rank(b));
  return groups;
};

/**
 * Counts decided events into their sessions. What is counted is read from the store; the message only named the
 * decision. Events of one session that come together cost one write.
 *
 * @param keys keys of at most 100 decisions, repeats allowed.
 * @returns the keys that are done with; the others are to be delivered again.
 */
export const validate = async (keys: readonly string[], deps: ValidateDeps): Promise<Set<string>> => {
  const done = new Set<string>();
  if (keys.length === 0) return done;
  const stored = await deps.decisions.getMany(keys);
  const groups = [...bySession(stored)];
  const sessions = groups.length > 0 ? await deps.sessions.read(groups.map(([key]) => key)) : new Map();
  // An unknown decision (erased, or never ours) and one without a session have nothing to validate.
  const waiting = new Set(groups.flatMap(([, group]) => group.map(({ key }) => key)));
  for (const key of keys) if (!waiting.has(key)) done.add(key);
  for (let first = 0; first < groups.length; first += AT_ONCE)
    await Promise.all(
      groups.slice(first, first + AT_ONCE).map(async ([key, group]) => {
        try {
          const change = (session: Session | undefined) =>
            group.reduce(
              (current: Session | undefined, { tenant, session: facts, delta, decision }) =>
                applyResolution(
                  applyEvent(current, { tenant, facts: facts!, observation: delta.observation, decision }),
                  { observation: delta.observation, decision },
                ),
              session,
            );
          await update(key, change, deps, sessions.get(key));
          for (const one of group) done.add(one.key);
        } catch (error) {
          deps.onFailure('session', error);
        }
      }),
    );
  return done;
};

/** Notes evidence about a subject, for the sessions to come of which it is true too. @returns those that there are. */
const noted = async (
  { tenant, subject }: EvidenceTarget,
  evidence: OutsideEvidence,
  sessions: SessionStore,
): Promise<readonly string[]> => {
  if (subject === undefined) return [];
  const record = await updateSubject(sessions, subjectSessionsKey(tenant, subject), (before) =>
    before.evidence.some(({ eventKey }) => eventKey === evidence.eventKey)
      ? before
      : { ...before, evidence: [...before.evidence, evidence] },
  );
  return record.sessions;
};

/** Whom evidence from outside is about: a subject with all its sessions, or one of them. Pseudonyms. */
export interface EvidenceTarget {
  readonly tenant: string;
  readonly subject?: string;
  readonly session?: string;
}

/**
 * Counts evidence from outside into the sessions that it is about, at most once into each.
 *
 * Where both a subject and a session are named, the session must be the subject's: a signal about somebody
 * else's session counts for nothing.
 *
 * @returns how many sessions it was counted into.
 * @throws SessionError `session-contended`, `session-store-unavailable` (503)
 */
export const weigh = async (
  target: EvidenceTarget,
  evidence: OutsideEvidence,
  deps: Pick<ValidateDeps, 'sessions' | 'tell'>,
): Promise<number> => {
  const { tenant, subject, session } = target;
  const ids = session !== undefined ? [session] : await noted(target, evidence, deps.sessions);
  const counted = new Set<string>();
  for (const id of ids) {
    await update(
      sessionKey(tenant, id),
      (current) => {
        if (!current || (subject !== undefined && current.subject !== subject)) return undefined;
        if (current.status === 'ended' || current.status === 'revoked') return current;
        counted.add(id);
        return applyEvidence(current, evidence);
      },
      deps,
    );
  }
  return counted.size;
};
