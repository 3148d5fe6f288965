import type { GetDocument } from '../remote/index.ts';

/**
 * Reads a list that is no older than it says of itself: a copy in the cache that outlived the list's own time to live
 * is read anew, whatever its host said of how long it keeps.
 *
 * @param now ms since 1970.
 * @param read makes the list of its bytes.
 * @param ttlOf the list's time to live, ms; undefined when it states none.
 */
export const currentList = async <L>(
  get: GetDocument,
  address: unknown,
  accept: string,
  now: number,
  read: (body: Buffer) => Promise<L>,
  ttlOf: (list: L) => number | undefined,
): Promise<L> => {
  const { body, readAt = now } = await get(address, accept);
  const list = await read(body);
  const ttl = ttlOf(list);
  if (ttl === undefined || readAt + ttl > now) return list;
  return read((await get(address, accept, now - ttl)).body);
};
