import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTables, type TestTables } from '../../test/tables.ts';
import { type DecisionStore, decisionStore } from '../decisions/index.ts';
import type { Session, Telling } from './session.ts';
import {
  type SessionStore,
  SUBJECT_SESSIONS,
  sessionKey,
  sessionStore,
  subjectSessionsKey,
} from './sessions.store.ts';
import { eraseSessions, sessionsOfSubject } from './subject-sessions.ts';
import { NOW, type SessionEventParts, storedSessionEvent } from './testing/session-event.ts';
import { validate, weigh } from './validate.ts';

let tables: TestTables;
let decisions: DecisionStore;
let sessions: SessionStore;
let tenant = '';
let run = 0;
let told: string[] = [];
const failures: unknown[] = [];

beforeAll(async () => {
  tables = await startTables();
  decisions = decisionStore(tables.client, tables.decisions, () => NOW);
  sessions = sessionStore(tables.client, tables.sessions, () => NOW);
});
afterAll(() => tables.close());
beforeEach(() => {
  tenant = `tenant${++run}`;
  told = [];
  failures.length = 0;
});

const deps = (
  changes: { tell?: (session: Session, tellings: readonly Telling[]) => Promise<void> } = {},
) => ({
  decisions,
  sessions,
  tell: async (_: Session, tellings: readonly Telling[]) => {
    told.push(...tellings.map(({ id }) => id));
  },
  onFailure: (_: string, error: unknown) => failures.push(error),
  ...changes,
});
const store = async (...parts: SessionEventParts[]): Promise<string[]> => {
  const all = parts.map((part) => storedSessionEvent(tenant, part));
  for (const one of all) await decisions.insert(one);
  return all.map(({ key }) => key);
};
const key = () => sessionKey(tenant, 'session-1');
const session = async () => (await sessions.read([key()])).get(key());

const SIGN_IN: SessionEventParts = { key: 'sign-in', action: 'sign_in' };
const STOLEN: SessionEventParts = {
  key: 'stolen',
  at: 1000,
  keys: { device: 'x', agent: 'y', country: 'BR', asn: 'AS1' },
};

describe('validating', () => {
  test('reads what happened from the store; a session crosses a threshold and it is told once', async () => {
    const keys = await store(SIGN_IN, STOLEN);
    expect(await validate(keys, deps())).toEqual(new Set(keys));
    expect(await session()).toMatchObject({ status: 'revoked', outbox: [], subject: 'person-1' });
    expect(told).toEqual(['session-revoked#stolen', 'risk#stolen']);
    expect(await sessions.readSubject(subjectSessionsKey(tenant, 'person-1'))).toMatchObject({
      sessions: ['session-1'],
    });
  });

  test('repeated and concurrent deliveries count each event once', async () => {
    const keys = await store(
      SIGN_IN,
      ...Array.from({ length: 12 }, (_, index) => ({ key: `f${index}`, failed: true, at: 0 })),
    );
    await Promise.all([validate(keys, deps()), validate([...keys, ...keys], deps()), validate(keys, deps())]);
    await validate(keys, deps());
    expect(failures).toEqual([]);
    const found = (await session())!;
    expect(found.applied).toHaveLength(13);
    expect(found.acts.value).toBeCloseTo(6, 9);
    expect(told.filter((id) => id.startsWith('step-up')).length).toBe(1);
  });

  test('many events of one session together cost one write of it', async () => {
    const keys = await store(SIGN_IN, ...Array.from({ length: 20 }, (_, i) => ({ key: `e${i}`, at: i })));
    let writes = 0;
    const counting = {
      ...sessions,
      put: (...args: Parameters<SessionStore['put']>) => {
        writes++;
        return sessions.put(...args);
      },
    };
    await validate(keys, { ...deps(), sessions: counting });
    expect(writes).toBe(1);
    expect((await session())?.applied).toHaveLength(21);
  });

  test('a crash between the write and the telling is made good by the repeated message', async () => {
    const keys = await store(SIGN_IN, STOLEN);
    const crash = deps({ tell: () => Promise.reject(new Error('the bus is away')) });
    expect((await validate(keys, crash)).size).toBe(0);
    expect((await session())?.outbox).toHaveLength(2);
    expect(await validate(keys, deps())).toEqual(new Set(keys));
    expect(told).toEqual(['session-revoked#stolen', 'risk#stolen']);
    expect((await session())?.outbox).toEqual([]);
  });

  test('what the store does not know, or names no session, is done with at once', async () => {
    const { session: _, ...plain } = storedSessionEvent(tenant, { key: 'plain' });
    await decisions.insert(plain);
    expect((await validate([plain.key, `d#${tenant}#forged`], deps())).size).toBe(2);
    expect(await session()).toBeUndefined();
  });

  test('a store that does not answer leaves the messages to be delivered again', async () => {
    const keys = await store(SIGN_IN);
    const broken = sessionStore(tables.client, 'no-such-table', () => NOW);
    await expect(validate(keys, { ...deps(), sessions: broken })).rejects.toMatchObject({
      code: 'session-store-unavailable',
      status: 503,
    });
    expect(await validate(keys, deps())).toEqual(new Set(keys));
  });

  test('an expired session is nobody, and may begin anew', async () => {
    const keys = await store(SIGN_IN, STOLEN);
    await validate(keys, deps());
    const later = sessionStore(tables.client, tables.sessions, () => NOW + 31 * 86_400_000);
    expect((await later.read([key()])).size).toBe(0);
    await validate(keys.slice(0, 1), { ...deps(), sessions: later });
    expect((await later.read([key()])).get(key())).toMatchObject({ status: 'active', version: 1 });
  });
});

