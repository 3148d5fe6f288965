/**
 * EventBridge event patterns, compiled once and matched many times.
 *
 * Sources: Amazon EventBridge User Guide, "Comparison operators for use in event patterns" and "Matching on
 * arrays"; README of aws/event-ruler, the matcher that EventBridge runs, for what the guide leaves open.
 *
 * Known differences, all on the side of refusing or of plain JSON: a `$or` that is not a list of two or more
 * objects is refused (event-ruler then takes it for a field name); events are parsed JSON, so the literals
 * `300` and `3.0e2` are one number; a key with a dot in it is a key, never a path; the undocumented `exactly`
 * is refused; event-ruler's limit on how complicated a set of wildcards may be is not applied.
 */
import { EventPatternError } from './error.ts';
import { type Alternative, compileAlternative, isOperator, type Leaf, type LeafTest } from './operators.ts';

export { EventPatternError, type EventPatternErrorCode } from './error.ts';

/** A compiled pattern: tells whether an event, as parsed JSON, matches. */
export type EventMatcher = (event: unknown) => boolean;

/** Combinations that the `$or`s of one pattern may make; EventBridge's limit. */
const MAX_COMBINATIONS = 1000;
/** Depth at which a pattern is refused: a guard of the compiler's own recursion, far above real patterns. */
const MAX_DEPTH = 100;

/** The list of one field: some leaf must pass a test, or, with `absent`, there is no leaf at `path`. */
interface FieldList {
  readonly tests: readonly LeafTest[];
  readonly absent: boolean;
  readonly path: readonly string[];
}

/** One place in a pattern: every list must be satisfied here, and every field below. */
interface Place {
  readonly lists: readonly FieldList[];
  readonly fields: ReadonlyMap<string, Place>;
}

const EMPTY: Place = { lists: [], fields: new Map() };

/**
 * Compiles a pattern.
 *
 * A pattern's fields are all required (and), a field's list is of alternatives (or). An array in an event
 * matches when one of its elements does, and fields that lie below one array must be satisfied by the same
 * element. `{"exists": false}` holds when there is no leaf at the field's path anywhere in the event.
 *
 * @param pattern The pattern as parsed JSON, or its text.
 * @throws {EventPatternError} `operator-unknown` or `pattern-invalid`, with the path of the member.
 * @example
 * ```ts
 * const matches = compilePattern({ source: [{ 'anything-but': 'countersign' }] });
 * matches({ source: 'aws.signin' });  // true
 * matches({ source: 'countersign' }); // false
 * ```
 */
export function compilePattern(pattern: unknown): EventMatcher {
  const places = compileObject(typeof pattern === 'string' ? parse(pattern) : pattern, [], false);
  const [only] = places;
  if (places.length === 1 && only) return (event) => holds(only, event, event);
  return (event) => places.some((place) => holds(place, event, event));
}

/** Compiles and matches at once; for a pattern that is used more than once, keep what {@link compilePattern} returns. */
export function matchesPattern(pattern: unknown, event: unknown): boolean {
  return compilePattern(pattern)(event);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new EventPatternError('pattern-invalid', [], 'the pattern is not JSON');
  }
}

/** An object of a pattern as the alternatives that its `$or`s make; without any `$or` there is one. */
function compileObject(object: unknown, path: readonly string[], insideOr: boolean): readonly Place[] {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    throw new EventPatternError('pattern-invalid', path, 'must be an object');
  }
  if (path.length > MAX_DEPTH)
    throw new EventPatternError('pattern-invalid', [], 'the pattern is nested too deeply');
  const entries = Object.entries(object);
  if (entries.length === 0)
    throw new EventPatternError('pattern-invalid', path, 'an empty object is not allowed');
  let places: readonly Place[] = [EMPTY];
  for (const [name, value] of entries) {
    if (name === '$or') places = combine(places, compileOr(value, path));
    else {
      if (insideOr && isOperator(name)) {
        throw new EventPatternError(
          'pattern-invalid',
          path,
          `"${name}" is an operator and not a field inside "$or"`,
        );
      }
      places = combine(places, compileField(name, value, [...path, name], insideOr));
    }
  }
  return places;
}

