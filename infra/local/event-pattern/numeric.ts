/** The largest magnitude that EventBridge compares numerically. */
export const LIMIT = 5e9;

/**
 * Numbers are compared to six places after the point, which within ±5e9 is 15 to 16 significant digits:
 * every number in range becomes a whole number of millionths, exact in a double.
 *
 * Source: EventBridge User Guide, "Numeric matching": "between -5.0e9 and +5.0e9 inclusive, with 15 digits
 * of precision, or six digits to the right of the decimal point".
 *
 * @returns undefined for a number out of range; it matches no numeric comparison.
 */
export function millionths(value: number): number | undefined {
  return value >= -LIMIT && value <= LIMIT ? Math.round(value * 1e6) : undefined;
}

/** A range of millionths; each bound is included or not. */
export interface Range {
  readonly low: number;
  readonly lowOpen: boolean;
  readonly high: number;
  readonly highOpen: boolean;
}

/** Whether a number lies in a range. */
export function inRange(range: Range, value: number): boolean {
  const n = millionths(value);
  if (n === undefined) return false;
  return (
    (range.lowOpen ? n > range.low : n >= range.low) && (range.highOpen ? n < range.high : n <= range.high)
  );
}

/**
 * Reads `["=", 5]`, `["<", 10]`, `[">", 0, "<=", 5]`. The lower bound of a pair comes first.
 *
 * @returns the range, or what is wrong with the expression.
 */
export function parseRange(expression: unknown): Range | { problem: string } {
  if (!Array.isArray(expression)) return { problem: '"numeric" takes a list such as [">", 0, "<=", 5]' };
  if (expression.length !== 2 && expression.length !== 4) {
    return { problem: '"numeric" takes one comparison, or a lower and an upper bound' };
  }
  const bounds: { operator: string; at: number }[] = [];
  for (let i = 0; i < expression.length; i += 2) {
    const operator: unknown = expression[i];
    const value: unknown = expression[i + 1];
    if (typeof operator !== 'string' || !['=', '<', '<=', '>', '>='].includes(operator)) {
      return { problem: '"numeric" compares with =, <, <=, > or >=' };
    }
    const at = typeof value === 'number' ? millionths(value) : undefined;
    if (at === undefined) return { problem: '"numeric" compares with a number from -5e9 to 5e9' };
    bounds.push({ operator, at });
  }
  const [first, second] = bounds as [(typeof bounds)[0], (typeof bounds)[0]?];
  const all = { low: -LIMIT * 1e6, lowOpen: false, high: LIMIT * 1e6, highOpen: false };
  if (second) {
    if (!first.operator.startsWith('>') || !second.operator.startsWith('<')) {
      return { problem: 'a "numeric" range is a lower bound (> or >=) followed by an upper bound (< or <=)' };
    }
    if (first.at >= second.at)
      return { problem: 'the lower bound of a "numeric" range must be below the upper' };
    return {
      low: first.at,
      lowOpen: first.operator === '>',
      high: second.at,
      highOpen: second.operator === '<',
    };
  }
  if (first.operator === '=') return { ...all, low: first.at, high: first.at };
  if (first.operator.startsWith('>')) return { ...all, low: first.at, lowOpen: first.operator === '>' };
  return { ...all, high: first.at, highOpen: first.operator === '<' };
}
