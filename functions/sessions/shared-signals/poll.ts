import { invalidMember, SessionError } from '../session-error.ts';
import type { Receiver } from './manage-streams.ts';
import { streamId, unknownStream } from './stream.ts';
import type { StreamStore } from './streams.store.ts';

/** What a poll answers (RFC 8936 §2.3). */
export interface PollAnswer {
  readonly sets: Readonly<Record<string, string>>;
  readonly moreAvailable?: true;
}

/** What polling needs from outside. */
export interface PollDeps {
  readonly streams: StreamStore;
  /** Processing time, ms. */
  readonly clock: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Told of each token that the receiver could not use, with its error code. */
  readonly onRefused: (stream: string, jti: string, reason: string) => void;
}

/** Tokens that one answer holds at most: some 150 kB. */
const MAX_EVENTS = 100;
/** Tokens that one request acknowledges at most. */
const MAX_ACKS = 1_000;
/** How long a request waits for an event, where it may, and how often it looks, ms. */
const LONG_POLL = { wait: 5_000, step: 500 } as const;

const isJti = (value: unknown): value is string => typeof value === 'string' && /^[\w-]{1,64}$/.test(value);

interface PollRequest {
  readonly maxEvents: number;
  readonly returnImmediately: boolean;
  readonly ack: readonly string[];
  readonly errors: readonly (readonly [jti: string, reason: string])[];
}

const readRequest = (body: unknown): PollRequest => {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalidMember('', 'must be an object');
  const {
    maxEvents = MAX_EVENTS,
    returnImmediately = false,
    ack = [],
    setErrs = {},
  } = body as Record<string, unknown>;
  if (!Number.isInteger(maxEvents) || (maxEvents as number) < 0)
    throw invalidMember('maxEvents', 'must be a whole number');
  if (typeof returnImmediately !== 'boolean')
    throw invalidMember('returnImmediately', 'must be true or false');
  if (!Array.isArray(ack) || ack.length > MAX_ACKS || !ack.every(isJti))
    throw invalidMember('ack', `must be at most ${MAX_ACKS} token ids`);
  if (typeof setErrs !== 'object' || setErrs === null || Array.isArray(setErrs))
    throw invalidMember('setErrs', 'must map token ids to errors');
  const errors = Object.entries(setErrs);
  if (errors.length > MAX_ACKS || !errors.every(([jti]) => isJti(jti)))
    throw invalidMember('setErrs', 'must map token ids to errors');
  return {
    maxEvents: Math.min(maxEvents as number, MAX_EVENTS),
    returnImmediately,
    ack,
    errors: errors.map(([jti, error]) => [
      jti,
      String((error as { err?: unknown } | null)?.err ?? 'unknown').slice(0, 64),
    ]),
  };
};

/**
 * Answers a poll (RFC 8936): drops what the receiver acknowledges or cannot use, then gives what waits. What is
 * given stays until it is acknowledged. Without an event, and unless told to return at once, it waits a few
 * seconds for one.
 *
 * @throws SessionError `stream-invalid` (400), `stream-unknown` (404), `stream-not-readable` (409) for a stream
 * that is pushed.
 */
export const poll = async (
  id: unknown,
  body: unknown,
  receiver: Receiver,
  deps: PollDeps,
): Promise<PollAnswer> => {
  const [stream] = await deps.streams.getMany([streamId(id)]);
  if (stream?.tenant !== receiver.tenant || stream.client !== receiver.client) throw unknownStream();
  if (stream.delivery.method !== 'poll')
    throw new SessionError('stream-not-readable', 'This stream is pushed', { status: 409 });
  const { maxEvents, returnImmediately, ack, errors } = readRequest(body);
  for (const jti of ack) await deps.streams.finish(stream.id, jti);
  for (const [jti, reason] of errors)
    if (await deps.streams.finish(stream.id, jti)) deps.onRefused(stream.id, jti, reason);
  if (maxEvents === 0 || stream.status !== 'enabled') return { sets: {} };
  const until = deps.clock() + LONG_POLL.wait;
  for (;;) {
    const events = await deps.streams.held(stream.id, maxEvents + 1);
    if (events.length > 0 || returnImmediately || deps.clock() >= until) {
      const sets = Object.fromEntries(events.slice(0, maxEvents).map(({ jti, token }) => [jti, token]));
      return { sets, ...(events.length > maxEvents ? { moreAvailable: true } : {}) };
    }
    await deps.sleep(LONG_POLL.step);
  }
};
