import { readFile, stat } from 'node:fs/promises';
import { CLIENT_SETTINGS } from './clients.ts';
import { CountersignError } from './errors.ts';

/** The text of a file, and a tag that tells its versions apart. */
export interface VersionedText {
  readonly text: string;
  readonly tag: string;
}

/**
 * Reads a file only when it changed: undefined while it is as the tag says, null when there is none.
 *
 * @param tag of the version at hand; undefined for none.
 * @throws CountersignError `file-unreadable`
 */
export type ReadVersion = (tag: string | undefined) => Promise<VersionedText | undefined | null>;

/** Larger files are refused, bytes: they are read whole into a function's memory. */
const MOST_BYTES = 32 * 1024 * 1024;

const unreadable = (cause: unknown): CountersignError =>
  new CountersignError('file-unreadable', 'The file could not be read', { status: 503, cause });

const onDisk =
  (path: string): ReadVersion =>
  async (tag) => {
    try {
      const { mtimeMs, size } = await stat(path);
      const now = `${mtimeMs}-${size}`;
      if (now === tag) return undefined;
      if (size > MOST_BYTES) throw new Error('too large');
      return { text: await readFile(path, 'utf8'), tag: now };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw unreadable(error);
    }
  };

const onS3 = (bucket: string, key: string): ReadVersion => {
  // Loaded only where it is used: most deployments have no need of it, and it is the largest of the clients.
  const client = import('@aws-sdk/client-s3').then(
    ({ S3Client, GetObjectCommand }) => ({ s3: new S3Client(CLIENT_SETTINGS), GetObjectCommand }),
    unreadable,
  );
  return async (tag) => {
    try {
      const loaded = await client;
      if (loaded instanceof Error) throw loaded;
      const object = await loaded.s3.send(
        new loaded.GetObjectCommand({ Bucket: bucket, Key: key, ...(tag ? { IfNoneMatch: tag } : {}) }),
      );
      if ((object.ContentLength ?? 0) > MOST_BYTES) throw new Error('too large');
      return { text: (await object.Body?.transformToString()) ?? '', tag: object.ETag ?? '' };
    } catch (error) {
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
      if (status === 304) return undefined;
      if (status === 404) return null;
      throw unreadable(error);
    }
  };
};

/**
 * A file on disk or an object on S3 that is read again only when it changed.
 *
 * @param uri `s3://bucket/key`, or a path.
 * @example
 * ```ts
 * const read = versionedFile('s3://lists/threat-feed.json');
 * const first = await read(undefined);
 * await read(first?.tag); // undefined until somebody uploads another
 * ```
 */
export const versionedFile = (uri: string): ReadVersion => {
  const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/.exec(uri) ?? [];
  return bucket !== undefined && key !== undefined ? onS3(bucket, key) : onDisk(uri);
};
