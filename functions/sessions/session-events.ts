import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import type { SignalMessage } from './messages.ts';
import { probability, thresholdsOf } from './running-score.ts';
import type { Session, Telling } from './session.ts';
import { SessionError } from './session-error.ts';
import { sessionKey } from './sessions.store.ts';

/** EventBridge takes at most this many entries a call. */
const ENTRIES = 10;

/** What the bus is told of a session. */
export type SessionTelling = Extract<Telling, { kind: 'session-revoked' | 'step-up-required' }>;

/** Whether a telling is for the bus; the others are for receivers of Shared Signals alone. */
export const isForBus = (telling: Telling): telling is SessionTelling =>
  telling.kind === 'session-revoked' || telling.kind === 'step-up-required';

const DETAIL_TYPE = { 'session-revoked': 'Session Revoked', 'step-up-required': 'Step-Up Required' } as const;

const TEXT = {
  'session-revoked': 'What happened in this session makes it too likely that somebody else is using it',
  'step-up-required': 'What happened in this session asks for a proof that its owner is still there',
} as const;

/** The detail of `Session Revoked` and of the `Step-Up Required` of a session (design §3). */
export const sessionDetail = (session: Session, telling: SessionTelling) => ({
  metadata: {
    id: `${sessionKey(session.tenant, session.id)}#${telling.id}`,
    version: '1',
    time: new Date(telling.time).toISOString(),
    tenant: session.tenant,
  },
  data: {
    session: session.id,
    subject: session.subject,
    eventId: telling.eventId,
    mode: session.mode,
    score: telling.score,
    threshold: probability(
      thresholdsOf(session.level)[telling.kind === 'session-revoked' ? 'revoke' : 'stepUp'],
    ),
    signInScore: probability(session.level),
    text: TEXT[telling.kind],
  },
});

const put = async (client: EventBridgeClient, entries: readonly PutEventsRequestEntry[]): Promise<void> => {
  for (let first = 0; first < entries.length; first += ENTRIES) {
    const answer = await client.send(
      new PutEventsCommand({ Entries: entries.slice(first, first + ENTRIES) }),
    );
    const refused = answer.Entries?.find((entry) => entry.ErrorCode);
    if (refused)
      throw new SessionError('bus-unavailable', `The bus refused an event: ${refused.ErrorCode}`, {
        status: 503,
      });
  }
};

/**
 * Puts what happened to sessions on the bus. Delivery is at least once: `metadata.id` is the same each time.
 *
 * @throws SessionError `bus-unavailable` (503)
 */
export const sessionEventPublisher =
  (client: EventBridgeClient, busName: string) =>
  (session: Session, tellings: readonly SessionTelling[]): Promise<void> =>
    put(
      client,
      tellings.map((telling) => ({
        EventBusName: busName,
        Source: 'countersign',
        DetailType: DETAIL_TYPE[telling.kind],
        Detail: JSON.stringify(sessionDetail(session, telling)),
      })),
    );

/**
 * Puts a received signal on the bus as `Signal Received`, names as pseudonyms: for whoever watches. Delivery is
 * at least once: `metadata.id` is the same each time.
 *
 * @throws SessionError `bus-unavailable` (503)
 */
export const signalReceivedPublisher =
  (client: EventBridgeClient, busName: string) =>
  async ({ target, evidence, issuer, type }: Omit<SignalMessage, 'kind'>): Promise<void> => {
    const { tenant, ...about } = target;
    const { logOdds, revokes = false, code } = evidence;
    const detail = {
      metadata: {
        id: evidence.eventId,
        version: '1',
        time: new Date(evidence.time).toISOString(),
        tenant,
      },
      data: { issuer, type, ...about, code, logOdds, revokes },
    };
    await put(client, [
      {
        EventBusName: busName,
        Source: 'countersign',
        DetailType: 'Signal Received',
        Detail: JSON.stringify(detail),
      },
    ]);
  };
