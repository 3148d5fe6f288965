import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aChange, anObservation } from './arbitraries.ts';
import {
  type Baseline,
  CHANGE_KINDS,
  type Change,
  DIMENSIONS,
  type Dimension,
  type Observation,
} from './baseline.ts';
import { noteChange } from './changes.ts';
import { decodeBaseline, encodeBaseline } from './codec.ts';
import { confirm } from './confirm.ts';
import { HOUR_MS } from './decay.ts';
import { emptyBaseline, learn } from './learn.ts';
import { LIMITS } from './limits.ts';
import { mergeBaselines } from './merge.ts';
import { repair } from './repair.ts';

/** What can be done to a baseline. */
type Step =
  | { readonly do: 'learn' | 'confirm' | 'repair'; readonly seen: Observation }
  | { readonly do: 'change'; readonly change: Change }
  | { readonly do: 'merge'; readonly others: readonly Observation[] };

const aStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: anObservation.map((seen) => ({ do: 'learn' as const, seen })) },
  { weight: 1, arbitrary: anObservation.map((seen) => ({ do: 'confirm' as const, seen })) },
  { weight: 1, arbitrary: aChange.map((change) => ({ do: 'change' as const, change })) },
  {
    weight: 1,
    arbitrary: fc.array(anObservation, { maxLength: 6 }).map((others) => ({ do: 'merge' as const, others })),
  },
);

const fold = (observations: readonly Observation[]): Baseline =>
  observations.reduce<Baseline>((baseline, seen) => learn(baseline, seen), emptyBaseline());

const expectSane = (baseline: Baseline): void => {
  expect(decodeBaseline(encodeBaseline(baseline), baseline.version)).toEqual(baseline);
  expect(baseline.days).toBeLessThanOrEqual(baseline.events);
  expect(baseline.weight).toBeGreaterThanOrEqual(0);
  expect(baseline.weight).toBeLessThanOrEqual(2 * baseline.events + 0.01);
  expect(baseline.applied.length).toBeLessThanOrEqual(LIMITS.applied);
  expect(baseline.quarantine.length).toBeLessThanOrEqual(LIMITS.quarantine);
  expect(baseline.changes.length).toBeLessThanOrEqual(LIMITS.changes);
  expect(baseline.sessions.length).toBeLessThanOrEqual(LIMITS.sessions);
  for (const name of DIMENSIONS) {
    const list = baseline.dimensions[name];
    expect(list.length).toBeLessThanOrEqual(LIMITS.entries[name]);
    expect(new Set(list.map((item) => item.key)).size).toBe(list.length);
    list.forEach((item, at) => {
      expect(item.weight).toBeGreaterThanOrEqual(0);
      expect(item.weight).toBeLessThanOrEqual(list[at - 1]?.weight ?? Number.POSITIVE_INFINITY);
      expect(item.lastDay).toBeGreaterThanOrEqual(item.firstDay);
      expect(item.days).toBeGreaterThanOrEqual(1);
    });
    // What is known does not wait.
    for (const waiting of baseline.quarantine)
      if (waiting.dimension === name) expect(list.map((item) => item.key)).not.toContain(waiting.key);
  }
  expect(baseline.resumed.events).toBeLessThanOrEqual(baseline.events);
  expect(baseline.resumed.days).toBeLessThanOrEqual(baseline.days);
  for (const bin of [...baseline.hours, ...baseline.weekdays, ...baseline.minutes])
    expect(bin).toBeGreaterThanOrEqual(0);
};

describe('whatever comes, in any order', () => {
  test('learning, confirming, repairing, merging and storing keep the record bounded and sane', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(aStep, fc.boolean()), { maxLength: 90 }), (steps) => {
        let baseline = emptyBaseline();
        const learned: Observation[] = [];
        for (const [step, repairs] of steps) {
          if (step.do === 'learn') {
            baseline = learn(baseline, step.seen);
            learned.push(step.seen);
          } else if (step.do === 'confirm') baseline = confirm(baseline, step.seen, baseline.version);
          else if (step.do === 'change') baseline = noteChange(baseline, step.change);
          else if (step.do === 'merge') baseline = mergeBaselines([baseline, fold(step.others)]) ?? baseline;
          if (repairs && learned.length > 0)
            baseline = repair(baseline, learned[learned.length >> 1]!, baseline.version);
        }
        expectSane(baseline);
      }),
      { numRuns: 80 },
    );
  });

  test('merging does not depend on the order of the shards, but for what full lists drop', () => {
    // Few values, so that nothing is dropped; and no sessions or places, of which the newest wins.
    const few = anObservation.map(({ keys, session: _, place: __, ...rest }) => ({
      ...rest,
      keys: onlyShort(keys),
      waits: false,
    }));
    fc.assert(
      fc.property(fc.array(few, { maxLength: 20 }), fc.array(few, { maxLength: 20 }), (one, other) => {
        const [a, b] = [fold(one), fold(other)];
        expect(mergeBaselines([a, b])).toEqual(mergeBaselines([b, a]));
      }),
      { numRuns: 60 },
    );
  });

  test('changes of the account are a set: repeats and order do not matter', () => {
    fc.assert(
      fc.property(fc.array(aChange, { maxLength: 30 }), fc.infiniteStream(fc.nat()), (changes, random) => {
        const shuffled = [...changes, ...changes]
          .map((change) => [random.next().value!, change] as const)
          .sort(([a], [b]) => a - b)
          .map(([, change]) => change);
        const apply = (all: readonly Change[]) => all.reduce(noteChange, emptyBaseline()).changes;
        expect(apply(shuffled)).toEqual(apply(changes));
      }),
    );
  });
});

