import * as z from 'zod';
import { type Verifier, verifyCredential, verifyPresentation } from '../credentials/index.ts';
import { isObject, type JsonObject } from '../credentials/jose/index.ts';
import type { GetDocument } from '../credentials/remote/index.ts';
import type { IssuerRegistry } from '../credentials/trust/index.ts';
import { CountersignError } from '../platform/index.ts';
import { checkDataModel, checkRelatedResources } from './credential-rules.ts';
import { expandedTypes } from './expanded-types.ts';
import { problemOf, type VcProblem, vcProblem } from './vc-problem.ts';
import type { StatusCheck } from './verify-answer.ts';

/** What can be checked. All of them are reported; `options.checks` says which must pass. */
export const VC_CHECKS = ['proof', 'validity', 'status', 'holder', 'trust'] as const;
export type VcCheck = (typeof VC_CHECKS)[number];

/** Options of both endpoints (W3C VC API, verifying). */
const options = z.looseObject({
  checks: z.array(z.enum(VC_CHECKS)).min(1).optional(),
  challenge: z.string().min(1).max(1_024).optional(),
  domain: z.string().min(1).max(1_024).optional(),
});

/** The body of `POST /credentials/verify`. */
export const verifyCredentialSchema = z.looseObject({
  verifiableCredential: z.record(z.string(), z.unknown()),
  options: options.default({}),
});

/** The body of `POST /presentations/verify`. */
export const verifyPresentationSchema = z.looseObject({
  verifiablePresentation: z.record(z.string(), z.unknown()),
  options: options.default({}),
});

/** What verification works with. */
export interface VcApiDeps {
  /** Verifies proofs and periods; the status is looked up here. */
  readonly verifierOf: (issuer: string | undefined, documents: readonly JsonObject[]) => Promise<Verifier>;
  readonly registry: IssuerRegistry;
  readonly checkStatus: StatusCheck;
  readonly get: GetDocument;
  /** What must pass where the caller names nothing. */
  readonly defaultChecks: readonly VcCheck[];
}

/** The result of one credential: each check by itself, and what is wrong with those that must pass. */
export interface VcResult {
  readonly verified: boolean;
  readonly checks: Readonly<Record<VcCheck, 'passed' | 'failed' | 'not-applicable'>>;
  readonly problemDetails: readonly VcProblem[];
  /** Problems of checks that need not pass. */
  readonly warnings: readonly VcProblem[];
}

type Findings = { readonly [C in VcCheck]?: readonly VcProblem[] };

/**
 * Verifies one credential as the W3C's verifier interface has it.
 *
 * @returns whether it is verified, with every check; it never throws for what the document holds.
 */
export const verifyOne = async (
  document: JsonObject,
  required: readonly VcCheck[] | undefined,
  deps: VcApiDeps,
): Promise<VcResult> => report(await inspect(document, deps), required ?? deps.defaultChecks);

/**
 * Verifies a presentation, and every credential in it by the same checks.
 *
 * @throws CountersignError `challenge-missing` (400) when a signed presentation must be checked against nothing.
 */
export const verifyShown = async (
  presentation: JsonObject,
  given: z.infer<typeof options>,
  deps: VcApiDeps,
): Promise<VcResult & { readonly credentialResults: readonly VcResult[] }> => {
  const required = given.checks ?? deps.defaultChecks;
  const credentials = listOf(presentation.verifiableCredential).filter(isObject);
  const credentialResults: VcResult[] = [];
  for (const credential of credentials.slice(0, MAX_CREDENTIALS))
    credentialResults.push(report(await inspect(credential, deps), required));
  const needsProof = required.includes('proof') || required.includes('holder');
  if (needsProof && given.challenge === undefined)
    throw new CountersignError(
      'challenge-missing',
      'options.challenge is needed to check the proof of a presentation',
      {
        status: 400,
        fields: [
          { field: 'options.challenge', problem: 'is required, as a proof without it could be anybody’s' },
        ],
      },
    );
  const shown = await inspectPresentation(presentation, credentials, given, deps);
  const own = report(shown, required);
  const verified = own.verified && credentialResults.every((result) => result.verified);
  return { ...own, verified, credentialResults };
};

/** Most credentials in one presentation. */
const MAX_CREDENTIALS = 8;

const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

const report = (findings: Findings, required: readonly VcCheck[]): VcResult => {
  const outcome = (check: VcCheck) => {
    const found = findings[check];
    return found === undefined ? 'not-applicable' : found.length === 0 ? 'passed' : 'failed';
  };
  const checks = Object.fromEntries(VC_CHECKS.map((check) => [check, outcome(check)])) as VcResult['checks'];
  const problems = (wanted: boolean) =>
    VC_CHECKS.filter((check) => required.includes(check) === wanted).flatMap(
      (check) => findings[check] ?? [],
    );
  return {
    verified: required.every((check) => checks[check] !== 'failed'),
    checks,
    problemDetails: problems(true),
    warnings: problems(false),
  };
};

const issuerOf = ({ issuer }: JsonObject): string | undefined => {
  const id = isObject(issuer) ? issuer.id : issuer;
  return typeof id === 'string' ? id : undefined;
};

const inspect = async (credential: JsonObject, deps: VcApiDeps): Promise<Findings> => {
  const issuer = issuerOf(credential);
  try {
    const verifier = await deps.verifierOf(issuer, [credential]);
    const { checks } = await verifyCredential(verifier, credential);
    const model = [...checkDataModel(credential), ...(await checkRelatedResources(credential, deps.get))];
    return {
      // A document that breaks the data model is not what its proof was made for.
      proof: [...(checks.proof.ok ? [] : [problemOf(checks.proof.error)]), ...model],
      validity: checks.validity.ok ? [] : [problemOf(checks.validity.error)],
      ...(credential.credentialStatus === undefined
        ? {}
        : { status: await statusOf(credential, issuer, deps) }),
      // Who an unproved document says that it is by is nobody's word.
      trust: checks.proof.ok ? await trustOf(credential, issuer, verifier, deps) : [untrusted()],
    };
  } catch (error) {
    if (error instanceof CountersignError && error.status >= 500) throw error;
    return { proof: [problemOf(error)] };
  }
};

const statusOf = async (
  credential: JsonObject,
  issuer: string | undefined,
  { checkStatus, registry }: VcApiDeps,
): Promise<VcProblem[]> => {
  try {
    const found = await checkStatus(
      credential.credentialStatus,
      { issuer: issuer ?? '', format: 'ldp_vc' },
      registry,
    );
    return found === 'valid'
      ? []
      : [vcProblem('STATUS_RETRIEVAL_ERROR', 'The status could not be looked up')];
  } catch (error) {
    if (error instanceof CountersignError && error.status >= 500) throw error;
    return [problemOf(error)];
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

const inspectPresentation = async (
  presentation: JsonObject,
  credentials: readonly JsonObject[],
  { challenge, domain }: z.infer<typeof options>,
  deps: VcApiDeps,
): Promise<Findings> => {
  try {
    const verifier = await deps.verifierOf(issuerOf(credentials[0] ?? {}), [presentation, ...credentials]);
    const { checks } = await verifyPresentation(verifier, presentation, {
      challenge: challenge ?? '',
      domain: domain as string,
    });
    return {
      proof: checks.proof.ok ? [] : [problemOf(checks.proof.error)],
      holder: checks.holder.ok ? [] : [problemOf(checks.holder.error)],
    };
  } catch (error) {
    if (error instanceof CountersignError && error.status >= 500) throw error;
    return { proof: [problemOf(error)], holder: [problemOf(error)] };
  }
};
