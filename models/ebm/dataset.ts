/** Labelled feature vectors. Plain columns, so that boosting touches memory in order. */
export interface Dataset {
  /** Feature values by column: `columns[feature][row]`, float32, NaN where not evaluable. */
  readonly columns: readonly Float32Array[];
  /** 1 when somebody else than the account's owner acted. */
  readonly labels: Uint8Array;
  /** Weight of each row. */
  readonly weights: Float64Array;
}

/** Number of rows. */
export function rowsOf(data: Dataset): number {
  return data.labels.length;
}

/** The rows that a test accepts, in order. */
export function subset(data: Dataset, keep: (row: number) => boolean): Dataset {
  const rows: number[] = [];
  for (let row = 0; row < data.labels.length; row++) if (keep(row)) rows.push(row);
  return {
    columns: data.columns.map((column) => Float32Array.from(rows, (row) => column[row]!)),
    labels: Uint8Array.from(rows, (row) => data.labels[row]!),
    weights: Float64Array.from(rows, (row) => data.weights[row]!),
  };
}

/** The same rows, weighted so that the positive ones hold `share` of a total weight of one. */
export function reweighted(data: Dataset, share: number): Dataset {
  let positive = 0;
  let total = 0;
  data.weights.forEach((weight, row) => {
    total += weight;
    if (data.labels[row] === 1) positive += weight;
  });
  const up = share / positive;
  const down = (1 - share) / (total - positive);
  return {
    ...data,
    weights: data.weights.map((weight, row) => weight * (data.labels[row] === 1 ? up : down)),
  };
}