function compileOr(value: unknown, path: readonly string[]): readonly Place[] {
  if (!Array.isArray(value) || value.length < 2) {
    throw new EventPatternError('pattern-invalid', path, '"$or" takes a list of at least two objects');
  }
  return value.flatMap((branch) => compileObject(branch, path, true));
}

function compileField(
  name: string,
  value: unknown,
  path: readonly string[],
  insideOr: boolean,
): readonly Place[] {
  if (Array.isArray(value)) {
    if (value.length === 0)
      throw new EventPatternError('pattern-invalid', path, 'an empty list is not allowed');
    const alternatives: Alternative[] = value.map((member) => compileAlternative(member, path));
    const tests = alternatives.filter((alternative) => alternative !== 'absent');
    const list: FieldList = { tests, absent: tests.length < alternatives.length, path };
    return [{ lists: [], fields: new Map([[name, { lists: [list], fields: new Map() }]]) }];
  }
  if (typeof value !== 'object' || value === null) {
    throw new EventPatternError('pattern-invalid', path, 'must be a list or an object');
  }
  return compileObject(value, path, insideOr).map((place) => ({
    lists: [],
    fields: new Map([[name, place]]),
  }));
}

/** Every pair of two sets of alternatives, joined. */
function combine(left: readonly Place[], right: readonly Place[]): readonly Place[] {
  if (left.length * right.length > MAX_COMBINATIONS) {
    throw new EventPatternError(
      'pattern-invalid',
      [],
      `"$or" makes more than ${MAX_COMBINATIONS} combinations`,
    );
  }
  return left.flatMap((a) => right.map((b) => join(a, b)));
}

function join(a: Place, b: Place): Place {
  if (a === EMPTY) return b;
  const fields = new Map(a.fields);
  for (const [name, place] of b.fields) {
    const present = fields.get(name);
    fields.set(name, present ? join(present, place) : place);
  }
  return { lists: [...a.lists, ...b.lists], fields };
}

/** Whether a place's conditions hold of a value of the event (undefined: there is none). */
function holds(place: Place, value: unknown, event: unknown): boolean {
  for (const list of place.lists) {
    if (someLeaf(value, list.tests)) continue;
    if (!(list.absent && !hasLeaf(event, list.path, 0))) return false;
  }
  return place.fields.size === 0 || fieldsHold(place, value, event);
}

function fieldsHold(place: Place, value: unknown, event: unknown): boolean {
  if (Array.isArray(value)) {
    if (value.some((element) => fieldsHold(place, element, event))) return true;
    // No element will do; the fields may still all be satisfied by being absent.
    return fieldsHold(place, undefined, event);
  }
  for (const [name, below] of place.fields) {
    if (!holds(below, member(value, name), event)) return false;
  }
  return true;
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/** Whether a leaf of a value passes one of the tests. Objects are no leaves; arrays are looked into. */
function someLeaf(value: unknown, tests: readonly LeafTest[]): boolean {
  if (value === undefined || tests.length === 0) return false;
  if (Array.isArray(value)) return value.some((element) => someLeaf(element, tests));
  if (typeof value === 'object' && value !== null) return false;
  for (const test of tests) if (test(value as Leaf)) return true;
  return false;
}

const ANY: readonly LeafTest[] = [() => true];

function hasLeaf(value: unknown, path: readonly string[], depth: number): boolean {
  if (depth === path.length) return someLeaf(value, ANY);
  if (Array.isArray(value)) return value.some((element) => hasLeaf(element, path, depth));
  const below = member(value, path[depth]!);
  return below !== undefined && hasLeaf(below, path, depth + 1);
}
