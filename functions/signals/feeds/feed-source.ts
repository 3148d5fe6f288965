import { type ThreatTable, threatTable } from './threat-feed.ts';

/** A file that may change: its text and a tag that tells versions apart. */
export interface FeedFile {
  readonly text: string;
  readonly tag?: string;
}

/** What a feed source needs from outside. */
export interface FeedDeps {
  /**
   * Reads the file. Undefined when it is as the tag says; null when there is none.
   */
  readonly read: (tag: string | undefined) => Promise<FeedFile | undefined | null>;
  /** Processing time, ms. */
  readonly clock: () => number;
  /** Told when a feed could not be read or is not valid; the one before stays. */
  readonly onFailure: (error: unknown) => void;
}

/** How long a feed is used before it is looked for again, ms. */
export const REFRESH_MS = 300_000;

/**
 * Keeps a threat feed fresh without any event waiting for it, but the first. A feed that cannot be read leaves the one
 * before in place, and its entries expire by themselves; without any, the signal is not evaluable.
 *
 * @returns a function that gives the feed at hand, undefined when there is none.
 * @example
 * ```ts
 * const feed = feedSource({ read: fileReader('s3://lists/feed.json'), clock: Date.now, onFailure });
 * (await feed())?.verdict(ip, event.time);
 * ```
 */
export const feedSource = (deps: FeedDeps): (() => Promise<ThreatTable | undefined>) => {
  let table: ThreatTable | undefined;
  let tag: string | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  let first = true;
  const refresh = async (): Promise<void> => {
    try {
      const file = await deps.read(tag);
      if (file === null) [table, tag] = [undefined, undefined];
      else if (file !== undefined) [table, tag] = [threatTable(JSON.parse(file.text)), file.tag];
    } catch (error) {
      deps.onFailure(error);
    } finally {
      readAt = deps.clock();
      reading = undefined;
      first = false;
    }
  };
  return async () => {
    if (deps.clock() - readAt >= REFRESH_MS) reading ??= refresh();
    if (first) await reading;
    return table;
  };
};
