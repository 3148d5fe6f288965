import * as z from 'zod';
import type { Problem as ProblemTold } from '../../functions/platform/index.ts';

const Problem = z
  .object({
    type: z.string().describe('`urn:countersign:problem:<code>`: stable, to branch on'),
    title: z.string().describe('What went wrong, in words; never a value that was sent'),
    status: z.number().int().min(400).max(599),
    detail: z.string().exactOptional(),
    fields: z
      .array(
        z.object({
          field: z.string().describe('Path of the member, dotted; empty for the whole body'),
          problem: z.string(),
        }),
      )
      .exactOptional()
      .describe('Which members are wrong'),
  })
  .describe('RFC 9457 problem') satisfies z.ZodType<ProblemTold>;

const GatewayError = z
  .object({ message: z.string() })
  .describe('What the gateway itself refuses: no token, a token without the scope, or too many requests');

const OAuthError = z
  .object({
    error: z.enum(['invalid_request', 'temporarily_unavailable', 'server_error']),
    error_description: z.string(),
  })
  .describe('RFC 6749 §5.2');

const SetError = z
  .object({
    err: z.enum(['invalid_request', 'invalid_key', 'invalid_issuer', 'invalid_audience']),
    description: z.string(),
  })
  .describe('RFC 8935 §2.3');

/** How errors are told. */
export const ERROR_SCHEMAS = { Problem, GatewayError, OAuthError, SetError };
