import { type ClaimSchema, slotOf } from './claim-schema.ts';
import { type ClaimEncoding, encodeClaim, isOrdered, MAX_ORDERED, spellClaim } from './claim-value.ts';
import { OPERANDS, PREDICATES, type SlotPredicate, type SlotQuery } from './query.ts';
import { StatementError } from './statement-error.ts';

/** A claim's value as it stands in JSON. */
export type ClaimValue = string | number | boolean;

/** What is proved of a claim, in the terms of the credential: a path and exactly one relation. */
export type ClaimPredicate = { readonly path: string } & (
  | { readonly equals: ClaimValue }
  | { readonly notEquals: ClaimValue }
  | { readonly lessThan: ClaimValue }
  | { readonly atMost: ClaimValue }
  | { readonly greaterThan: ClaimValue }
  | { readonly atLeast: ClaimValue }
  | { readonly between: readonly [low: ClaimValue, high: ClaimValue] }
  | { readonly oneOf: readonly ClaimValue[] }
  | { readonly noneOf: readonly ClaimValue[] }
  /** The name of a large set, which the verifier knows the root of. */
  | { readonly memberOf: string }
);

type Relation = Exclude<
  ClaimPredicate extends infer P ? (P extends unknown ? keyof P : never) : never,
  'path'
>;

/** How each relation reads: whether it needs an order, and what it asks of a slot. */
const RELATIONS: Readonly<Record<Exclude<Relation, 'memberOf'>, Reader>> = {
  equals: (slot, value) => ({ kind: 'in', slot, values: [value(only)] }),
  notEquals: (slot, value) => ({ kind: 'notIn', slot, values: [value(only)] }),
  oneOf: (slot, value) => ({ kind: 'in', slot, values: value(list) }),
  noneOf: (slot, value) => ({ kind: 'notIn', slot, values: value(list) }),
  lessThan: (slot, value) => ordered(slot, 0n, value(only) - 1n),
  atMost: (slot, value) => ordered(slot, 0n, value(only)),
  greaterThan: (slot, value) => ordered(slot, value(only) + 1n, MAX_ORDERED),
  atLeast: (slot, value) => ordered(slot, value(only), MAX_ORDERED),
  between: (slot, value) => {
    const [low, high] = value(pair);
    return ordered(slot, low!, high!);
  },
};

type Encode = (value: unknown) => bigint;
type Reader = (
  slot: number,
  value: <T>(shape: (operand: unknown, encode: Encode) => T) => T,
) => SlotPredicate;

const ORDERING: readonly string[] = ['lessThan', 'atMost', 'greaterThan', 'atLeast', 'between'];

const only = (operand: unknown, encode: Encode): bigint => encode(operand);
const list = (operand: unknown, encode: Encode): bigint[] => {
  if (!Array.isArray(operand) || operand.length < 1 || operand.length > OPERANDS)
    throw invalid(`lists 1 to ${OPERANDS} values`);
  return operand.map(encode);
};
const pair = (operand: unknown, encode: Encode): bigint[] => {
  if (!Array.isArray(operand) || operand.length !== 2) throw invalid('is between two values');
  return operand.map(encode);
};

function ordered(slot: number, low: bigint, high: bigint): SlotPredicate {
  if (low > high || low < 0n || high > MAX_ORDERED) throw invalid('can hold of no value');
  return { kind: 'range', slot, low, high };
}

/** What a proof shows: claims by path, each in its one spelling (`spellClaim`), and predicates. */
export interface Disclosure {
  readonly revealed: readonly { readonly path: string; readonly value: ClaimValue }[];
  readonly predicates: readonly ClaimPredicate[];
}

/** A disclosure in the circuit's terms. */
export interface DisclosureQuery {
  readonly query: SlotQuery;
  /** The large set that a predicate names, if one does. */
  readonly setName: string | undefined;
}

/**
 * Turns a disclosure into slots: first the predicates in their order, then the revealed claims, each as `equals`.
 *
 * @throws StatementError `query-invalid` when a predicate is malformed, has no order to compare by, or all are more
 *   than four; `query-slot-unknown`; `claim-value-invalid`.
 * @example
 * ```ts
 * lowerDisclosure(schema, { revealed: [], predicates: [{ path: '/credentialSubject/birthDate', atMost: '2008-11-20' }] });
 * ```
 */
export function lowerDisclosure(schema: ClaimSchema, { revealed, predicates }: Disclosure): DisclosureQuery {
  if (predicates.length > PREDICATES + 1) throw invalid(`is one of more than ${PREDICATES}, and a large set`);
  const lowered: SlotPredicate[] = [];
  let setSlot: number | undefined;
  let setName: string | undefined;
  for (const predicate of predicates) {
    const { path, ...relation } = predicate as { path: string } & Record<string, unknown>;
    const [name, more] = Object.keys(relation);
    if (typeof path !== 'string' || name === undefined || more !== undefined)
      throw invalid('has a path and one relation');
    const slot = slotOf(schema, path);
    if (name === 'memberOf') {
      if (setName !== undefined) throw invalid('asks for more than one large set');
      if (typeof relation.memberOf !== 'string' || relation.memberOf === '') throw invalid('names a set');
      [setSlot, setName] = [slot, relation.memberOf];
      continue;
    }
    if (!Object.hasOwn(RELATIONS, name)) throw invalid('has a relation that is not known');
    const { encoding } = schema.slots[slot]!;
    if (ORDERING.includes(name) && !isOrdered(encoding))
      throw invalid(`compares by order what is ${encoding}`);
    lowered.push(
      RELATIONS[name as keyof typeof RELATIONS](slot, (shape) =>
        shape(relation[name], (v) => encodeShown(encoding, v)),
      ),
    );
  }
  for (const { path, value } of revealed) {
    const slot = slotOf(schema, path);
    const { encoding } = schema.slots[slot]!;
    lowered.push({ kind: 'in', slot, values: [encodeShown(encoding, value)] });
    if (spellClaim(encoding, value) !== value)
      throw new StatementError('claim-value-invalid', 'is not in its one spelling', { field: path });
  }
  if (lowered.length > PREDICATES) throw invalid(`shows more than ${PREDICATES} claims and predicates`);
  return { query: { predicates: lowered, setSlot }, setName };
}

/** Encodes a value that is shown: nothing absent, and of the type that the encoding has in JSON. */
function encodeShown(encoding: ClaimEncoding, value: unknown): bigint {
  if (value === undefined || value === null) throw invalid('lacks a value');
  return encodeClaim(encoding, value);
}

const invalid = (problem: string): StatementError =>
  new StatementError('query-invalid', `a predicate ${problem}`);
