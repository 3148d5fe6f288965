import type { Term } from '../onnx/additive-model.ts';
import { cellsOf, quantileCuts } from './bins.ts';
import {
  type BoostOptions,
  bestHalves,
  bestQuadrants,
  boost,
  type Direction,
  derive,
  type FittedTerm,
  type Margin,
} from './boost.ts';
import { type Dataset, reweighted, rowsOf } from './dataset.ts';

/** What may be asked of a fit. */
export interface FitOptions {
  /** Codes of the features, in order. */
  readonly codes: readonly string[];
  /** How each feature may move the risk. */
  readonly directions: readonly Direction[];
  /** Most cuts of a feature alone, and of each feature in a pair. */
  readonly cuts: number;
  readonly pairCuts: number;
  /** How many pairs to add. */
  readonly pairs: number;
  /**
   * Share of attacks that the fit is weighted to. In equal halves the fit works on attackers who look just like the
   * owner; with few attacks, on the owners who are asked for more at a rate that one can bear. @default 0.5
   */
  readonly share?: number;
  readonly boost: BoostOptions;
  readonly onStage?: (stage: 'mains' | 'pairs') => void;
}

/** Additive log-odds: `base + Σ term`, in double precision, before calibration. */
export interface Fit {
  readonly base: number;
  readonly terms: readonly Term[];
  readonly loss: number;
}

/**
 * Fits an explainable-boosting machine: first every feature alone, then the few pairs that explain most of
 * what is left. Both sides are weighted to the share that is asked for, which {@link calibrated} later undoes.
 *
 * @param held other people's rows, to stop by
 */
export function fitModel(train: Dataset, held: Dataset, options: FitOptions): Fit {
  const width = options.codes.length;
  const share = options.share ?? 0.5;
  const base = Math.log(share / (1 - share));
  const margins = [train, held].map((data) => margin(reweighted(data, share), base)) as [Margin, Margin];
  const cuts = train.columns.map((column) => quantileCuts(column, options.cuts));
  const mains = cuts.map((list, i) => single(i, list, train, held, options.directions[i]!));
  options.onStage?.('mains');
  let { loss, base: taken } = boost(mains, ...margins, options.boost);

  options.onStage?.('pairs');
  const coarse = train.columns.map((column) => quantileCuts(column, options.pairCuts));
  const chosen = choosePairs(coarse, train, margins[0], options, width);
  const pairs = chosen.map(([a, b]) => pair(a, b, coarse, train, held, options.directions));
  if (pairs.length > 0) {
    const fitted = boost(pairs, ...margins, options.boost);
    loss = fitted.loss;
    taken += fitted.base;
  }

  const terms: Term[] = [
    ...mains.map((term, i) => termOf(term, [cuts[i]!], options.codes)),
    ...pairs.map((term) =>
      termOf(
        term,
        term.features.map((feature) => coarse[feature]!),
        options.codes,
      ),
    ),
  ];
  return { base: base + taken, terms, loss };
}

function margin({ labels, weights }: Dataset, base: number): Margin {
  // Weights of mean one keep the penalty's meaning whatever the number of rows.
  return {
    labels,
    weights: weights.map((weight) => weight * labels.length),
    logits: new Float64Array(labels.length).fill(base),
  };
}

function single(
  feature: number,
  cuts: readonly number[],
  train: Dataset,
  held: Dataset,
  direction: Direction,
): FittedTerm {
  const cells = (data: Dataset) => Uint16Array.from(cellsOf(data.columns[feature]!, cuts));
  const own = cells(train);
  const mass = new Float64Array(cuts.length + 2);
  const { weights } = reweighted(train, 0.5);
  for (let row = 0; row < own.length; row++) mass[own[row]!]! += weights[row]!;
  return {
    features: [feature],
    shape: [cuts.length + 2, 1],
    directions: [direction, 0],
    train: own,
    held: cells(held),
    values: new Float64Array(cuts.length + 2),
    mass,
  };
}

function pair(
  a: number,
  b: number,
  cuts: readonly (readonly number[])[],
  train: Dataset,
  held: Dataset,
  directions: readonly Direction[],
): FittedTerm {
  const shape = [cuts[a]!.length + 2, cuts[b]!.length + 2] as const;
  const cells = (data: Dataset) => {
    const [first, second] = [cellsOf(data.columns[a]!, cuts[a]!), cellsOf(data.columns[b]!, cuts[b]!)];
    return Uint16Array.from(first, (cell, row) => cell * shape[1] + second[row]!);
  };
  return {
    features: [a, b],
    shape,
    directions: [directions[a]!, directions[b]!],
    train: cells(train),
    held: cells(held),
    values: new Float64Array(shape[0] * shape[1]),
    mass: new Float64Array(0),
  };
}

/**
 * Pairs by what their best cut in four would gain over the best cut of either feature alone (Lou et al., "Accurate
 * intelligible models with pairwise interactions", KDD 2013: FAST). Signals that are missing from most events
 * are left alone: what they say together would rest on a handful of rows.
 */
function choosePairs(
  cuts: readonly (readonly number[])[],
  train: Dataset,
  fitted: Margin,
  options: FitOptions,
  width: number,
): [number, number][] {
  const rows = rowsOf(train);
  const [gradients, hessians] = [new Float64Array(rows), new Float64Array(rows)];
  derive(fitted, gradients, hessians);
  const cells = train.columns.map((column, i) => cellsOf(column, cuts[i]!));
  const usual = cells.map((column) => column.reduce((sum, cell) => sum + (cell > 0 ? 1 : 0), 0) > rows / 2);
  const found: { pair: [number, number]; gain: number }[] = [];
  for (let a = 0; a < width; a++) {
    for (let b = a + 1; b < width; b++) {
      if (!usual[a] || !usual[b]) continue;
      const shape = [cuts[a]!.length + 2, cuts[b]!.length + 2] as const;
      const [g, h] = [new Float64Array(shape[0] * shape[1]), new Float64Array(shape[0] * shape[1])];
      for (let row = 0; row < rows; row++) {
        const cell = cells[a]![row]! * shape[1] + cells[b]![row]!;
        g[cell]! += gradients[row]!;
        h[cell]! += hessians[row]!;
      }
      const { l2, leastHessian } = options.boost;
      const best = bestQuadrants(shape, g, h, l2, leastHessian, [
        options.directions[a]!,
        options.directions[b]!,
      ]);
      if (best) found.push({ pair: [a, b], gain: best.gain - bestHalves(shape, g, h, l2) });
    }
  }
  found.sort((x, y) => y.gain - x.gain || x.pair[0] - y.pair[0] || x.pair[1] - y.pair[1]);
  return found.slice(0, options.pairs).map((entry) => entry.pair);
}

function termOf(term: FittedTerm, cuts: readonly (readonly number[])[], codes: readonly string[]): Term {
  return {
    code: term.features.map((feature) => codes[feature]!).join(' × '),
    features: term.features,
    cuts,
    cells: [...term.values],
  };
}
