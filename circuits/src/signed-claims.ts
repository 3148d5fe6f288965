// SPDX-License-Identifier: GPL-3.0-or-later

import { poseidon7 } from 'poseidon-lite/poseidon7';
import { poseidon16 } from 'poseidon-lite/poseidon16';
import {
  type CredentialKind,
  encodeSlots,
  kindDigest,
} from '../../functions/credentials/statement/claim-schema.ts';
import { encodeSeconds, MAX_ORDERED } from '../../functions/credentials/statement/claim-value.ts';
import { tagNumber } from '../../functions/credentials/statement/field.ts';
import { StatementError } from '../../functions/credentials/statement/statement-error.ts';
import { STATUS_ENTRIES } from '../../functions/credentials/statement/status-list.ts';
import type { AffinePoint } from './curve.ts';
import { checkHolderRequest, type HolderRequest } from './holder.ts';
import { type IssuerSignature, issuerPublicKey, signCommitment } from './issuer-signature.ts';

/** All that a credential commits to, as numbers. */
export interface CommittedClaims {
  /** The digest of the kind: public signal `schema`. */
  readonly schema: bigint;
  /** Encoded times; 0 and 2^64 - 1 where the credential sets no bound. */
  readonly validFrom: bigint;
  readonly validUntil: bigint;
  /** Index into the status list, 0 to 131,071; 0 when the kind has no list. */
  readonly statusIndex: number;
  /** First coordinate of the holder's commitment. */
  readonly holder: bigint;
  readonly slots: readonly bigint[];
}

/** Claims with the issuer's signature over their commitment: what a base proof carries. */
export interface SignedClaims {
  readonly claims: CommittedClaims;
  readonly signature: IssuerSignature;
  readonly issuerKey: AffinePoint;
}

const TAG = tagNumber('countersign/v1/credential');

/** The commitment that the issuer signs. */
export function commitClaims(claims: CommittedClaims): bigint {
  return poseidon7([
    TAG,
    claims.schema,
    claims.validFrom,
    claims.validUntil,
    BigInt(claims.statusIndex),
    claims.holder,
    poseidon16([...claims.slots]),
  ]);
}

/** What an issuer decides about one credential. */
export interface IssueOptions {
  readonly kind: CredentialKind;
  /** The value at a path of the schema; undefined where the credential has none. */
  readonly valueAt: (path: string) => unknown;
  /** Seconds since the epoch. */
  readonly validFrom?: number | undefined;
  readonly validUntil?: number | undefined;
  readonly statusIndex?: number | undefined;
  readonly request: HolderRequest;
  /** The context of the request: the issuer's own nonce with its id. */
  readonly context: string;
  /** 32 bytes. */
  readonly privateKey: Uint8Array;
}

/**
 * Issues: checks the holder's request, encodes the claims, commits and signs.
 *
 * @throws ProvingError `holder-proof-invalid`; StatementError `claim-value-invalid`, `time-invalid`, `status-list-invalid`.
 */
export function issueClaims(options: IssueOptions): SignedClaims {
  checkHolderRequest(options.request, options.context);
  const claims: CommittedClaims = {
    schema: kindDigest(options.kind),
    validFrom: options.validFrom === undefined ? 0n : encodeSeconds(options.validFrom),
    validUntil: options.validUntil === undefined ? MAX_ORDERED : encodeSeconds(options.validUntil),
    statusIndex: checkIndex(options.kind, options.statusIndex),
    holder: options.request.commitment[0],
    slots: encodeSlots(options.kind.schema, options.valueAt),
  };
  if (claims.validFrom > claims.validUntil) throw new StatementError('time-invalid', 'ends before it begins');
  return {
    claims,
    signature: signCommitment(commitClaims(claims), options.privateKey),
    issuerKey: issuerPublicKey(options.privateKey),
  };
}

function checkIndex(kind: CredentialKind, index: number | undefined): number {
  if ((kind.status === null) !== (index === undefined))
    throw new StatementError('status-list-invalid', 'a status index goes with a status list');
  if (index !== undefined && (!Number.isInteger(index) || index < 0 || index >= STATUS_ENTRIES))
    throw new StatementError('status-list-invalid', `a status index is 0 to ${STATUS_ENTRIES - 1}`);
  return index ?? 0;
}
