import * as z from 'zod';
import type { DryRun } from '../../functions/decisions/manage-policies.ts';
import { proposedPolicies, triedPolicies } from '../../functions/decisions/policy-bodies.ts';
import type { PolicyVersion } from '../../functions/decisions/policy-versions.store.ts';
import { presentationQueries } from '../../functions/decisions/presentation-query.ts';

const outcome = z.enum(['allow', 'step_up', 'review', 'deny']);
const moment = z.iso.datetime();

const PolicyVersionKept = z.object({
  version: z.number().describe('From 1'),
  policies: z.string().describe('Cedar, as it was written'),
  over: z.enum(['default', 'nothing']),
  queries: presentationQueries.exactOptional(),
  digest: z.string().describe('SHA-256 of the compiled set'),
  by: z.string(),
  time: moment,
  comment: z.string().exactOptional(),
}) satisfies z.ZodType<PolicyVersion>;

const PolicyState = z.object({
  active: z.number().describe("The version that decides; 0 is the deployment's own set"),
  latest: z.number().describe('The latest version on record'),
  activations: z
    .array(z.object({ version: z.number(), by: z.string(), time: moment }))
    .describe('Oldest first'),
});

const PolicyDryRun = z.object({
  decisions: z.number().describe('How many were asked about'),
  changed: z.number(),
  changes: z.array(z.object({ from: outcome, to: outcome, count: z.number() })),
  examples: z.array(
    z.object({
      eventId: z.string(),
      score: z.number(),
      from: outcome,
      to: outcome,
      determining: z.array(z.string()),
    }),
  ),
}) satisfies z.ZodType<DryRun>;

/** Policies without a deployment. */
export const POLICY_SCHEMAS = {
  Policies: PolicyState.extend({
    own: z.record(z.string(), z.string()).describe("The deployment's own policies, by id"),
    schema: z.string().describe('What a policy may ask about, in the syntax of Cedar'),
    queries: presentationQueries.describe('What wallets are asked where policy names it'),
  }),
  PolicyState,
  PolicyVersion: PolicyVersionKept,
  NewPolicies: proposedPolicies,
  TriedPolicies: triedPolicies,
  PolicyDryRun,
};
