/** How many of the smallest hashes a sketch keeps. */
const KEPT = 32;
const SPACE = 2 ** 32;

/**
 * A sketch that estimates how many different values were added: the {@link KEPT} smallest 32-bit hashes, sorted
 * (K minimum values: Bar-Yossef et al., RANDOM 2002). Exact below 32 values; standard error about 18 % above.
 * Merging is the union, so shards and repeated deliveries do no harm.
 */
export type DistinctSketch = readonly number[];

/**
 * Adds a value's hash.
 *
 * @param hash a uniformly distributed integer in [0, 2^32).
 */
export const addDistinct = (sketch: DistinctSketch, hash: number): DistinctSketch => {
  if (sketch.includes(hash)) return sketch;
  if (sketch.length === KEPT && hash > sketch[KEPT - 1]!) return sketch;
  return [...sketch, hash].sort((a, b) => a - b).slice(0, KEPT);
};

/** The union of two sketches. */
export const unionDistinct = (a: DistinctSketch, b: DistinctSketch): DistinctSketch =>
  [...new Set([...a, ...b])].sort((x, y) => x - y).slice(0, KEPT);

/** The estimated number of different values. */
export const distinctCount = (sketch: DistinctSketch): number =>
  sketch.length < KEPT ? sketch.length : ((KEPT - 1) * SPACE) / (sketch[KEPT - 1]! + 1);
