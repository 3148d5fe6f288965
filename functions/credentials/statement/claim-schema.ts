import { canonicalBytes, type Json } from './canonical-json.ts';
import { ABSENT, type ClaimEncoding, encodeClaim } from './claim-value.ts';
import { hashToField } from './field.ts';
import { StatementError } from './statement-error.ts';

/** The number of claims that a credential commits to. */
export const SLOTS = 16;

/** One claim that can be revealed or asked about. */
export interface ClaimSlot {
  /** JSON Pointer (RFC 6901) into the credential, below `/credentialSubject`. */
  readonly path: string;
  readonly encoding: ClaimEncoding;
}

/** What stands in which slot. At most sixteen, each path once, sorted as the issuer likes. */
export interface ClaimSchema {
  /** Absolute URL that names this schema. */
  readonly id: string;
  readonly slots: readonly ClaimSlot[];
}

/** All that a whole anonymity set of credentials has in common, and a verifier may see. */
export interface CredentialKind {
  /** The contexts, in order, each with the SHA-256 (lower-case hex) of its canonical JSON. */
  readonly contexts: readonly { readonly url: string; readonly digest: string }[];
  readonly types: readonly string[];
  /** The issuer's id. */
  readonly issuer: string;
  readonly schema: ClaimSchema;
  /** The status list that the credential's hidden index points into; null when it cannot be revoked. */
  readonly status: { readonly list: string; readonly purpose: string } | null;
}

const ENCODINGS: readonly string[] = ['integer', 'date', 'dateTime', 'boolean', 'string'];

/**
 * Checks a claim schema from outside.
 *
 * @throws StatementError `claim-schema-invalid`
 */
export function checkClaimSchema(schema: ClaimSchema): void {
  const fail = (field: string, problem: string): never => {
    throw new StatementError('claim-schema-invalid', problem, { field });
  };
  if (typeof schema.id !== 'string' || !URL.canParse(schema.id)) fail('id', 'must be an absolute URL');
  if (!Array.isArray(schema.slots) || schema.slots.length === 0 || schema.slots.length > SLOTS)
    fail('slots', `must be 1 to ${SLOTS} slots`);
  const seen = new Set<string>();
  for (const [i, slot] of schema.slots.entries()) {
    if (typeof slot?.path !== 'string' || !/^\/credentialSubject(\/([^~/]|~[01])+)+$/.test(slot.path))
      fail(`slots.${i}.path`, 'must be a JSON pointer below /credentialSubject');
    if (/^\/credentialSubject\/(id|predicates)(\/|$)/.test(slot.path)) fail(`slots.${i}.path`, 'is reserved');
    if (schema.slots.some(({ path }) => path.startsWith(`${slot.path}/`)))
      fail(`slots.${i}.path`, 'is the beginning of another');
    if (!ENCODINGS.includes(slot.encoding))
      fail(`slots.${i}.encoding`, `must be one of ${ENCODINGS.join(', ')}`);
    if (seen.has(slot.path)) fail(`slots.${i}.path`, 'is there twice');
    seen.add(slot.path);
  }
}

/**
 * The public signal `schema`: one digest of all that the anonymity set has in common.
 *
 * @example
 * ```ts
 * const signal = kindDigest(kind);
 * ```
 */
export function kindDigest(kind: CredentialKind): bigint {
  const value: Json = {
    contexts: kind.contexts.map(({ url, digest }) => ({ digest, url })),
    issuer: kind.issuer,
    schema: {
      id: kind.schema.id,
      slots: kind.schema.slots.map(({ path, encoding }) => ({ encoding, path })),
    },
    status: kind.status === null ? null : { list: kind.status.list, purpose: kind.status.purpose },
    types: [...kind.types],
  };
  return hashToField('countersign/v1/schema', canonicalBytes(value));
}

/** Encodes the claims of a credential, slot by slot; slots that the schema does not use are {@link ABSENT}. */
export function encodeSlots(schema: ClaimSchema, valueAt: (path: string) => unknown): bigint[] {
  const slots = schema.slots.map((slot) => {
    try {
      return encodeClaim(slot.encoding, valueAt(slot.path));
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      throw new StatementError(error.code, `${slot.path} ${error.message}`, {
        field: slot.path,
        cause: error,
      });
    }
  });
  while (slots.length < SLOTS) slots.push(ABSENT);
  return slots;
}

/** The slot number of a path. @throws StatementError `query-slot-unknown` */
export function slotOf(schema: ClaimSchema, path: string): number {
  const index = schema.slots.findIndex((slot) => slot.path === path);
  if (index < 0)
    throw new StatementError('query-slot-unknown', 'no slot of the schema has this path', { field: path });
  return index;
}
