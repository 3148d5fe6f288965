import { describe, expect, test } from 'vitest';
import type { Baseline, Observation } from './baseline.ts';
import { confirm } from './confirm.ts';
import { DAY_MS } from './decay.ts';
import { emptyBaseline, learn } from './learn.ts';
import { CONFIRMED_BY_TIME, LIMITS } from './limits.ts';
import { repair } from './repair.ts';
import { entry } from './usual.ts';

const START = Date.UTC(2026, 2, 1, 9);
const seen = (day: number, changes: Partial<Observation> = {}): Observation => ({
  eventKey: `w-${day}`,
  time: START + day * DAY_MS,
  teaches: false,
  waits: true,
  failed: false,
  factorFailed: false,
  keys: { country: 'FR', prefix: '203.0.113.0/24', asn: 'AS64500' },
  place: { latitude: 1, longitude: 2, radiusKm: 3, prefix: '203.0.113.0/24' },
  ...changes,
});
/** Sees the same on each of the days. */
const on = (days: readonly number[], start: Baseline = emptyBaseline()): Baseline =>
  days.reduce<Baseline>((baseline, day) => learn(baseline, seen(day)), start);

describe('quarantine', () => {
  test('a success that was not cleared teaches nothing, but its unknown values wait', () => {
    const baseline = on([0]);
    expect(baseline).toMatchObject({ events: 0, weight: 0, attempts: { hour: { value: 1 } } });
    expect(baseline.place).toBeUndefined();
    expect(baseline.quarantine.map(({ dimension, key, days }) => [dimension, key, days])).toEqual([
      ['asn', 'AS64500', 1],
      ['country', 'FR', 1],
      ['prefix', '203.0.113.0/24', 1],
    ]);
    // An event that may not wait leaves no trace of its values.
    expect(learn(emptyBaseline(), seen(0, { waits: false })).quarantine).toEqual([]);
  });

  test('any number of events in one night confirms nothing', () => {
    let baseline = emptyBaseline();
    for (let i = 0; i < 500; i++)
      baseline = learn(baseline, seen(0, { eventKey: `n${i}`, time: START + i * 60_000 }));
    expect(baseline.events).toBe(0);
    expect(baseline.quarantine[0]!.days).toBe(1);
  });

  test('time confirms on enough different days, far enough apart, and not one day sooner', () => {
    const { days, span } = CONFIRMED_BY_TIME;
    const apart = [...Array.from({ length: days - 1 }, (_, day) => day), span];
    expect(on(apart.slice(0, -1)).events).toBe(0);
    expect(on([...apart.slice(0, -1), span - 1]).events).toBe(0);
    const confirmed = on(apart);
    expect(confirmed.events).toBe(1);
    expect(confirmed.quarantine).toEqual([]);
    expect(confirmed.place).toBeDefined();
    // A little weight and one day of tenure: it is known from now on, not trusted.
    expect(entry(confirmed, 'country', 'FR')).toMatchObject({ days: 1 });
  });

  test('only what was confirmed teaches; a value that came with it goes on waiting', () => {
    const days = [0, 1, 2, 3];
    const baseline = learn(on(days), seen(7, { keys: { ...seen(7).keys, device: 'new' } }));
    expect(entry(baseline, 'country', 'FR')).toBeDefined();
    expect(entry(baseline, 'device', 'new')).toBeUndefined();
    expect(baseline.quarantine.map(({ key }) => key)).toEqual(['new']);
    const elsewhere = learn(on(days), seen(7, { keys: { country: 'FR', prefix: '198.51.100.0/24' } }));
    expect(elsewhere.events).toBe(1);
    expect(elsewhere.place).toBeUndefined();
  });

  test('a value that stays away is forgotten, and begins again', () => {
    const baseline = on([0, 1, 2, 3, 3 + CONFIRMED_BY_TIME.silence + 1]);
    expect(baseline.events).toBe(0);
    expect(baseline.quarantine[0]).toMatchObject({ days: 1 });
  });

  test('a proof or a reviewer lets an event in at once, and once', () => {
    const baseline = on([0]);
    const confirmed = confirm(baseline, seen(0), baseline.version);
    expect(confirmed.events).toBe(1);
    expect(confirmed.quarantine).toEqual([]);
    expect(entry(confirmed, 'prefix', '203.0.113.0/24')).toBeDefined();
    expect(confirmed.attempts).toEqual(baseline.attempts);
    expect(confirm(confirmed, seen(0), confirmed.version)).toBe(confirmed);
  });

  test('an event that is cleared later brings its values out of quarantine', () => {
    const baseline = learn(on([0]), seen(1, { teaches: true, keys: { country: 'FR' } }));
    expect(baseline.quarantine.map(({ dimension }) => dimension)).toEqual(['asn', 'prefix']);
  });

  test('what waited because of an event that proves bad waits no longer, and starts from nothing', () => {
    const baseline = on([0, 1, 2, 3]);
    const clean = repair(baseline, seen(2), baseline.version);
    expect(clean.quarantine).toEqual([]);
    expect(learn(clean, seen(7)).events).toBe(0);
    const confirmed = on([0, 1, 2, 3, 7]);
    const taken = repair(confirmed, seen(7), confirmed.version);
    expect(taken.events).toBe(0);
    expect(entry(taken, 'country', 'FR')).toBeUndefined();
  });

  test('a flood of new values pushes out the least patient, never the longest waiting', () => {
    let baseline = on([0, 1, 2, 3]);
    for (let i = 0; i < 100; i++)
      baseline = learn(baseline, seen(4, { eventKey: `f${i}`, keys: { device: `d${i}` } }));
    expect(baseline.quarantine).toHaveLength(LIMITS.quarantine);
    expect(baseline.quarantine.filter(({ days }) => days === 4)).toHaveLength(3);
    expect(baseline.quarantine.some(({ key }) => key === 'd99')).toBe(true);
  });

  test('aggregates of many subjects keep no quarantine and no sessions', () => {
    const shared = learn(emptyBaseline(), seen(0, { session: 's' }), Number.POSITIVE_INFINITY);
    expect(shared).toMatchObject({ quarantine: [], sessions: [], attempts: { hour: { value: 1 } } });
  });
});
