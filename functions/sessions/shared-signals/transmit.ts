import { DAY_MS } from '../../baselines/index.ts';
import { pseudonymsFor, type SigningKey, sealedBox } from '../../platform/index.ts';
import { STREAM_EVENTS } from './event-types.ts';
import type { OutgoingSignal, TransmitMessage, VerifyStream } from './outgoing.ts';
import type { Push } from './push.ts';
import { eventOf, jtiOf, type SecurityEvent, signSecurityEvent } from './security-event.ts';
import { deliveredEvents, type Stream } from './stream.ts';
import type { OutboxEvent, StreamStore } from './streams.store.ts';

/** An event that its receiver will not get, for somebody to look at. */
export interface Undeliverable {
  readonly stream: string;
  readonly jti: string;
  readonly reason: string;
}

/** What transmitting needs from outside. */
export interface TransmitDeps {
  readonly streams: StreamStore;
  readonly key: SigningKey;
  readonly push: Push;
  /** The issuer: base URL of the API. */
  readonly issuer: string;
  /** Who knows the subjects by their identifiers: `iss` of a subject, often the identity provider. */
  readonly subjectIssuer: string;
  readonly secret: () => Promise<string>;
  /** Processing time, ms. */
  readonly clock: () => number;
  /** Uniform in [0, 1): spreads the retries. */
  readonly random: () => number;
  readonly giveUp: (event: Undeliverable) => Promise<void>;
  readonly onFailure: (part: string, error: unknown) => void;
}

/** Nobody else pushes an event for so long after one began to, ms: longer than a push may take. */
const LEASE_MS = 30_000;

/** How long an event waits for its receiver, and a delivered one is remembered so as not to be sent anew, ms. */
const KEPT_MS = 7 * DAY_MS;

/** First and longest wait before a push is tried again, ms. */
const BACKOFF = { first: 10_000, most: 3_600_000 } as const;

/** Events that one sweep pushes at most, and at a time. */
const SWEEP_LIMIT = 64;
const AT_ONCE = 8;

/** Seals the authorization header of a stream, which is the receiver's credential. */
export const authorizationBox = (secret: string, stream: string) => sealedBox(secret, `stream/${stream}`);

/** The wait after so many failed pushes, ms: doubled each time, and up to half as much again. */
export const backoffMs = (attempts: number, random: number): number =>
  Math.min(BACKOFF.most, BACKOFF.first * 2 ** (attempts - 1)) * (1 + random / 2);

const inGroups = async <T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  for (let first = 0; first < items.length; first += AT_ONCE)
    await Promise.all(items.slice(first, first + AT_ONCE).map(work));
};

/** Pushes one event that is ours to push, and writes down what came of it. */
const pushOne = async (event: OutboxEvent, stream: Stream, deps: TransmitDeps): Promise<void> => {
  const { delivery } = stream;
  if (delivery.method !== 'push') return;
  const authorization =
    delivery.authorization === undefined
      ? undefined
      : authorizationBox(await deps.secret(), stream.id).open(delivery.authorization);
  const result = await deps.push(delivery.url, event.token, authorization);
  if (result.outcome === 'accepted') {
    await deps.streams.finish(event.stream, event.jti);
  } else if (result.outcome === 'refused') {
    // First the word to whoever looks after it: a crash in between says it twice and not never.
    await deps.giveUp({ stream: event.stream, jti: event.jti, reason: result.reason });
    await deps.streams.finish(event.stream, event.jti);
  } else {
    const attempts = event.attempts + 1;
    const due = deps.clock() + Math.round(backoffMs(attempts, deps.random()));
    if (due >= event.expires) {
      await deps.giveUp({ stream: event.stream, jti: event.jti, reason: `expired: ${result.reason}` });
      await deps.streams.finish(event.stream, event.jti);
      return;
    }
    await deps.streams.reschedule(event, { due, attempts, held: false });
    deps.onFailure('push', new Error(result.reason));
  }
};

/** Keeps an event in a stream's outbox and pushes it where that is how it is delivered. */
const emit = async (
  stream: Stream,
  content: Omit<SecurityEvent, 'iss' | 'aud' | 'iat'>,
  deps: TransmitDeps,
): Promise<void> => {
  const now = deps.clock();
  const token = await signSecurityEvent(deps.key, {
    iss: deps.issuer,
    iat: Math.floor(now / 1000),
    aud: stream.client,
    ...content,
  });
  const held = stream.delivery.method === 'poll' || stream.status === 'paused';
  const event = {
    stream: stream.id,
    jti: content.jti,
    token,
    attempts: 0,
    due: held ? now : now + LEASE_MS,
    expires: now + KEPT_MS,
  };
  if (!(await deps.streams.add(event, held)) || held) return;
  await pushOne(event, stream, deps).catch((error) => deps.onFailure('push', error));
};

