import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError } from '../aws-error.ts';
import type { LocalTemplate } from '../template.ts';
import type { Operations } from './operations.ts';
import { text } from './wire.ts';

/** A delivery stream of the template. */
export interface DeliveryStream {
  readonly name: string;
  /** As Firehose takes it, with `!{timestamp:…}`. */
  readonly prefix: string;
}

/** What Firehose takes at once (PutRecordBatch). */
const MOST = { records: 500, bytes: 4 * 1024 * 1024, recordBytes: 1000 * 1024 } as const;

/** The delivery streams of a template that write to S3. */
export const deliveryStreamsOf = (template: LocalTemplate): DeliveryStream[] =>
  template.ofType('AWS::KinesisFirehose::DeliveryStream').map(({ ref, properties }) => {
    const s3 = properties.ExtendedS3DestinationConfiguration as { Prefix?: string } | undefined;
    return { name: ref, prefix: s3?.Prefix ?? '' };
  });

/** The folder that a prefix stands for at a moment, UTC. */
const folderAt = (prefix: string, now: number): string => {
  const [date = '', time = ''] = new Date(now).toISOString().split('T');
  const [yyyy = '', MM = '', dd = ''] = date.split('-');
  const parts: Readonly<Record<string, string>> = { yyyy, MM, dd, HH: time.slice(0, 2) };
  return prefix.replace(/!\{timestamp:(\w+)\}/g, (whole, part: string) => parts[part] ?? whole);
};

/**
 * Firehose's one operation that functions use. Records are appended to a file in the folder that the prefix stands for
 * at that hour; named deviation: at once, not after a while, and not compressed.
 *
 * @param directory folder of all streams; each has one of its own.
 */
export function firehoseOperations(
  streams: readonly DeliveryStream[],
  directory: string,
  now: () => number = Date.now,
): Operations {
  return {
    PutRecordBatch: (input) => {
      const name = text(input, 'DeliveryStreamName');
      const stream = streams.find((one) => one.name === name);
      if (!stream)
        throw new AwsError('ResourceNotFoundException', `Firehose ${name} under account not found.`);
      const { Records: records } = input as { Records?: unknown };
      if (!Array.isArray(records) || records.length === 0 || records.length > MOST.records)
        throw new AwsError('ValidationException', `A batch has 1 to ${MOST.records} records.`);
      const data = records.map((record: { Data?: unknown }) => Buffer.from(String(record?.Data), 'base64'));
      if (data.some(({ length }) => length > MOST.recordBytes))
        throw new AwsError('ValidationException', 'A record has at most 1000 KiB.');
      if (data.reduce((bytes, { length }) => bytes + length, 0) > MOST.bytes)
        throw new AwsError('ValidationException', 'A batch has at most 4 MiB.');
      const folder = join(directory, name, folderAt(stream.prefix, now()));
      mkdirSync(folder, { recursive: true });
      appendFileSync(join(folder, `${name}.jsonl`), Buffer.concat(data));
      return { FailedPutCount: 0, RequestResponses: data.map(() => ({ RecordId: randomUUID() })) };
    },
  };
}
