import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rocAuc } from '../evaluation/metrics.ts';
import { cellOf, evaluateTerms } from '../onnx/additive-model.ts';
import { chance, type Random, randomFrom } from '../simulator/random.ts';
import { cellsOf, quantileCuts } from './bins.ts';
import { anchored, bounded, calibrated, logitsOf } from './calibrate.ts';
import { type Dataset, reweighted } from './dataset.ts';
import { type FitOptions, fitModel } from './fit.ts';

const options: FitOptions = {
  codes: ['risky', 'trusted', 'noise', 'a', 'b'],
  directions: [1, -1, 0, 0, 0],
  cuts: 12,
  pairCuts: 6,
  pairs: 1,
  boost: { rounds: 120, learningRate: 0.1, l2: 2, leastHessian: 2, patience: 15 },
};

/** Rows whose truth is known: rises with the first feature, falls with the second, and with a XOR of the last two. */
function sample(random: Random, rows: number): Dataset {
  const columns = Array.from({ length: 5 }, () => new Float32Array(rows));
  const labels = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const [risky, trusted, noise, a, b] = [random(), random(), random(), random(), random()];
    const logit = 4 * (risky - 0.5) - 3 * (trusted - 0.5) + (a > 0.5 === b > 0.5 ? 1.5 : -1.5);
    labels[row] = chance(random, 1 / (1 + Math.exp(-logit))) ? 1 : 0;
    const missing = chance(random, 0.1);
    [missing ? Number.NaN : risky, trusted, noise, a, b].forEach((value, i) => {
      columns[i]![row] = value;
    });
  }
  return { columns, labels, weights: new Float64Array(rows).fill(1) };
}

const random = randomFrom('ebm');
const [train, held, test] = [sample(random, 6_000), sample(random, 3_000), sample(random, 4_000)];
const fitted = fitModel(train, held, options);
const auc = (model: Pick<typeof fitted, 'base' | 'terms'>, data: Dataset) => {
  const logits = logitsOf(model, data);
  return rocAuc(Array.from(logits, (score, row) => ({ score, attack: data.labels[row] === 1 })));
};

describe('a fitted model', () => {
  it('finds what was put in, pair included, and gives noise no say', () => {
    expect(auc(fitted, test)).toBeGreaterThan(0.81);
    expect(fitted.terms.map((term) => term.code)).toEqual([...options.codes, 'a × b']);
    const reach = (code: string) => {
      const { cells } = fitted.terms.find((term) => term.code === code)!;
      return Math.max(...cells.slice(1)) - Math.min(...cells.slice(1));
    };
    expect(reach('risky')).toBeGreaterThan(2);
    expect(reach('noise')).toBeLessThan(0.5);
    expect(reach('a × b')).toBeGreaterThan(1.5);
  });

  it('is worse without the pair', () => {
    const mains = { ...fitted, terms: fitted.terms.slice(0, 5) };
    expect(auc(mains, test)).toBeLessThan(auc(fitted, test) - 0.05);
  });

  it('keeps the directions that it was given', () => {
    const [risky, trusted] = [fitted.terms[0]!.cells.slice(1), fitted.terms[1]!.cells.slice(1)];
    for (let i = 1; i < risky.length; i++) expect(risky[i]).toBeGreaterThanOrEqual(risky[i - 1]!);
    for (let i = 1; i < trusted.length; i++) expect(trusted[i]).toBeLessThanOrEqual(trusted[i - 1]!);
  });

  it('keeps a direction even where the data run against it', () => {
    const against = fitModel(train, held, { ...options, directions: [-1, 0, 0, 0, 0], pairs: 0 });
    expect(Math.max(...against.terms[0]!.cells.slice(1).map(Math.abs))).toBeLessThan(0.05);
  });
});

describe('calibration', () => {
  const share = 0.02;
  const finished = bounded(calibrated(anchored(fitted, reweighted(train, 0.5)), held, share));

  it('predicts as many attacks as there are, at the share that was asked for', () => {
    const { labels, weights } = reweighted(test, share);
    const logits = logitsOf(finished, test);
    const predicted = logits.reduce((sum, logit, row) => sum + weights[row]! / (1 + Math.exp(-logit)), 0);
    const observed = labels.reduce((sum, label, row) => sum + weights[row]! * label, 0);
    expect(observed).toBeCloseTo(share, 10);
    expect(predicted).toBeGreaterThan(share * 0.85);
    expect(predicted).toBeLessThan(share * 1.15);
  });

  it('keeps the order of the scores', () => {
    expect(auc(finished, test)).toBeCloseTo(auc(fitted, test), 2);
  });

  it('lets a missing value add nothing', () => {
    const missing = new Float32Array(5).fill(Number.NaN);
    const model = { width: 5, terms: finished.terms, room: finished.room };
    expect([...evaluateTerms(model, missing)]).toEqual(new Array(finished.terms.length).fill(0));
  });

  it('leaves no input a way past the bound', () => {
    const wild = bounded({
      ...finished,
      base: -9,
      terms: finished.terms.map((term) => ({ ...term, cells: term.cells.map((value) => value * 40) })),
    });
    const model = { width: 5, terms: wild.terms, room: wild.room };
    fc.assert(
      fc.property(
        fc.array(fc.float({ noDefaultInfinity: true }), { minLength: 5, maxLength: 5 }),
        (values) => {
          const terms = evaluateTerms(model, Float32Array.from(values));
          const logit = terms.reduce((sum, value) => sum + value, wild.base);
          expect(Math.abs(logit)).toBeLessThanOrEqual(16);
        },
      ),
    );
  });
});

describe('bins', () => {
  it('cut between every two values where there are few', () => {
    expect(quantileCuts(Float32Array.of(0, 1, 1, 0, Number.NaN), 10)).toEqual([0.5]);
    expect(quantileCuts(Float32Array.of(3, 3, 3), 10)).toEqual([]);
    expect(quantileCuts(new Float32Array(0), 10)).toEqual([]);
  });

  it('ascend, in float32, and never exceed the number asked for', () => {
    fc.assert(
      fc.property(
        fc.float32Array({ minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 30 }),
        (values, most) => {
          const cuts = quantileCuts(values, most);
          expect(cuts.length).toBeLessThanOrEqual(most);
          cuts.forEach((cut, i) => {
            expect(Math.fround(cut)).toBe(cut);
            if (i > 0) expect(cut).toBeGreaterThan(cuts[i - 1]!);
          });
          const cells = cellsOf(values, cuts);
          values.forEach((value, row) => {
            expect(cells[row]).toBe(cellOf(value, cuts));
          });
        },
      ),
    );
  });
});
