import * as z from 'zod';
import type { CountersignError } from '../../platform/index.ts';
import { invalidMember, SessionError } from '../session-error.ts';
import { DELIVERY, SUPPORTED_EVENTS } from './event-types.ts';

/** Whether a stream's events are sent, held, or dropped (SSF 1.0 §8.1.2). */
export type StreamStatus = 'enabled' | 'paused' | 'disabled';

/** A stream of one receiver, as it is kept. */
export interface Stream {
  readonly id: string;
  /** Optimistic version: the number of writes so far. */
  readonly version: number;
  readonly tenant: string;
  /** OAuth client id of the receiver: whose stream it is, and the audience of its tokens. */
  readonly client: string;
  readonly delivery:
    | {
        readonly method: 'push';
        readonly url: string;
        /** What the receiver wants to see in `Authorization`, sealed. */
        readonly authorization?: string;
      }
    | { readonly method: 'poll' };
  /** `events_requested`; absent asks for all. */
  readonly requested?: readonly string[];
  readonly description?: string;
  readonly status: StreamStatus;
  readonly reason?: string;
  /** Processing time of the latest verification that was asked for, ms. */
  readonly verified: number;
}

/** What a receiver may set of its stream. */
export interface StreamWishes {
  readonly delivery?: {
    readonly method: string;
    readonly endpoint_url?: string;
    readonly authorization_header?: string;
  };
  readonly events_requested?: readonly string[];
  readonly description?: string;
}

/** Least time between two verifications of a stream, seconds. */
export const VERIFICATION_INTERVAL = 30;

/** Streams that one receiver, and all receivers of one tenant, may have. */
export const STREAM_LIMITS = { client: 10, tenant: 100 } as const;

const header = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^[\t\x20-\x7e]+$/, 'must be printable ASCII');

/** Body of a request to create, update or replace a stream (SSF 1.0 §8.1.1). */
export const streamRequestSchema = z.object({
  stream_id: z.string().max(64).optional(),
  iss: z.string().optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
  delivery: z
    .object({
      method: z.enum([DELIVERY.push, DELIVERY.poll]),
      endpoint_url: z.string().max(2048).nullish(),
      authorization_header: header.nullish(),
    })
    .optional(),
  events_requested: z.array(z.string().max(256)).max(64).optional(),
  description: z.string().max(256).nullish(),
});

/** What a request's body holds: the stream that it names, what it wishes, and what it says must be so. */
export interface StreamRequest extends StreamWishes {
  readonly stream_id?: string;
  readonly iss?: string;
  readonly aud?: string | readonly string[];
}

/**
 * Reads the body of a request to create, update or replace a stream. Members that are not of the receiver's
 * choice, but `iss` and `aud`, are ignored.
 *
 * @throws SessionError `stream-invalid` (400), naming every member that is wrong.
 */
export const readStreamRequest = (body: unknown): StreamRequest => {
  const result = streamRequestSchema.safeParse(body);
  if (!result.success)
    throw new SessionError('stream-invalid', 'The stream configuration is not valid', {
      status: 400,
      fields: result.error.issues.map(({ path, message }) => ({ field: path.join('.'), problem: message })),
    });
  // `null` is how a receiver says "none".
  const { delivery, ...rest } = result.data;
  const present = <T extends object>(value: T) =>
    Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined && member !== null));
  return { ...present(rest), ...(delivery ? { delivery: present(delivery) } : {}) } as StreamRequest;
};

/**
 * The delivery that a receiver wishes for.
 *
 * @param seal seals the authorization header, which is a credential.
 * @param checkUrl refuses what nothing may be pushed to.
 * @throws SessionError `stream-invalid`, `push-refused` (400)
 */
export const deliveryOf = (
  wish: StreamWishes['delivery'],
  seal: (text: string) => string,
  checkUrl: (url: string) => void,
): Stream['delivery'] => {
  // SSF 1.0 §8.1.1.1: without a wish the transmitter must poll out.
  if (!wish || wish.method === DELIVERY.poll) return { method: 'poll' };
  if (wish.endpoint_url === undefined) throw invalidMember('delivery.endpoint_url', 'is required');
  checkUrl(wish.endpoint_url);
  return {
    method: 'push',
    url: wish.endpoint_url,
    ...(wish.authorization_header === undefined ? {} : { authorization: seal(wish.authorization_header) }),
  };
};

/** Which events a stream delivers: what was asked for of what there is. */
export const deliveredEvents = ({ requested }: Pick<Stream, 'requested'>): readonly string[] =>
  requested === undefined ? SUPPORTED_EVENTS : SUPPORTED_EVENTS.filter((type) => requested.includes(type));

/** A stream as its receiver reads it (SSF 1.0 §8.1.1). The authorization header is never shown again. */
export const streamView = (stream: Stream, issuer: string) => ({
  stream_id: stream.id,
  iss: issuer,
  aud: stream.client,
  events_supported: SUPPORTED_EVENTS,
  ...(stream.requested ? { events_requested: stream.requested } : {}),
  events_delivered: deliveredEvents(stream),
  delivery:
    stream.delivery.method === 'push'
      ? { method: DELIVERY.push, endpoint_url: stream.delivery.url }
      : { method: DELIVERY.poll, endpoint_url: `${issuer}/v1/streams/${stream.id}/poll` },
  min_verification_interval: VERIFICATION_INTERVAL,
  ...(stream.description === undefined ? {} : { description: stream.description }),
});

/**
 * Refuses a request that states a transmitter's member otherwise than it is (SSF 1.0 §8.1.1.3).
 *
 * @throws SessionError `stream-invalid` (400)
 */
export const assertAgrees = (request: StreamRequest, stream: Stream, issuer: string): void => {
  if (request.iss !== undefined && request.iss !== issuer)
    throw invalidMember('iss', 'is not that of this transmitter');
  const audience = request.aud === undefined ? undefined : [request.aud].flat();
  if (audience !== undefined && (audience.length !== 1 || audience[0] !== stream.client))
    throw invalidMember('aud', 'is not that of this stream');
};

/** A well-formed stream id, else the error that an unknown one gives: nobody learns which streams exist. */
export const streamId = (value: unknown): string => {
  if (typeof value === 'string' && /^[A-Za-z0-9_-]{22}$/.test(value)) return value;
  throw unknownStream();
};

/** No stream of this receiver has that id. */
export const unknownStream = (): CountersignError =>
  new SessionError('stream-unknown', 'This receiver has no stream with this id', { status: 404 });
