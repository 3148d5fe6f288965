import type { GetDocument, RemoteDocument } from './get-document.ts';

/** Bounds of a cache. */
export interface CacheLimits {
  readonly maxEntries: number;
  /** A document is kept at most so long, s, whatever its host says. */
  readonly maxAge: number;
  /** A document is kept at least so long, s, and so is a failure: nobody is called for every presentation. */
  readonly minAge: number;
}

/**
 * Keeps documents for as long as their hosts allow, within bounds, the ones used longest ago leaving first. What
 * is asked for by several at once is read once. Nothing is served past its age: a stale list would call a revoked
 * credential valid.
 *
 * @param clock ms since 1970.
 */
export const cachedGetter = (get: GetDocument, limits: CacheLimits, clock: () => number): GetDocument => {
  const kept = new Map<string, { document: Promise<RemoteDocument>; readAt: number; until: number }>();
  return (address, accept, since = 0) => {
    const key = `${accept} ${String(address)}`;
    const known = kept.get(key);
    kept.delete(key);
    const now = clock();
    if (
      known !== undefined &&
      now < known.until &&
      (known.readAt >= since || now < known.readAt + limits.minAge * 1000)
    ) {
      kept.set(key, known);
      return known.document;
    }
    const document = get(address, accept).then((read) => ({ ...read, readAt: now }));
    const entry = { document, readAt: now, until: now + limits.minAge * 1000 };
    kept.set(key, entry);
    if (kept.size > limits.maxEntries) kept.delete(kept.keys().next().value!);
    document.then(
      ({ maxAge = limits.maxAge }) => {
        entry.until = clock() + Math.min(limits.maxAge, Math.max(limits.minAge, maxAge)) * 1000;
      },
      // A failure is kept for the least time, and thrown to whoever asks meanwhile.
      () => undefined,
    );
    return document;
  };
};
