import * as z from 'zod';
import { presentationQueries } from './presentation-query.ts';

/** Body of `POST /v1/policies`. */
export const proposedPolicies = z.strictObject({
  policies: z.string().min(1).max(100_000).describe('Cedar; each policy with an @id'),
  over: z
    .enum(['default', 'nothing'], 'must be default or nothing')
    .default('default')
    .describe(
      "default: on top of the deployment's own, taking the place of those of the same id; nothing: in its place",
    ),
  queries: presentationQueries
    .exactOptional()
    .describe('What wallets are asked where policies name it, on top of the own ones of the deployment'),
  comment: z.string().trim().min(1).max(1_000).exactOptional(),
});

const last = z.int().min(1).max(1_000).default(200).describe('How many decisions to ask about');

/** Body of `POST /v1/policies/dry-run`: a version on record, or a set that is not. */
export const triedPolicies = z.union([
  z.strictObject({ version: z.int().min(0), last }),
  proposedPolicies.omit({ comment: true }).extend({ last }),
]);
