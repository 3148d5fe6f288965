/** Mean and deviation of each column, for values of about one. */
export interface Scale {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Beyond so many deviations nothing is told apart. */
export const CLIP = 5;

/** The scale of columns, by what is known of them; a constant column gets a deviation of one. */
export function scaleOf(rows: readonly Float32Array[]): Scale {
  const width = rows[0]!.length;
  const [mean, deviation] = [new Float64Array(width), new Float64Array(width).fill(1)];
  for (let i = 0; i < width; i++) {
    let [count, sum, squares] = [0, 0, 0];
    for (const row of rows) {
      const value = row[i]!;
      if (Number.isNaN(value)) continue;
      count++;
      sum += value;
      squares += value * value;
    }
    if (count === 0) continue;
    mean[i] = sum / count;
    const variance = squares / count - mean[i]! * mean[i]!;
    if (variance > 1e-9) deviation[i] = Math.sqrt(variance);
  }
  return { mean, deviation };
}

/** A row in deviations from the mean, at most {@link CLIP}; 0, which is the mean, where nothing is known. */
export function scaled({ mean, deviation }: Scale, row: Float32Array): Float32Array {
  return row.map((value, i) =>
    Number.isNaN(value) ? 0 : Math.min(CLIP, Math.max(-CLIP, (value - mean[i]!) / deviation[i]!)),
  );
}
