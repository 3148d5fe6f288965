import * as z from 'zod';
import {
  VC_CHECKS,
  VC_OUTCOMES,
  verifyCredentialSchema,
  verifyPresentationSchema,
} from '../../functions/presentations/vc-api.ts';
import type { VcProblem as Told } from '../../functions/presentations/vc-problem.ts';

const VcProblem = z
  .object({ type: z.string(), title: z.string(), detail: z.string() })
  .describe(
    'Named as VC Data Model 2.0 §7.2, Data Integrity and Bitstring Status List do',
  ) satisfies z.ZodType<Told>;

const outcome = z.enum(VC_OUTCOMES);

const CredentialVerified = z.object({
  verified: z.boolean().describe('Whether all checks that must pass did'),
  checks: z
    .object(Object.fromEntries(VC_CHECKS.map((check) => [check, outcome])))
    .exactOptional()
    .describe('Every check by itself; absent where the body could not be read'),
  problemDetails: z.array(VcProblem).describe('Of checks that must pass, and all that breaks the data model'),
  warnings: z.array(VcProblem).exactOptional().describe('Of checks that need not pass'),
  schemas: z
    .array(z.object({ id: z.string(), outcome: z.enum(['success', 'failure', 'indeterminate']) }))
    .exactOptional()
    .describe('What the JSON Schemas that the credential names say of it'),
  statusMessages: z.array(z.string()).exactOptional().describe("What the issuer's status lists say beside"),
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
