import { type FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { CountersignError } from './errors.ts';

/** What Firehose takes at once (API reference, PutRecordBatch): records, and bytes with room for their envelope. */
const MOST = { records: 500, bytes: 3_500_000 } as const;

/** Attempts for records that Firehose had no room for. */
const ATTEMPTS = 3;

const batchesOf = (records: readonly Buffer[]): Buffer[][] => {
  const batches: Buffer[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const record of records) {
    const open = batches.at(-1);
    if (open && open.length < MOST.records && bytes + record.length <= MOST.bytes) open.push(record);
    else {
      batches.push([record]);
      bytes = 0;
    }
    bytes += record.length;
  }
  return batches;
};

/**
 * Delivers lines to one delivery stream of Amazon Data Firehose, at least once. Each line gets its line feed.
 *
 * @param lines at most 1,000 kB each.
 * @throws CountersignError `delivery-unavailable` (503) when not all were taken; the caller delivers them again.
 * @example
 * ```ts
 * const deliver = deliverTo(new FirehoseClient(CLIENT_SETTINGS), config.ARCHIVE_STREAM);
 * await deliver([JSON.stringify(line)]);
 * ```
 */
export const deliverTo =
  (client: Pick<FirehoseClient, 'send'>, stream: string) =>
  async (lines: readonly string[]): Promise<void> => {
    for (const batch of batchesOf(lines.map((line) => Buffer.from(`${line}\n`)))) {
      let left = batch;
      for (let attempt = 0; left.length > 0; attempt++) {
        if (attempt >= ATTEMPTS)
          throw new CountersignError('delivery-unavailable', 'The delivery stream has no room', {
            status: 503,
          });
        const { RequestResponses = [] } = await client
          .send(
            new PutRecordBatchCommand({
              DeliveryStreamName: stream,
              Records: left.map((Data) => ({ Data })),
            }),
          )
          .catch((cause: unknown) => {
            throw new CountersignError('delivery-unavailable', 'The delivery stream did not answer', {
              status: 503,
              cause,
            });
          });
        left = left.filter((_, index) => RequestResponses[index]?.RecordId === undefined);
      }
    }
  };
