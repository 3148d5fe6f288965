import { CredentialIssuancePurpose } from '@digitalbazaar/vc';
import { CREDENTIALS_V2, type PinnedContext, pinContexts } from '../contexts/index.ts';
import { createDocumentLoader, type DocumentLoader } from '../document-loader.ts';
import { CredentialError } from '../errors.ts';
import { type KnownSuites, readDate, STANDARD_SUITES, verifyProofs } from './proofs.ts';
import {
  checkContexts,
  checkSize,
  DEFAULT_LIMITS,
  idOf,
  isObject,
  type Json,
  type Limits,
  malformed,
  valuesOf,
} from './shape.ts';

/** What a deployment fixes once. */
export interface VerifierOptions {
  /** Milliseconds since 1970; the clock is never read otherwise. */
  readonly now: () => number;
  /** Contexts beside the standard ones. @default none */
  readonly contexts?: readonly PinnedContext[];
  /** Controller documents by id, such as issuers' did:web documents. @default none: did:key and did:jwk */
  readonly controllers?: ReadonlyMap<string, object>;
  /** Says whether a credential is still good by its status list. @default credentials with a status are refused */
  readonly checkStatus?: (credential: Json) => Promise<boolean>;
  /** Cryptosuites beside the standard ones, by name. @default none */
  readonly suites?: KnownSuites;
  /** Seconds by which clocks may differ. @default 300 */
  readonly clockSkew?: number;
  readonly limits?: Partial<Limits>;
}

/** The options with their defaults, and the loader made of them. Made by {@link createVerifier}. */
export interface Verifier extends Required<Pick<VerifierOptions, 'now' | 'clockSkew'>> {
  readonly contexts: ReadonlyMap<string, object>;
  readonly documentLoader: DocumentLoader;
  readonly suites: KnownSuites;
  readonly limits: Limits;
  readonly checkStatus: ((credential: Json) => Promise<boolean>) | undefined;
}

/** One check's outcome; `error` says why it failed. */
export type Check = { readonly ok: true } | { readonly ok: false; readonly error: CredentialError };

export interface CredentialResult {
  /** Whether all checks passed. Whether the issuer is *trusted* for this type is the registry's question. */
  readonly verified: boolean;
  readonly checks: { readonly proof: Check; readonly validity: Check; readonly status: Check };
  /** The issuer, to whose key the proof was bound; absent when the document does not name one. */
  readonly issuer?: string;
  readonly types: readonly string[];
  /** The ids of the subjects that have one. */
  readonly subjects: readonly string[];
  /** Whether each subject has an id, so that a holder can be bound to it. */
  readonly subjectsNamed: boolean;
}

/**
 * Fixes what a deployment verifies with.
 *
 * @throws CredentialError when a context is not the one that was pinned.
 *
 * @example
 * ```ts
 * const verifier = createVerifier({ now: Date.now });
 * const { verified, checks } = await verifyCredential(verifier, credential);
 * ```
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const { now, controllers, checkStatus, clockSkew = 300 } = options;
  const contexts = pinContexts(options.contexts);
  const documentLoader = createDocumentLoader({
    contexts,
    ...(controllers === undefined ? {} : { controllers }),
  });
  return {
    now,
    contexts,
    documentLoader,
    checkStatus,
    suites: { ...options.suites, ...STANDARD_SUITES },
    clockSkew,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
  };
}

/**
 * Verifies a W3C credential (data model 1.1 or 2.0) with Data Integrity proofs.
 *
 * Beyond what `@digitalbazaar/vc` checks: size and depth, contexts (see `checkContexts`), the proof purpose,
 * every proof of a set, base proofs, the clock, and the issuer against the controller of each key. A failed
 * check is an answer, not an exception, so that all of them can be reported.
 *
 * @example
 * ```ts
 * const { checks } = await verifyCredential(verifier, credential);
 * if (!checks.proof.ok) console.log(checks.proof.error.code);
 * ```
 */
