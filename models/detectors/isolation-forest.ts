import { pick, type Random } from '../simulator/random.ts';

/** Rows at or below the cut go one way. */
export interface Split {
  readonly feature: number;
  readonly cut: number;
  readonly below: Tree;
  readonly above: Tree;
}
/** A tree of random cuts; a leaf says how many rows of the sample were not told apart. */
export type Tree = Split | { readonly size: number };

/**
 * An isolation forest (Liu, Ting, Zhou: "Isolation Forest", ICDM 2008): what few random cuts set apart is
 * unusual. Trained on benign rows alone; missing values take the column's median.
 */
export class IsolationForest {
  readonly trees: readonly Tree[];
  /** What stands in for a missing value, float32. */
  readonly medians: readonly number[];
  /** Rows that each tree was grown from. */
  readonly sample: number;

  constructor(
    random: Random,
    rows: readonly Float32Array[],
    options: { trees?: number; sample?: number } = {},
  ) {
    const width = rows[0]!.length;
    this.medians = Array.from({ length: width }, (_, feature) => {
      const known = rows
        .map((row) => row[feature]!)
        .filter((value) => !Number.isNaN(value))
        .sort((a, b) => a - b);
      return known[known.length >> 1] ?? 0;
    });
    this.sample = Math.min(options.sample ?? 256, rows.length);
    const depth = Math.max(1, Math.ceil(Math.log2(this.sample)));
    this.trees = Array.from({ length: options.trees ?? 100 }, () => {
      const sample = Array.from({ length: this.sample }, () => this.#filled(pick(random, rows)));
      return grow(random, sample, depth);
    });
  }

  /** Anomaly score in (0, 1): about 0.5 for the usual, near 1 for what is soon alone. */
  score(row: Float32Array): number {
    const filled = this.#filled(row);
    const mean = this.trees.reduce((sum, tree) => sum + pathLength(tree, filled), 0) / this.trees.length;
    return 2 ** (-mean / averagePath(this.sample));
  }

  #filled(row: Float32Array): Float32Array {
    return row.map((value, feature) => (Number.isNaN(value) ? this.medians[feature]! : value));
  }
}

function grow(random: Random, rows: readonly Float32Array[], depth: number): Tree {
  if (depth === 0 || rows.length <= 1) return { size: rows.length };
  const width = rows[0]!.length;
  const spread: { feature: number; low: number; high: number }[] = [];
  for (let feature = 0; feature < width; feature++) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const row of rows) {
      low = Math.min(low, row[feature]!);
      high = Math.max(high, row[feature]!);
    }
    if (high > low) spread.push({ feature, low, high });
  }
  if (spread.length === 0) return { size: rows.length };
  const { feature, low, high } = pick(random, spread);
  // In float32, as the exported trees compare.
  const cut = Math.fround(low + random() * (high - low));
  const below = rows.filter((row) => row[feature]! <= cut);
  const above = rows.filter((row) => row[feature]! > cut);
  return { feature, cut, below: grow(random, below, depth - 1), above: grow(random, above, depth - 1) };
}

function pathLength(tree: Tree, row: Float32Array): number {
  let [node, length] = [tree, 0];
  while ('cut' in node) {
    node = row[node.feature]! <= node.cut ? node.below : node.above;
    length++;
  }
  return leafLength(length, node.size);
}

/** Path length that a leaf at a depth stands for. */
export const leafLength = (depth: number, size: number): number => depth + averagePath(size);

/** Mean path of an unsuccessful search in a binary search tree of n entries (the paper's c(n)). */
export function averagePath(n: number): number {
  if (n <= 1) return 0;
  return n === 2 ? 1 : 2 * (Math.log(n - 1) + 0.5772156649) - (2 * (n - 1)) / n;
}
