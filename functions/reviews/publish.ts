import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ReviewError } from './review-error.ts';

/** What this room tells the bus (design §3). */
export type ReviewEvent = 'Feedback Recorded' | 'Baseline Repaired' | 'Review Requested' | 'Review Resolved';

/** One event to be told. Delivery is at least once: the id is the same each time. */
export interface Told {
  readonly type: ReviewEvent;
  readonly id: string;
  readonly tenant: string;
  /** Processing time, ms. */
  readonly time: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Puts an event on the bus. */
export type Tell = (told: Told) => Promise<void>;

/**
 * Tells the bus as `countersign`.
 *
 * @throws ReviewError `bus-unavailable` (503)
 */
export const tellOn =
  (client: EventBridgeClient, busName: string): Tell =>
  async ({ type, id, tenant, time, data }) => {
    const { Entries } = await client.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: busName,
            Source: 'countersign',
            DetailType: type,
            Detail: JSON.stringify({
              metadata: { id, version: '1', time: new Date(time).toISOString(), tenant },
              data,
            }),
          },
        ],
      }),
    );
    const refused = Entries?.find((entry) => entry.ErrorCode);
    if (refused)
      throw new ReviewError('bus-unavailable', `The bus refused an event: ${refused.ErrorCode}`, {
        status: 503,
      });
  };
