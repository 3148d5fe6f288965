import { inBlock, parseBlock } from './cidr.ts';
import { EventPatternError } from './error.ts';
import { inRange, millionths, parseRange } from './numeric.ts';
import { matchesPieces, wildcardPieces } from './wildcard.ts';

/** What a leaf of an event can be. */
export type Leaf = string | number | boolean | null;

/** Whether one leaf satisfies one alternative of a pattern's list. */
export type LeafTest = (leaf: Leaf) => boolean;

/** One alternative of a list: a test of leaves, or "the field is absent". */
export type Alternative = LeafTest | 'absent';

/**
 * Text with its letters' case taken away, letter by letter, so that a text and its folded form are equally
 * long and prefixes stay prefixes.
 */
function fold(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return [...text]
    .map((char) => (char.toLowerCase().length === char.length ? char.toLowerCase() : char))
    .join('');
}

const onText =
  (test: (text: string) => boolean): LeafTest =>
  (leaf) =>
    typeof leaf === 'string' && test(leaf);

/** A literal: strings, booleans and null by identity, numbers by value. */
function literal(value: Leaf): LeafTest {
  if (typeof value !== 'number') return (leaf) => leaf === value;
  const n = millionths(value);
  // Out of the numeric range (an account id, say) only the very same number is equal.
  if (n === undefined) return (leaf) => leaf === value;
  return (leaf) => leaf === value || (typeof leaf === 'number' && millionths(leaf) === n);
}

/** `{"equals-ignore-case": "x"}` inside `prefix` and `suffix`; undefined when `operand` is no such thing. */
function ignoringCase(operand: unknown): string | undefined {
  if (typeof operand !== 'object' || operand === null || Array.isArray(operand)) return undefined;
  const [entry, ...more] = Object.entries(operand);
  if (!entry || more.length > 0 || entry[0] !== 'equals-ignore-case') return undefined;
  return typeof entry[1] === 'string' ? entry[1] : undefined;
}

type Operator = (operand: unknown, path: readonly string[]) => Alternative;

const invalid = (path: readonly string[], problem: string) =>
  new EventPatternError('pattern-invalid', path, problem);

function textOperand(operator: string, operand: unknown, path: readonly string[]): string {
  if (typeof operand !== 'string') throw invalid(path, `"${operator}" takes a string`);
  return operand;
}

/** `prefix` and `suffix`, plain or ignoring case. */
function edge(operator: 'prefix' | 'suffix'): Operator {
  const at = (text: string, part: string) =>
    operator === 'prefix' ? text.startsWith(part) : text.endsWith(part);
  return (operand, path) => {
    const anyCase = ignoringCase(operand);
    if (anyCase !== undefined) {
      const part = fold(anyCase);
      return onText((text) => at(fold(text), part));
    }
    if (typeof operand !== 'string') {
      throw invalid(path, `"${operator}" takes a string or {"equals-ignore-case": string}`);
    }
    return onText((text) => at(text, operand));
  };
}

const equalsIgnoreCase: Operator = (operand, path) => {
  const wanted = fold(textOperand('equals-ignore-case', operand, path));
  return onText((text) => text.length === wanted.length && fold(text) === wanted);
};

const wildcard: Operator = (operand, path) => {
  const parsed = wildcardPieces(textOperand('wildcard', operand, path));
  if ('problem' in parsed) throw invalid(path, parsed.problem);
  return onText((text) => matchesPieces(parsed.pieces, text));
};

/** What `anything-but` may negate besides plain values; each takes a string or a list of strings. */
const NEGATABLE: Readonly<Record<string, Operator>> = {
  prefix: (operand, path) => edge('prefix')(textOperand('anything-but prefix', operand, path), path),
  suffix: (operand, path) => edge('suffix')(textOperand('anything-but suffix', operand, path), path),
  'equals-ignore-case': equalsIgnoreCase,
  wildcard,
};

/**
 * `anything-but` is true of every leaf that is not one of the things named, of whatever type, and false
 * when there is no leaf at all.
 */
const anythingBut: Operator = (operand, path) => {
  const refused = anythingButTests(operand, path);
  return (leaf) => !refused.some((test) => test(leaf));
};

function anythingButTests(operand: unknown, path: readonly string[]): LeafTest[] {
  if (typeof operand === 'object' && operand !== null && !Array.isArray(operand)) {
    const [entry, ...more] = Object.entries(operand);
    if (!entry || more.length > 0) throw invalid(path, '"anything-but" takes exactly one operator');
    const [name, inner] = entry;
    const negated = Object.hasOwn(NEGATABLE, name) ? NEGATABLE[name] : undefined;
    if (!negated)
      throw new EventPatternError('operator-unknown', path, `"anything-but" cannot negate "${name}"`);
    const operands: unknown[] = Array.isArray(inner) ? inner : [inner];
    if (operands.length === 0) throw invalid(path, 'an empty list matches nothing');
    if (name !== 'equals-ignore-case' && name !== 'wildcard' && operands.includes('')) {
      throw invalid(path, `an empty ${name} in "anything-but" would refuse every string`);
    }
    return operands.map((one) => negated(one, path) as LeafTest);
  }
  const values: unknown[] = Array.isArray(operand) ? operand : [operand];
  const texts = values.every((value) => typeof value === 'string');
  const numbers = values.every((value) => typeof value === 'number' && millionths(value) !== undefined);
  if (values.length === 0 || !(texts || numbers)) {
    throw invalid(path, '"anything-but" takes strings, or numbers from -5e9 to 5e9, not a mixture');
  }
  return values.map((value) => literal(value as Leaf));
}

/** Every operator of the EventBridge User Guide, "Comparison operators". `$or` is not of leaves. */
const OPERATORS: Readonly<Record<string, Operator>> = {
  prefix: edge('prefix'),
  suffix: edge('suffix'),
  'equals-ignore-case': equalsIgnoreCase,
  wildcard,
  'anything-but': anythingBut,
  numeric: (operand, path) => {
    const range = parseRange(operand);
    if ('problem' in range) throw invalid(path, range.problem);
    return (leaf) => typeof leaf === 'number' && inRange(range, leaf);
  },
  cidr: (operand, path) => {
    const block = parseBlock(textOperand('cidr', operand, path));
    if (!block) throw invalid(path, '"cidr" takes an IPv4 or IPv6 block such as 10.0.0.0/24');
    return onText((text) => inBlock(block, text));
  },
  exists: (operand, path) => {
    if (typeof operand !== 'boolean') throw invalid(path, '"exists" takes true or false');
    return operand ? () => true : 'absent';
  },
};

/** Whether a name is an operator, which cannot then be a field inside `$or`. */
export const isOperator = (name: string): boolean => Object.hasOwn(OPERATORS, name);

/**
 * Compiles one member of a pattern's list: a literal, or an object with one operator.
 *
 * @throws {EventPatternError} naming the operator or the path.
 */
export function compileAlternative(member: unknown, path: readonly string[]): Alternative {
  if (typeof member !== 'object' || member === null) return literal(member as Leaf);
  if (Array.isArray(member)) throw invalid(path, 'a list inside a list is not allowed');
  const [entry, ...more] = Object.entries(member);
  if (!entry || more.length > 0) throw invalid(path, 'a comparison has exactly one operator');
  const [name, operand] = entry;
  if (!isOperator(name))
    throw new EventPatternError('operator-unknown', path, `there is no operator "${name}"`);
  return OPERATORS[name]!(operand, path);
}
