import { cellOf } from '../onnx/additive-model.ts';

/**
 * Cut points of a feature: at most `most`, ascending, float32, halfway between two values that occur. Half of them
 * lie at quantiles of the rows, where most events are; half at quantiles of the different values, so that a rare
 * tail (many failures, where nearly everybody has none) is not one single step. A feature with few different
 * values gets a cut between each two, so a yes-or-no feature gets one.
 *
 * @param values the feature's column; NaN is left out
 */
export function quantileCuts(values: Float32Array, most: number): number[] {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  const distinct = known.filter((value, i) => i === 0 || value !== known[i - 1]);
  const places = new Set<number>();
  if (distinct.length <= most + 1) for (let i = 1; i < distinct.length; i++) places.add(i);
  else {
    const byRows = Math.ceil(most / 2);
    for (let i = 1; i <= byRows; i++)
      places.add(lowerBound(distinct, known[Math.floor((i * known.length) / (byRows + 1))]!));
    const byValues = most - byRows;
    for (let i = 1; i <= byValues; i++) places.add(Math.floor((i * distinct.length) / (byValues + 1)));
    places.delete(0);
  }
  const cuts: number[] = [];
  for (const place of [...places].sort((a, b) => a - b)) {
    const [low, high] = [distinct[place - 1]!, distinct[place]!];
    const middle = Math.fround((low + high) / 2);
    // Two neighbouring float32 numbers have nothing between them; the lower one is then the cut.
    const cut = middle > low && middle < high ? middle : low;
    if (cuts.length === 0 || cut > cuts[cuts.length - 1]!) cuts.push(cut);
  }
  return cuts;
}

function lowerBound(sorted: Float32Array, wanted: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The cell of every row; see `Term` for the numbering. */
export function cellsOf(values: Float32Array, cuts: readonly number[]): Uint8Array {
  if (cuts.length > 253) throw new RangeError('A feature has at most 253 cuts');
  const cells = new Uint8Array(values.length);
  for (let row = 0; row < values.length; row++) cells[row] = cellOf(values[row]!, cuts);
  return cells;
}
