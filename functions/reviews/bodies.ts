import * as z from 'zod';
import { VERDICTS } from './case.ts';
import { ReviewError } from './review-error.ts';

const eventId = z.string().min(1).max(256);
const comment = z.string().trim().min(1).max(1_000);

/** Body of `POST /v1/feedback`. */
export const feedbackBody = z.strictObject({
  eventId,
  verdict: z.enum(VERDICTS, `must be ${VERDICTS.join(', ')}`),
  comment: comment.exactOptional(),
});

/** Body of `POST /v1/feedback-links`. */
export const linkBody = z.strictObject({
  eventId,
  /** Hours until the link expires. */
  hours: z.number().min(0.01).max(720).default(168),
});

/** Body of the answer to a link. */
export const answerBody = z.strictObject({ answer: z.enum(['me', 'not_me'], 'must be me or not_me') });

const answer = z.enum(['allow', 'deny'], 'must be allow or deny');

/** Body of `POST /v1/reviews/{id}`. */
export const actionBody = z.discriminatedUnion(
  'action',
  [
    z.strictObject({ action: z.enum(['claim', 'release']) }),
    z.strictObject({ action: z.enum(['comment', 'escalate', 'object']), comment }),
    z.strictObject({ action: z.literal('approve'), comment: comment.exactOptional() }),
    z.strictObject({
      action: z.literal('decide'),
      outcome: answer,
      verdict: z.enum(VERDICTS, `must be ${VERDICTS.join(', ')}`).exactOptional(),
      comment: comment.exactOptional(),
    }),
  ],
  'must be claim, release, comment, escalate, decide, approve or object',
);

/** Body of `POST /v1/disputes`. */
export const disputeBody = z.strictObject({ eventId, statement: comment.exactOptional() });

/** Query of the lists. */
export const listQuery = z.object({
  state: z.enum(['open', 'closed'], 'must be open or closed').default('open'),
  limit: z.coerce.number().int().min(1).max(100).default(25),
  after: z.string().max(400).exactOptional(),
});

/**
 * Reads a body by its schema.
 *
 * @throws ReviewError with the code given (422), naming every wrong member and no value.
 */
export const readBody = <T extends z.ZodType>(schema: T, body: unknown, code: string): z.infer<T> => {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ReviewError(code, 'The request is not valid', {
    status: 422,
    fields: parsed.error.issues
      .slice(0, 16)
      .map(({ path, message }) => ({ field: path.join('.'), problem: message })),
  });
};