const fanOut = async (signal: OutgoingSignal, deps: TransmitDeps): Promise<void> => {
  const { streams: names } = await deps.streams.list(signal.tenant);
  if (names.length === 0) return;
  const streams = (await deps.streams.getMany(names.map(({ id }) => id))).filter(
    (stream) => stream.status !== 'disabled' && deliveredEvents(stream).includes(signal.type),
  );
  if (streams.length === 0) return;
  const secret = await deps.secret();
  const { user, subject, claims } = eventOf(signal, secret, deps.subjectIssuer);
  const excluding = await deps.streams.excluding(
    streams.map(({ id }) => id),
    pseudonymsFor(secret, signal.tenant)('subject', user),
  );
  await inGroups(
    streams.filter(({ id }) => !excluding.has(id)),
    (stream) =>
      emit(
        stream,
        {
          jti: jtiOf(stream.id, signal.id),
          txn: jtiOf('', signal.id),
          sub_id: subject,
          events: { [signal.type]: claims },
        },
        deps,
      ),
  );
};

const verify = async (
  { stream: id, id: request, state }: VerifyStream,
  deps: TransmitDeps,
): Promise<void> => {
  const [stream] = await deps.streams.getMany([id]);
  if (!stream || stream.status === 'disabled') return;
  await emit(
    stream,
    {
      jti: jtiOf(id, request),
      sub_id: { format: 'opaque', id },
      events: { [STREAM_EVENTS.verification]: state === undefined ? {} : { state } },
    },
    deps,
  );
};

/** Sends what a stream held while it was paused, or while it was polled. */
const resume = async (id: string, deps: TransmitDeps): Promise<void> => {
  for (;;) {
    const [stream] = await deps.streams.getMany([id]);
    if (stream?.delivery.method !== 'push' || stream.status !== 'enabled') return;
    const events = await deps.streams.held(id, SWEEP_LIMIT);
    let moved = 0;
    for (const event of events) {
      const due = deps.clock() + LEASE_MS;
      if (!(await deps.streams.reschedule(event, { due, attempts: event.attempts, held: false }))) continue;
      moved++;
      await pushOne({ ...event, due }, stream, deps).catch((error) => deps.onFailure('push', error));
    }
    if (moved < SWEEP_LIMIT) return;
  }
};

/**
 * Transmits one message: a signal to every stream of its tenant that asked for its type and leaves its subject
 * not out, a verification, or what a stream held. Each event is kept before it is pushed and bears the same id
 * however often the message comes, so a repeat sends nothing that was sent.
 *
 * @throws SessionError `session-store-unavailable`, CountersignError `signing-key-unavailable` (503): deliver
 * the message again.
 */
export const transmit = async (message: TransmitMessage, deps: TransmitDeps): Promise<void> => {
  if (message.kind === 'signal') await fanOut(message, deps);
  else if (message.kind === 'verify') await verify(message, deps);
  else await resume(message.stream, deps);
};

/**
 * Pushes again what failed or what a crash left, oldest first; whoever is faster has an event to itself.
 *
 * @returns how many events were taken.
 */
export const sweepOutbox = async (deps: TransmitDeps): Promise<number> => {
  const events = await deps.streams.dueBefore(deps.clock(), SWEEP_LIMIT);
  const streams = new Map(
    (await deps.streams.getMany([...new Set(events.map(({ stream }) => stream))])).map((stream) => [
      stream.id,
      stream,
    ]),
  );
  let taken = 0;
  await inGroups(events, async (event) => {
    try {
      const stream = streams.get(event.stream);
      const { attempts } = event;
      if (!stream || stream.status === 'disabled') {
        // SSF 1.0 §8.1.2: a disabled stream holds nothing; a deleted one has nobody to tell.
        await deps.streams.finish(event.stream, event.jti);
        return;
      }
      const held = stream.delivery.method === 'poll' || stream.status === 'paused';
      const due = held ? event.due : deps.clock() + LEASE_MS;
      if (!(await deps.streams.reschedule(event, { due, attempts, held })) || held) return;
      taken++;
      await pushOne({ ...event, due }, stream, deps);
    } catch (error) {
      deps.onFailure('push', error);
    }
  });
  return taken;
};
