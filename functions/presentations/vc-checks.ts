import {
  checkCredentialShape,
  checkPresentationShape,
  type Verifier,
  verifyCredential,
  verifyPresentation,
} from '../credentials/index.ts';
import { isObject, type JsonObject, type SignerResolver } from '../credentials/jose/index.ts';
import type { GetDocument } from '../credentials/remote/index.ts';
import type { IssuerRegistry } from '../credentials/trust/index.ts';
import { CountersignError } from '../platform/index.ts';
import { checkDataModel, checkPresentationModel, isEnvelope, malformed } from './credential-rules.ts';
import { checkSchemas, type SchemaResult } from './credential-schema.ts';
import { openEnvelope } from './envelope.ts';
import { expandedTypes, isDefined } from './expanded-types.ts';
import { checkRelatedResources } from './related-resources.ts';
import { problemOf, type VcProblem, vcProblem } from './vc-problem.ts';
import type { StatusCheck } from './verify-answer.ts';

/** What can be checked. All of them are reported; `options.checks` says which must pass. */
export const VC_CHECKS = ['proof', 'validity', 'status', 'holder', 'trust'] as const;
export type VcCheck = (typeof VC_CHECKS)[number];

/** What verification works with. */
export interface VcApiDeps {
  /** Verifies proofs and periods; the status is looked up here. */
  readonly verifierOf: (issuer: string | undefined, documents: readonly JsonObject[]) => Promise<Verifier>;
  /** Finds issuers' keys, for credentials in envelopes. */
  readonly signers: SignerResolver;
  readonly registry: IssuerRegistry;
  readonly checkStatus: StatusCheck;
  readonly get: GetDocument;
  /** What must pass where the caller names nothing. */
  readonly defaultChecks: readonly VcCheck[];
  /** What becomes of a schema or a resource that cannot be had: refused, or reported as a warning. */
  readonly unavailable: 'refuse' | 'report';
}

/** What a caller expects of a credential's proofs, beside that they hold. */
export interface ExpectedOfProofs {
  readonly challenge?: string | undefined;
  readonly domain?: string | undefined;
  readonly expectedProofPurpose?: string | undefined;
}

/** What was found of one document, by check; a check that has nothing to look at is absent. */
export type Findings = { readonly [C in Exclude<VcCheck, 'status'>]?: readonly VcProblem[] } & {
  /** `unavailable`: nothing is known, and the deployment lets that pass as long as it is told. */
  readonly status?: readonly VcProblem[] | 'unavailable';
  /** What breaks the data model: this must be right whatever is checked. */
  readonly model: readonly VcProblem[];
  /** What nothing is known of. */
  readonly unavailable?: readonly VcProblem[];
  readonly schemas?: readonly SchemaResult[];
  readonly statusMessages?: readonly string[];
};

/** Lets our own faults through; all else is an answer about the document. */
const problemIn = (error: unknown): VcProblem => {
  if (error instanceof CountersignError && error.status >= 500) throw error;
  return problemOf(error);
};

const issuerOf = ({ issuer }: JsonObject): string | undefined => {
  const id = typeof issuer === 'object' && issuer !== null ? (issuer as JsonObject).id : issuer;
  return typeof id === 'string' ? id : undefined;
};

/**
 * Looks at a credential from all sides. Nothing of it is thrown: each side has its answer.
 *
 * @throws CountersignError with a 5xx status, for faults of our own
 */
export const inspectCredential = async (
  document: JsonObject,
  deps: VcApiDeps,
  expected: ExpectedOfProofs = {},
): Promise<Findings> => {
  const unexpected = otherProofs(document, expected);
  if (!isEnvelope(document)) {
    const found = await inspectOpen(document, deps);
    return { ...found, proof: [...(found.proof ?? []), ...unexpected] };
  }
  try {
    const verifier = await deps.verifierOf(undefined, []);
    const { credential } = await openEnvelope(document, deps.signers, verifier.now());
    return { ...(await inspectOpen(credential, deps, true)), proof: unexpected };
  } catch (error) {
    const problem = problemIn(error);
    // What is inside was not believed, so nothing of it is said.
    return { model: [], proof: [problem], validity: [problem], trust: [untrusted()] };
  }
};

/** Verifying a proof (Data Integrity §4.4): what the caller states, each proof must say. */
const otherProofs = (
  { proof }: JsonObject,
  { challenge, domain, expectedProofPurpose }: ExpectedOfProofs,
): VcProblem[] => {
  const proofs = Array.isArray(proof) ? proof : [proof];
  const says = (name: string, value: string | undefined) =>
    value === undefined || proofs.every((one) => isObject(one) && one[name] === value);
  return [
    ...(says('challenge', challenge)
      ? []
      : [vcProblem('INVALID_CHALLENGE_ERROR', 'The challenge is another')]),
    ...(says('domain', domain) ? [] : [vcProblem('INVALID_DOMAIN_ERROR', 'The domain is another')]),
    ...(says('proofPurpose', expectedProofPurpose)
      ? []
      : [vcProblem('PROOF_VERIFICATION_ERROR', 'A proof was made for another purpose')]),
  ];
};

