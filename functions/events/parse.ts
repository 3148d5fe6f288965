import type { AuthEvent, EventEnvelope, IdentityEvent, ParseContext } from './auth-event.ts';
import { assertBounded } from './bounds.ts';
import { digestOf } from './digest.ts';
import { EventError } from './event-error.ts';
import { Member } from './member.ts';
import { readNative } from './native.ts';
import { NATIVE, providerOf } from './providers.ts';
import { toEvent } from './reading.ts';

/**
 * Reads an event as the bus or `POST /v1/evaluate` carries it, native or a provider's own.
 *
 * @param envelope anything at all: nothing in it is believed before it has been checked.
 * @param context what the caller knows apart from the event: clock and tenant.
 * @returns an attempt to authenticate, or another identity event. Members that the source did not state are
 * absent and listed in `unfilled`.
 * @throws {EventError} whatever is wrong, naming the member; never any other error.
 *
 * @example
 * ```ts
 * const event = parseEvent(body, { now: Date.now(), tenant: 'shop' });
 * if (event.type === 'authentication') console.log(event.subject.id, event.outcome);
 * ```
 */
export function parseEvent(envelope: unknown, context: ParseContext): AuthEvent | IdentityEvent {
  const event = readEnvelope(envelope);
  const { source, 'detail-type': detailType } = event;
  if (source === 'countersign' || source.startsWith('countersign.')) {
    throw unknownProvider('source', 'is reserved for the events that Countersign sends');
  }
  if (detailType === NATIVE) return readNative(event, context);
  const provider = providerOf(source, detailType);
  if (provider === undefined) {
    throw unknownProvider('detail-type', 'is, with this source, of no provider that is known');
  }
  const reading = provider.adapter(new Member(event.detail, 'detail'), event);
  return toEvent(reading, provider.name, event, context);
}

/**
 * The digest that tells a duplicate from another event under the same id: SHA-256 in hex over the canonical
 * JSON (RFC 8785) of `source`, `detail-type` and `detail`. What the bus adds (its id and time) is left out, so
 * that a redelivery is the same payload.
 *
 * @throws {EventError} when it is no envelope, or out of bounds.
 *
 * @example
 * ```ts
 * payloadDigest({ source: 'shop.example', 'detail-type': 'Authentication Observed', detail: {} }).length; // 64
 * ```
 */
export function payloadDigest(envelope: unknown): string {
  const { source, 'detail-type': detailType, detail } = readEnvelope(envelope);
  return digestOf({ source, 'detail-type': detailType, detail });
}

/** Names that a body must not have, at its top level too. */
const POLLUTING = ['__proto__', 'constructor', 'prototype'];

function readEnvelope(value: unknown): EventEnvelope {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('', 'must be an object with source, detail-type and detail');
  }
  const record = value as Record<string, unknown>;
  const polluting = POLLUTING.find((name) => Object.hasOwn(record, name));
  if (polluting !== undefined) throw malformed(polluting, 'is a name that is not allowed');
  const own = (name: string): unknown => (Object.hasOwn(record, name) ? record[name] : undefined);
  const source = requiredText(own('source'), 'source');
  const detailType = requiredText(own('detail-type'), 'detail-type');
  const detail = own('detail');
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) {
    throw malformed('detail', detail === undefined ? 'is required' : 'must be an object');
  }
  assertBounded(detail, 'detail');
  return {
    source,
    'detail-type': detailType,
    detail,
    ...optionalText(own('id'), 'id'),
    ...optionalText(own('time'), 'time'),
  };
}

function requiredText(value: unknown, field: string): string {
  if (value === undefined) throw malformed(field, 'is required');
  if (typeof value !== 'string' || value.trim() === '') throw malformed(field, 'must be text');
  if (value.length > 256) throw malformed(field, 'is longer than 256 characters');
  return value;
}

function optionalText<K extends string>(value: unknown, field: K): { [P in K]?: string } {
  if (value === undefined || value === null) return {};
  return { [field]: requiredText(value, field) } as { [P in K]?: string };
}

function malformed(field: string, problem: string): EventError {
  return new EventError('event-malformed', `${field || 'The event'} ${problem}`, [{ field, problem }]);
}

function unknownProvider(field: string, problem: string): EventError {
  return new EventError('event-unknown-provider', `${field} ${problem}`, [{ field, problem }]);
}
