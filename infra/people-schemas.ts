import * as z from 'zod';

/*
 * What the bus is told when people have their say.
 */

const metadata = z.object({
  id: z.string().min(1).describe('Identity of what is told: a repeat bears the same one'),
  version: z.literal('1'),
  time: z.iso.datetime(),
  tenant: z.string().min(1),
});

/** The schema of an event that Countersign itself puts on the bus. */
export const told = (detailType: string, data: z.ZodType) =>
  z
    .object({
      source: z.literal('countersign'),
      'detail-type': z.literal(detailType),
      detail: z.object({ metadata, data }),
    })
    .meta({ title: detailType });

const event = {
  eventId: z.string().min(1).max(256).describe('metadata.id of the event it is about'),
  subject: z.string().min(1).describe('Keyed pseudonym of the subject'),
};
const verdict = z.enum(['confirmCompromised', 'confirmSafe', 'dismiss']);
const review = {
  ...event,
  reviewId: z.string().min(1),
  kind: z.enum(['review', 'dispute']),
};

/** Schemas by detail-type. */
export const PEOPLE_SCHEMAS = {
  'Feedback Recorded': told(
    'Feedback Recorded',
    z.object({
      ...event,
      feedbackId: z.string().min(1),
      verdict,
      by: z.enum(['person', 'app', 'reviewer']),
      withdrawn: z.boolean().describe('true: it was taken back'),
      standing: z
        .enum(['confirmCompromised', 'confirmSafe', 'dismiss', 'none'])
        .describe('The word that counts now, of all that was said of the event'),
    }),
  ),
  'Baseline Repaired': told(
    'Baseline Repaired',
    z.object({
      ...event,
      change: z
        .enum(['taught', 'repaired', 'restored'])
        .describe(
          'taught: the event counts after all; repaired: what it taught is undone; restored: as before',
        ),
    }),
  ),
  'Review Requested': told(
    'Review Requested',
    z.object({
      ...review,
      score: z.number().min(0).max(1),
      level: z.string(),
      reasons: z.array(z.string()).describe('Codes of the strongest reasons'),
      deadline: z.iso.datetime().describe('A review that nobody decided by then is denied'),
      escalated: z.boolean(),
    }),
  ),
  'Review Resolved': told(
    'Review Resolved',
    z.object({
      ...review,
      outcome: z.enum(['allow', 'deny']),
      by: z.enum(['review', 'dispute', 'expiry']),
      verdict: verdict.exactOptional().describe('What was said of the event; absent when nobody judged it'),
    }),
  ),
} as const;
