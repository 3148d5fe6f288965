import * as z from 'zod';
import { told } from './people-schemas.ts';

/*
 * What the bus is told of sessions.
 */

const score = z.number().min(0).max(1);

const session = z.object({
  session: z.string().min(1).describe('Keyed pseudonym of the session'),
  subject: z.string().min(1).describe('Keyed pseudonym of the subject'),
  eventId: z
    .string()
    .min(1)
    .max(256)
    .describe('metadata.id of the event at which it was found: the app knows its session by it'),
  mode: z.enum(['shadow', 'enforce']).describe('shadow: do not act on it'),
  score: score.describe('Running score of the session'),
  threshold: score.describe('The score that it crossed'),
  signInScore: score.describe('Score that the session decays to'),
  text: z.string().describe('Safe for the subject to read'),
});

/** Schemas by detail-type. */
export const SESSION_SCHEMAS = {
  'Session Revoked': told('Session Revoked', session),
  'Signal Received': told(
    'Signal Received',
    z.object({
      issuer: z.string().min(1).describe('Who sent the security event'),
      type: z.string().min(1).describe('URI of its type'),
      subject: z.string().min(1).exactOptional().describe('Keyed pseudonym of the subject'),
      session: z.string().min(1).exactOptional().describe('Keyed pseudonym of the session'),
      code: z.string().min(1).describe('What it is taken for'),
      logOdds: z.number().describe('How much it moves a session; negative is trust'),
      revokes: z.boolean().describe('It ends the sessions it is about'),
    }),
  ),
} as const;
