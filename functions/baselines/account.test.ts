import { describe, expect, test } from 'vitest';
import type { Change, Observation } from './baseline.ts';
import { noteChange } from './changes.ts';
import { exportBaseline } from './export.ts';
import { emptyBaseline, learn } from './learn.ts';
import { LIMITS } from './limits.ts';
import { repair } from './repair.ts';
import { noteSession, propertyHash } from './sessions.ts';

const START = Date.UTC(2026, 2, 1, 9);
const reset: Change = { kind: 'factor_reset', time: START, by: 'admin' };
const seen = (changes: Partial<Observation> = {}): Observation => ({
  eventKey: 'event-00001',
  time: START,
  teaches: true,
  failed: false,
  factorFailed: false,
  keys: { prefix: '203.0.113.0/24', asn: 'AS64500', agent: 'Chrome|Windows|desktop' },
  session: 'session1',
  ...changes,
});

describe('changes of the account', () => {
  test('are remembered newest first; a repeated delivery changes nothing, not even the version', () => {
    const once = noteChange(emptyBaseline(), reset);
    expect(once).toMatchObject({ version: 1, changes: [reset] });
    expect(noteChange(once, reset)).toBe(once);
    const more = noteChange(once, { ...reset, time: START - 60_000, kind: 'password_reset' });
    expect(more.changes.map(({ kind }) => kind)).toEqual(['factor_reset', 'password_reset']);
  });

  test('one older than a full list holds is left out: it may have been there before', () => {
    let baseline = emptyBaseline();
    for (let i = 0; i < LIMITS.changes; i++)
      baseline = noteChange(baseline, { ...reset, time: START + i * 1_000 });
    expect(noteChange(baseline, { ...reset, time: START - 1_000 })).toBe(baseline);
    expect(noteChange(baseline, { ...reset, time: START + 3_600_000 }).changes[0]!.time).toBe(
      START + 3_600_000,
    );
  });
});

describe('sessions', () => {
  test('keep what they looked like at first; only a cleared event gives them another look', () => {
    const first = noteSession([], seen());
    const stolen = noteSession(
      first,
      seen({ time: START + 5_000, teaches: false, keys: { asn: 'AS64501' } }),
    );
    expect(stolen[0]).toEqual({ ...first[0], time: START + 5_000 });
    const moved = noteSession(first, seen({ time: START + 5_000, keys: { asn: 'AS64501' } }));
    expect(moved[0]).toMatchObject({ asn: propertyHash('AS64501'), agent: first[0]!.agent });
  });

  test('are the latest few; a late event does not move one back', () => {
    let sessions = noteSession([], seen({ time: START + 60_000 }));
    expect(noteSession(sessions, seen())).toBe(sessions);
    for (let i = 0; i < 20; i++)
      sessions = noteSession(sessions, seen({ session: `s${i}`, time: START + (100 + i) * 1_000 }));
    expect(sessions).toHaveLength(LIMITS.sessions);
    expect(sessions[0]!.key).toBe('s19');
  });

  test('are forgotten with the event that was not its subject', () => {
    const baseline = learn(emptyBaseline(), seen());
    expect(baseline.sessions).toHaveLength(1);
    expect(repair(baseline, seen(), baseline.version).sessions).toEqual([]);
  });
});

describe('export', () => {
  test('gives the person all that is held, in plain JSON', () => {
    const place = { latitude: 48.9, longitude: 2.4, radiusKm: 26, prefix: '203.0.113.0/24' };
    let baseline = learn(emptyBaseline(), seen({ place }));
    baseline = learn(
      baseline,
      seen({ eventKey: 'event-00002', teaches: false, waits: true, keys: { country: 'FR' } }),
    );
    baseline = noteChange(baseline, reset);
    const exported = exportBaseline(baseline, START);
    expect(JSON.parse(JSON.stringify(exported))).toEqual(exported);
    expect(exported).toMatchObject({
      maturity: 'learning',
      events: 1,
      firstEvent: '2026-03-01T09:00:00.000Z',
      usual: { asn: [{ value: 'AS64500', share: 1, firstSeen: '2026-03-01', days: 1 }], country: [] },
      lastPlace: { network: '203.0.113.0/24' },
      waiting: [{ property: 'country', value: 'FR' }],
      changes: [{ kind: 'factor_reset', by: 'admin', time: '2026-03-01T09:00:00.000Z' }],
      sessions: [{ session: 'session1' }],
    });
    expect(exported.hours[9]).toBe(1);
    expect(exportBaseline(emptyBaseline(), START)).not.toHaveProperty('firstEvent');
  });
});
