import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anObservation } from './arbitraries.ts';
import { type Baseline, DIMENSIONS, type Observation } from './baseline.ts';
import { confirm } from './confirm.ts';
import { DAY_MS } from './decay.ts';
import { emptyBaseline, learn } from './learn.ts';
import { HALF_LIFE, LIMITS } from './limits.ts';
import { rebuild } from './rebuild.ts';
import { repair } from './repair.ts';
import { entry } from './usual.ts';

const START = Date.UTC(2026, 2, 1, 9);
const good = (day: number, changes: Partial<Observation> = {}): Observation => ({
  eventKey: `good-${day}`,
  time: START + day * DAY_MS,
  teaches: true,
  failed: false,
  factorFailed: false,
  keys: { country: 'FR', device: 'laptop' },
  ...changes,
});
const bad = (day: number, changes: Partial<Observation> = {}): Observation =>
  good(day, {
    eventKey: `bad-${day}`,
    time: START + day * DAY_MS + 5_000,
    keys: { country: 'XX' },
    ...changes,
  });
const fold = (observations: readonly Observation[]): Baseline =>
  observations.reduce<Baseline>((baseline, seen) => learn(baseline, seen), emptyBaseline());
const undo = (baseline: Baseline, seen: Observation) => repair(baseline, seen, baseline.version);

