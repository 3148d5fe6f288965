import { cellOf } from '../onnx/additive-model.ts';

/**
 * Cut points of a feature at its quantiles: at most `most`, ascending, float32, halfway between two values that
 * occur. A feature with few different values gets a cut between each two, so a yes-or-no feature gets one.
 *
 * @param values the feature's column; NaN is left out
 */
export function quantileCuts(values: Float32Array, most: number): number[] {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  const distinct: number[] = [];
  for (const value of known) if (value !== distinct[distinct.length - 1]) distinct.push(value);
  const cuts: number[] = [];
  const between = (low: number, high: number) => {
    const cut = Math.fround((low + high) / 2);
    // Two neighbouring float32 numbers have nothing between them; the lower one is then the cut.
    const fitting = cut >= high ? low : cut;
    if (cuts.length === 0 || fitting > cuts[cuts.length - 1]!) cuts.push(fitting);
  };
  if (distinct.length <= most + 1) {
    for (let i = 1; i < distinct.length; i++) between(distinct[i - 1]!, distinct[i]!);
    return cuts;
  }
  for (let i = 1; i <= most; i++) {
    const at = Math.floor((i * known.length) / (most + 1));
    const value = known[at]!;
    let below = at;
    while (below >= 0 && known[below] === value) below--;
    if (below >= 0) between(known[below]!, value);
  }
  return cuts;
}

/** The cell of every row; see `Term` for the numbering. */
export function cellsOf(values: Float32Array, cuts: readonly number[]): Uint8Array {
  if (cuts.length > 253) throw new RangeError('A feature has at most 253 cuts');
  const cells = new Uint8Array(values.length);
  for (let row = 0; row < values.length; row++) cells[row] = cellOf(values[row]!, cuts);
  return cells;
}
