import { randomBytes } from 'node:crypto';
import type { Pseudonym } from '../../platform/index.ts';
import { invalidMember, SessionError } from '../session-error.ts';
import type { ResumeStream, VerifyStream } from './outgoing.ts';
import {
  assertAgrees,
  deliveryOf,
  readStreamRequest,
  STREAM_LIMITS,
  type Stream,
  type StreamStatus,
  streamId,
  streamView,
  unknownStream,
  VERIFICATION_INTERVAL,
} from './stream.ts';
import type { StreamList, StreamStore } from './streams.store.ts';
import { readSubjectId, targetOf } from './subject-id.ts';
import { authorizationBox } from './transmit.ts';

/** Whose streams: a receiver sees and changes its own only. */
export interface Receiver {
  readonly tenant: string;
  /** OAuth client id. */
  readonly client: string;
}

/** What managing streams needs from outside. */
export interface ManageDeps {
  readonly streams: StreamStore;
  readonly issuer: string;
  readonly secret: () => Promise<string>;
  /** Pseudonyms of the receiver's tenant. */
  readonly pseudonym: () => Promise<Pseudonym>;
  readonly checkUrl: (url: string) => void;
  /** Hands a message to the function that transmits. */
  readonly send: (message: VerifyStream | ResumeStream) => Promise<void>;
  /** Processing time, ms. */
  readonly clock: () => number;
}

/** A stream as its receiver reads it. */
export type StreamView = ReturnType<typeof streamView>;

const WRITE_ATTEMPTS = 8;

const contended = () =>
  new SessionError('session-contended', 'The stream is written too often at once', { status: 503 });

const own = async (id: unknown, receiver: Receiver, deps: Pick<ManageDeps, 'streams'>): Promise<Stream> => {
  const [stream] = await deps.streams.getMany([streamId(id)]);
  if (stream?.tenant !== receiver.tenant || stream.client !== receiver.client) throw unknownStream();
  return stream;
};

const changed = async (
  id: unknown,
  receiver: Receiver,
  deps: ManageDeps,
  change: (stream: Stream) => Promise<Stream> | Stream,
): Promise<Stream> => {
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
    const before = await own(id, receiver, deps);
    const after = await change(before);
    if (await deps.streams.put(after, before.version)) return after;
  }
  throw contended();
};

const relist = async (
  tenant: string,
  deps: ManageDeps,
  change: (list: StreamList['streams']) => StreamList['streams'],
): Promise<void> => {
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
    const list = await deps.streams.list(tenant);
    const streams = change(list.streams);
    if (streams === list.streams || (await deps.streams.putList(tenant, { ...list, streams }))) return;
  }
  throw contended();
};

const fromBody = async (id: string, body: unknown, deps: ManageDeps) => {
  const request = readStreamRequest(body);
  const box = authorizationBox(await deps.secret(), id);
  return { request, delivery: () => deliveryOf(request.delivery, box.seal, deps.checkUrl) };
};

/**
 * Creates a stream (SSF 1.0 §8.1.1.1). Its name is listed before it is written: a crash in between leaves a
 * name without a stream, never a stream that nobody finds.
 *
 * @throws SessionError `stream-invalid`, `push-refused` (400), `stream-limit` (403)
 */
export const createStream = async (
  body: unknown,
  receiver: Receiver,
  deps: ManageDeps,
): Promise<StreamView> => {
  const id = randomBytes(16).toString('base64url');
  const { request, delivery } = await fromBody(id, body, deps);
  const stream: Stream = {
    id,
    version: 0,
    ...receiver,
    delivery: delivery(),
    ...(request.events_requested ? { requested: request.events_requested } : {}),
    ...(request.description === undefined ? {} : { description: request.description }),
    status: 'enabled',
    verified: 0,
  };
  assertAgrees(request, stream, deps.issuer);
  await relist(receiver.tenant, deps, (list) => {
    if (
      list.length >= STREAM_LIMITS.tenant ||
      list.filter(({ client }) => client === receiver.client).length >= STREAM_LIMITS.client
    )
      throw new SessionError('stream-limit', 'No more streams may be made', { status: 403 });
    return [...list, { id, client: receiver.client }];
  });
  if (!(await deps.streams.put(stream, 0))) throw contended();
  return streamView(stream, deps.issuer);
};

/** One stream, or all of a receiver's where none is named (§8.1.1.2). @throws SessionError `stream-unknown` (404) */
export const readStreams = async (
  id: unknown,
  receiver: Receiver,
  deps: ManageDeps,
): Promise<StreamView | StreamView[]> => {
  if (id !== undefined) return streamView(await own(id, receiver, deps), deps.issuer);
  const { streams } = await deps.streams.list(receiver.tenant);
  const ids = streams.filter(({ client }) => client === receiver.client).map((stream) => stream.id);
  return (await deps.streams.getMany(ids)).map((stream) => streamView(stream, deps.issuer));
};

/**
 * Changes what is named (PATCH, §8.1.1.3), or replaces all that is the receiver's (PUT, §8.1.1.4).
 *
 * @throws SessionError `stream-invalid`, `push-refused` (400), `stream-unknown` (404)
 */
