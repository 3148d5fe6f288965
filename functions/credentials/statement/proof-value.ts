import { fromBase64url, to32Bytes, toBase64url } from './baby-jubjub.ts';
import { bytesToNumber, FIELD_ORDER } from './field.ts';
import { StatementError } from './statement-error.ts';

/** The cryptosuite's name, in base and derived proofs alike. */
export const CRYPTOSUITE = 'countersign-groth16-2026';

/** The first three bytes of a proof value say what follows. */
const BASE = [0xc5, 0x16, 0x00] as const;
const DERIVED = [0xc5, 0x16, 0x01] as const;

/** The issuer's base proof: for the holder's eyes only. */
export interface BaseProof {
  readonly signatureR: readonly [bigint, bigint];
  readonly signatureS: bigint;
  /** First coordinate of the holder's commitment. */
  readonly holder: bigint;
}

/** The holder's derived proof. */
export interface DerivedProof {
  /** 128 bytes: the points A, B and C, compressed. */
  readonly proof: Uint8Array;
  /** The verifier's time, encoded. */
  readonly now: bigint;
  readonly pseudonym: bigint;
  /** Which status list, by {@link statusListId}: lists that revoke nobody have the same root. */
  readonly statusList: bigint;
  readonly statusRoot: bigint;
}

const PROOF_BYTES = 128;

/** Bytes of a derived proof value. */
export const DERIVED_BYTES = 3 + PROOF_BYTES + 8 + 3 * 32;

/** Writes a base proof value: multibase base64url. */
export function writeBaseProof({ signatureR, signatureS, holder }: BaseProof): string {
  return multibase([BASE, ...[...signatureR, signatureS, holder].map(to32Bytes)]);
}

/** Writes a derived proof value: multibase base64url. */
export function writeDerivedProof(derived: DerivedProof): string {
  const { proof, now, pseudonym, statusList, statusRoot } = derived;
  return multibase([
    DERIVED,
    proof,
    to32Bytes(now).subarray(24),
    ...[pseudonym, statusList, statusRoot].map(to32Bytes),
  ]);
}

/** Reads a base proof value. @throws StatementError `proof-value-invalid` */
export function readBaseProof(text: unknown): BaseProof {
  const bytes = bytesOf(text, BASE, 3 + 4 * 32);
  const at = (i: number): bigint => element(bytes.subarray(3 + 32 * i, 35 + 32 * i));
  return { signatureR: [at(0), at(1)], signatureS: at(2), holder: at(3) };
}

/**
 * Reads a derived proof value, in its one canonical form.
 *
 * @throws StatementError `base-proof` for a base proof, which no verifier may be shown; `proof-value-invalid`.
 */
export function readDerivedProof(text: unknown): DerivedProof {
  const bytes = bytesOf(text, DERIVED, DERIVED_BYTES);
  let from = 3;
  const next = (length: number): Uint8Array => {
    from += length;
    return bytes.slice(from - length, from);
  };
  return {
    proof: next(PROOF_BYTES),
    now: bytesToNumber(next(8)),
    pseudonym: element(next(32)),
    statusList: element(next(32)),
    statusRoot: element(next(32)),
  };
}

/** Whether a proof value is a base proof's. */
export function isBaseProof(text: unknown): boolean {
  const bytes = typeof text === 'string' && text.startsWith('u') ? fromBase64url(text.slice(1)) : undefined;
  return bytes !== undefined && BASE.every((byte, i) => bytes[i] === byte);
}

function bytesOf(text: unknown, header: readonly number[], length: number): Uint8Array {
  if (header === DERIVED && isBaseProof(text))
    throw new StatementError('base-proof', 'A base proof is for its holder alone');
  const bytes = typeof text === 'string' && text.startsWith('u') ? fromBase64url(text.slice(1)) : undefined;
  if (bytes?.length !== length || header.some((byte, i) => bytes[i] !== byte)) throw invalid();
  return bytes;
}

function element(bytes: Uint8Array): bigint {
  const value = bytesToNumber(bytes);
  if (value >= FIELD_ORDER) throw invalid();
  return value;
}

function multibase(parts: readonly (Uint8Array | readonly number[])[]): string {
  return `u${toBase64url(Uint8Array.from(parts.flatMap((part) => [...part])))}`;
}

const invalid = (): StatementError =>
  new StatementError('proof-value-invalid', 'The proof value cannot be read');
