import { describe, expect, it } from 'vitest';
import { type Baseline, emptyBaseline, learn } from '../baselines/index.ts';
import { bruteForce } from './brute-force.ts';
import { dormantAccount } from './dormant-account.ts';
import { factorFatigue } from './factor-fatigue.ts';
import { failedAttempt } from './failed-attempt.ts';
import { historyThin } from './history-thin.ts';
import { slowBruteForce } from './slow-brute-force.ts';
import { successAfterFailures } from './success-after-failures.ts';
import { contextOf, DAY, HOUR, NOW, taught, valueFrom, whyNot } from './testing/context.ts';
import { unusualVolume } from './unusual-volume.ts';

/** Failed attempts at these times before now, ms. */
const failed = (before: readonly number[], change = {}, start: Baseline = emptyBaseline()) =>
  before.reduce((baseline, ms, index) => {
    const event = { outcome: 'failure', time: NOW - ms, ...change } as const;
    return learn(baseline, { ...contextOf({ event }).observation, teaches: false, eventKey: `f${index}` });
  }, start);
const burst = failed([60_000, 50_000, 40_000, 30_000, 20_000, 10_000]);
const drip = failed([6, 5, 4, 3, 2, 1].map((days) => days * DAY));

describe('bruteForce', () => {
  it('counts a burst and not a drip', () => {
    expect(valueFrom(bruteForce, contextOf({ subject: burst }))).toBeCloseTo(6, 0);
    expect(valueFrom(bruteForce, contextOf({ subject: drip }))).toBeLessThan(0.1);
  });

  it('halves within the hour', () => {
    const later = contextOf({ subject: burst, event: { time: NOW + HOUR } });
    expect(valueFrom(bruteForce, later)).toBeCloseTo(
      valueFrom(bruteForce, contextOf({ subject: burst })) / 2,
      3,
    );
  });
});

describe('slowBruteForce', () => {
  it('counts a drip and not a burst', () => {
    expect(valueFrom(slowBruteForce, contextOf({ subject: drip }))).toBeGreaterThan(3.5);
    expect(valueFrom(slowBruteForce, contextOf({ subject: burst }))).toBeLessThan(0.2);
  });
});

describe('successAfterFailures', () => {
  it('counts the failures before a success', () => {
    expect(valueFrom(successAfterFailures, contextOf({ subject: burst }))).toBeCloseTo(6, 0);
    expect(valueFrom(successAfterFailures, contextOf())).toBe(0);
  });

  it('is not evaluable for another failure', () => {
    expect(
      whyNot(successAfterFailures, contextOf({ subject: burst, event: { outcome: 'failure' } })),
    ).toContain('did not succeed');
  });
});

describe('failedAttempt', () => {
  it.each([
    ['success', 0],
    ['challenged', 0],
    ['failure', 1],
  ] as const)('%s is %i', (outcome, value) => {
    expect(valueFrom(failedAttempt, contextOf({ event: { outcome } }))).toBe(value);
  });
});

describe('factorFatigue', () => {
  it('counts denied prompts, not mistyped passwords', () => {
    const denied = failed([30_000, 20_000, 10_000], { failureReason: 'second_factor_denied' });
    expect(valueFrom(factorFatigue, contextOf({ subject: denied }))).toBeCloseTo(3, 0);
    expect(valueFrom(factorFatigue, contextOf({ subject: burst }))).toBe(0);
  });
});

describe('unusualVolume', () => {
  it('sees a burst where one attempt a day is usual', () => {
    const busy = failed(
      Array.from({ length: 30 }, (_, index) => (index + 1) * 1_000),
      {},
      taught(20),
    );
    expect(valueFrom(unusualVolume, contextOf({ subject: busy }))).toBeGreaterThan(4);
    expect(Math.abs(valueFrom(unusualVolume, contextOf({ subject: taught(20) })))).toBeLessThan(0.5);
  });
});

describe('dormantAccount', () => {
  it('counts days since the last success, and none for an event that is late', () => {
    const subject = taught(5);
    expect(valueFrom(dormantAccount, contextOf({ subject }))).toBeCloseTo(1);
    expect(valueFrom(dormantAccount, contextOf({ subject, event: { time: NOW + 99 * DAY } }))).toBeCloseTo(
      100,
    );
    expect(valueFrom(dormantAccount, contextOf({ subject, event: { time: NOW - 3 * DAY } }))).toBe(0);
  });

  it('is not evaluable for a stranger', () => {
    expect(whyNot(dormantAccount, contextOf())).toBe('no history yet');
  });
});

describe('historyThin', () => {
  it('falls from 1 for a stranger towards 0', () => {
    expect(valueFrom(historyThin, contextOf())).toBe(1);
    const values = [1, 5, 30].map((days) => valueFrom(historyThin, contextOf({ subject: taught(days) })));
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(values[2]).toBeLessThan(0.25);
  });

  it('rises again while nobody is there', () => {
    const later = contextOf({ subject: taught(30), event: { time: NOW + 200 * DAY } });
    expect(valueFrom(historyThin, later)).toBeGreaterThan(0.5);
  });
});
