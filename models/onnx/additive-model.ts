/**
 * One term of an additive model: a table over the bins of one feature, or over the grid of two.
 *
 * A feature with `k` cuts has `k + 2` cells: cell 0 is "missing" (NaN), cell `i + 1` holds the values with
 * exactly `i` cuts strictly below them. For a pair, cells run row by row: `cell(first) * width(second) + cell(second)`.
 */
export interface Term {
  /** A signal code, or two joined by ` × `. */
  readonly code: string;
  /** Positions in the feature vector: one, or two for a pair. */
  readonly features: readonly number[];
  /** Ascending float32 cut points, one list per feature of the term. */
  readonly cuts: readonly (readonly number[])[];
  /** Log-odds per cell, float32. */
  readonly cells: readonly number[];
}

/** An explainable-boosting machine after training: what the ONNX graph is written from. */
export interface AdditiveModel {
  /** Length of the vector that the terms read: the signals and, where there are any, the detectors. */
  readonly width: number;
  readonly terms: readonly Term[];
  /**
   * How far the terms together may go up and down, log-odds, both positive. Where they would go further, all of
   * them shrink by one factor, so that they still add up.
   */
  readonly room: { readonly up: number; readonly down: number };
}

/**
 * The cell of a value among cuts: 0 when missing, else one more than the number of cuts strictly below it.
 *
 * @example
 * ```ts
 * cellOf(0.5, [0.25, 0.5, 1]); // 2: one cut below; a value equal to a cut stays beneath it
 * ```
 */
export function cellOf(value: number, cuts: readonly number[]): number {
  if (Number.isNaN(value)) return 0;
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value > cuts[middle]!) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

/**
 * What each term adds for a feature vector, evaluated without ONNX: the oracle that the exported graph is
 * tested against. Where nothing has to shrink, the values are the float32 numbers of the graph, exactly, since
 * a term reads one leaf.
 *
 * @param features float32 values in the order of the feature vector; NaN where not evaluable.
 */
export function evaluateTerms(model: AdditiveModel, features: Float32Array): Float32Array {
  const out = new Float32Array(model.terms.length);
  model.terms.forEach((term, t) => {
    let cell = 0;
    term.features.forEach((feature, k) => {
      const cuts = term.cuts[k]!;
      cell = cell * (cuts.length + 2) + cellOf(features[feature]!, cuts);
    });
    out[t] = term.cells[cell]!;
  });
  const sum = out.reduce((total, value) => total + value, 0);
  const factor = Math.max(1, sum / model.room.up, -sum / model.room.down);
  return factor === 1 ? out : out.map((value) => value / factor);
}
