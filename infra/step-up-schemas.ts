import * as z from 'zod';
import type { AskedPresentation, LaterEvidence, Reason } from '../functions/decisions/decision.ts';
import { EVIDENCE } from '../functions/decisions/evidence.ts';
import type { StepUp } from '../functions/decisions/step-up.ts';
import { told } from './people-schemas.ts';

/*
 * What a decision asks for, what a wallet answered, and what the bus is told of it.
 */

const moment = z.iso.datetime();
const score = z.number().min(0).max(1);
const outcome = z.enum(['allow', 'step_up', 'review', 'deny']);

/** One term of a score. */
export const reasonSchema = z.object({
  code: z.string().min(1).describe('Detection code'),
  contribution: z.number().describe('Log-odds added; negative is trust'),
  observed: z.string().exactOptional().describe('What this event showed'),
  usual: z.string().exactOptional().describe('What is usual for the subject'),
  text: z.string().describe('Safe for the subject to read'),
}) satisfies z.ZodType<Reason>;

/** What a step-up takes. */
export const stepUpSchema = z.object({
  anyOf: z
    .array(
      z.object({
        evidence: z.enum(EVIDENCE),
        strength: z.number().describe('1 to 3'),
        query: z.string().exactOptional().describe('Name of the query that a wallet is asked'),
        purpose: z.string().exactOptional().describe('Why it is asked, in words for the person'),
      }),
    )
    .describe('One of these is enough; the strongest first'),
  acr_values: z.string().describe('RFC 9470: authentication contexts, in order of preference'),
  max_age: z.number().min(0).describe('RFC 9470: seconds that may have passed since the last authentication'),
}) satisfies z.ZodType<StepUp>;

/** What a wallet is asked. */
export const askedPresentationSchema = z.object({
  id: z.string().describe('Under which the app reads the result'),
  query: z.string().describe('Name of the query, as policy calls it'),
  wallet: z.boolean().describe('It counts only from a wallet that is enrolled for the subject'),
  authorization_request: z.string().describe('Starts a wallet on this device (OpenID4VP 1.0)'),
  request_uri: z.string().exactOptional().describe('Where a wallet fetches the signed request'),
  page_uri: z.string().describe('Page with the link and a QR code'),
  expires_at: moment,
}) satisfies z.ZodType<AskedPresentation>;

/** What a wallet's answer made of a decision. */
export const laterEvidenceSchema = z.object({
  request: z.string().describe('Id of the presentation request, as wallets know it'),
  time: moment.describe('When the answer was verified'),
  proved: z.array(z.string()).describe('Names of the queries that it answered'),
  reasons: z.array(reasonSchema).describe('Terms added to the score'),
  score: score.describe('sigmoid(base + sum of contributions), over the reasons of the decision and these'),
  level: z.enum(['low', 'medium', 'high']),
  outcome: outcome.describe('What policy says with it'),
  policy: z.object({ determining: z.array(z.string()), digest: z.string() }),
}) satisfies z.ZodType<LaterEvidence>;

const subject = z.string().min(1).describe('Keyed pseudonym of the subject');
const eventId = z.string().min(1).max(256);

const answer = z.object({
  requestId: z.string().min(1).describe('Id of the presentation request, as wallets know it'),
  status: z.enum(['verified', 'rejected']),
  eventId: eventId
    .exactOptional()
    .describe('metadata.id of the event whose decision waited for it; absent where none did'),
  subject: subject.exactOptional(),
  mode: z.enum(['shadow', 'enforce']).exactOptional().describe('shadow: do not act on the outcome'),
  outcome: outcome.exactOptional().describe('The outcome of the decision as it stands now'),
  score: score.exactOptional().describe('The score with the evidence'),
  proved: z.array(z.string()).exactOptional().describe('Names of the queries that it answered'),
  wallet: z.string().exactOptional().describe('Id of the wallet that was enrolled'),
  reason: z.string().exactOptional().describe('Why it was rejected: `wrongHolder`, or what did not hold'),
});

/** Schemas by detail-type. */
export const STEP_UP_SCHEMAS = {
  'Step-Up Required': told(
    'Step-Up Required',
    z.object({
      session: z
        .string()
        .min(1)
        .exactOptional()
        .describe('Keyed pseudonym of the session, where the event names one'),
      subject,
      eventId: eventId.describe('metadata.id of the event at which it was found'),
      mode: z.enum(['shadow', 'enforce']).describe('shadow: do not act on it'),
      score: score.describe('Score of the event; where `threshold` is stated, running score of the session'),
      threshold: score.exactOptional().describe('The score that the session crossed'),
      signInScore: score.exactOptional().describe('Score that the session decays to'),
      stepUp: stepUpSchema.exactOptional().describe('What is needed, where a decision asks for it'),
      presentationRequest: askedPresentationSchema
        .exactOptional()
        .describe('What a wallet is asked, where that is one of the ways and a wallet can answer'),
      text: z.string().describe('Safe for the subject to read'),
    }),
  ),
  'Presentation Verified': told('Presentation Verified', answer),
  'Presentation Rejected': told('Presentation Rejected', answer),
} as const;
