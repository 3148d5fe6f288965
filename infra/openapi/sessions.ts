import { DELIVERY, EVENT_TYPES } from '../../functions/sessions/shared-signals/event-types.ts';
import type { Content, Operations } from './operation.ts';

const RECEIVERS = { scopes: ['stream'], tag: 'Shared Signals' } as const;
const BODY_PROBLEMS = { 413: ['body-too-large'], 415: ['media-type-unsupported'] } as const;
const INVALID = {
  ...BODY_PROBLEMS,
  400: ['stream-invalid', 'body-not-json'],
  404: ['stream-unknown'],
} as const;

const STREAM: Content = {
  description: 'The stream. What it puts in `Authorization` is never shown again',
  schema: 'Stream',
  example: {
    stream_id: 'q3JvS2xtbm9wcXJzdHV2dw',
    iss: 'https://api.example',
    aud: 'receiver',
    events_supported: Object.values(EVENT_TYPES),
    events_delivered: Object.values(EVENT_TYPES),
    delivery: { method: DELIVERY.push, endpoint_url: 'https://receiver.example/events' },
    min_verification_interval: 30,
  },
};
const wishes = (description: string, stream?: string): Content => ({
  description,
  schema: 'StreamRequest',
  example: {
    ...(stream === undefined ? {} : { stream_id: stream }),
    delivery: { method: DELIVERY.push, endpoint_url: 'https://receiver.example/events' },
    events_requested: [EVENT_TYPES.sessionRevoked],
  },
});
const ID = 'q3JvS2xtbm9wcXJzdHV2dw';
const STATUS: Content = {
  description: 'The status',
  schema: 'StreamStatus',
  example: { stream_id: ID, status: 'enabled' },
};
const subject = (description: string): Content => ({
  description,
  schema: 'StreamSubject',
  example: { stream_id: ID, subject: { format: 'opaque', id: 'u-4711' } },
});

/** A receiver's own streams (SSF 1.0 §8.1). */
const STREAMS: Operations = {
  'POST /v1/streams': {
    ...RECEIVERS,
    id: 'createStream',
    summary: 'Create a stream',
    body: wishes('What the receiver wishes; without `delivery` it polls'),
    answers: { 201: STREAM },
    problems: {
      ...BODY_PROBLEMS,
      400: ['stream-invalid', 'push-refused', 'body-not-json'],
      403: ['stream-limit', 'receiver-unknown'],
    },
  },
  'GET /v1/streams': {
    ...RECEIVERS,
    id: 'streams',
    summary: 'Read one stream, or all that are the receiver’s',
    query: ['stream_id'],
    answers: { 200: { ...STREAM, schema: 'Streams' } },
    problems: { 403: ['receiver-unknown'], 404: ['stream-unknown'] },
  },
  'PATCH /v1/streams': {
    ...RECEIVERS,
    id: 'updateStream',
    summary: 'Change what is named',
    body: wishes('What changes', ID),
    answers: { 200: STREAM },
    problems: { ...INVALID, 400: [...INVALID[400], 'push-refused'], 403: ['receiver-unknown'] },
  },
  'PUT /v1/streams': {
    ...RECEIVERS,
    id: 'replaceStream',
    summary: 'Replace all that is the receiver’s to say',
    body: wishes('What is wished from now on', ID),
    answers: { 200: STREAM },
    problems: { ...INVALID, 400: [...INVALID[400], 'push-refused'], 403: ['receiver-unknown'] },
  },
  'DELETE /v1/streams': {
    ...RECEIVERS,
    id: 'deleteStream',
    summary: 'Delete a stream, and what waits in it',
    query: ['stream_id'],
    answers: { 204: { description: 'It is gone', type: 'none' } },
    problems: { 403: ['receiver-unknown'], 404: ['stream-unknown'] },
  },
  'GET /v1/streams/status': {
    ...RECEIVERS,
    id: 'streamStatus',
    summary: 'Read whether events are sent, held or dropped',
    query: ['stream_id'],
    answers: { 200: STATUS },
    problems: { 403: ['receiver-unknown'], 404: ['stream-unknown'] },
  },
  'POST /v1/streams/status': {
    ...RECEIVERS,
    id: 'changeStreamStatus',
    summary: 'Enable, pause or disable a stream',
    body: { ...STATUS, description: 'The status wished' },
    answers: { 200: STATUS },
    problems: { ...INVALID, 403: ['receiver-unknown'] },
  },
  'POST /v1/streams/subjects/add': {
    ...RECEIVERS,
    id: 'addSubject',
    summary: 'Take a subject into a stream; all are in it from the start',
    body: subject('Whom'),
    answers: {
      200: { description: 'Done, or there was nothing to do: the answer does not tell', type: 'none' },
    },
    problems: { ...INVALID, 403: ['receiver-unknown'] },
  },
  'POST /v1/streams/subjects/remove': {
    ...RECEIVERS,
    id: 'removeSubject',
    summary: 'Leave a subject out of a stream',
    body: subject('Whom'),
    answers: {
      204: { description: 'Done, or there was nothing to do: the answer does not tell', type: 'none' },
    },
    problems: { ...INVALID, 403: ['receiver-unknown'] },
  },
  'POST /v1/streams/verify': {
    ...RECEIVERS,
    id: 'verifyStream',
    summary: 'Ask for a verification event',
    body: {
      description: '`state` comes back in the event',
      schema: 'StreamVerification',
      example: { stream_id: ID, state: 'VGhpcy' },
    },
    answers: { 204: { description: 'It will be sent', type: 'none' } },
    problems: { ...INVALID, 403: ['receiver-unknown'], 429: ['too-frequent'] },
  },
  'POST /v1/streams/{streamId}/poll': {
    ...RECEIVERS,
    id: 'poll',
    summary: 'Take events that wait, and acknowledge those taken (RFC 8936)',
    path: { streamId: 'Of the stream' },
    body: {
      description: 'How many, and what was received',
      schema: 'PollRequest',
      example: { ack: ['4d3559ec'] },
    },
    answers: {
      200: {
        description: 'Events as signed tokens',
        schema: 'PollAnswer',
        example: { sets: { '4d3559ec': 'eyJ…' } },
      },
    },
    problems: { ...INVALID, 403: ['receiver-unknown'], 409: ['stream-not-readable'] },
  },
};

/** Documents that everybody may read, and the place for events of others. */
const OPEN: Operations = {
  'POST /v1/signals': {
    id: 'receiveSignal',
    tag: 'Shared Signals',
    summary: 'Take in a security event of a transmitter that is trusted (RFC 8935)',
    description: 'No token: the event proves itself by its signature.',
    scopes: [],
    errors: 'set',
    body: { description: 'A signed security event token, bare', type: 'application/secevent+jwt' },
    answers: { 202: { description: 'Taken in; the same token again is answered the same', type: 'none' } },
    problems: { 400: ['invalid_request', 'invalid_key', 'invalid_issuer', 'invalid_audience'] },
  },
  'GET /.well-known/ssf-configuration': {
    id: 'ssfConfiguration',
    tag: 'Shared Signals',
    summary: 'What the transmitter can do, and where',
    scopes: [],
    answers: { 200: { description: 'The document', schema: 'SsfConfiguration' } },
  },
  'GET /.well-known/jwks.json': {
    id: 'jwks',
    tag: 'Shared Signals',
    summary: 'The keys by which security events are signed',
    scopes: [],
    answers: { 200: { description: 'RFC 7517', schema: 'Jwks' } },
  },
};

/** Shared Signals. */
export const SESSION_OPERATIONS: Operations = { ...STREAMS, ...OPEN };
