import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DecisionError } from './decision-error.ts';
import type { StoredDecision } from './decisions.store.ts';

/** EventBridge takes at most this many entries a call. */
const ENTRIES = 10;

/**
 * Puts `Risk Assessed` on the bus for decisions already stored. Delivery is at least once: `metadata.id` is
 * the same each time, so receivers can tell a repeat.
 *
 * @throws DecisionError `bus-unavailable` (503) when the bus refused an entry.
 */
export const riskAssessedPublisher =
  (client: EventBridgeClient, busName: string) =>
  async (...decisions: readonly StoredDecision[]): Promise<void> => {
    for (let first = 0; first < decisions.length; first += ENTRIES) {
      const answer = await client.send(
        new PutEventsCommand({
          Entries: decisions.slice(first, first + ENTRIES).map((stored) => ({
            EventBusName: busName,
            Source: 'countersign',
            DetailType: 'Risk Assessed',
            Detail: JSON.stringify(riskAssessed(stored)),
          })),
        }),
      );
      const refused = answer.Entries?.find((entry) => entry.ErrorCode);
      if (refused)
        throw new DecisionError('bus-unavailable', `The bus refused an event: ${refused.ErrorCode}`, {
          status: 503,
        });
    }
  };

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