export async function verifyCredential(verifier: Verifier, credential: unknown): Promise<CredentialResult> {
  const now = verifier.now();
  let document: Json;
  try {
    document = checkCredentialShape(verifier, credential);
  } catch (error) {
    const failed: Check = { ok: false, error: asCredentialError(error) };
    return {
      verified: false,
      checks: { proof: failed, validity: failed, status: failed },
      types: [],
      subjects: [],
      subjectsNamed: false,
    };
  }
  const subjects = valuesOf(document.credentialSubject).map(idOf);
  const checks = {
    proof: await attempt(() => checkIssuerProofs(verifier, document, now)),
    validity: await attempt(() => checkValidity(document, now, verifier.clockSkew * 1000)),
    status: await attempt(() => checkStatus(verifier, document)),
  };
  return {
    verified: Object.values(checks).every(({ ok }) => ok),
    checks,
    issuer: idOf(document.issuer)!,
    types: valuesOf(document.type) as string[],
    subjects: subjects.filter((id) => id !== undefined),
    subjectsNamed: subjects.every((id) => id !== undefined),
  };
}

/**
 * What must be so before anything of a credential can be checked: its size, its contexts, and the members that every
 * credential has.
 *
 * @throws CredentialError `document-too-large`, `document-malformed`, `context-refused`.
 */
export function checkCredentialShape(verifier: Verifier, credential: unknown): Json {
  checkSize(credential, verifier.limits);
  checkContexts(credential, verifier.contexts);
  checkMembers(credential);
  return credential;
}

async function checkIssuerProofs(verifier: Verifier, document: Json, now: number): Promise<void> {
  const controllers = await verifyProofs(document, {
    proofPurpose: 'assertionMethod',
    purpose: () => new CredentialIssuancePurpose(),
    documentLoader: verifier.documentLoader,
    suites: verifier.suites,
    now,
    clockSkew: verifier.clockSkew,
    maxProofs: verifier.limits.proofs,
  });
  // The purpose has compared them too; this does not hang on how the library reads a controller.
  if (controllers.some((controller) => controller !== idOf(document.issuer))) {
    throw new CredentialError('issuer-mismatch', "A proof's key is not the issuer's");
  }
}

function checkMembers(document: Json): void {
  const types = valuesOf(document.type);
  if (!types.includes('VerifiableCredential') || types.some((type) => typeof type !== 'string')) {
    throw malformed('type', 'must be names, VerifiableCredential among them');
  }
  if (Array.isArray(document.issuer) || idOf(document.issuer) === undefined) {
    throw malformed('issuer', 'must be one URL, or an object with an id');
  }
  const subjects = valuesOf(document.credentialSubject);
  if (
    subjects.length === 0 ||
    subjects.some((subject) => !isObject(subject) || Object.keys(subject).length === 0)
  ) {
    throw malformed('credentialSubject', 'must hold at least one claim in each subject');
  }
}

/** The period in which a credential is valid. In data model 1.1 the first date is not optional. */
function checkValidity(document: Json, now: number, skew: number): void {
  const second = (document['@context'] as string[])[0] === CREDENTIALS_V2;
  const read = (name: string) => {
    const date = readDate(document[name]);
    if (date === undefined && document[name] !== undefined) throw malformed(name, 'must be a date and time');
    return date;
  };
  // The context of data model 1.1 defines the later names as well: a period stated by them is not passed over.
  const [from, until] = [read('validFrom'), read('validUntil')];
  const [issued, expiring] = second ? [] : [read('issuanceDate'), read('expirationDate')];
  if (!second && issued === undefined) throw malformed('issuanceDate', 'is required');
  if (Math.max(from ?? now, issued ?? now) > now + skew)
    throw new CredentialError('not-yet-valid', 'The credential is not valid yet');
  if (Math.min(until ?? now, expiring ?? now) < now - skew)
    throw new CredentialError('expired', 'The credential has expired');
}

async function checkStatus(verifier: Verifier, document: Json): Promise<void> {
  if (document.credentialStatus === undefined) return;
  if (verifier.checkStatus === undefined) {
    throw new CredentialError('status-unknown', 'The credential has a status that cannot be looked up');
  }
  if (!(await verifier.checkStatus(document)))
    throw new CredentialError('revoked', 'The credential was revoked');
}

/** Runs a check; anything it throws is its answer. */
export async function attempt(check: () => void | Promise<void>): Promise<Check> {
  try {
    await check();
    return { ok: true };
  } catch (error) {
    return { ok: false, error: asCredentialError(error) };
  }
}

function asCredentialError(error: unknown): CredentialError {
  return error instanceof CredentialError
    ? error
    : new CredentialError('proof-invalid', 'The document could not be verified', { cause: error });
}
