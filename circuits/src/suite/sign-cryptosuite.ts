// SPDX-License-Identifier: GPL-3.0-or-later
import { type AffinePoint, issuerJwk } from '../../../functions/credentials/statement/baby-jubjub.ts';
import type { LoadDocument } from '../../../functions/credentials/statement/credential-kind.ts';
import type { JsonObject } from '../../../functions/credentials/statement/derived-document.ts';
import { bytesToNumber } from '../../../functions/credentials/statement/field.ts';
import { CRYPTOSUITE, writeBaseProof } from '../../../functions/credentials/statement/proof-value.ts';
import { to32Bytes } from '../curve.ts';
import { checkHolderRequest, type HolderRequest } from '../holder.ts';
import { issuerPublicKey, signCommitment } from '../issuer-signature.ts';
import { commitClaims } from '../signed-claims.ts';
import { readBaseDocument } from './base-document.ts';

/** The algorithm of the issuer's key. */
export const ALGORITHM = 'EdDSA-Poseidon-BabyJubjub';

/** Signs commitments: in this process, or in whatever keeps the key. */
export interface IssuerSigner {
  /** URL of the verification method. */
  readonly id: string;
  readonly algorithm: typeof ALGORITHM;
  /** @param data the commitment, 32 bytes, big-endian. @returns R.x, R.y and S, 32 bytes each. */
  sign(given: { readonly data: Uint8Array }): Promise<Uint8Array>;
}

/** A signer that holds its key in memory. */
export function issuerSigner(id: string, privateKey: Uint8Array): IssuerSigner {
  return {
    id,
    algorithm: ALGORITHM,
    sign: async ({ data }) => {
      const { r, s } = signCommitment(bytesToNumber(data), privateKey);
      return Uint8Array.from([...r, s].flatMap((value) => [...to32Bytes(value)]));
    },
  };
}

/** The verification method to publish in the issuer's did:web document, or to pin in a trust registry. */
export function issuerVerificationMethod(id: string, controller: string, privateKey: Uint8Array) {
  const key: AffinePoint = issuerPublicKey(privateKey);
  return { id, type: 'JsonWebKey', controller, publicKeyJwk: issuerJwk(key) } as const;
}

/** Whom a credential is issued to. */
export interface SignOptions {
  readonly request: HolderRequest;
  /** What the holder's proof of knowledge was made for: the issuer's own nonce with its id. */
  readonly requestContext: string;
}

/**
 * The countersign-groth16-2026 cryptosuite for issuing, in the form that `DataIntegrityProof` takes. Its proof is a
 * base proof, for the holder alone.
 *
 * @throws (from `vc.issue`) ProvingError `holder-proof-invalid`; StatementError as `readBaseDocument`.
 * @example
 * ```ts
 * const cryptosuite = createZkSignCryptosuite({ request, requestContext });
 * const suite = new DataIntegrityProof({ signer: issuerSigner(keyId, privateKey), cryptosuite });
 * const credential = await vc.issue({ credential: unsigned, suite, documentLoader });
 * ```
 */
export function createZkSignCryptosuite({ request, requestContext }: SignOptions) {
  return {
    name: CRYPTOSUITE,
    requiredAlgorithm: ALGORITHM,
    createVerifier: (): never => {
      throw new TypeError('This cryptosuite signs; it does not verify.');
    },
    createVerifyData: async (given: {
      document: JsonObject;
      proof: { created?: string };
      documentLoader: LoadDocument;
    }) => {
      // A time of signing would be one more thing to follow a credential by.
      delete given.proof.created;
      checkHolderRequest(request, requestContext);
      const { claims } = await readBaseDocument(given.document, given.documentLoader);
      return to32Bytes(commitClaims({ ...claims, holder: request.commitment[0] }));
    },
    createProofValue: async (given: {
      verifyData: Uint8Array;
      dataIntegrityProof: { signer: IssuerSigner };
    }) => {
      const bytes = await given.dataIntegrityProof.signer.sign({ data: given.verifyData });
      const [rx, ry, s] = [0, 32, 64].map((at) => bytesToNumber(bytes.subarray(at, at + 32)));
      return writeBaseProof({ signatureR: [rx!, ry!], signatureS: s!, holder: request.commitment[0] });
    },
  };
}
