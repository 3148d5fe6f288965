/** One measured figure, beside a peer or a floor measured in the same run. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it stands beside: an empty handler, the same model run bare, the limit of a quota. */
  readonly peer?: { readonly name: string; readonly value: number };
  /** What the project set out to reach. */
  readonly goal?: string;
}

/** Median, for samples that a noisy machine disturbs upwards. */
export const quantile = (samples: readonly number[], q: number): number => {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
};

const short = (value: number): string =>
  value >= 1000 ? value.toLocaleString('en', { maximumFractionDigits: 0 }) : value.toPrecision(3);

/**
 * Prints figures as an aligned table.
 *
 * @throws Error when one was not measured: a table with a hole in it looks like a result.
 */
export const printFigures = (title: string, figures: readonly Figure[]): void => {
  for (const { name, value, peer } of figures)
    if (!Number.isFinite(value) || (peer && !Number.isFinite(peer.value)))
      throw new Error(`${title}: nothing was measured for "${name.trim()}"`);
  const rows = figures.map(({ name, value, unit, peer, goal }) => [
    name,
    `${short(value)} ${unit}`,
    peer ? `${peer.name}: ${short(peer.value)} ${unit}` : '',
    peer ? `${(value / peer.value).toPrecision(3)} ×` : '',
    goal ?? '',
  ]);
  const header = ['figure', 'measured', 'beside', 'ratio', 'goal'];
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  console.log(`\n${title}\n${line(header)}\n${widths.map((width) => '-'.repeat(width)).join('  ')}`);
  for (const row of rows) console.log(line(row));
};
