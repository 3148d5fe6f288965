import { createHash } from 'node:crypto';
import { compactVerify, importJWK } from 'jose';
import { type PublishedJwk, type SigningKey, signJws } from '../platform/index.ts';
import type { LogStore, SealedRoot } from './log.store.ts';
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
 * @returns the root of this hour, and whether it was made just now.
 */
export const sealRoot = async (
  log: LogStore,
  key: SigningKey,
  now: number,
): Promise<{ readonly root: SealedRoot; readonly fresh: boolean }> => {
  const number = Math.floor(now / HOUR_MS);
  const known = await log.root(number);
  if (known) return { root: known, fresh: false };
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
  const root = { number, jws };
  if (await log.putRoot(root)) return { root, fresh: true };
  return { root: (await log.root(number)) ?? root, fresh: false };
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
  /** The latest sealed root, to be kept elsewhere; whether it is signed by our key and the chains still hold it. */
  readonly root?: { readonly jws: string; readonly holds: boolean };
  /** The public half of the key that signs roots, to check kept ones with. */
  readonly key: PublishedJwk;
}

/** What a root says, when it is signed by the key; undefined otherwise. */
export const openRoot = async (jws: string, key: PublishedJwk): Promise<RootClaims | undefined> => {
  try {
    const { payload, protectedHeader } = await compactVerify(jws, await importJWK({ ...key }, key.alg), {
      algorithms: [key.alg],
    });
    return protectedHeader.typ === 'countersign-log-root+jwt'
      ? JSON.parse(Buffer.from(payload).toString('utf8'))
      : undefined;
  } catch {
    return undefined;
  }
};

/** Checks the latest part of every chain, and the latest root against them. */
export const checkLog = async (
  log: LogStore,
  signing: Pick<SigningKey, 'publicJwk'>,
  now: number,
): Promise<Integrity> => {
  const key = await signing.publicJwk();
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
    const claims = await openRoot(root.jws, key);
    const held = await Promise.all(
      (claims?.heads ?? []).map(async ({ shard, number, hash }) => {
        const [segment] = await log.segments(shard, [number]);
        return segment?.hash === hash;
      }),
    );
    const holds = claims !== undefined && held.every(Boolean);
    return { whole: broken.length === 0 && holds, segments, broken, root: { jws: root.jws, holds }, key };
  }
  return { whole: broken.length === 0, segments, broken, key };
};
