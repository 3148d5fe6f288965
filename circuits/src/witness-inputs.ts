// SPDX-License-Identifier: GPL-3.0-or-later
import { encodeSeconds } from '../../functions/credentials/statement/claim-value.ts';
import { HashTree } from '../../functions/credentials/statement/hash-tree.ts';
import { type LargeSet, SET_LEVELS } from '../../functions/credentials/statement/large-set.ts';
import type { PublicSignals } from '../../functions/credentials/statement/public-signals.ts';
import {
  layOutQuery,
  type QueryLayout,
  queryDigest,
  type SlotQuery,
} from '../../functions/credentials/statement/query.ts';
import type { StatusList } from '../../functions/credentials/statement/status-list.ts';
import { commitHolder, type HolderOpening, pseudonymOf } from './holder.ts';
import { verifyCommitment } from './issuer-signature.ts';
import { ProvingError } from './proving-error.ts';
import { commitClaims, type SignedClaims } from './signed-claims.ts';

/** What is to be proved, and with what. */
export interface Statement {
  readonly signed: SignedClaims;
  readonly opening: HolderOpening;
  readonly query: SlotQuery;
  /** The large set, when the query names a slot for one. */
  readonly set?: LargeSet | undefined;
  /** The kind's status list; `StatusList.empty()` for a kind without one. */
  readonly statusList: StatusList;
  /** The verifier's time, seconds since the epoch. */
  readonly now: number;
  readonly scope: bigint;
  readonly binding: bigint;
}

/** Input signals of the circuit, by name. */
export type WitnessInputs = Readonly<Record<string, unknown>>;

/** What the prover needs, and what the proof will show. */
export interface LaidOut {
  readonly inputs: WitnessInputs;
  readonly signals: PublicSignals;
}

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
export function witnessInputs(statement: Statement): LaidOut {
  checkCredential(statement);
  checkQuery(layOutQuery(statement.query), statement);
  return layOutStatement(statement);
}

/** Lays a statement out without asking whether it is true: the circuit will refuse it if not. */
export function layOutStatement(statement: Statement): LaidOut {
  const { signed, opening, statusList } = statement;
  const { claims, signature, issuerKey } = signed;
  const layout = layOutQuery(statement.query);
  const status = statusList.path(claims.statusIndex);
  const asked = claims.slots[layout.setSlot]!;
  const setPath =
    (layout.setAsked && statement.set?.path(asked)) || new HashTree([asked], 8, SET_LEVELS).path(0);
  const signals: PublicSignals = {
    pseudonym: pseudonymOf(opening.secret, statement.scope),
    issuerX: issuerKey[0],
    issuerY: issuerKey[1],
    schema: claims.schema,
    now: encodeSeconds(statement.now),
    query: queryDigest(layout),
    statusRoot: statusList.root,
    setRoot: layout.setAsked ? statement.set!.root : 0n,
    scope: statement.scope,
    binding: statement.binding,
  };
  const { schema, now, query, statusRoot, setRoot, scope, binding } = signals;
  const inputs = {
    issuer: issuerKey,
    ...{ schema, now, query, statusRoot, setRoot, scope, binding },
    validFrom: claims.validFrom,
    validUntil: claims.validUntil,
    statusIndex: BigInt(claims.statusIndex),
    slots: claims.slots,
    signatureR: signature.r,
    signatureS: signature.s,
    secret: opening.secret,
    blinding: opening.blinding,
    querySlotBits: [...layout.predicates.map(({ slot }) => slot), layout.setSlot].map((slot) =>
      bits(slot, 4),
    ),
    queryKindBits: layout.predicates.map(({ kind }) => bits(kind, 2)),
    querySetAsked: layout.setAsked ? 1n : 0n,
    queryOperands: layout.predicates.map(({ operands }) => operands),
    statusChunk: status.chunk,
    statusChildren: status.children,
    setChildren: setPath,
  };
  return { inputs, signals };
}

const bits = (value: number, count: number): bigint[] =>
  Array.from({ length: count }, (_, i) => BigInt((value >> i) & 1));

function checkCredential({ signed, opening, statusList, now }: Statement): void {
  const { claims, signature, issuerKey } = signed;
  if (!verifyCommitment(commitClaims(claims), signature, issuerKey))
    throw new ProvingError('signature-invalid', "The issuer's signature does not hold");
  if (commitHolder(opening)[0] !== claims.holder)
    throw new ProvingError('holder-mismatch', 'The credential was issued to another secret');
  const time = encodeSeconds(now);
  if (time < claims.validFrom)
    throw new ProvingError('credential-not-yet-valid', 'The credential is not valid yet');
  if (time > claims.validUntil) throw new ProvingError('credential-expired', 'The credential has expired');
  if (statusList.isSet(claims.statusIndex))
    throw new ProvingError('credential-revoked', 'The credential has been revoked or suspended');
}

/** Every predicate that does not hold is named by its place in the query. */
function checkQuery(layout: QueryLayout, { signed, set }: Statement): void {
  const { slots } = signed.claims;
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
  if (layout.setAsked && set?.path(slots[layout.setSlot]!) === undefined)
    throw new ProvingError('not-in-set', 'The claim is not a member of the set');
}
