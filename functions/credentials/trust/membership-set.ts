import * as z from 'zod';
import { encodeClaim, FIELD_ORDER, LargeSet } from '../statement/index.ts';

/** Most members that are written out for one issuer: each costs a hash, some 0.5 ms. Larger sets have a root. */
const MAX_MEMBERS = 512;
const MAX_SETS = 32;

/** Decimal, canonical, in the field: the form of a public signal. */
const root = z
  .string()
  .regex(/^(0|[1-9]\d{0,76})$/, 'must be a decimal number')
  .refine((text) => BigInt(text) < FIELD_ORDER, 'must be an element of the field');

const written = z.strictObject({
  /** Type of the claim, as its schema has it. */
  type: z.enum(['integer', 'date', 'dateTime', 'boolean', 'string']),
  members: z
    .array(z.union([z.string().max(512), z.number(), z.boolean()]))
    .min(1)
    .max(MAX_MEMBERS),
  /** Computed; it may be sent along, and must then be right. */
  root: root.optional(),
});

/** A large set as it is kept: known by its root. */
export interface MembershipSet {
  /** Decimal. */
  readonly root: string;
  readonly type?: z.infer<typeof written>['type'];
  readonly members?: readonly (string | number | boolean)[];
}

const rootOf = ({ type, members }: z.infer<typeof written>): string =>
  String(new LargeSet(members.map((member) => encodeClaim(type, member))).root);

/**
 * Large sets by name, of which a proof may show that a claim is a member (`memberOf`): by their roots, or written out
 * where they are small. Roots are computed when the sets are registered, and never while an answer is verified.
 */
export const membershipSets = z
  .record(z.string().min(1).max(512), z.union([z.strictObject({ root }), written]))
  .refine((sets) => Object.keys(sets).length <= MAX_SETS, `must be at most ${MAX_SETS} sets`)
  .refine(
    (sets) =>
      Object.values(sets).reduce((sum, set) => sum + ('members' in set ? set.members.length : 0), 0) <=
      MAX_MEMBERS,
    `must be at most ${MAX_MEMBERS} members, all sets together: give larger ones by their root`,
  )
  .transform((sets, context): Record<string, MembershipSet> => {
    const rooted: Record<string, MembershipSet> = {};
    for (const [name, set] of Object.entries(sets)) {
      let computed = set.root;
      try {
        if ('members' in set) computed = rootOf(set);
      } catch {
        computed = undefined;
      }
      if (computed === undefined || (set.root !== undefined && set.root !== computed))
        context.addIssue({
          code: 'custom',
          path: [name],
          message: 'must have members of its type, each once, and their root',
        });
      else rooted[name] = { ...set, root: computed };
    }
    return rooted;
  });
