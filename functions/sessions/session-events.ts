import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
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

/**
 * Puts what happened to sessions on the bus. Delivery is at least once: `metadata.id` is the same each time.
 *
 * @throws SessionError `bus-unavailable` (503)
 */
export const sessionEventPublisher =
  (client: EventBridgeClient, busName: string) =>
  async (session: Session, tellings: readonly SessionTelling[]): Promise<void> => {
    for (let first = 0; first < tellings.length; first += ENTRIES) {
      const answer = await client.send(
        new PutEventsCommand({
          Entries: tellings.slice(first, first + ENTRIES).map((telling) => ({
            EventBusName: busName,
            Source: 'countersign',
            DetailType: DETAIL_TYPE[telling.kind],
            Detail: JSON.stringify(sessionDetail(session, telling)),
          })),
        }),
      );
      const refused = answer.Entries?.find((entry) => entry.ErrorCode);
      if (refused)
        throw new SessionError('bus-unavailable', `The bus refused an event: ${refused.ErrorCode}`, {
          status: 503,
        });
    }
  };
