import * as z from 'zod';
import { encodeClaim, FIELD_ORDER, LargeSet } from '../statement/index.ts';

/** Most members of a set that is written out: each costs a hash when it is first used. Larger ones have a root. */
const MAX_MEMBERS = 1_000;

/** Decimal, canonical, in the field: the form of a public signal. */
const root = z
  .string()
  .regex(/^(0|[1-9]\d{0,76})$/, 'must be a decimal number')
  .refine((text) => BigInt(text) < FIELD_ORDER, 'must be an element of the field');

const written = z
  .strictObject({
    /** Type of the claim, as its schema has it. */
    type: z.enum(['integer', 'date', 'dateTime', 'boolean', 'string']),
    members: z
      .array(z.union([z.string().max(512), z.number(), z.boolean()]))
      .min(1)
      .max(MAX_MEMBERS),
  })
  .refine((set) => {
    try {
      encoded(set);
      return true;
    } catch {
      return false;
    }
  }, 'must have members of its type, each once');

/** A set of which a proof may show that a claim is a member: the root of its tree, or its members. */
export const membershipSet = z.union([z.strictObject({ root }), written]);
export type MembershipSet = z.infer<typeof membershipSet>;

const encoded = ({ type, members }: z.infer<typeof written>): bigint[] => {
  const values = members.map((member) => encodeClaim(type, member));
  if (new Set(values).size !== values.length) throw new Error('a member is there twice');
  return values;
};

/**
 * The root that a proof about a set must have, out of what the operator wrote.
 *
 * @example
 * ```ts
 * setRoot({ type: 'string', members: ['NZ', 'AU'] }) === new LargeSet(['AU', 'NZ'].map((c) => encodeClaim('string', c))).root;
 * ```
 */
export const setRoot = (set: MembershipSet): bigint =>
  'root' in set ? BigInt(set.root) : new LargeSet(encoded(set)).root;
