import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrationError, recallAt, reliability, rocAuc, thresholdAt } from './metrics.ts';

const items = (benign: number[], hostile: number[]) => [
  ...benign.map((score) => ({ score, attack: false })),
  ...hostile.map((score) => ({ score, attack: true })),
];

describe('rocAuc', () => {
  it('is the share of pairs in the right order, ties counting half', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 20 }),
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 20 }),
        (benign, hostile) => {
          let right = 0;
          for (const b of benign) for (const h of hostile) right += h > b ? 1 : h === b ? 0.5 : 0;
          expect(rocAuc(items(benign, hostile))).toBeCloseTo(right / (benign.length * hostile.length), 12);
        },
      ),
    );
  });

  it('weighs', () => {
    const list = [
      { score: 1, attack: false },
      { score: 0, attack: true, weight: 3 },
      { score: 2, attack: true },
    ];
    expect(rocAuc(list)).toBe(0.25);
  });
});

describe('recallAt', () => {
  it('counts what lies above the threshold that few enough owners exceed', () => {
    const benign = Array.from({ length: 100 }, (_, i) => i);
    const list = items(benign, [50, 97.5, 98.5, 99.5]);
    expect(thresholdAt(list, 0.01)).toBe(98);
    expect(recallAt(list, 0.01)).toBe(0.5);
    expect(recallAt(list, 0)).toBe(0.25);
  });

  it('does not count an attack that only ties with the threshold', () => {
    expect(recallAt(items([1, 1, 1], [1]), 0.5)).toBe(0);
  });
});

describe('calibrationError', () => {
  it('is nothing for scores that come true and their distance for those that do not', () => {
    const fair = [...Array.from({ length: 30 }, (_, i) => ({ score: 0.2, attack: i % 5 === 0 }))];
    expect(calibrationError(fair, 1)).toBeCloseTo(0, 12);
    expect(
      calibrationError(
        fair.map((item) => ({ ...item, score: 0.9 })),
        1,
      ),
    ).toBeCloseTo(0.7, 12);
  });

  it('shares the whole weight out to the bins', () => {
    const bins = reliability(items([0.1, 0.2, 0.3], [0.4, 0.5]), 3);
    expect(bins.reduce((sum, bin) => sum + bin.mass, 0)).toBeCloseTo(1, 12);
  });
});
