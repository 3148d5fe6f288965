import { describe, expect, test } from 'vitest';
import type { Observation } from './baseline.ts';
import { decodeBaseline, encodeBaseline } from './codec.ts';
import { DAY_MS, decayedTo, HOUR_MS } from './decay.ts';
import { fadedAt } from './landmark.ts';
import { emptyBaseline, learn, learnOnce } from './learn.ts';
import { HALF_LIFE, LIMITS } from './limits.ts';
import { entry, hourDensity, maturity, share } from './usual.ts';

const START = Date.UTC(2026, 2, 1, 9);

const seen = (changes: Partial<Observation> = {}): Observation => ({
  eventKey: 'event-00001',
  time: START,
  teaches: true,
  failed: false,
  factorFailed: false,
  keys: { country: 'FR', device: 'laptop' },
  ...changes,
});

describe('learn', () => {
  test('a teaching event adds to what is usual; one that may not teach only counts as an attempt', () => {
    const taught = learn(emptyBaseline(), seen());
    expect(share(taught, 'country', 'FR')).toBe(1);
    expect(taught.events).toBe(1);
    const counted = learn(emptyBaseline(), seen({ teaches: false }));
    expect(entry(counted, 'country', 'FR')).toBeUndefined();
    expect(counted).toMatchObject({ events: 0, version: 1, attempts: { hour: { value: 1 } } });
  });

  test('the same event enters once', () => {
    const once = learn(emptyBaseline(), seen());
    expect(learn(once, seen())).toBe(once);
    expect(learn(once, seen({ eventKey: 'event-00002' })).events).toBe(2);
  });

  test('a delta that the record can no longer recognise is left out rather than applied twice', () => {
    let baseline = learn(emptyBaseline(), seen());
    for (let i = 1; i < LIMITS.applied; i++)
      baseline = learn(baseline, seen({ eventKey: `other-${i}`, time: START + i * DAY_MS }));
    expect(learnOnce(baseline, seen(), 0)).toBe(baseline);
    const more = learn(baseline, seen({ eventKey: 'other-last', time: START + 90 * DAY_MS }));
    expect(more.applied).not.toContain('event-00001');
    expect(learnOnce(more, seen(), 0)).toBe(more);
    expect(learnOnce(more, seen({ eventKey: 'event-new' }), more.version).events).toBe(more.events + 1);
  });

  test('habits fade by half in a half-life', () => {
    const first = learn(emptyBaseline(), seen());
    const later = learn(
      first,
      seen({ eventKey: 'b', time: START + HALF_LIFE.habit, keys: { country: 'DE' } }),
    );
    const weightNow = (key: string) => entry(later, 'country', key)!.weight * fadedAt(later, later.last);
    expect(weightNow('FR')).toBeCloseTo(0.5, 3);
    expect(weightNow('DE')).toBeCloseTo(1, 3);
    expect(later.weight * fadedAt(later, later.last)).toBeCloseTo(1.5, 3);
  });

  test('a late event weighs what it would weigh by now, and does not move the clock back', () => {
    const now = learn(emptyBaseline(), seen({ time: START + HALF_LIFE.habit }));
    const late = learn(now, seen({ eventKey: 'late', keys: { country: 'DE' } }));
    expect(late.last).toBe(START + HALF_LIFE.habit);
    expect(late.first).toBe(START);
    expect(entry(late, 'country', 'DE')!.weight * fadedAt(late, late.last)).toBeCloseTo(0.5, 3);
  });

  test('a value that is no longer used fades however busy the record is', () => {
    let busy = learn(emptyBaseline(), seen({ keys: { country: 'FR' } }), Number.POSITIVE_INFINITY);
    // One event a minute: each alone fades a weight by far less than the thousandth that is kept.
    for (let minute = 1; minute <= 20_000; minute++)
      busy = learn(
        busy,
        seen({ eventKey: `m${minute}`, time: START + minute * 60_000, keys: { country: 'DE' } }),
        Number.POSITIVE_INFINITY,
      );
    const expected = 2 ** (-(20_000 * 60_000) / HALF_LIFE.habit);
    expect(entry(busy, 'country', 'FR')!.weight * fadedAt(busy, busy.last)).toBeCloseTo(expected, 2);
  });

  test('no single day teaches more than its share, however many events it has', () => {
    let baseline = emptyBaseline();
    for (let i = 0; i < 100; i++)
      baseline = learn(
        baseline,
        seen({ eventKey: `e${i}`, time: START + i * 60_000, keys: { country: 'XX' } }),
      );
    expect(baseline.events).toBe(LIMITS.taughtPerDay);
    expect(baseline.version).toBe(100);
    const nextDay = learn(baseline, seen({ eventKey: 'next', time: START + DAY_MS }));
    expect(nextDay.events).toBe(LIMITS.taughtPerDay + 1);
  });

  test('a full list learns a newcomer over its weakest member', () => {
    let baseline = emptyBaseline();
    for (let i = 0; i < LIMITS.entries.country + 1; i++)
      for (let repeat = 0; repeat < (i === 3 ? 1 : 2); repeat++)
        baseline = learn(baseline, seen({ eventKey: `${i}-${repeat}`, keys: { country: `C${i}` } }));
    expect(entry(baseline, 'country', `C${LIMITS.entries.country}`)).toBeDefined();
    expect(entry(baseline, 'country', 'C3')).toBeUndefined();
    expect(entry(baseline, 'country', 'C0')).toBeDefined();
  });

  test('failures and denied factors are counted whoever caused them, and fade', () => {
    let baseline = emptyBaseline();
    for (let i = 0; i < 4; i++)
      baseline = learn(
        baseline,
        seen({ eventKey: `f${i}`, teaches: false, failed: true, factorFailed: i < 1 }),
      );
    expect(decayedTo(baseline.failures.hour, START + HOUR_MS, HALF_LIFE.hour)).toBe(2);
    expect(baseline.factorFailures.value).toBe(1);
    expect(baseline.attempts.week.value).toBe(4);
  });
});

