import jsigs from 'jsonld-signatures';
import { CredentialError } from '../errors.ts';
import { verifyProofs } from './proofs.ts';
import { checkContexts, checkSize, idOf, isObject, type Json, malformed, valuesOf } from './shape.ts';
import {
  attempt,
  type Check,
  type CredentialResult,
  type Verifier,
  verifyCredential,
} from './verify-credential.ts';

/** What the verifier asked for: both are required, so that no presentation can be used twice or elsewhere. */
export interface PresentationRequest {
  readonly challenge: string;
  readonly domain: string;
}

export interface PresentationResult {
  /** Whether the presentation's proof and holder checks passed, and every credential is verified. */
  readonly verified: boolean;
  readonly checks: { readonly proof: Check; readonly holder: Check };
  /** Whose key signed the presentation; absent when that proof does not hold. */
  readonly holder?: string;
  readonly credentials: readonly CredentialResult[];
}

/**
 * Verifies a W3C presentation with Data Integrity proofs and the credentials in it.
 *
 * The presentation must be signed for this challenge *and* this domain, by a key of its `holder` when it
 * names one, and each credential's subjects must be that holder: a presentation of somebody else's
 * credential, or of one that names nobody, fails the `holder` check. An empty presentation is refused.
 *
 * @example
 * ```ts
 * const { verified, holder } = await verifyPresentation(verifier, presentation, { challenge, domain });
 * ```
 */
export async function verifyPresentation(
  verifier: Verifier,
  presentation: unknown,
  request: PresentationRequest,
): Promise<PresentationResult> {
  let holder: string | undefined;
  let credentials: readonly unknown[] = [];
  const proof = await attempt(async () => {
    const document = checkPresentationShape(verifier, presentation);
    if (document.verifiableCredential === undefined)
      throw malformed('verifiableCredential', 'must hold a credential');
    [holder] = await checkPresentationProofs(verifier, document, request);
    credentials = valuesOf(document.verifiableCredential);
  });
  // Nothing more is computed for whoever cannot sign a presentation.
  const results: CredentialResult[] = [];
  for (const credential of credentials) results.push(await verifyCredential(verifier, credential));
  const holderCheck = await attempt(() => checkHolder(presentation, holder, results));
  return {
    verified: proof.ok && holderCheck.ok && results.every(({ verified }) => verified),
    checks: { proof, holder: holderCheck },
    ...(holder === undefined ? {} : { holder }),
    credentials: results,
  };
}

/**
 * What must be so before anything of a presentation can be checked: its size, its contexts and those of what is in
 * it, its type, and that it holds credentials and not references to them, in number within the bound.
 *
 * @throws CredentialError `document-too-large`, `document-malformed`, `context-refused`.
 */
export function checkPresentationShape(verifier: Verifier, presentation: unknown): Json {
  const { limits } = verifier;
  checkSize(presentation, { ...limits, depth: limits.depth + 2, values: limits.values * 2 });
  const credentials = valuesOf(presentation.verifiableCredential);
  checkContexts(presentation, verifier.contexts, ['verifiableCredential']);
  if (!valuesOf(presentation.type).includes('VerifiablePresentation')) {
    throw malformed('type', 'must include VerifiablePresentation');
  }
  const isEmpty = presentation.verifiableCredential !== undefined && credentials.length === 0;
  if (isEmpty || credentials.length > limits.credentials) {
    throw malformed('verifiableCredential', `must hold 1 to ${limits.credentials} credentials`);
  }
  for (const credential of credentials) {
    if (!isObject(credential)) throw malformed('verifiableCredential', 'must hold embedded credentials');
    // Before the presentation's proof is canonized, which expands these too.
    checkContexts(credential, verifier.contexts);
  }
  return presentation;
}

async function checkPresentationProofs(
  verifier: Verifier,
  document: Json,
  { challenge, domain }: PresentationRequest,
): Promise<string[]> {
  for (const proof of valuesOf(document.proof)) {
    const { challenge: given, domain: where } = (proof ?? {}) as Json;
    if (given !== challenge)
      throw new CredentialError('challenge-mismatch', 'The challenge is not the one asked');
    if (where !== domain) throw new CredentialError('domain-mismatch', 'The proof is for another domain');
  }
  const { AuthenticationProofPurpose } = jsigs.purposes;
  const controllers = await verifyProofs(document, {
    proofPurpose: 'authentication',
    purpose: () => new AuthenticationProofPurpose({ challenge, domain }),
    documentLoader: verifier.documentLoader,
    suites: verifier.suites,
    now: verifier.now(),
    clockSkew: verifier.clockSkew,
    maxProofs: verifier.limits.proofs,
  });
  if (new Set(controllers).size !== 1) {
    throw new CredentialError('holder-mismatch', 'The presentation is signed by several holders');
  }
  return controllers;
}

function checkHolder(
  presentation: unknown,
  holder: string | undefined,
  results: readonly CredentialResult[],
): void {
  if (holder === undefined)
    throw new CredentialError('holder-mismatch', 'No holder has signed the presentation');
  const named = (presentation as Json).holder;
  if (named !== undefined && idOf(named) !== holder) {
    throw new CredentialError(
      'holder-mismatch',
      'The presentation is not signed by the holder that it names',
    );
  }
  for (const { subjects, subjectsNamed } of results) {
    if (!subjectsNamed)
      throw new CredentialError('holder-unbound', 'A credential names no subject to bind a holder to');
    if (subjects.some((subject) => subject !== holder)) {
      throw new CredentialError('holder-mismatch', 'A credential is about somebody else');
    }
  }
}
