import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anObservation } from './arbitraries.ts';
import { DAY_MS, decayedTo } from './decay.ts';
import { addDistinct, distinctCount } from './distinct.ts';
import { emptyBaseline, learn } from './learn.ts';
import { HALF_LIFE } from './limits.ts';
import { mergeBaselines } from './merge.ts';
import { total } from './usual.ts';
import { countAttempts, decodeVelocity, emptyVelocity, encodeVelocity, velocityOf } from './velocity.ts';

const START = Date.UTC(2026, 2, 1, 9);
const attempt = (subjectHash: number, failed: boolean, time = START) => ({ time, failed, subjectHash });

describe('distinct counts', () => {
  test('exact while few, within the stated error when many, blind to repeats', () => {
    let sketch: readonly number[] = [];
    for (let i = 0; i < 31; i++) sketch = addDistinct(addDistinct(sketch, i * 7919), i * 7919);
    expect(distinctCount(sketch)).toBe(31);
    sketch = [];
    // A fixed multiplicative hash, so that the estimate is the same in every run.
    for (let i = 0; i < 5_000; i++) sketch = addDistinct(sketch, Math.imul(i + 1, 2654435761) >>> 0);
    expect(distinctCount(sketch)).toBeGreaterThan(5_000 * 0.5);
    expect(distinctCount(sketch)).toBeLessThan(5_000 * 1.6);
  });
});

describe('velocity', () => {
  test('tells one subject failing often from many failing once', () => {
    const one = countAttempts(
      emptyVelocity(),
      Array.from({ length: 20 }, () => attempt(42, true)),
    );
    const many = countAttempts(
      emptyVelocity(),
      Array.from({ length: 20 }, (_, i) => attempt(i, true)),
    );
    expect(velocityOf([one], START)).toMatchObject({ failedSubjects: 1, failures: { fast: { value: 20 } } });
    expect(velocityOf([many], START)?.failedSubjects).toBe(20);
    expect(velocityOf([many], START)?.succeededSubjects).toBe(0);
    expect(velocityOf([many], START + 3 * DAY_MS)?.failedSubjects).toBe(0);
    expect(velocityOf([], START)).toBeUndefined();
  });

  test('a counter survives storage, and its shards count as one', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            time: fc.integer({ min: START, max: START + 3 * DAY_MS }),
            failed: fc.boolean(),
            subjectHash: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
          }),
          { maxLength: 40 },
        ),
        fc.integer({ min: 0, max: 40 }),
        (attempts, split) => {
          const whole = countAttempts(emptyVelocity(), attempts);
          expect(decodeVelocity(encodeVelocity(whole), whole.version)).toEqual(whole);
          const now = START + 3 * DAY_MS;
          const parts = velocityOf(
            [
              countAttempts(emptyVelocity(), attempts.slice(0, split)),
              countAttempts(emptyVelocity(), attempts.slice(split)),
            ],
            now,
          )!;
          const one = velocityOf([whole], now)!;
          expect(decayedTo(parts.attempts.day, now, HALF_LIFE.day)).toBeCloseTo(
            decayedTo(one.attempts.day, now, HALF_LIFE.day),
            1,
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('merging baselines', () => {
  test('shards together know what one record would: same counts, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(anObservation, { maxLength: 40 }), (observations) => {
        const unlimited = Number.POSITIVE_INFINITY;
        let a = emptyBaseline();
        let b = emptyBaseline();
        let whole = emptyBaseline();
        observations.forEach((observation, index) => {
          const seen = { ...observation, eventKey: String(index) };
          whole = learn(whole, seen, unlimited);
          if (index % 2) a = learn(a, seen, unlimited);
          else b = learn(b, seen, unlimited);
        });
        const merged = mergeBaselines([a, b]) ?? emptyBaseline();
        const reversed = mergeBaselines([b, a]) ?? emptyBaseline();
        expect(merged.events).toBe(whole.events);
        expect(merged.last).toBe(whole.last);
        expect(merged.weight).toBeCloseTo(whole.weight, 1);
        expect(reversed.weight).toBeCloseTo(merged.weight, 6);
        expect(total(reversed, 'country')).toBeCloseTo(total(merged, 'country'), 6);
      }),
      { numRuns: 60 },
    );
    expect(mergeBaselines([undefined, emptyBaseline()])).toBeUndefined();
  });
});
