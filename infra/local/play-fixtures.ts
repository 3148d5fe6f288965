import { setTimeout as sleep } from 'node:timers/promises';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  type FixtureEnvelope,
  fixtureEnvelopes,
  readFixture,
} from '../../functions/events/fixtures/index.ts';
import { type AuthEvent, parseEvent } from '../../functions/events/index.ts';
import { refresh } from './fixture-feed.ts';

/** How long after one recorded event the next is sent, ms. */
const PACE_MS = 350;

/**
 * The recorded attempts to authenticate of all providers, in turns, so that the first ones show them all.
 *
 * @param bus name of Countersign's own bus.
 */
export function recordedAttempts(bus: string): FixtureEnvelope[] {
  const byProvider = Map.groupBy(fixtureEnvelopes({ bus }), ({ provider }) => provider);
  const most = Math.max(...[...byProvider.values()].map((list) => list.length));
  return Array.from({ length: most }).flatMap((_, index) =>
    [...byProvider.values()].flatMap((list) => list[index] ?? []),
  );
}

/** The same events as they will look when they are played: their subjects are given a past. */
export function attemptsToCome(
  envelopes: readonly FixtureEnvelope[],
  now: number,
  tenant: string,
): AuthEvent[] {
  return envelopes.flatMap((envelope, index) => {
    const read = readFixture(envelope);
    if (read instanceof Error) return [];
    const fresh = { ...envelope, ...refresh(envelope, read, now) };
    const event = parseEvent(
      { ...fresh, id: `to-come-${index}`, time: new Date(now).toISOString() },
      { now, tenant },
    );
    return event.type === 'authentication' ? [event] : [];
  });
}

/**
 * Sends recorded events with AWS's own client to the AWS endpoint, one after another, as though they happened
 * now.
 *
 * @param signal ends it early.
 * @returns how many were accepted and how many refused.
 */
export async function playFixtures(
  envelopes: readonly FixtureEnvelope[],
  endpoint: string,
  region: string,
  signal: AbortSignal,
): Promise<{ readonly accepted: number; readonly refused: number }> {
  const client = new EventBridgeClient({
    endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  let accepted = 0;
  let refused = 0;
  try {
    for (const envelope of envelopes) {
      if (signal.aborted) break;
      const read = readFixture(envelope);
      if (read instanceof Error) continue;
      const { busName, source, detail, ...rest } = refresh(envelope, read, Date.now());
      const { FailedEntryCount = 0 } = await client.send(
        new PutEventsCommand({
          Entries: [
            {
              EventBusName: busName,
              Source: source,
              DetailType: rest['detail-type'],
              Detail: JSON.stringify(detail),
            },
          ],
        }),
      );
      if (FailedEntryCount > 0) refused += 1;
      else accepted += 1;
      await sleep(PACE_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    client.destroy();
  }
  return { accepted, refused };
}
