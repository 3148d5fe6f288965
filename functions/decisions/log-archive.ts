import type { LogStore, SealedRoot, StoredSegment } from './log.store.ts';
import { LOG_SHARDS, type LogEntry, type LogSegment } from './log-chain.ts';

/** One line of the archive: a piece of a chain with the encrypted payloads of its entries, base64. */
export interface ArchivedSegment extends LogSegment {
  readonly kind: 'segment';
  readonly entries: readonly (LogEntry & { readonly payload: string })[];
}

/** One line of the archive: where all chains ended, signed. */
export interface ArchivedRoot extends SealedRoot {
  readonly kind: 'root';
}

export type ArchiveLine = ArchivedSegment | ArchivedRoot;

/** What shipping needs from outside. */
export interface ArchiveDeps {
  readonly log: Pick<LogStore, 'segments' | 'shipped' | 'markShipped'>;
  /** Takes lines for good, at least once. @throws when it did not take them all. */
  readonly deliver: (lines: readonly string[]) => Promise<void>;
}

/** How many segments are looked for at once, after the first one was there. */
const PAGE = 8;

const lineOf = ({ payloads, ...segment }: StoredSegment): ArchivedSegment => ({
  kind: 'segment',
  ...segment,
  entries: segment.entries.map((entry, index) => ({
    ...entry,
    payload: Buffer.from(payloads[index] ?? []).toString('base64'),
  })),
});

/** The segments that follow one another without a gap. */
const unbroken = (segments: readonly StoredSegment[], first: number): StoredSegment[] => {
  const gap = segments.findIndex(({ number }, index) => number !== first + index);
  return segments.slice(0, gap < 0 ? segments.length : gap);
};

/**
 * Ships what was not shipped yet to the archive, chain by chain. Where each chain was left is on record, so that
 * nothing is left out after a fault; what a crash or another writer ships twice bears the same place, and readers
 * drop it.
 *
 * @returns how many segments were shipped.
 * @throws what `deliver` throws; the next call goes on from there.
 */
export const shipLog = async ({ log, deliver }: ArchiveDeps): Promise<number> => {
  let count = 0;
  for (let shard = 0; shard < LOG_SHARDS; shard++) {
    let last = await log.shipped(shard);
    // Most often there is nothing or one: more are looked for only then.
    for (let page = 1; ; page = PAGE) {
      const first = last + 1;
      const wanted = Array.from({ length: page }, (_, index) => first + index);
      const segments = unbroken(await log.segments(shard, wanted), first);
      if (segments.length === 0) break;
      await deliver(segments.map((segment) => JSON.stringify(lineOf(segment))));
      last += segments.length;
      count += segments.length;
      await log.markShipped(shard, last);
      if (segments.length < page) break;
    }
  }
  return count;
};

/** Ships a sealed root. A repeat is the same line. */
export const shipRoot = (root: SealedRoot, deliver: ArchiveDeps['deliver']): Promise<void> => {
  const line: ArchivedRoot = { kind: 'root', ...root };
  return deliver([JSON.stringify(line)]);
};
