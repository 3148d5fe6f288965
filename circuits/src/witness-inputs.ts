// SPDX-License-Identifier: GPL-3.0-or-later
import { encodeSeconds } from '../../functions/credentials/statement/claim-value.ts';
import type { PublicSignals } from '../../functions/credentials/statement/public-signals.ts';
import {
  layOutQuery,
  type QueryLayout,
  queryDigest,
  type SlotQuery,
} from '../../functions/credentials/statement/query.ts';
import {
  QuadTree,
  SET_LEVELS,
  STATUS_ENTRIES,
  setTree,
  statusChunks,
  statusTree,
} from '../../functions/credentials/statement/tree.ts';
import { commitHolder, type HolderOpening, pseudonymOf } from './holder.ts';
import { verifyCommitment } from './issuer-signature.ts';
import { ProvingError } from './proving-error.ts';
import { commitClaims, type SignedClaims } from './signed-claims.ts';

/** What is to be proved, and with what. */
export interface Statement {
  readonly signed: SignedClaims;
  readonly opening: HolderOpening;
  readonly query: SlotQuery;
  /** The members of the large set, when the query names a slot for one. */
  readonly set?: readonly bigint[] | undefined;
  /** The uncompressed status list; all zeros for a kind without one. */
  readonly statusList: Uint8Array;
  /** The verifier's time, seconds since the epoch. */
  readonly now: number;
  readonly scope: bigint;
  readonly binding: bigint;
}

/** Input signals of the circuit, by name. */
export type WitnessInputs = Readonly<Record<string, unknown>>;

/** The status list of a kind that has none. */
export const emptyStatusList = (): Uint8Array => new Uint8Array(STATUS_ENTRIES / 8);

/**
 * Checks that a statement is true, with an error that says why not, and lays it out as the circuit's inputs.
 *
 * @throws ProvingError `signature-invalid`, `holder-mismatch`, `credential-expired`, `credential-not-yet-valid`,
 *   `credential-revoked`, `predicate-not-satisfied`, `not-in-set`; StatementError when the query is malformed.
 * @example
 * ```ts
 * const { inputs, signals } = witnessInputs(statement);
 * ```
 */
export function witnessInputs(statement: Statement): {
  readonly inputs: WitnessInputs;
  readonly signals: PublicSignals;
} {
  const { claims, signature, issuerKey } = statement.signed;
  const now = encodeSeconds(statement.now);
  const layout = layOutQuery(statement.query);
  checkStatement(statement, now);
  checkQuery(layout, claims.slots);

  const status = statusTree(statement.statusList);
  const set = setPath(layout, claims.slots, statement.set);
  const signals: PublicSignals = {
    pseudonym: pseudonymOf(statement.opening.secret, statement.scope),
    issuerX: issuerKey[0],
    issuerY: issuerKey[1],
    schema: claims.schema,
    now,
    query: queryDigest(layout),
    statusRoot: status.root,
    setRoot: set.root,
    scope: statement.scope,
    binding: statement.binding,
  };
  const chunk = Math.floor(claims.statusIndex / 128);
  return {
    signals,
    inputs: {
      issuer: issuerKey,
      schema: signals.schema,
      now,
      query: signals.query,
      statusRoot: signals.statusRoot,
      setRoot: signals.setRoot,
      scope: signals.scope,
      binding: signals.binding,
      validFrom: claims.validFrom,
      validUntil: claims.validUntil,
      statusIndex: BigInt(claims.statusIndex),
      slots: claims.slots,
      signatureR: signature.r,
      signatureS: signature.s,
      secret: statement.opening.secret,
      blinding: statement.opening.blinding,
      querySlotBits: [...layout.predicates.map(({ slot }) => slot), layout.setSlot].map((slot) =>
        bits(slot, 4),
      ),
      queryKindBits: layout.predicates.map(({ kind }) => bits(kind, 2)),
      querySetAsked: layout.setAsked ? 1n : 0n,
      queryOperands: layout.predicates.map(({ operands }) => operands),
      statusChunk: statusChunks(statement.statusList)[chunk]!,
      statusChildren: status.path(chunk),
      setChildren: set.path,
    },
  };
}

const bits = (value: number, count: number): bigint[] =>
  Array.from({ length: count }, (_, i) => BigInt((value >> i) & 1));

function checkStatement({ signed, opening, statusList }: Statement, now: bigint): void {
  const { claims } = signed;
  if (!verifyCommitment(commitClaims(claims), signed.signature, signed.issuerKey))
    throw new ProvingError('signature-invalid', "The issuer's signature does not hold");
  if (commitHolder(opening)[0] !== claims.holder)
    throw new ProvingError('holder-mismatch', 'The credential was issued to another secret');
  if (now < claims.validFrom)
    throw new ProvingError('credential-not-yet-valid', 'The credential is not valid yet');
  if (now > claims.validUntil) throw new ProvingError('credential-expired', 'The credential has expired');
  const byte = statusList[claims.statusIndex >> 3] ?? 0;
  if (((byte >> (7 - (claims.statusIndex & 7))) & 1) === 1)
    throw new ProvingError('credential-revoked', 'The credential has been revoked or suspended');
}

/** Every predicate that does not hold is named, by its place in the query. */
function checkQuery(layout: QueryLayout, slots: readonly bigint[]): void {
  for (const [j, { slot, kind, operands }] of layout.predicates.entries()) {
    const value = slots[slot]!;
    const holds =
      kind === 0 ||
      (kind === 1 && operands[0]! <= value && value <= operands[1]!) ||
      (kind > 1 && operands.includes(value) === (kind === 2));
    if (!holds)
      throw new ProvingError('predicate-not-satisfied', 'The credential does not satisfy this predicate', {
        field: `predicates.${j}`,
      });
  }
}

function setPath(layout: QueryLayout, slots: readonly bigint[], given: readonly bigint[] | undefined) {
  if (!layout.setAsked) {
    const value = slots[layout.setSlot]!;
    return { root: 0n, path: new QuadTree([value], SET_LEVELS).path(0) };
  }
  const { tree, members } = setTree(given ?? []);
  const index = members.indexOf(slots[layout.setSlot]!);
  if (index < 0) throw new ProvingError('not-in-set', 'The claim is not a member of the set');
  return { root: tree.root, path: tree.path(index) };
}