describe("a subject's sessions", () => {
  test('are shown without what is sealed, and erased; those of another stay', async () => {
    const other = { key: 'other', action: 'sign_in' as const, facts: { id: 'session-2' } };
    await validate(await store(SIGN_IN, STOLEN, other), deps());
    const theirs = storedSessionEvent(tenant, { key: 'theirs', facts: { id: 'session-3' } });
    const stranger = { ...theirs, decision: { ...theirs.decision, subject: 'person-2' } };
    await decisions.insert(stranger);
    await validate([stranger.key], deps());
    // A session that has fallen off the list is known by its decisions.
    await sessions.remove(subjectSessionsKey(tenant, 'person-1'));
    const decided = ['session-1', 'session-2', 'session-3'];
    const shown = await sessionsOfSubject(sessions, tenant, 'person-1', decided);
    expect(shown.map(({ id, status }) => [id, status]).sort()).toEqual([
      ['session-1', 'revoked'],
      ['session-2', 'active'],
    ]);
    expect(JSON.stringify(shown)).not.toContain('sealed');
    expect(await eraseSessions(sessions, tenant, 'person-1', decided)).toBe(2);
    expect(await eraseSessions(sessions, tenant, 'person-1', decided)).toBe(0);
    expect(await sessionsOfSubject(sessions, tenant, 'person-2')).toHaveLength(1);
  });
});

describe('evidence from outside', () => {
  const evidence = {
    eventKey: 'signal-1',
    eventId: 'signal-1',
    time: NOW + 5000,
    logOdds: 0,
    revokes: true,
    code: 'account_suspended',
  };

  test('reaches all sessions of a subject, each once', async () => {
    const two = { id: 'session-2' };
    await validate(await store(SIGN_IN, { key: 'other', action: 'sign_in', facts: two }), deps());
    expect(await weigh({ tenant, subject: 'person-1' }, evidence, deps())).toBe(2);
    await weigh({ tenant, subject: 'person-1' }, evidence, deps());
    expect((await session())?.status).toBe('revoked');
    expect(told.filter((id) => id === 'session-revoked#signal-1')).toHaveLength(2);
  });

  test('reaches a session that is counted only after it, and none that begins after it', async () => {
    expect(await weigh({ tenant, subject: 'person-1' }, evidence, deps())).toBe(0);
    const late = { key: 'late', action: 'sign_in' as const, at: 10_000, facts: { id: 'session-2' } };
    const keys = await store(SIGN_IN, late);
    await validate(keys, deps());
    expect((await session())?.status).toBe('revoked');
    const second = sessionKey(tenant, 'session-2');
    expect((await sessions.read([second])).get(second)?.status).toBe('active');
    await validate(keys, deps());
    expect(told.filter((id) => id === 'session-revoked#signal-1')).toHaveLength(1);
  });

  test('counts for nothing about a session of somebody else, of another tenant, or of nobody', async () => {
    await validate(await store(SIGN_IN), deps());
    const to = (target: object) => weigh({ tenant, ...target }, evidence, deps());
    expect(await to({ subject: 'person-2', session: 'session-1' })).toBe(0);
    expect(await to({ tenant: 'elsewhere', session: 'session-1' })).toBe(0);
    expect(await to({ session: 'session-9' })).toBe(0);
    expect(await to({})).toBe(0);
    expect(await session()).toMatchObject({ status: 'active', version: 1 });
    expect(await to({ subject: 'person-1', session: 'session-1' })).toBe(1);
  });

  test('remembers the latest sessions of a subject, and no more', async () => {
    const parts = Array.from({ length: SUBJECT_SESSIONS + 3 }, (_, index) => ({
      key: `s${index}`,
      action: 'sign_in' as const,
      facts: { id: `session-${index}` },
    }));
    for (const part of parts) await validate(await store(part), deps());
    const { sessions: ids } = await sessions.readSubject(subjectSessionsKey(tenant, 'person-1'));
    expect(ids).toEqual(parts.slice(3).map(({ facts }) => facts.id));
  });
});
