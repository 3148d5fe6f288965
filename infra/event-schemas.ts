import * as z from 'zod';
import type { Decision } from '../functions/decisions/decision.ts';
import { nativeDetail } from '../functions/events/index.ts';
import { PEOPLE_SCHEMAS } from './people-schemas.ts';
import { SESSION_SCHEMAS } from './session-schemas.ts';
import {
  askedPresentationSchema,
  laterEvidenceSchema,
  reasonSchema,
  STEP_UP_SCHEMAS,
  stepUpSchema,
} from './step-up-schemas.ts';

/*
 * The events of the bus as JSON Schema, for those who write or read them. What arrives is described by the
 * schema that the adapter itself reads with; what leaves, by one that the type of a decision is held to.
 */

const event = (detailType: string, source: z.ZodType, detail: z.ZodType) =>
  z.object({ source, 'detail-type': z.literal(detailType), detail }).meta({ title: detailType });

const moment = z.iso.datetime();
const codes = z.array(z.string());

/** A decision, as apps are told it. */
export const decisionSchema = z.object({
  eventId: z.string().min(1).max(256).describe('metadata.id of the event decided'),
  subject: z.string().min(1).describe('Keyed pseudonym of the subject'),
  score: z
    .number()
    .min(0)
    .max(1)
    .describe('Probability that it is not the owner of the account: sigmoid(base + sum of contributions)'),
  level: z.enum(['low', 'medium', 'high']),
  outcome: z
    .enum(['allow', 'step_up', 'review', 'deny'])
    .describe('What policy decided, or what that was resolved to'),
  resolution: z
    .object({
      from: z.enum(['allow', 'step_up', 'review', 'deny']).describe('What policy had decided'),
      by: z.enum(['review', 'expiry', 'dispute', 'presentation']),
      reference: z.string().min(1),
      time: moment,
    })
    .exactOptional()
    .describe('Present once somebody or something completed the decision'),
  stepUp: stepUpSchema.exactOptional().describe('What is needed, when policy decided `step_up`'),
  presentationRequest: askedPresentationSchema
    .exactOptional()
    .describe('What a wallet is asked, where that is one of the ways and a wallet can answer'),
  evidence: laterEvidenceSchema.exactOptional().describe('Present once a wallet has answered'),
  mode: z.enum(['shadow', 'enforce']).describe('shadow: do not act on the outcome'),
  base: z.number().describe('Log-odds before any evidence'),
  reasons: z
    .array(reasonSchema)
    .describe('Every term that was not zero when it was decided, largest effect first'),
  policy: z.object({ determining: codes.describe('Ids of the policies that determined the outcome') }),
  baseline: z.object({ maturity: z.enum(['none', 'learning', 'established']), events: z.number().min(0) }),
  model: z.object({ id: z.string(), digest: z.string() }),
  evaluators: z.object({ ran: codes, skipped: z.array(z.object({ code: z.string(), why: z.string() })) }),
  degraded: codes.exactOptional().describe('Parts that failed, so that the configured fallback decided'),
  time: moment.describe('When the event happened'),
  decidedAt: moment.describe('When it was decided'),
}) satisfies z.ZodType<Decision>;

const riskAssessed = z.object({
  metadata: z.object({
    id: z.string().min(1).describe('Identity of the decision: a repeat bears the same one'),
    version: z.literal('1'),
    time: moment,
    tenant: z.string().min(1),
    correlationId: z.string().min(1).exactOptional().describe("That of the event's metadata"),
    session: z.string().min(1).exactOptional().describe('Keyed pseudonym of the session, where there is one'),
  }),
  data: decisionSchema,
});

/** The schema of each event that the bus carries, by detail-type. Only Countersign says what has its source. */
export const EVENT_SCHEMAS = {
  'Authentication Observed': event(
    'Authentication Observed',
    z.string().min(1).describe("The producer's own source, never countersign"),
    nativeDetail,
  ),
  'Risk Assessed': event('Risk Assessed', z.literal('countersign'), riskAssessed),
  ...PEOPLE_SCHEMAS,
  ...SESSION_SCHEMAS,
  ...STEP_UP_SCHEMAS,
} as const;

/** The detail-type of an event that has a schema. */
export type DetailType = keyof typeof EVENT_SCHEMAS;

/**
 * The schema of an event in the draft that a reader knows: today's, or Draft 4, which is what the schema registry
 * of EventBridge takes. Rules beyond what JSON Schema can say (an address must be one) are left out.
 *
 * @example
 * ```ts
 * jsonSchema('Risk Assessed', 'draft-4').$schema; // 'http://json-schema.org/draft-04/schema#'
 * ```
 */
export const jsonSchema = (detailType: DetailType, target: 'draft-2020-12' | 'draft-4') =>
  z.toJSONSchema(EVENT_SCHEMAS[detailType], { target, io: 'input', unrepresentable: 'any' });
