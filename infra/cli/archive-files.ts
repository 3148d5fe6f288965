import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ArchiveLine } from '../../functions/decisions/log-archive.ts';
import { CountersignError } from '../../functions/platform/errors.ts';

/** A file of the operator's cannot be read. Code: `file-unreadable`. */
export class FileError extends CountersignError {
  override readonly name = 'FileError';
}

const reading = <T>(path: string, work: () => T): T => {
  try {
    return work();
  } catch (cause) {
    throw new FileError('file-unreadable', `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
};

/** The bytes of a file. @throws FileError */
export const bytesOf = (path: string): Buffer<ArrayBuffer> => reading(path, () => readFileSync(path));

/** The text of a file. @throws FileError */
export const textOf = (path: string): string => bytesOf(path).toString('utf8');

/**
 * The lines of an archive of the log, as it lies on S3 or under `.local/deliveries`: every `.jsonl` of the folder,
 * gzipped or not. What Firehose could not deliver as it should, under `failed/`, is left out.
 *
 * @throws FileError for a folder that holds none, and for a line that is no JSON.
 */
export function* linesIn(folder: string): Generator<ArchiveLine> {
  const files = reading(folder, () => readdirSync(folder, { recursive: true, encoding: 'utf8' })).filter(
    (name) => /\.jsonl(\.gz)?$/.test(name) && !name.split('/').includes('failed'),
  );
  if (files.length === 0) throw new FileError('file-unreadable', `${folder} holds no .jsonl file`);
  for (const name of files.sort()) {
    const path = join(folder, name);
    const bytes = bytesOf(path);
    const text = (name.endsWith('.gz') ? reading(path, () => gunzipSync(bytes)) : bytes).toString('utf8');
    for (const line of text.split('\n'))
      if (line !== '') yield reading(path, () => JSON.parse(line) as ArchiveLine);
  }
}
