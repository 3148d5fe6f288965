import type { Check, Verifier } from '../credentials/index.ts';
import { isObject, type JsonObject, TokenError } from '../credentials/jose/index.ts';
import { expandedTypes } from './expanded-types.ts';
import type { VerificationContext, VerifiedPresentation } from './verify-answer.ts';

/** Throws what the first failed check says. @throws CredentialError */
export const throwFailed = (checks: readonly Check[]): void => {
  for (const check of checks) if (!check.ok) throw check.error;
};

/**
 * Nothing in a Data Integrity proof confirms a transaction.
 *
 * @throws TokenError `holder-mismatch`
 */
export const refuseTransactions = ({ transactionData }: VerificationContext['binding']): void => {
  if (transactionData?.length)
    throw new TokenError('holder-mismatch', 'Transaction data cannot be confirmed in this format');
};

/** A credential that verified, as queries and apps see it. */
export const verifiedOf = async (
  verifier: Verifier,
  credential: JsonObject,
  holder: string | undefined,
): Promise<VerifiedPresentation> => {
  const { issuer, credentialSubject } = credential;
  return {
    format: 'ldp_vc',
    issuer: String(isObject(issuer) ? issuer.id : issuer),
    types: await expandedTypes(credential, verifier.documentLoader),
    claims: credential,
    shown: isObject(credentialSubject) ? credentialSubject : { subjects: credentialSubject },
    ...(holder === undefined ? {} : { holder }),
    ...(credential.credentialStatus === undefined ? {} : { statusReference: credential.credentialStatus }),
  };
};
