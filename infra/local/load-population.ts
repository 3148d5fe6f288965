// Run by `npm start` in a process of its own: it reads all geo data and computes for a second or two.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { baselineStore } from '../../functions/baselines/index.ts';
import type { AuthEvent } from '../../functions/events/index.ts';
import { openNetworkLookup } from '../../functions/signals/index.ts';
import { firstPopulation, firstRecords } from '../../models/population.ts';

/** What is to be loaded, and where. */
export interface PopulationOrder {
  readonly seed: string;
  readonly people: number;
  readonly days: number;
  /** ms since the Unix epoch. */
  readonly until: number;
  readonly tenant: string;
  /** Events to come whose subjects shall have a past. */
  readonly meets: readonly AuthEvent[];
  readonly geoDir: string;
  readonly pseudonymKey: string;
  readonly table: string;
  readonly dynamodb: string;
  readonly region: string;
}

/** What the parent is told while it waits. */
export type PopulationReport =
  | { readonly kind: 'events'; readonly count: number }
  | { readonly kind: 'done'; readonly events: number; readonly records: number; readonly subjects: number };

/** Writes at once: the embedded database does one after another anyway. */
const WRITERS = 8;

process.once('message', async (order: PopulationOrder) => {
  const report = (message: PopulationReport) => process.send?.(message);
  const network = await openNetworkLookup(order.geoDir);
  let events = 0;
  const counted = function* (all: Iterable<AuthEvent>) {
    for (const event of all) {
      events += 1;
      if (events % 1000 === 0) report({ kind: 'events', count: events });
      yield event;
    }
  };
  const { seed, people, days, until, tenant, meets, pseudonymKey } = order;
  const population = firstPopulation({ seed, people, days, until, tenant, meets });
  const { baselines, counters } = firstRecords(counted(population), { network, pseudonymKey });
  const store = baselineStore(
    new DynamoDBClient({
      endpoint: order.dynamodb,
      region: order.region,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }),
    order.table,
    Date.now,
  );
  // A record that is there already has learned from real events, which count for more.
  const writes = [
    ...[...baselines].map(
      ([key, value]) =>
        () =>
          store.putBaseline(key, { ...value, version: 1 }, 0),
    ),
    ...[...counters].map(
      ([key, value]) =>
        () =>
          store.putVelocity(key, { ...value, version: 1 }, 0),
    ),
  ];
  const subjects = [...baselines.keys()].filter((key) => key.startsWith('s#')).length;
  const records = writes.length;
  const work = async () => {
    for (let write = writes.pop(); write; write = writes.pop()) await write();
  };
  await Promise.all(Array.from({ length: WRITERS }, work));
  report({ kind: 'done', events, records, subjects });
  process.disconnect();
});
