import * as z from 'zod';
import {
  VC_CHECKS,
  verifyCredentialSchema,
  verifyPresentationSchema,
} from '../../functions/presentations/vc-api.ts';
import type { VcProblem as Told } from '../../functions/presentations/vc-problem.ts';

const VcProblem = z
  .object({ type: z.string(), title: z.string(), detail: z.string() })
  .describe(
    'Named as VC Data Model 2.0 §7.2, Data Integrity and Bitstring Status List do',
  ) satisfies z.ZodType<Told>;

const outcome = z.enum(['passed', 'failed', 'not-applicable']);

const CredentialVerified = z.object({
  verified: z.boolean().describe('Whether all checks that must pass did'),
  checks: z
    .object(Object.fromEntries(VC_CHECKS.map((check) => [check, outcome])))
    .exactOptional()
    .describe('Every check by itself; absent where the body could not be read'),
  problemDetails: z.array(VcProblem).describe('Of checks that must pass'),
  warnings: z.array(VcProblem).exactOptional().describe('Of checks that need not pass'),
});

/** What the W3C verifier interface takes and answers. */
export const VC_API_SCHEMAS = {
  VerifyCredential: verifyCredentialSchema,
  VerifyPresentation: verifyPresentationSchema,
  VcProblem,
  CredentialVerified,
  PresentationVerified: CredentialVerified.extend({
    credentialResults: z.array(CredentialVerified).exactOptional(),
  }),
};
