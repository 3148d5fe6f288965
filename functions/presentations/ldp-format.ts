import {
  createDocumentLoader,
  createVerifier,
  type Verifier,
  verifyCredential,
  verifyPresentation,
} from '../credentials/index.ts';
import { type DidResolver, isObject, type JsonObject, TokenError } from '../credentials/jose/index.ts';
import { expandedTypes } from './expanded-types.ts';
import type { PresentationVerifier, VerificationContext, VerifiedPresentation } from './verify-answer.ts';

const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

/** What a deployment verifies Data Integrity proofs with. */
export interface LdpOptions {
  readonly resolve: DidResolver;
  /** ms since 1970. */
  readonly clock: () => number;
}

/**
 * `ldp_vc`: a credential with Data Integrity proofs, in a presentation that its holder signed for this verifier
 * (`domain`) and this request (`challenge`) (OpenID4VP 1.0 §B.1.3.2).
 */
export const ldpVerifier = ({ resolve, clock }: LdpOptions): PresentationVerifier => {
  // Statuses are looked up afterwards, with those of the other formats.
  const base = createVerifier({ now: clock, checkStatus: async () => true });
  return async (presentation, context) => {
    if (!isObject(presentation)) throw new TokenError('token-malformed', 'A presentation must be an object');
    const [credential, ...others] = context.bindingRequired
      ? listOf(presentation.verifiableCredential)
      : [presentation];
    if (!isObject(credential) || others.length > 0)
      throw new TokenError('token-malformed', 'A presentation must hold one credential');
    const verifier = await withControllers(base, [presentation, credential], resolve);
    const holder = context.bindingRequired
      ? await holderOf(verifier, presentation, context)
      : await bearerOf(verifier, credential);
    return verifiedOf(verifier, credential, holder);
  };
};

const holderOf = async (
  verifier: Verifier,
  presentation: JsonObject,
  { binding }: VerificationContext,
): Promise<string> => {
  if (binding.transactionData?.length)
    throw new TokenError('holder-mismatch', 'Transaction data cannot be confirmed in this format');
  const { verified, checks, credentials, holder } = await verifyPresentation(verifier, presentation, {
    challenge: binding.nonce,
    domain: binding.audience,
  });
  const failed = [...Object.values(checks), ...credentials.flatMap((one) => Object.values(one.checks))].find(
    (check) => !check.ok,
  );
  if (failed && !failed.ok) throw failed.error;
  if (!verified || holder === undefined)
    throw new TokenError('holder-mismatch', 'The presentation could not be verified');
  return holder;
};

const bearerOf = async (verifier: Verifier, credential: JsonObject): Promise<undefined> => {
  const { verified, checks } = await verifyCredential(verifier, credential);
  const failed = Object.values(checks).find((check) => !check.ok);
  if (failed && !failed.ok) throw failed.error;
  if (!verified) throw new TokenError('signature-invalid', 'The credential could not be verified');
  return undefined;
};

const verifiedOf = async (
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

/** Most DIDs of one presentation that are resolved elsewhere. */
const MAX_CONTROLLERS = 4;

/**
 * The verifier with the did:web documents that the proofs name, read beforehand through the resolver: while it
 * verifies it calls nobody.
 */
const withControllers = async (
  verifier: Verifier,
  documents: readonly JsonObject[],
  resolve: DidResolver,
): Promise<Verifier> => {
  const dids = new Set(
    documents
      .flatMap(({ proof }) => listOf(proof))
      .flatMap((proof) =>
        isObject(proof) && typeof proof.verificationMethod === 'string'
          ? [proof.verificationMethod.split('#')[0]!]
          : [],
      )
      .filter((did) => did.startsWith('did:web:')),
  );
  if (dids.size === 0) return verifier;
  if (dids.size > MAX_CONTROLLERS) throw new TokenError('token-too-large', 'The proofs name too many keys');
  const controllers = new Map<string, object>();
  for (const did of dids) {
    const document = await resolve(did);
    if (document !== undefined) controllers.set(did, document);
  }
  return { ...verifier, documentLoader: createDocumentLoader({ contexts: verifier.contexts, controllers }) };
};
