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
