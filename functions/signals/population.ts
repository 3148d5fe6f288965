import type { Dimension } from '../baselines/index.ts';

/** Probability given to a value of which nothing is known. */
export const UNSEEN = 2 ** -10;

/**
 * Rough shares, as powers of two, of what anybody uses: common kinds of browsers. Our own estimates,
 * rounded from public browser statistics; they only stand in until a tenant has a history of its own. What is not here
 * is not rare: it is unknown. How one signs in is not here, for a step down to a password must stay a surprise.
 */
const BITS: Readonly<Partial<Record<Dimension, Readonly<Record<string, number>>>>> = {
  agent: {
    'Chrome|Windows|desktop': 2,
    'Chrome|Android|mobile': 2,
    'Safari|iOS|mobile': 2,
    'Edge|Windows|desktop': 3,
    'Chrome|macOS|desktop': 4,
    'Safari|macOS|desktop': 4,
    'Firefox|Windows|desktop': 5,
    'Chrome|iOS|mobile': 5,
    'Safari|iOS|tablet': 5,
    'Chrome|Linux|desktop': 6,
    'Firefox|Linux|desktop': 6,
    'Firefox|macOS|desktop': 6,
    'Chrome|ChromeOS|desktop': 6,
    'Samsung|Android|mobile': 6,
    'Firefox|Android|mobile': 7,
    'Edge|macOS|desktop': 7,
    'Chrome|Android|tablet': 7,
  },
};

/**
 * The share of a value in the population at large, the last resort of back-off.
 *
 * @returns 2^-10 for a value or a dimension of which nothing is known.
 * @example
 * ```ts
 * populationShare('agent', 'Chrome|Windows|desktop'); // 0.25
 * ```
 */
export function populationShare(dimension: Dimension | undefined, key: string): number {
  const bits = dimension === undefined ? undefined : BITS[dimension];
  return bits !== undefined && Object.hasOwn(bits, key) ? 2 ** -bits[key]! : UNSEEN;
}
