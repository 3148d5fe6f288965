import type { PublishedJwk } from '../platform/index.ts';
import type { ArchiveLine } from './log-archive.ts';
import { digestOf, GENESIS, type LogSegment, nextSegment } from './log-chain.ts';
import { openRoot } from './log-seal.ts';

/** What was found in an archive of the log. */
export interface Audit {
  readonly whole: boolean;
  readonly segments: number;
  readonly entries: number;
  readonly roots: number;
  /** What is wrong, in words; each names its place. */
  readonly problems: readonly string[];
}

const place = ({ shard, number }: Pick<LogSegment, 'shard' | 'number'>): string => `${shard}/${number}`;

/**
 * Checks a whole archive of the log, by itself and against sealed roots: every payload is the one that was logged,
 * every segment is hashed as it says and bound to the one before it, none is missing, and every root is signed and
 * names segments that are there as it says. No key of a subject is needed: it holds after erasures as well.
 *
 * @param lines in any order, repeats allowed; a repeat that says something else is a problem.
 * @param key of the deployment that sealed the roots.
 * @param kept further roots, as somebody kept them elsewhere (JWS).
 * @example
 * ```ts
 * const { whole, problems } = await auditLog(lines, key, [readFileSync('root.jws', 'utf8')]);
 * ```
 */
export const auditLog = async (
  lines: Iterable<ArchiveLine>,
  key: PublishedJwk,
  kept: readonly string[] = [],
): Promise<Audit> => {
  const problems: string[] = [];
  const segments = new Map<string, LogSegment>();
  const roots = new Set(kept.map((jws) => jws.trim()));
  let entries = 0;
  for (const line of lines) {
    if (line.kind === 'root') {
      roots.add(line.jws);
      continue;
    }
    const at = place(line);
    const known = segments.get(at);
    if (known) {
      if (known.hash !== line.hash) problems.push(`${at}: is there twice, and not the same`);
      continue;
    }
    for (const { id, digest, payload } of line.entries) {
      entries++;
      if (digestOf(Buffer.from(payload, 'base64')) !== digest)
        problems.push(`${at}: the payload of ${id} is not the one that was logged`);
    }
    const { shard, number, previous } = line;
    if (nextSegment(shard, { number: number - 1, hash: previous }, line.entries).hash !== line.hash)
      problems.push(`${at}: is not as it was hashed`);
    segments.set(at, { shard, number, previous, entries: [], hash: line.hash });
  }
  const first = new Map<number, number>();
  for (const { shard, number } of segments.values())
    first.set(shard, Math.min(number, first.get(shard) ?? number));
  for (const segment of segments.values()) {
    const { shard, number, previous } = segment;
    const before = segments.get(place({ shard, number: number - 1 }));
    if (number === 1 ? previous !== GENESIS : before && before.hash !== previous)
      problems.push(`${place(segment)}: is not bound to the one before it`);
    // Where the archive begins later than the chain, the first one is taken on trust.
    if (number > 1 && !before && number !== first.get(shard))
      problems.push(`${place(segment)}: the one before it is missing`);
  }
  for (const jws of roots) {
    const claims = await openRoot(jws, key);
    if (!claims) problems.push('a root is not signed by the key of this deployment');
    // What had expired before the archive begins is beyond it.
    for (const head of claims?.heads ?? [])
      if (head.number >= (first.get(head.shard) ?? 1) && segments.get(place(head))?.hash !== head.hash)
        problems.push(
          `${place(head)}: is not what the root of ${new Date(claims!.iat * 1000).toISOString()} says`,
        );
  }
  return {
    whole: problems.length === 0,
    segments: segments.size,
    entries,
    roots: roots.size,
    problems,
  };
};
