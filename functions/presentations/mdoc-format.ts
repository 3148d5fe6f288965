import { type JsonObject, TokenError } from '../credentials/jose/index.ts';
import { verifyMdoc } from '../credentials/mdoc/index.ts';
import type { PresentationVerifier } from './verify-answer.ts';

/**
 * `mso_mdoc`: an ISO mdoc whose device signed this session (OpenID4VP 1.0 §B.2). Authorities are pinned in the
 * registry, under `aki:` and the identifier of their key, for document types.
 */
export const mdocVerifier: PresentationVerifier = async (
  presentation,
  { binding, responseUri, encryptedFor, registry, now },
) => {
  if (binding.transactionData?.length)
    throw new TokenError('holder-mismatch', 'Transaction data cannot be confirmed in this format');
  const { issuer, docType, claims, holder, authorityKeyIds, status } = await verifyMdoc(presentation, {
    registry,
    handover: {
      audience: binding.audience,
      nonce: binding.nonce,
      ...(responseUri === undefined ? {} : { responseUri }),
      ...(encryptedFor === undefined ? {} : { encryptedFor }),
    },
    now,
  });
  return {
    format: 'mso_mdoc',
    issuer,
    types: [docType],
    claims,
    shown: claims as JsonObject,
    holder,
    authorityKeyIds,
    ...(status === undefined ? {} : { statusReference: status }),
  };
};