const onlyShort = (keys: Observation['keys']): Observation['keys'] =>
  Object.fromEntries(
    Object.entries(keys).map(([name, key]) => [name, key.charCodeAt(0) % 2 ? 'odd' : 'even']),
  );

describe('size', () => {
  /** Keys as they really are, the longest among them: pseudonyms, prefixes, operators, countries, agents, factors. */
  const longKeys: Record<Dimension, fc.Arbitrary<string>> = {
    device: fc.stringMatching(/^[\w-]{11}$/),
    prefix: fc.integer({ min: 0, max: 0xffff }).map((part) => `2001:db8:ffff:${part.toString(16)}::/48`),
    asn: fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((number) => `AS${number}`),
    country: fc.stringMatching(/^[A-Z]{2}$/),
    agent: fc.integer({ min: 0, max: 99 }).map((number) => `HeadlessChrome|ChromeOS|t${number}`),
    application: fc.stringMatching(/^[\w-]{11}$/),
    resource: fc.stringMatching(/^[\w-]{11}$/),
    factor: fc.constantFrom('unknown_second_factor', 'remembered_device', 'recovery_code', 'refresh_token'),
  };

  test('stays under 4 KB whatever happens to a subject, and however long', () => {
    const anEvent = fc.record({
      seen: anObservation,
      keys: fc.record(longKeys, { requiredKeys: [] }),
      session: fc.stringMatching(/^[\w-]{8}$/),
      kind: fc.constantFrom(...CHANGE_KINDS),
      days: fc.integer({ min: 0, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(anEvent, { minLength: 60, maxLength: 160 }), (events) => {
        let baseline = emptyBaseline();
        let time = Date.UTC(2026, 0, 1);
        for (const { seen, keys, session, kind, days } of events) {
          time += days * 24 * HOUR_MS + 1;
          baseline = learn(baseline, { ...seen, keys, session, time });
          baseline = noteChange(baseline, { kind, time, by: 'unknown' });
        }
        expect(Buffer.byteLength(encodeBaseline(baseline))).toBeLessThan(4_096 - 100);
      }),
      { numRuns: 20 },
    );
  });

  test('a subject with every list full of the longest keys is stored in less than 4 KB', () => {
    let baseline = emptyBaseline();
    let time = Date.UTC(2026, 2, 1, 9);
    for (let i = 0; i < 3_000; i++) {
      time += 5 * HOUR_MS + 1;
      const key = (name: string) => `${name}-${i % 97}-`.padEnd(LIMITS.keyLength, 'x');
      const keys: Record<Dimension, string> = {
        device: key('d').slice(0, 11),
        prefix: `2001:db8:ffff:${(i % 97).toString(16)}::/48`.slice(0, LIMITS.keyLength),
        asn: `AS${4_200_000_000 + (i % 97)}`,
        country: `${'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[i % 26]}X`,
        agent: key('Chrome|Windows'),
        application: key('a').slice(0, 11),
        resource: key('r').slice(0, 11),
        factor: `security_key_${i % 9}`,
      };
      baseline = learn(baseline, {
        eventKey: `key-${String(i).padStart(7, '0')}`,
        time,
        teaches: i % 50 !== 49,
        waits: true,
        failed: true,
        factorFailed: true,
        keys: i % 50 === 49 ? mapKeys(keys, (value) => `W${i}${value}`.slice(0, LIMITS.keyLength)) : keys,
        place: { latitude: -33.3, longitude: -133.3, radiusKm: 1000, prefix: '2001:db8:ffff::/48' },
        session: `s${String(i).padStart(7, '0')}`,
        minute: i % 12,
      });
      baseline = noteChange(baseline, { kind: CHANGE_KINDS[i % CHANGE_KINDS.length]!, time, by: 'admin' });
    }
    for (const name of DIMENSIONS) expect(baseline.dimensions[name].length, name).toBe(LIMITS.entries[name]);
    expect(baseline.quarantine).toHaveLength(LIMITS.quarantine);
    expect(baseline.changes).toHaveLength(LIMITS.changes);
    expect(baseline.sessions).toHaveLength(LIMITS.sessions);
    // 100 bytes are left for the record's key and its other attributes.
    expect(Buffer.byteLength(encodeBaseline(baseline))).toBeLessThan(4_096 - 100);
  });
});

const mapKeys = (keys: Record<Dimension, string>, change: (value: string) => string) =>
  Object.fromEntries(Object.entries(keys).map(([name, value]) => [name, change(value)])) as Record<
    Dimension,
    string
  >;
