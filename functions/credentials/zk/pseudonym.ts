import { readDerivedProof, to32Bytes, toBase64url } from '../statement/index.ts';

/**
 * The pseudonym that a verified credential shows: 32 bytes in base64url. It names the holder only if a scope was asked
 * for, and only after the credential was verified.
 *
 * @param credential with exactly one derived proof.
 * @throws StatementError `proof-value-invalid`
 * @example
 * ```ts
 * if (result.verified) enrol(subject, pseudonymIn(credential));
 * ```
 */
export function pseudonymIn(credential: { readonly proof?: unknown }): string {
  const { proofValue } = (credential.proof ?? {}) as { readonly proofValue?: unknown };
  return toBase64url(to32Bytes(readDerivedProof(proofValue).pseudonym));
}
