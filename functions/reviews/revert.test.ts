import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Baseline,
  confirm,
  emptyBaseline,
  fadedAt,
  learn,
  type Observation,
  repair,
} from '../baselines/index.ts';
import { reverted } from './revert.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 5, 1, 9);

const key = (index: number) => `event-${String(index).padStart(5, '0')}`;
const some = (prefix: string) => fc.integer({ min: 0, max: 3 }).map((n) => `${prefix}${n}`);

/** A history of successes, cleared and not, over some weeks. */
const history = fc
  .array(
    fc.record({
      gapHours: fc.integer({ min: 0, max: 60 }),
      cleared: fc.boolean(),
      device: some('device-'),
      country: some('C'),
      asn: some('AS6450'),
      session: some('session'),
    }),
    { minLength: 2, maxLength: 20 },
  )
  .map((steps) => {
    let time = START;
    return steps.map(({ gapHours, cleared, session, ...keys }, index): Observation => {
      time += gapHours * 3_600_000;
      return {
        eventKey: key(index),
        time,
        teaches: cleared,
        waits: !cleared,
        failed: false,
        factorFailed: false,
        keys,
        session: session.padEnd(8, '-').slice(0, 8),
        place: { latitude: 50, longitude: index, radiusKm: 10, prefix: '192.0.2.0/24' },
      };
    });
  });

const learned = (events: readonly Observation[], from: Baseline = emptyBaseline()): Baseline =>
  events.reduce((known, event) => learn(known, event), from);

/** Weights as of one time, by value: what the next score is made from. */
const usual = (baseline: Baseline, time: number) =>
  Object.fromEntries(
    Object.entries(baseline.dimensions).flatMap(([name, entries]) =>
      entries.map((entry) => [`${name} ${entry.key}`, entry.weight * fadedAt(baseline, time)]),
    ),
  );

const changes = [
  ['confirming', (known: Baseline, seen: Observation) => confirm(known, seen, known.version)],
  ['repairing', (known: Baseline, seen: Observation) => repair(known, seen, known.version)],
] as const;

describe.each(changes)('taking back %s', (_, change) => {
  test('gives the record of before, bit for bit, when nothing came in between', () => {
    fc.assert(
      fc.property(history, fc.nat(), (events, pick) => {
        const before = learned(events);
        const seen = events[pick % events.length]!;
        const after = change(before, seen);
        const back = reverted(after, before, after, seen);
        expect({ ...back, version: 0 }).toEqual({ ...before, version: 0 });
        expect(back.version).toBe(after.version + 1);
      }),
    );
  });

  test('with events in between, it leaves the weights that there would be without the change', () => {
    fc.assert(
      fc.property(history, fc.nat(), fc.nat(), (events, pick, cut) => {
        const at = 1 + (cut % (events.length - 1));
        const [early, late] = [events.slice(0, at), events.slice(at)];
        const seen = early[pick % early.length]!;
        const before = learned(early);
        const after = change(before, seen);
        const cleared = late.map((event) => ({ ...event, teaches: true, waits: false }));
        const back = reverted(learned(cleared, after), before, after, seen);
        const never = learned(cleared, before);
        const now = events.at(-1)!.time + DAY;
        const [found, wanted] = [usual(back, now), usual(never, now)];
        expect(Object.keys(found).sort()).toEqual(Object.keys(wanted).sort());
        for (const [name, weight] of Object.entries(wanted)) expect(found[name]).toBeCloseTo(weight, 2);
        expect(back.events).toBe(never.events);
        expect(back.quarantine).toEqual(never.quarantine);
        expect(back.applied).toEqual(never.applied);
      }),
    );
  });
});

test('it is not the same as leaving the change in place', () => {
  const seen: Observation = {
    eventKey: key(1),
    time: START,
    teaches: false,
    waits: true,
    failed: false,
    factorFailed: false,
    keys: { country: 'XX' },
  };
  const before = learned([seen]);
  const after = confirm(before, seen, before.version);
  expect(after.dimensions.country).toHaveLength(1);
  const back = reverted(after, before, after, seen);
  expect(back.dimensions.country).toHaveLength(0);
  expect(back.quarantine).toHaveLength(1);
});
