// SPDX-License-Identifier: GPL-3.0-or-later
import { readIssuerKey } from '../../../functions/credentials/statement/baby-jubjub.ts';
import type { LoadDocument } from '../../../functions/credentials/statement/credential-kind.ts';
import type { JsonObject } from '../../../functions/credentials/statement/derived-document.ts';
import { CRYPTOSUITE, readBaseProof } from '../../../functions/credentials/statement/proof-value.ts';
import { commitHolder, type HolderOpening } from '../holder.ts';
import { verifyCommitment } from '../issuer-signature.ts';
import { ProvingError } from '../proving-error.ts';
import { commitClaims, type SignedClaims } from '../signed-claims.ts';
import { readBaseDocument } from './base-document.ts';

/**
 * The holder's check of a credential just received: exactly one base proof, by the issuer's key, over what the
 * document says, to this holder.
 *
 * @throws ProvingError `base-proof-missing`, `signature-invalid`, `holder-mismatch`; StatementError as `readBaseDocument`.
 * @example
 * ```ts
 * await checkCredential(credential, opening, documentLoader);
 * ```
 */
export async function checkCredential(
  credential: JsonObject,
  opening: HolderOpening,
  load: LoadDocument,
): Promise<SignedClaims> {
  const { proof, ...document } = credential;
  const proofs = (Array.isArray(proof) ? proof : [proof]) as readonly JsonObject[];
  const [base, another] = proofs.filter((each) => each?.cryptosuite === CRYPTOSUITE);
  if (base === undefined || another !== undefined)
    throw new ProvingError('base-proof-missing', 'The credential has not exactly one base proof');
  const { signatureR, signatureS, holder } = readBaseProof(base.proofValue);
  const { claims, kind } = await readBaseDocument(document, load);
  const method = (await load(base.verificationMethod as string)).document as JsonObject;
  const signed: SignedClaims = {
    claims: { ...claims, holder },
    signature: { r: signatureR, s: signatureS },
    issuerKey: readIssuerKey(method),
  };
  if (
    method.controller !== kind.issuer ||
    !verifyCommitment(commitClaims(signed.claims), signed.signature, signed.issuerKey)
  )
    throw new ProvingError(
      'signature-invalid',
      "The base proof is not the issuer's, or not over this document",
    );
  if (commitHolder(opening)[0] !== holder)
    throw new ProvingError('holder-mismatch', 'The credential was issued to another secret');
  return signed;
}
