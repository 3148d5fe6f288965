import type { Session } from './session.ts';
import { type SessionStore, sessionKey, subjectSessionsKey } from './sessions.store.ts';

/** At most so many keys are read at a time. */
const AT_ONCE = 100;

/** The names of sessions that a subject is known to have, by their own list and by the decisions given. */
const namesOf = async (
  sessions: Pick<SessionStore, 'readSubject'>,
  tenant: string,
  subject: string,
  decided: readonly string[],
): Promise<string[]> => [
  ...new Set([...(await sessions.readSubject(subjectSessionsKey(tenant, subject))).sessions, ...decided]),
];

/**
 * The sessions of a subject that are still kept, without what is sealed in them.
 *
 * @param subject pseudonym.
 * @param decided pseudonyms of sessions that the subject's decisions name: its own list is bounded.
 */
export const sessionsOfSubject = async (
  sessions: Pick<SessionStore, 'read' | 'readSubject'>,
  tenant: string,
  subject: string,
  decided: readonly string[] = [],
): Promise<Omit<Session, 'sealed' | 'outbox'>[]> => {
  const keys = (await namesOf(sessions, tenant, subject, decided)).map((id) => sessionKey(tenant, id));
  const found: Omit<Session, 'sealed' | 'outbox'>[] = [];
  for (let first = 0; first < keys.length; first += AT_ONCE)
    for (const session of (await sessions.read(keys.slice(first, first + AT_ONCE))).values()) {
      const { sealed: _, outbox: __, ...rest } = session;
      if (session.subject === subject) found.push(rest);
    }
  return found;
};

/**
 * Forgets the sessions of a subject. It can be called again, and finishes what a fault left.
 *
 * @param decided as for {@link sessionsOfSubject}.
 * @returns how many there were.
 */
export const eraseSessions = async (
  sessions: Pick<SessionStore, 'read' | 'readSubject' | 'remove'>,
  tenant: string,
  subject: string,
  decided: readonly string[] = [],
): Promise<number> => {
  const own = await sessionsOfSubject(sessions, tenant, subject, decided);
  for (const { id } of own) await sessions.remove(sessionKey(tenant, id));
  // The list last: it says what is still to be done.
  await sessions.remove(subjectSessionsKey(tenant, subject));
  return own.length;
};
