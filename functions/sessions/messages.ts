import { decisionKey } from '../decisions/index.ts';
import type { IdentityEvent } from '../events/index.ts';
import type { OutsideEvidence } from './apply-evidence.ts';
import type { EvidenceTarget } from './validate.ts';

/** A change to an identity, from the function that reads events. */
export interface IdentityChangeMessage {
  readonly kind: 'identity-change';
  readonly event: IdentityEvent;
}

/** A verified signal of another party, from the function that receives them; names as pseudonyms. */
export interface SignalMessage {
  readonly kind: 'signal-received';
  readonly target: EvidenceTarget;
  readonly evidence: OutsideEvidence;
  readonly issuer: string;
  readonly type: string;
}

/** Events of the bus that tell of an earlier decision that it was resolved; they name its event. */
const RESOLVING: readonly unknown[] = ['Presentation Verified', 'Review Resolved'];

/** What the function that validates sessions is sent. */
export type SessionsMessage =
  | { readonly kind: 'decided'; readonly key: string }
  | IdentityChangeMessage
  | SignalMessage;

/**
 * Reads a message of the queue: an event of the bus that names a decision, or one of our own functions'. Nobody
 * else may send to the queue.
 *
 * @returns undefined for what is none.
 */
export const readMessage = (body: string): SessionsMessage | undefined => {
  let message: unknown;
  try {
    message = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof message !== 'object' || message === null) return undefined;
  const { kind, detail, ...event } = message as {
    readonly kind?: unknown;
    readonly 'detail-type'?: unknown;
    readonly detail?: {
      readonly metadata?: { readonly id?: unknown; readonly tenant?: unknown };
      readonly data?: { readonly eventId?: unknown };
    };
  };
  if (kind === 'identity-change' || kind === 'signal-received') return message as SessionsMessage;
  if (RESOLVING.includes(event['detail-type'])) {
    const tenant = detail?.metadata?.tenant;
    const eventId = detail?.data?.eventId;
    return typeof tenant === 'string' && typeof eventId === 'string'
      ? { kind: 'decided', key: decisionKey(tenant, eventId) }
      : undefined;
  }
  const key = detail?.metadata?.id;
  return typeof key === 'string' && key.startsWith('d#') && key.length <= 160
    ? { kind: 'decided', key }
    : undefined;
};
