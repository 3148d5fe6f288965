// SPDX-License-Identifier: GPL-3.0-or-later

import { utf8ToBytes } from '@noble/hashes/utils.js';
import { poseidon3 } from 'poseidon-lite/poseidon3';
import { bytesToNumber, tagNumber } from '../../functions/credentials/statement/field.ts';
import {
  type AffinePoint,
  affine,
  GROUP_ORDER,
  HOLDER_G,
  HOLDER_H,
  hashToScalar,
  readPoint,
  to32Bytes,
} from './curve.ts';
import { ProvingError } from './proving-error.ts';

/** The bits of a holder's secret and of a blinding: below the group order, so that each has one meaning. */
export const SECRET_BITS = 246n;

/** What a holder keeps per credential. The secret is the same in all; the blinding is fresh for each. */
export interface HolderOpening {
  readonly secret: bigint;
  readonly blinding: bigint;
}

/** What an issuer sees of the holder: the blinded commitment, with a proof that the sender can open it. */
export interface HolderRequest {
  readonly commitment: AffinePoint;
  /** Okamoto's proof: t = a·G + b·H, then the two responses. */
  readonly proof: { readonly t: AffinePoint; readonly secret: bigint; readonly blinding: bigint };
}

/** Fills an array with unpredictable bytes; `crypto.getRandomValues`, or a fixed sequence in tests. */
export type RandomBytes = (length: number) => Uint8Array;

/** Unpredictable bytes from Web Crypto. */
export const systemRandom: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));

/** Draws a number of {@link SECRET_BITS} bits. */
export const drawSecret = (random: RandomBytes = systemRandom): bigint =>
  bytesToNumber(random(32)) & ((1n << SECRET_BITS) - 1n);

/** Commits to a secret: secret·G + blinding·H. */
export function commitHolder({ secret, blinding }: HolderOpening): AffinePoint {
  for (const part of [secret, blinding])
    if (part <= 0n || part >> SECRET_BITS !== 0n)
      throw new ProvingError('holder-mismatch', 'is out of range');
  return affine(HOLDER_G.multiply(secret).add(HOLDER_H.multiply(blinding)));
}

/**
 * Makes the request that a holder sends to an issuer. `context` is the issuer's own nonce with its id, so that a
 * request cannot be replayed to another issuer or later.
 *
 * @example
 * ```ts
 * const opening = { secret: drawSecret(), blinding: drawSecret() };
 * const request = requestCredential(opening, `did:web:issuer.example/${nonce}`);
 * ```
 */
export function requestCredential(
  opening: HolderOpening,
  context: string,
  random: RandomBytes = systemRandom,
): HolderRequest {
  const commitment = commitHolder(opening);
  const a = hashToScalar('countersign/v1/holder-nonce', random(64));
  const b = hashToScalar('countersign/v1/holder-nonce', random(64));
  const t = affine(HOLDER_G.multiply(a).add(HOLDER_H.multiply(b)));
  const c = holderChallenge(commitment, t, context);
  return {
    commitment,
    proof: {
      t,
      secret: (a + c * opening.secret) % GROUP_ORDER,
      blinding: (b + c * opening.blinding) % GROUP_ORDER,
    },
  };
}

/**
 * The issuer's check that whoever sent a commitment knows what is in it, for this context.
 *
 * @throws ProvingError `holder-proof-invalid`
 */
export function checkHolderRequest({ commitment, proof }: HolderRequest, context: string): void {
  const point = readPoint(commitment);
  const t = readPoint(proof.t);
  for (const response of [proof.secret, proof.blinding])
    if (response < 0n || response >= GROUP_ORDER) throw refused();
  const c = holderChallenge(commitment, proof.t, context);
  const left = HOLDER_G.multiplyUnsafe(proof.secret).add(HOLDER_H.multiplyUnsafe(proof.blinding));
  if (!left.equals(t.add(point.multiplyUnsafe(c)))) throw refused();
}

/** The holder's pseudonym in a scope (see `scopeSignal`). */
export const pseudonymOf = (secret: bigint, scope: bigint): bigint => poseidon3([TAG, secret, scope]);

const TAG = tagNumber('countersign/v1/pseudonym');

const refused = (): ProvingError =>
  new ProvingError(
    'holder-proof-invalid',
    'The proof of knowledge does not hold for this commitment and context',
  );

const holderChallenge = (commitment: AffinePoint, t: AffinePoint, context: string): bigint =>
  hashToScalar('countersign/v1/holder-proof', ...[...commitment, ...t].map(to32Bytes), utf8ToBytes(context));
