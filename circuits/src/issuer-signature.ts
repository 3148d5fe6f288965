// SPDX-License-Identifier: GPL-3.0-or-later
import { poseidon5 } from 'poseidon-lite/poseidon5';
import { type AffinePoint, affine, GROUP_ORDER, hashToScalar, Point, readPoint, to32Bytes } from './curve.ts';

/** An EdDSA signature over Baby Jubjub with Poseidon. */
export interface IssuerSignature {
  readonly r: AffinePoint;
  readonly s: bigint;
}

/**
 * The public key of a 32-byte private key.
 *
 * @example
 * ```ts
 * const publicKey = issuerPublicKey(crypto.getRandomValues(new Uint8Array(32)));
 * ```
 */
export function issuerPublicKey(privateKey: Uint8Array): AffinePoint {
  return affine(Point.BASE.multiply(issuerScalar(privateKey)));
}

/**
 * Signs a credential commitment: S·B8 = R + h·8·A with h = Poseidon(Rx, Ry, Ax, Ay, message). The nonce is derived
 * from key and message, so that a weak random source cannot leak the key.
 */
export function signCommitment(message: bigint, privateKey: Uint8Array): IssuerSignature {
  const a = issuerScalar(privateKey);
  const publicKey = affine(Point.BASE.multiply(a));
  const nonce = hashToScalar('countersign/v1/issuer-nonce', privateKey, to32Bytes(message));
  const r = affine(Point.BASE.multiply(nonce));
  const h = challenge(r, publicKey, message);
  return { r, s: (nonce + ((h * 8n) % GROUP_ORDER) * a) % GROUP_ORDER };
}

/** Whether a signature is the key's for this message. Stricter than the circuit: S must be canonical. */
export function verifyCommitment(message: bigint, signature: IssuerSignature, key: AffinePoint): boolean {
  const publicKey = readPoint(key);
  if (signature.s < 0n || signature.s >= GROUP_ORDER) return false;
  const h = challenge(signature.r, key, message);
  const left = Point.BASE.multiplyUnsafe(signature.s);
  const right = publicKey.multiplyUnsafe((h * 8n) % GROUP_ORDER);
  const [x, y] = affine(left.subtract(right));
  return x === signature.r[0] && y === signature.r[1];
}

const issuerScalar = (privateKey: Uint8Array): bigint => {
  if (privateKey.length !== 32) throw new RangeError('a private key has 32 bytes');
  return hashToScalar('countersign/v1/issuer-key', privateKey);
};

const challenge = (r: AffinePoint, key: AffinePoint, message: bigint): bigint =>
  poseidon5([...r, ...key, message]);
