import { poseidon6 } from 'poseidon-lite/poseidon6';
import { poseidon16 } from 'poseidon-lite/poseidon16';
import { MAX_ORDERED } from './claim-value.ts';
import { FIELD_ORDER, tagNumber } from './field.ts';
import { StatementError } from './statement-error.ts';

/** How many predicates one proof carries. */
export const PREDICATES = 4;

/** How many operands one predicate has room for. */
export const OPERANDS = 16;

/** One predicate in the circuit's own terms. */
export type SlotPredicate =
  /** low <= value <= high, as encoded 64-bit numbers. */
  | { readonly kind: 'range'; readonly slot: number; readonly low: bigint; readonly high: bigint }
  /** The encoded value is one of, or none of, 1 to 16 encoded values. */
  | { readonly kind: 'in' | 'notIn'; readonly slot: number; readonly values: readonly bigint[] };

/** All that a verifier asks about slots. */
export interface SlotQuery {
  /** Up to four. */
  readonly predicates: readonly SlotPredicate[];
  /** The slot whose value must be in the large set, when one is asked for. */
  readonly setSlot?: number | undefined;
}

/** A query laid out as the circuit's signals. */
export interface QueryLayout {
  /** Slot and kind (0 none, 1 range, 2 in, 3 notIn) of each of the four predicates. */
  readonly predicates: readonly {
    readonly slot: number;
    readonly kind: number;
    readonly operands: readonly bigint[];
  }[];
  readonly setSlot: number;
  readonly setAsked: boolean;
}

const TAG = tagNumber('countersign/v1/query');
const NOTHING = { slot: 0, kind: 0, operands: Array<bigint>(OPERANDS).fill(0n) };

/**
 * Lays a query out in its one canonical form: unused predicates all zero, a range's operands followed by
 * zeros, a set's operands padded by repeating the last.
 *
 * @throws StatementError `query-invalid`
 */
export function layOutQuery(query: SlotQuery): QueryLayout {
  if (query.predicates.length > PREDICATES) throw invalid(`asks more than ${PREDICATES} predicates`);
  const predicates = query.predicates.map((predicate) => {
    checkSlot(predicate.slot);
    if (predicate.kind === 'range') {
      const { low, high } = predicate;
      if (low < 0n || high > MAX_ORDERED || low > high) throw invalid('has an empty or overlong range');
      return { slot: predicate.slot, kind: 1, operands: padded([low, high], 0n) };
    }
    const { values } = predicate;
    if (values.length < 1 || values.length > OPERANDS)
      throw invalid(`needs 1 to ${OPERANDS} values in a set`);
    if (values.some((value) => value < 0n || value >= FIELD_ORDER))
      throw invalid('has a value out of the field');
    return {
      slot: predicate.slot,
      kind: predicate.kind === 'in' ? 2 : 3,
      operands: padded(values, values.at(-1)!),
    };
  });
  while (predicates.length < PREDICATES) predicates.push(NOTHING);
  if (query.setSlot !== undefined) checkSlot(query.setSlot);
  return { predicates, setSlot: query.setSlot ?? 0, setAsked: query.setSlot !== undefined };
}

/**
 * The public signal `query`.
 *
 * @example
 * ```ts
 * queryDigest(layOutQuery({ predicates: [{ kind: 'range', slot: 3, low: 0n, high: 99n }] }));
 * ```
 */
export function queryDigest(layout: QueryLayout): bigint {
  let selectors = (BigInt(layout.setSlot) + (layout.setAsked ? 16n : 0n)) << 24n;
  for (const [j, { slot, kind }] of layout.predicates.entries())
    selectors += BigInt(slot + 16 * kind) << BigInt(6 * j);
  return poseidon6([TAG, selectors, ...layout.predicates.map(({ operands }) => operandDigest(operands))]);
}

/**
 * Digests of operands seen lately. Hashing sixteen takes milliseconds, and a verifier asks the same few questions
 * again and again.
 */
const digests = new Map<string, bigint>();
const REMEMBERED = 1024;

function operandDigest(operands: readonly bigint[]): bigint {
  const name = operands.join();
  let digest = digests.get(name);
  if (digest === undefined) {
    digest = poseidon16([...operands]);
    if (digests.size >= REMEMBERED) digests.clear();
    digests.set(name, digest);
  }
  return digest;
}

const padded = (values: readonly bigint[], filler: bigint): bigint[] => [
  ...values,
  ...Array<bigint>(OPERANDS - values.length).fill(filler),
];

function checkSlot(slot: number): void {
  if (!Number.isInteger(slot) || slot < 0 || slot > 15) throw invalid('names a slot that is not 0 to 15');
}

const invalid = (problem: string): StatementError =>
  new StatementError('query-invalid', `the query ${problem}`);
