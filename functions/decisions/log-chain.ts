import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { DecisionError } from './decision-error.ts';

/** Over how many chains the log is spread, so that writers seldom meet. */
export const LOG_SHARDS = 4;

/** One line of the log. What it says of a person is only in the payload, which is encrypted under that person's key. */
export interface LogEntry {
  /** Identity of what was logged: a repeated delivery bears the same one. */
  readonly id: string;
  /** `decision`, or the detail-type of what else was told. */
  readonly type: string;
  readonly tenant: string;
  /** Pseudonym. It names the key, and nothing else. */
  readonly subject: string;
  /** When it was told, ISO 8601. */
  readonly time: string;
  /** SHA-256 of the encrypted payload, hex. */
  readonly digest: string;
}

/** A piece of one chain: so many entries, bound to all before them. */
export interface LogSegment {
  readonly shard: number;
  /** From 1. */
  readonly number: number;
  /** Hash of the segment before; that of the first is 64 zeros. */
  readonly previous: string;
  readonly entries: readonly LogEntry[];
  /** SHA-256 over previous, place and entries, hex. */
  readonly hash: string;
}

/** Where a chain begins. */
export const GENESIS = '0'.repeat(64);

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** The digest of an encrypted payload. */
export const digestOf = (sealed: Uint8Array): string => sha256(sealed);

/** An unambiguous text of an entry: JSON of its members in one order. */
const lineOf = ({ id, type, tenant, subject, time, digest }: LogEntry): string =>
  JSON.stringify([id, type, tenant, subject, time, digest]);

const hashOf = ({ shard, number, previous, entries }: Omit<LogSegment, 'hash'>): string =>
  entries.reduce(
    (hash, entry) => sha256(`${hash}\n${lineOf(entry)}`),
    sha256(`${previous}\n${shard}\n${number}`),
  );

/** The next segment of a chain. */
export const nextSegment = (
  shard: number,
  last: Pick<LogSegment, 'number' | 'hash'> | undefined,
  entries: readonly LogEntry[],
): LogSegment => {
  const open = { shard, number: (last?.number ?? 0) + 1, previous: last?.hash ?? GENESIS, entries };
  return { ...open, hash: hashOf(open) };
};

/**
 * Checks that segments are a chain: each as it was hashed, each bound to the one before, none missing between.
 *
 * @param segments of one shard, oldest first. Where the first is not number 1, what it is bound to is taken on trust.
 * @returns where it breaks, or undefined.
 */
export const brokenAt = (segments: readonly LogSegment[]): number | undefined =>
  segments.find((segment, index) => {
    const before = segments[index - 1];
    const bound = before
      ? segment.previous === before.hash && segment.number === before.number + 1
      : segment.number > 1 || segment.previous === GENESIS;
    return !bound || segment.hash !== hashOf(segment);
  })?.number;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A fresh key of a subject, base64url: AES-256. When it is destroyed, what was sealed under it is gone. */
export const newSubjectKey = (): string => randomBytes(32).toString('base64url');

/** Packs and encrypts a payload under its subject's key: AES-256-GCM, bound to the entry's id. */
export const sealPayload = (key: string, id: string, payload: unknown): Buffer => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key, 'base64url'), nonce);
  cipher.setAAD(Buffer.from(id));
  const packed = deflateRawSync(JSON.stringify(payload));
  return Buffer.concat([nonce, cipher.update(packed), cipher.final(), cipher.getAuthTag()]);
};

/** Opens a payload. @throws DecisionError `log-unreadable` when it is not what was sealed under this key and id. */
export const openPayload = (key: string, id: string, sealed: Uint8Array): unknown => {
  try {
    const decipher = createDecipheriv(
      'aes-256-gcm',
      Buffer.from(key, 'base64url'),
      sealed.subarray(0, NONCE_BYTES),
      { authTagLength: TAG_BYTES },
    );
    decipher.setAAD(Buffer.from(id));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const packed = Buffer.concat([
      decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)),
      decipher.final(),
    ]);
    return JSON.parse(inflateRawSync(packed).toString('utf8'));
  } catch (cause) {
    throw new DecisionError('log-unreadable', 'A payload of the log cannot be opened', { cause });
  }
};