export const changeStream = async (
  body: unknown,
  mode: 'update' | 'replace',
  receiver: Receiver,
  deps: ManageDeps,
): Promise<StreamView> => {
  const id = streamId((body as { stream_id?: unknown } | null)?.stream_id);
  const { request, delivery } = await fromBody(id, body, deps);
  const stream = await changed(id, receiver, deps, (before) => {
    assertAgrees(request, before, deps.issuer);
    const { requested, description, ...rest } = before;
    const wished = {
      ...(request.events_requested ? { requested: request.events_requested } : {}),
      ...(request.description === undefined ? {} : { description: request.description }),
    };
    if (mode === 'replace') return { ...rest, ...wished, delivery: delivery() };
    return { ...before, ...wished, ...(request.delivery ? { delivery: delivery() } : {}) };
  });
  // Events that were held for polling are to be pushed now.
  if (stream.delivery.method === 'push' && stream.status === 'enabled')
    await deps.send({ kind: 'resume', stream: id });
  return streamView(stream, deps.issuer);
};

/** Deletes a stream (§8.1.1.5); what waits for it is dropped. @throws SessionError `stream-unknown` (404) */
export const deleteStream = async (id: unknown, receiver: Receiver, deps: ManageDeps): Promise<void> => {
  const stream = await own(id, receiver, deps);
  await deps.streams.remove(stream.id);
  await relist(receiver.tenant, deps, (list) => list.filter((listed) => listed.id !== stream.id));
};

/** A stream's status, as its receiver reads it (§8.1.2). */
export interface StatusView {
  readonly stream_id: string;
  readonly status: StreamStatus;
  readonly reason?: string;
}

const statusView = ({ id, status, reason }: Stream): StatusView => ({
  stream_id: id,
  status,
  ...(reason === undefined ? {} : { reason }),
});

/** @throws SessionError `stream-unknown` (404) */
export const readStatus = async (id: unknown, receiver: Receiver, deps: ManageDeps): Promise<StatusView> =>
  statusView(await own(id, receiver, deps));

const isStatus = (value: unknown): value is StreamStatus =>
  value === 'enabled' || value === 'paused' || value === 'disabled';

const members = (body: unknown): Readonly<Record<string, unknown>> => {
  if (typeof body === 'object' && body !== null && !Array.isArray(body))
    return body as Record<string, unknown>;
  throw invalidMember('', 'must be an object');
};

/**
 * Enables, pauses or disables a stream (§8.1.2.2). What was held while it was paused is sent.
 *
 * @throws SessionError `stream-invalid` (400), `stream-unknown` (404)
 */
export const changeStatus = async (
  body: unknown,
  receiver: Receiver,
  deps: ManageDeps,
): Promise<StatusView> => {
  const { stream_id, status, reason } = members(body);
  if (!isStatus(status)) throw invalidMember('status', 'must be enabled, paused or disabled');
  if (reason !== undefined && (typeof reason !== 'string' || reason.length > 256))
    throw invalidMember('reason', 'must be text of at most 256 characters');
  const stream = await changed(stream_id, receiver, deps, ({ reason: _, ...before }) => ({
    ...before,
    status,
    ...(reason === undefined ? {} : { reason: String(reason) }),
  }));
  if (status === 'enabled') await deps.send({ kind: 'resume', stream: stream.id });
  return statusView(stream);
};

/**
 * Takes a subject into a stream or leaves it out (§8.1.3). All subjects are in a stream from the start, as the
 * CAEP interoperability profile has it; the answer never tells whether a subject is known.
 *
 * @throws SessionError `stream-invalid` (400), `stream-unknown` (404)
 */
export const changeSubject = async (
  body: unknown,
  excluded: boolean,
  receiver: Receiver,
  deps: ManageDeps,
): Promise<void> => {
  const { stream_id, subject } = members(body);
  const stream = await own(stream_id, receiver, deps);
  const identifier = readSubjectId(subject);
  const target = identifier && targetOf(identifier, receiver.tenant, await deps.pseudonym());
  if (target?.subject === undefined)
    throw invalidMember('subject', 'must be iss_sub, email, opaque, or complex with such a user');
  await deps.streams.exclude(stream.id, target.subject, excluded);
};

/**
 * Asks for a verification event (§8.1.4.2).
 *
 * @throws SessionError `stream-invalid` (400), `stream-unknown` (404), `too-frequent` (429)
 */
export const requestVerification = async (
  body: unknown,
  receiver: Receiver,
  deps: ManageDeps,
): Promise<void> => {
  const { stream_id, state } = members(body);
  if (state !== undefined && (typeof state !== 'string' || state.length > 1024))
    throw invalidMember('state', 'must be text of at most 1024 characters');
  const now = deps.clock();
  const stream = await changed(stream_id, receiver, deps, (before) => {
    if (now - before.verified < VERIFICATION_INTERVAL * 1000)
      throw new SessionError('too-frequent', `Ask at most every ${VERIFICATION_INTERVAL} seconds`, {
        status: 429,
      });
    return { ...before, verified: now };
  });
  await deps.send({
    kind: 'verify',
    id: `verify#${now}`,
    stream: stream.id,
    ...(state === undefined ? {} : { state: String(state) }),
  });
};
