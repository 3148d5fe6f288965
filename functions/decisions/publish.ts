import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import type { AnswerTold } from './complete.ts';
import { DecisionError } from './decision-error.ts';
import type { StoredDecision } from './decisions.store.ts';

/** EventBridge takes at most this many entries a call. */
const ENTRIES = 10;

const put = async (
  client: EventBridgeClient,
  busName: string,
  told: readonly { readonly type: string; readonly detail: unknown }[],
): Promise<void> => {
  for (let first = 0; first < told.length; first += ENTRIES) {
    const answer = await client.send(
      new PutEventsCommand({
        Entries: told.slice(first, first + ENTRIES).map(
          ({ type, detail }): PutEventsRequestEntry => ({
            EventBusName: busName,
            Source: 'countersign',
            DetailType: type,
            Detail: JSON.stringify(detail),
          }),
        ),
      }),
    );
    const refused = answer.Entries?.find((entry) => entry.ErrorCode);
    if (refused)
      throw new DecisionError('bus-unavailable', `The bus refused an event: ${refused.ErrorCode}`, {
        status: 503,
      });
  }
};

/**
 * Puts `Risk Assessed` on the bus for decisions already stored, and beside it `Step-Up Required` for those that still
 * wait for a step-up. Delivery is at least once: `metadata.id` is the same each time, so receivers can tell a repeat.
 *
 * @throws DecisionError `bus-unavailable` (503) when the bus refused an entry.
 */
export const decisionPublisher =
  (client: EventBridgeClient, busName: string) =>
  (...decisions: readonly StoredDecision[]): Promise<void> =>
    put(
      client,
      busName,
      decisions.flatMap((stored) => [
        { type: 'Risk Assessed', detail: riskAssessed(stored) },
        ...(waitsForStepUp(stored) ? [{ type: 'Step-Up Required', detail: stepUpRequired(stored) }] : []),
      ]),
    );

/**
 * Puts what wallets answered on the bus.
 *
 * @throws DecisionError `bus-unavailable` (503)
 */
export const answerPublisher =
  (client: EventBridgeClient, busName: string) =>
  ({ type, id, tenant, time, data }: AnswerTold): Promise<void> =>
    put(client, busName, [
      {
        type,
        detail: { metadata: { id, version: '1', time: new Date(time).toISOString(), tenant }, data },
      },
    ]);

/** The detail of `Risk Assessed` (design §3). */
export const riskAssessed = ({ key, tenant, correlationId, session, decision }: StoredDecision) => ({
  metadata: {
    id: key,
    version: '1',
    time: decision.decidedAt,
    tenant,
    ...(correlationId ? { correlationId } : {}),
    // Continuous validation is told of the events that name a session, and of no others.
    ...(session ? { session: session.id } : {}),
  },
  data: decision,
});

const waitsForStepUp = ({ decision }: StoredDecision): boolean =>
  decision.outcome === 'step_up' && !decision.resolution && !decision.evidence;

/** The detail of the `Step-Up Required` of a decision (design §3). */
export const stepUpRequired = ({ key, tenant, correlationId, session, decision }: StoredDecision) => ({
  metadata: {
    id: `step-up#${key}`,
    version: '1',
    time: decision.decidedAt,
    tenant,
    ...(correlationId ? { correlationId } : {}),
  },
  data: {
    ...(session ? { session: session.id } : {}),
    subject: decision.subject,
    eventId: decision.eventId,
    mode: decision.mode,
    score: decision.score,
    ...(decision.stepUp ? { stepUp: decision.stepUp } : {}),
    ...(decision.presentationRequest ? { presentationRequest: decision.presentationRequest } : {}),
    text: 'This sign-in is unlike the ones before it and asks for a proof that it is you',
  },
});