describe('repair', () => {
  test('what only the bad event taught is unknown again; what others taught as well weighs as before', () => {
    const before = fold([good(0), good(1)]);
    const place = { latitude: 1, longitude: 2, radiusKm: 3, prefix: '203.0.113.0/24' };
    const poisoned = learn(before, bad(2, { keys: { country: 'XX', device: 'laptop' }, place }));
    expect(poisoned.place).toBeDefined();
    const clean = undo(poisoned, bad(2, { keys: { country: 'XX', device: 'laptop' }, place }));
    expect(entry(clean, 'country', 'XX')).toBeUndefined();
    expect(clean.place).toBeUndefined();
    expect(clean.events).toBe(2);
    expect(clean.weight).toBe(before.weight);
    expect(clean.dimensions.device[0]).toMatchObject({
      key: 'laptop',
      weight: before.dimensions.device[0]!.weight,
    });
    expect(clean.hours).toEqual(before.hours);
    expect(clean.weekdays).toEqual(before.weekdays);
    expect(poisoned.weekdays).not.toEqual(before.weekdays);
    // It did happen: as an attempt it still counts.
    expect(clean.attempts).toEqual(poisoned.attempts);
  });

  test('the last event that taught leaves nothing behind', () => {
    const clean = undo(fold([bad(0)]), bad(0));
    expect(clean).toMatchObject({ events: 0, weight: 0, days: 0, first: 0, last: 0 });
    expect(clean.dimensions).toEqual(emptyBaseline().dimensions);
  });

  test('an event is taken back once, and cannot enter afterwards', () => {
    const clean = undo(fold([good(0), bad(1)]), bad(1));
    expect(undo(clean, bad(1))).toBe(clean);
    expect(learn(clean, bad(1))).toBe(clean);
    const early = undo(fold([good(0)]), bad(1));
    expect(learn(early, bad(1))).toBe(early);
  });

  test('an event that the cap of its day had kept out takes nothing with it', () => {
    const many = Array.from({ length: LIMITS.taughtPerDay + 1 }, (_, i) =>
      good(0, { eventKey: `k${i}`, time: START + i * 1_000 }),
    );
    const baseline = fold(many);
    expect(baseline.events).toBe(LIMITS.taughtPerDay);
    expect(undo(baseline, many.at(-1)!)).toMatchObject({ events: baseline.events, weight: baseline.weight });
    expect(undo(baseline, many.at(-2)!).events).toBe(baseline.events - 1);
  });

  test('a repair that may have been made before the memory of the record begins is left out', () => {
    const baseline = fold(Array.from({ length: LIMITS.applied }, (_, day) => good(day)));
    expect(repair(baseline, bad(0), 0)).toBe(baseline);
    expect(repair(baseline, good(0), 1)).not.toBe(baseline);
  });

  test('what one says in error can be said again the right way', () => {
    const before = fold([good(0), good(1)]);
    const back = confirm(undo(before, good(1)), good(1), before.version + 1);
    expect(back.weight).toBe(before.weight);
    // Its days stay on the side of caution.
    expect(back.dimensions.country[0]).toMatchObject({
      weight: before.dimensions.country[0]!.weight,
      days: 1,
    });
  });

  // Few values, so that no full list drops any: that is the other test.
  const few = anObservation.map((seen) => ({
    ...seen,
    waits: false,
    keys: Object.fromEntries(
      Object.entries(seen.keys).map(([name, key]) => [name, `v${key.charCodeAt(0) % 4}`]),
    ),
  }));
  const unique = <T extends Observation>(all: readonly T[]) =>
    all.map((seen, index) => ({ ...seen, eventKey: `event${String(index).padStart(6, '0')}` }));

  test('weights are as if the bad event had never been, wherever it stood among the others', () => {
    fc.assert(
      fc.property(
        fc.array(few, { minLength: 1, maxLength: 22 }),
        fc.nat(),
        fc.boolean(),
        (drawn, at, ordered) => {
          const all = unique(ordered ? drawn.toSorted((a, b) => a.time - b.time) : drawn);
          const wrong = all[at % all.length]!;
          const never = fold(all.filter((one) => one !== wrong));
          const clean = undo(fold(all), wrong);
          expect(clean.events).toBe(never.events);
          // Half a thousandth for each half-life that was crossed, on either side; 200 days are at most five.
          const slack = 0.0005 * 2 * (Math.ceil((200 * DAY_MS) / HALF_LIFE.habit) + 1);
          const scale = never.events === 0 ? 0 : 2 ** ((clean.landmark - never.landmark) / HALF_LIFE.habit);
          if (never.events === 0) expect(clean.weight).toBe(0);
          expect(Math.abs(clean.weight * scale - never.weight)).toBeLessThanOrEqual(slack * scale + slack);
          for (const name of DIMENSIONS) {
            for (const one of clean.dimensions[name]) {
              const other = never.dimensions[name].find(({ key }) => key === one.key);
              // Nothing stays that the good events had not taught, and its days are no more than theirs.
              expect(other, `${name} ${one.key}`).toBeDefined();
              expect(Math.abs(one.weight * scale - other!.weight)).toBeLessThanOrEqual(slack * scale + slack);
              expect(one.days).toBeLessThanOrEqual(other!.days);
              // Of late events between days that are known already it cannot be told whether their day is one more.
              if (ordered) expect(one.days).toBeGreaterThanOrEqual(other!.days - 1);
            }
            // Nothing is lost but what has faded to a trace.
            for (const other of never.dimensions[name])
              if (other.weight > 0.05) expect(entry(clean, name, other.key), other.key).toBeDefined();
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('with full lists too, nothing weighs more than what the good events taught', () => {
    fc.assert(
      fc.property(fc.array(anObservation, { minLength: 1, maxLength: 22 }), fc.nat(), (drawn, at) => {
        const all = unique(drawn.map((seen) => ({ ...seen, teaches: true })));
        const wrong = all[at % all.length]!;
        const clean = undo(fold(all), wrong);
        for (const name of DIMENSIONS)
          for (const one of clean.dimensions[name]) {
            let taught = 0;
            for (const seen of all)
              if (seen !== wrong && seen.keys[name]?.slice(0, LIMITS.keyLength) === one.key)
                taught += 2 ** ((seen.time - clean.landmark) / HALF_LIFE.habit);
            expect(one.weight).toBeLessThanOrEqual(taught + 0.02);
          }
      }),
      { numRuns: 80 },
    );
  });
});

describe('rebuild', () => {
  test('is exactly what the good events teach, as the next version of the record', () => {
    fc.assert(
      fc.property(fc.array(anObservation, { maxLength: 40 }), fc.nat(), (drawn, at) => {
        const all = drawn.map((seen, index) => ({
          ...seen,
          eventKey: `event${String(index).padStart(6, '0')}`,
        }));
        const wrong = all[at % Math.max(1, all.length)];
        const goods = all.filter((one) => one !== wrong);
        const stored = { ...fold(all), changes: [{ kind: 'factor_reset', time: 0, by: 'admin' } as const] };
        const never = fold(goods);
        expect(rebuild(goods, stored)).toEqual({
          ...never,
          version: stored.version + 1,
          changes: stored.changes,
        });
      }),
      { numRuns: 40 },
    );
  });
});
