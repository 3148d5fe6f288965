import * as z from 'zod';
import type { Integrity } from '../../functions/decisions/log-seal.ts';
import { decisionSchema, EVENT_SCHEMAS } from '../event-schemas.ts';

const ProviderEvent = z
  .object({
    source: z
      .string()
      .min(1)
      .describe(
        'As the provider publishes it (`aws.partner/okta.com/…`, `aws.signin`), or `provider.entra` and so on',
      ),
    'detail-type': z.string().describe('As the provider publishes it, or `Identity Log`'),
    detail: z.record(z.string(), z.unknown()).describe("The provider's record, unchanged"),
  })
  .describe("A record of an identity provider's own log");

const AuthenticationObserved = EVENT_SCHEMAS['Authentication Observed'];

const DecisionRecord = z
  .object({
    tenant: z.string(),
    decision: decisionSchema,
    basis: z
      .object({ features: z.string().describe("The model's input: float32, little-endian, base64") })
      .loose()
      .exactOptional(),
    policies: z
      .object({ policies: z.record(z.string(), z.string()), schema: z.string() })
      .exactOptional()
      .describe('The policies that were asked, by id, and their schema'),
  })
  .describe('A decision with what it was made from, for replay');

const LogPage = z.object({
  entries: z.array(
    z.object({
      id: z.string(),
      type: z.string().describe('`decision`, or the detail-type of what else was told'),
      tenant: z.string(),
      subject: z.string().describe('Keyed pseudonym'),
      time: z.string(),
      digest: z.string().describe('SHA-256 of the encrypted payload'),
      payload: z.unknown().optional().describe('Absent once the key of its subject is destroyed'),
    }),
  ),
  next: z.string().exactOptional().describe('For `after`; absent on the last page'),
});

const LogIntegrity = z.object({
  whole: z.boolean(),
  segments: z.number().describe('How many were looked at'),
  broken: z.array(z.string()).describe('Where a chain is broken: `<shard>/<segment>`'),
  root: z
    .object({ jws: z.string(), holds: z.boolean() })
    .exactOptional()
    .describe(
      'The latest sealed root, to be kept elsewhere; whether it is signed by our key and the chains still hold it',
    ),
  key: z
    .object({ kid: z.string(), alg: z.enum(['ES256', 'RS256']), use: z.literal('sig') })
    .catchall(z.unknown())
    .describe('The public half of the key that signs roots, as JWK'),
}) satisfies z.ZodType<Integrity>;

/** What apps send and are told of decisions. */
export const DECISION_SCHEMAS = {
  AuthenticationObserved,
  ProviderEvent,
  Event: z.union([AuthenticationObserved, ProviderEvent]),
  Decision: decisionSchema,
  DecisionRecord,
  LogPage,
  LogIntegrity,
};