describe('what is usual', () => {
  test('hours are a circle: ten to midnight and ten past are neighbours, noon is far', () => {
    let baseline = emptyBaseline();
    for (let day = 0; day < 20; day++)
      baseline = learn(baseline, seen({ eventKey: `n${day}`, time: Date.UTC(2026, 2, day + 1, 23, 50) }));
    const at = (hour: number, minute = 0) => hourDensity(baseline, Date.UTC(2026, 3, 1, hour, minute));
    expect(at(0, 10)).toBeGreaterThan(3);
    expect(at(22)).toBeGreaterThan(1);
    expect(at(12)).toBeLessThan(0.01);
    expect(hourDensity(emptyBaseline(), START)).toBe(1);
  });

  test('maturity needs events and days, and is lost after a long silence', () => {
    let baseline = emptyBaseline();
    expect(maturity(baseline, START)).toBe('none');
    for (let i = 0; i < 12; i++)
      baseline = learn(baseline, seen({ eventKey: `m${i}`, time: START + i * 60_000 }));
    expect(maturity(baseline, START + DAY_MS)).toBe('learning');
    for (let i = 1; i < 5; i++)
      baseline = learn(baseline, seen({ eventKey: `d${i}`, time: START + i * DAY_MS }));
    expect(maturity(baseline, baseline.last)).toBe('established');
    expect(maturity(baseline, baseline.last + 91 * DAY_MS)).toBe('learning');
  });

  test('after a long silence a whole learning period begins again, though nothing is forgotten', () => {
    let baseline = emptyBaseline();
    const day = (index: number) => {
      for (let i = 0; i < 3; i++)
        baseline = learn(
          baseline,
          seen({ eventKey: `r${index}-${i}`, time: START + index * DAY_MS + i * HOUR_MS }),
        );
    };
    for (let index = 0; index < 5; index++) day(index);
    expect(maturity(baseline, baseline.last)).toBe('established');
    // Ninety days are no silence yet, a day more is one.
    const just = learn(baseline, seen({ eventKey: 'just', time: baseline.last + 90 * DAY_MS }));
    expect(maturity(just, just.last)).toBe('established');
    for (let index = 200; index < 204; index++) {
      day(index);
      expect(maturity(baseline, baseline.last)).toBe('learning');
    }
    expect(baseline.events).toBe(27);
    expect(baseline.resumed).toEqual({ events: 15, days: 5 });
    day(204);
    expect(maturity(baseline, baseline.last)).toBe('established');
    expect(decodeBaseline(encodeBaseline(baseline), baseline.version)).toEqual(baseline);
    // A late event of before the silence changes nothing of that.
    const late = learn(baseline, seen({ eventKey: 'late', time: START + 2 * DAY_MS }));
    expect(late.resumed).toEqual({ events: 15, days: 5 });
  });
});
