import { describe, expect, it } from 'vitest';
import { randomModel } from '../testing/random-model.ts';
import { cellOf, evaluateTerms } from './additive-model.ts';
import { treesOf } from './tree-ensemble.ts';
import { writeModel } from './write-model.ts';

describe('cellOf', () => {
  const cuts = [0.25, 0.5, 1];
  it.each([
    [Number.NaN, 0],
    [Number.NEGATIVE_INFINITY, 1],
    [0.25, 1],
    [0.2500001, 2],
    [0.5, 2],
    [1, 3],
    [1.0000001, 4],
    [Number.POSITIVE_INFINITY, 4],
  ])('puts %d into cell %d', (value, cell) => {
    expect(cellOf(value, cuts)).toBe(cell);
  });

  it('knows only missing and present when there is no cut', () => {
    expect([cellOf(Number.NaN, []), cellOf(-3, []), cellOf(3, [])]).toEqual([0, 1, 1]);
  });
});

describe('the trees', () => {
  it('hold every leaf once and search a feature in about log2 of its cuts', () => {
    const model = randomModel(11);
    const trees = treesOf(model);
    expect(trees.target_weights).toHaveLength(model.terms.reduce((sum, term) => sum + term.cells.length, 0));
    const term = model.terms[0]!;
    const depth = (id: number): number => {
      const at = trees.nodes_nodeids.findIndex((node, i) => trees.nodes_treeids[i] === 0 && node === id);
      if (trees.nodes_modes[at] === 'LEAF') return 0;
      return 1 + Math.max(depth(trees.nodes_truenodeids[at]!), depth(trees.nodes_falsenodeids[at]!));
    };
    expect(depth(0)).toBeLessThanOrEqual(1 + Math.ceil(Math.log2(term.cuts[0]!.length + 1)));
  });

  it('point a pair at row × column', () => {
    const term = { code: 'a × b', features: [0, 1], cuts: [[0], [0]], cells: [0, 1, 2, 3, 4, 5, 6, 7, 8] };
    const read = (a: number, b: number) =>
      evaluateTerms({ width: 2, terms: [term], room: { up: 99, down: 99 } }, Float32Array.of(a, b))[0];
    expect([
      read(Number.NaN, Number.NaN),
      read(Number.NaN, 1),
      read(-1, Number.NaN),
      read(1, -1),
      read(1, 1),
    ]).toEqual([0, 2, 3, 7, 8]);
  });
});

describe('writeModel', () => {
  it('gives the same bytes for the same model and other bytes for another', () => {
    expect(writeModel(randomModel(1), 'test')).toEqual(writeModel(randomModel(1), 'test'));
    expect(writeModel(randomModel(1), 'test')).not.toEqual(writeModel(randomModel(2), 'test'));
  });
});