/** @param enveloped whether its envelope proves the credential; it has no proof of its own then. */
const inspectOpen = async (credential: JsonObject, deps: VcApiDeps, enveloped = false): Promise<Findings> => {
  const issuer = issuerOf(credential);
  // The keys of a did:web may be out of reach; what needs no key is checked all the same.
  let [verifier, keyProblem] = [await deps.verifierOf(issuer, []), undefined as VcProblem | undefined];
  try {
    verifier = await deps.verifierOf(issuer, [credential]);
  } catch (error) {
    keyProblem = problemIn(error);
  }
  try {
    checkCredentialShape(verifier, credential);
  } catch (error) {
    const problem = problemIn(error);
    return { model: [problem], proof: [problem], validity: [problem], trust: [untrusted()] };
  }
  const { checks } = await verifyCredential(verifier, credential);
  const proof = enveloped
    ? []
    : keyProblem !== undefined
      ? [keyProblem]
      : checks.proof.ok
        ? []
        : [problemIn(checks.proof.error)];
  const model = [
    ...checkDataModel(credential),
    // A proof that holds is over defined terms only.
    ...(checks.proof.ok ? [] : await undefinedIn(credential, verifier)),
  ];
  const related = await checkRelatedResources(credential, deps.get);
  const pinned = issuer === undefined ? undefined : (await deps.registry(issuer))?.documents;
  const conforming = await checkSchemas(credential, {
    get: deps.get,
    pinned: pinned ?? {},
    verifySchemaCredential: (schema) => isSchemaBelieved(schema, issuer, deps),
  });
  const { unavailable = [], ...status } =
    credential.credentialStatus === undefined ? {} : await statusOf(credential, issuer, deps);
  return {
    model: [...model, ...related.problems, ...conforming.problems],
    unavailable: [...related.unavailable, ...conforming.unavailable, ...unavailable],
    ...(conforming.schemas.length > 0 ? { schemas: conforming.schemas } : {}),
    proof,
    validity: checks.validity.ok ? [] : [problemIn(checks.validity.error)],
    ...status,
    // Who an unproved document says that it is by is nobody's word.
    trust: proof.length === 0 ? await trustOf(credential, issuer, verifier, deps) : [untrusted()],
  };
};

const undefinedIn = async (document: JsonObject, verifier: Verifier): Promise<VcProblem[]> =>
  (await isDefined(document, verifier.documentLoader))
    ? []
    : [malformed('a term, a type or an identifier is not defined by the contexts')];

/** A schema in a credential counts when its proof and period hold, and it is by the issuer or by one trusted for it. */
const isSchemaBelieved = async (
  schema: JsonObject,
  issuer: string | undefined,
  { verifierOf, registry }: VcApiDeps,
): Promise<boolean> => {
  const author = issuerOf(schema);
  if (author === undefined) return false;
  const { checks } = await verifyCredential(await verifierOf(author, [schema]), schema);
  if (!checks.proof.ok || !checks.validity.ok) return false;
  return author === issuer || ((await registry(author))?.types.includes('JsonSchemaCredential') ?? false);
};

const statusOf = async (
  credential: JsonObject,
  issuer: string | undefined,
  { checkStatus, registry }: VcApiDeps,
): Promise<Pick<Findings, 'status' | 'statusMessages' | 'unavailable'>> => {
  try {
    const { status, messages } = await checkStatus(
      credential.credentialStatus,
      { issuer: issuer ?? '', format: 'ldp_vc' },
      registry,
    );
    const unknown = vcProblem('STATUS_RETRIEVAL_ERROR', 'The status could not be looked up');
    if (status === 'unavailable') return { status: 'unavailable', unavailable: [unknown] };
    return {
      status: [],
      ...(messages.length > 0 ? { statusMessages: messages } : {}),
    };
  } catch (error) {
    return { status: [problemIn(error)] };
  }
};

const trustOf = async (
  credential: JsonObject,
  issuer: string | undefined,
  verifier: Verifier,
  { registry }: VcApiDeps,
): Promise<VcProblem[]> => {
  const trusted = issuer === undefined ? undefined : await registry(issuer);
  const types = await expandedTypes(credential, verifier.documentLoader);
  return trusted?.types.some((type) => types.includes(type)) ? [] : [untrusted()];
};

const untrusted = (): VcProblem =>
  vcProblem('TRUST_ERROR', 'The registry does not name the issuer for this type');

/** Looks at a presentation itself; the credentials in it are inspected one by one. */
export const inspectPresentation = async (
  presentation: JsonObject,
  credentials: readonly JsonObject[],
  { challenge, domain }: { readonly challenge?: string | undefined; readonly domain?: string | undefined },
  deps: VcApiDeps,
): Promise<Findings> => {
  const plain = await deps.verifierOf(undefined, []);
  try {
    checkPresentationShape(plain, presentation);
  } catch (error) {
    const problem = problemIn(error);
    return { model: [problem], proof: [problem], holder: [problem] };
  }
  const model = checkPresentationModel(presentation);
  try {
    const verifier = await deps.verifierOf(issuerOf(credentials[0] ?? {}), [presentation, ...credentials]);
    const { checks } = await verifyPresentation(verifier, presentation, {
      challenge: challenge ?? '',
      domain: domain as string,
    });
    return {
      model: checks.proof.ok ? model : [...model, ...(await undefinedIn(presentation, verifier))],
      proof: checks.proof.ok ? [] : [problemIn(checks.proof.error)],
      holder: checks.holder.ok ? [] : [problemIn(checks.holder.error)],
    };
  } catch (error) {
    const problem = problemIn(error);
    return { model, proof: [problem], holder: [problem] };
  }
};
