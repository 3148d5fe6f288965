import { createHash } from 'node:crypto';
import { type SigningKey, signJws } from '../platform/index.ts';
import type { LogStore } from './log.store.ts';
import { brokenAt, LOG_SHARDS } from './log-chain.ts';

const HOUR_MS = 3_600_000;

/** What a sealed root says: where each chain ended, and which root came before. */
export interface RootClaims {
  readonly iss: 'countersign';
  /** Seconds. */
  readonly iat: number;
  readonly heads: readonly { readonly shard: number; readonly number: number; readonly hash: string }[];
  /** SHA-256 of the root of the hour before, hex; absent where there is none. */
  readonly previous?: string;
}

/**
 * Signs where all chains end, once an hour. Whoever kept a root can tell whether anything before it was changed, even
 * by one who can write the table.
 *
 * @returns false when the root of this hour is there already.
 */
export const sealRoot = async (log: LogStore, key: SigningKey, now: number): Promise<boolean> => {
  const number = Math.floor(now / HOUR_MS);
  if (await log.root(number)) return false;
  const before = await log.root(number - 1);
  const heads = await Promise.all(
    Array.from({ length: LOG_SHARDS }, async (_, shard) => ({ shard, ...(await log.head(shard)) })),
  );
  const claims: RootClaims = {
    iss: 'countersign',
    iat: Math.floor(now / 1000),
    heads: heads.flatMap(({ shard, number: last, hash }) =>
      last === undefined || hash === undefined ? [] : [{ shard, number: last, hash }],
    ),
    ...(before ? { previous: createHash('sha256').update(before.jws).digest('hex') } : {}),
  };
  const jws = await signJws(key, { typ: 'countersign-log-root+jwt' }, { ...claims });
  return log.putRoot({ number, jws });
};

/** How far back integrity is looked at, segments of each chain and hours of roots. */
const LOOK_BACK = { segments: 64, hours: 48 } as const;

/** What was found out about the latest part of the log. */
export interface Integrity {
  readonly whole: boolean;
  /** Segments looked at. */
  readonly segments: number;
  /** Where a chain is broken: `<shard>/<segment>`. */
  readonly broken: readonly string[];
  /** The latest sealed root, to be kept elsewhere; and whether the chains still hold what it says. */
  readonly root?: { readonly jws: string; readonly holds: boolean };
}

const claimsOf = (jws: string): RootClaims =>
  JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'));

/** Checks the latest part of every chain, and the latest root against them. */
export const checkLog = async (log: LogStore, now: number): Promise<Integrity> => {
  const broken: string[] = [];
  let segments = 0;
  for (let shard = 0; shard < LOG_SHARDS; shard++) {
    const last = (await log.head(shard))?.number ?? 0;
    const first = Math.max(1, last - LOOK_BACK.segments + 1);
    const numbers = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
    const chain = await log.segments(shard, numbers);
    segments += chain.length;
    const at = brokenAt(chain) ?? (chain.length < numbers.length ? first : undefined);
    if (at !== undefined) broken.push(`${shard}/${at}`);
  }
  for (let back = 0; back < LOOK_BACK.hours; back++) {
    const root = await log.root(Math.floor(now / HOUR_MS) - back);
    if (!root) continue;
    const held = await Promise.all(
      claimsOf(root.jws).heads.map(async ({ shard, number, hash }) => {
        const [segment] = await log.segments(shard, [number]);
        return segment?.hash === hash;
      }),
    );
    const holds = held.every(Boolean);
    return { whole: broken.length === 0 && holds, segments, broken, root: { jws: root.jws, holds } };
  }
  return { whole: broken.length === 0, segments, broken };
};
