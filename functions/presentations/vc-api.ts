import * as z from 'zod';
import { isObject, type JsonObject } from '../credentials/jose/index.ts';
import { CountersignError } from '../platform/index.ts';
import type { SchemaResult } from './credential-schema.ts';
import {
  type Findings,
  inspectCredential,
  inspectPresentation,
  VC_CHECKS,
  type VcApiDeps,
  type VcCheck,
} from './vc-checks.ts';
import type { VcProblem } from './vc-problem.ts';

export { VC_CHECKS, type VcApiDeps, type VcCheck } from './vc-checks.ts';

/** Options of both endpoints (W3C VC API, verifying). Without any check, only the data model must be kept. */
const options = z.looseObject({
  checks: z.array(z.enum(VC_CHECKS)).max(16).optional(),
  challenge: z.string().min(1).max(1_024).optional(),
  domain: z.string().min(1).max(1_024).optional(),
  /** What a credential's proof must have been made for; only `assertionMethod` ever verifies. */
  expectedProofPurpose: z.string().max(1_024).optional(),
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

/** What comes of a check. `unavailable`: nothing is known of the status, where the deployment reports that only. */
export const VC_OUTCOMES = ['passed', 'failed', 'not-applicable', 'unavailable'] as const;

/** The result of one credential: each check by itself, and what is wrong with those that must pass. */
export interface VcResult {
  readonly verified: boolean;
  readonly checks: Readonly<Record<VcCheck, (typeof VC_OUTCOMES)[number]>>;
  /** Problems of checks that must pass, and everything that breaks the data model. */
  readonly problemDetails: readonly VcProblem[];
  /** Problems of checks that need not pass. */
  readonly warnings: readonly VcProblem[];
  /** What each JSON Schema that the credential names says of it; absent when it names none. */
  readonly schemas?: readonly SchemaResult[];
  /** What the issuer's status lists say beside, in the words that the credential has for it. */
  readonly statusMessages?: readonly string[];
}

/**
 * Verifies one credential as the W3C's verifier interface has it.
 *
 * @returns whether it is verified, with every check; it never throws for what the document holds.
 */
export const verifyOne = async (
  document: JsonObject,
  given: z.infer<typeof options>,
  deps: VcApiDeps,
): Promise<VcResult> =>
  report(await inspectCredential(document, deps, given), given.checks ?? deps.defaultChecks, deps);

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
  const held = presentation.verifiableCredential;
  // What is no credential, or is one too many, makes the presentation itself malformed.
  const credentials = (Array.isArray(held) ? held : [held]).filter(isObject).slice(0, MAX_CREDENTIALS);
  const own = report(await inspectPresentation(presentation, credentials, given, deps), required, deps);
  const credentialResults: VcResult[] = [];
  for (const credential of credentials)
    credentialResults.push(report(await inspectCredential(credential, deps), required, deps));
  const verified = own.verified && credentialResults.every((result) => result.verified);
  return { ...own, verified, credentialResults };
};

/** Most credentials in one presentation. */
const MAX_CREDENTIALS = 8;

const report = (findings: Findings, required: readonly VcCheck[], { unavailable }: VcApiDeps): VcResult => {
  const outcome = (check: VcCheck) => {
    const found = findings[check];
    if (found === undefined) return 'not-applicable';
    if (found === 'unavailable') return found;
    return found.length === 0 ? 'passed' : 'failed';
  };
  const checks = Object.fromEntries(VC_CHECKS.map((check) => [check, outcome(check)])) as VcResult['checks'];
  const ofChecks = (wanted: boolean) =>
    VC_CHECKS.filter((check) => required.includes(check) === wanted).flatMap((check) =>
      problemsOf(findings[check]),
    );
  const unknown = findings.unavailable ?? [];
  const refused = unavailable === 'refuse' ? unknown : [];
  const problemDetails = distinct([...findings.model, ...refused, ...ofChecks(true)]);
  const { schemas, statusMessages } = findings;
  return {
    verified: problemDetails.length === 0,
    checks,
    problemDetails,
    warnings: distinct([...(unavailable === 'report' ? unknown : []), ...ofChecks(false)]),
    ...(schemas === undefined ? {} : { schemas }),
    ...(statusMessages === undefined ? {} : { statusMessages }),
  };
};

const problemsOf = (found: Findings[VcCheck]): readonly VcProblem[] =>
  found === undefined || found === 'unavailable' ? [] : found;

/** One thing that is wrong may fail several checks; it is told once. */
const distinct = (problems: readonly VcProblem[]): VcProblem[] => [
  ...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values(),
];
