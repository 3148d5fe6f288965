import * as z from 'zod';
import { DELIVERY } from '../../functions/sessions/shared-signals/event-types.ts';
import type { StatusView, StreamView } from '../../functions/sessions/shared-signals/manage-streams.ts';
import type { PollAnswer as Polled } from '../../functions/sessions/shared-signals/poll.ts';
import { streamRequestSchema } from '../../functions/sessions/shared-signals/stream.ts';
import type { transmitterMetadata } from '../../functions/sessions/shared-signals/transmitter-metadata.ts';

const delivery = z.enum([DELIVERY.push, DELIVERY.poll]);

const Stream = z
  .object({
    stream_id: z.string(),
    iss: z.string(),
    aud: z.string().describe("The receiver's OAuth client id"),
    events_supported: z.array(z.string()),
    events_requested: z.array(z.string()).exactOptional(),
    events_delivered: z.array(z.string()),
    delivery: z.object({ method: delivery, endpoint_url: z.string() }),
    min_verification_interval: z.number().describe('Seconds'),
    description: z.string().exactOptional(),
  })
  .describe('SSF 1.0 §8.1.1') satisfies z.ZodType<StreamView>;

const status = z.enum(['enabled', 'paused', 'disabled']);
const reason = z.string().max(256).exactOptional();

const StreamStatus = z.object({ stream_id: z.string(), status, reason }) satisfies z.ZodType<StatusView>;

const simple = z.union([
  z.object({ format: z.literal('iss_sub'), iss: z.string(), sub: z.string() }),
  z.object({ format: z.literal('email'), email: z.string() }),
  z.object({ format: z.literal('opaque'), id: z.string() }),
]);

const SubjectId = z
  .union([
    simple,
    z.object({
      format: z.literal('complex'),
      user: simple.exactOptional(),
      session: simple.exactOptional(),
      device: simple.exactOptional(),
    }),
  ])
  .describe('RFC 9493; of one that is complex, the user');

const PollAnswer = z
  .object({
    sets: z.record(z.string(), z.string()).describe('Signed tokens by their `jti`'),
    moreAvailable: z.literal(true).exactOptional(),
  })
  .describe('RFC 8936 §2.3') satisfies z.ZodType<Polled>;

const SsfConfiguration = z
  .object({
    spec_version: z.string(),
    issuer: z.string(),
    jwks_uri: z.string(),
    delivery_methods_supported: z.array(delivery),
    configuration_endpoint: z.string(),
    status_endpoint: z.string(),
    add_subject_endpoint: z.string(),
    remove_subject_endpoint: z.string(),
    verification_endpoint: z.string(),
    critical_subject_members: z.array(z.string()),
    authorization_schemes: z.array(z.object({ spec_urn: z.string() })),
    default_subjects: z.string(),
  })
  .describe('SSF 1.0 §7.1') satisfies z.ZodType<ReturnType<typeof transmitterMetadata>>;

/** What receivers and transmitters of security events send and are told. */
export const SESSION_SCHEMAS = {
  StreamRequest: streamRequestSchema,
  Stream,
  Streams: z.union([Stream, z.array(Stream)]),
  StreamStatus,
  SubjectId,
  StreamSubject: z.object({ stream_id: z.string(), subject: SubjectId }),
  StreamVerification: z.object({ stream_id: z.string(), state: z.string().max(1_024).exactOptional() }),
  PollRequest: z
    .object({
      maxEvents: z.number().int().min(0).exactOptional(),
      returnImmediately: z.boolean().exactOptional(),
      ack: z.array(z.string()).max(1_000).exactOptional().describe('What was received and kept'),
      setErrs: z
        .record(z.string(), z.object({ err: z.string(), description: z.string().exactOptional() }))
        .exactOptional()
        .describe('What could not be used, and why'),
    })
    .describe('RFC 8936 §2.2'),
  PollAnswer,
  SsfConfiguration,
  Jwks: z.object({ keys: z.array(z.looseObject({ kty: z.string() })) }),
};
