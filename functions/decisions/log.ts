import { createHash } from 'node:crypto';
import { type SealedBox, sealedBox } from '../platform/index.ts';
import { DecisionError } from './decision-error.ts';
import type { DecisionStore, StoredDecision } from './decisions.store.ts';
import type { LogStore, StoredSegment } from './log.store.ts';
import {
  digestOf,
  LOG_SHARDS,
  type LogEntry,
  newSubjectKey,
  nextSegment,
  openPayload,
  sealPayload,
} from './log-chain.ts';

/** What was told on the bus, as far as the log needs it. */
export interface LoggedEvent {
  readonly type: string;
  readonly metadata: { readonly id: string; readonly tenant: string; readonly time: string };
  readonly data: { readonly subject?: string };
}

/** What the payload of an entry of type `decision` holds: enough to make the decision again. */
export type LoggedDecision = Pick<StoredDecision, 'key' | 'tenant' | 'decision' | 'basis'> & {
  readonly observation: StoredDecision['delta']['observation'];
};

/** What logging needs from outside. */
export interface LogDeps {
  readonly decisions: Pick<DecisionStore, 'getMany'>;
  readonly log: LogStore;
  readonly secret: () => Promise<string>;
  /**
   * Told of the policies of every decision that is logged, once for each batch. What it throws is for itself.
   * @default nobody is told
   */
  readonly onPolicies?: (tenant: string, digest: string) => Promise<void>;
  /** Uniform in [0, 1): picks the chain that a batch is written to. */
  readonly random: () => number;
}

/** Largest segment, entries: well below what a record of the table may hold. */
const SEGMENT_ENTRIES = 50;
const WRITE_ATTEMPTS = 12;

/** What an entry is known by: the digest of a decision's event, or of another event's own id. */
export const entryId = (metadataId: string): string =>
  /^d#[^#]+#[\w-]{27}$/.test(metadataId)
    ? metadataId.split('#')[2]!
    : `e${createHash('sha256').update(metadataId).digest('base64url').slice(0, 27)}`;

const boxOf = (secret: string, subject: string): SealedBox => sealedBox(secret, `log-key/${subject}`);
const subjectOf = (tenant: string, subject: string): string => `${tenant}#${subject}`;
const dayOf = (time: string): string => time.slice(0, 10);

const keysOf = async (
  subjects: readonly string[],
  deps: Pick<LogDeps, 'log' | 'secret'>,
): Promise<Map<string, string>> => {
  const secret = await deps.secret();
  const known = await deps.log.subjectKeys(subjects);
  const keys = new Map<string, string>();
  for (const subject of new Set(subjects)) {
    const box = boxOf(secret, subject);
    const sealed = known.get(subject) ?? (await deps.log.putSubjectKey(subject, box.seal(newSubjectKey())));
    keys.set(subject, box.open(sealed));
  }
  return keys;
};

interface Line extends Omit<LogEntry, 'digest'> {
  readonly payload: unknown;
}

const linesOf = async (events: readonly LoggedEvent[], deps: LogDeps): Promise<Line[]> => {
  const keys = events.filter(({ type }) => type === 'Risk Assessed').map(({ metadata }) => metadata.id);
  const stored = new Map<string, StoredDecision>();
  for (let first = 0; first < keys.length; first += 100)
    for (const one of await deps.decisions.getMany(keys.slice(first, first + 100))) stored.set(one.key, one);
  const asked = new Map(
    [...stored.values()].flatMap(({ tenant, basis }) =>
      basis ? [[`${tenant}#${basis.policy}`, [tenant, basis.policy] as const]] : [],
    ),
  );
  for (const [tenant, digest] of asked.values()) await deps.onPolicies?.(tenant, digest);
  const lines = new Map<string, Line>();
  for (const { type, metadata, data } of events) {
    const { id, tenant, time } = metadata;
    const common = { id: entryId(id), tenant, time };
    if (type === 'Risk Assessed') {
      // The bus only named it; erased by now, there is nothing to keep.
      const one = stored.get(id);
      if (!one) continue;
      const { key, decision, basis, delta } = one;
      const payload = { key, tenant: one.tenant, decision, basis, observation: delta.observation };
      lines.set(common.id, {
        ...common,
        tenant: one.tenant,
        type: 'decision',
        subject: decision.subject,
        payload,
      });
    } else lines.set(common.id, { ...common, type, subject: data.subject ?? '', payload: data });
  }
  return [...lines.values()];
};

const append = async (
  lines: readonly Line[],
  keys: ReadonlyMap<string, string>,
  deps: LogDeps,
): Promise<void> => {
  const payloads = lines.map(({ id, tenant, subject, payload }) =>
    sealPayload(keys.get(subjectOf(tenant, subject))!, id, payload),
  );
  const entries = lines.map(
    ({ payload: _, ...line }, index): LogEntry => ({ ...line, digest: digestOf(payloads[index]!) }),
  );
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
    const shard = Math.floor(deps.random() * LOG_SHARDS);
    const segment = nextSegment(shard, await deps.log.head(shard), entries);
    if (await deps.log.append({ ...segment, payloads })) return;
  }
  throw new DecisionError('store-unavailable', 'The log is written too often at once', { status: 503 });
};

/**
 * Appends what was told to the log. What a decision is comes from the store. A repeated delivery is known by the
 * notes of its subject's day; a crash between a segment and its notes can leave an entry twice, with the same id,
 * which readers drop. It never leaves one out.
 *
 * @throws DecisionError `store-unavailable` (503): the batch is to be delivered again.
 */
export const appendToLog = async (events: readonly LoggedEvent[], deps: LogDeps): Promise<number> => {
  const bySubjectDay = new Map<string, { subject: string; day: string; lines: Line[] }>();
  for (const line of await linesOf(events, deps)) {
    const subject = subjectOf(line.tenant, line.subject);
    const day = dayOf(line.time);
    const group = bySubjectDay.get(`${subject}#${day}`) ?? { subject, day, lines: [] };
    group.lines.push(line);
    bySubjectDay.set(`${subject}#${day}`, group);
  }
  const groups = await Promise.all(
    [...bySubjectDay.values()].map(async (group) => {
      const noted = await deps.log.noted(group.subject, group.day);
      return { ...group, lines: group.lines.filter(({ id }) => !noted.has(id)) };
    }),
  );
  const fresh = groups.filter(({ lines }) => lines.length > 0);
  const lines = fresh.flatMap((group) => group.lines);
  if (lines.length === 0) return 0;
  const keys = await keysOf(
    fresh.map(({ subject }) => subject),
    deps,
  );
  for (let first = 0; first < lines.length; first += SEGMENT_ENTRIES)
    await append(lines.slice(first, first + SEGMENT_ENTRIES), keys, deps);
  await Promise.all(
    fresh.map(({ subject, day, lines: own }) =>
      deps.log.note(
        subject,
        day,
        own.map(({ id }) => id),
      ),
    ),
  );
  return lines.length;
};

/** An entry of the log with what it says, as far as its subject's key still exists. */
export interface ReadEntry extends LogEntry {
  readonly payload?: unknown;
}

/** Reads the payloads of segments; those whose key was destroyed stay closed, and a changed one is refused. */
export const readEntries = async (
  segments: readonly StoredSegment[],
  tenant: string,
  deps: Pick<LogDeps, 'log' | 'secret'>,
): Promise<ReadEntry[]> => {
  const own = segments.flatMap(({ entries, payloads }) =>
    entries
      .map((entry, index) => ({ entry, payload: payloads[index]! }))
      .filter(({ entry }) => entry.tenant === tenant),
  );
  const secret = await deps.secret();
  const sealed = await deps.log.subjectKeys(own.map(({ entry }) => subjectOf(entry.tenant, entry.subject)));
  const seen = new Set<string>();
  return own.flatMap(({ entry, payload }): ReadEntry[] => {
    if (seen.has(entry.id)) return [];
    seen.add(entry.id);
    const subject = subjectOf(entry.tenant, entry.subject);
    const key = sealed.get(subject);
    if (key === undefined) return [entry];
    if (digestOf(payload) !== entry.digest)
      throw new DecisionError('log-unreadable', 'A payload of the log is not the one that was logged');
    try {
      return [{ ...entry, payload: openPayload(boxOf(secret, subject).open(key), entry.id, payload) }];
    } catch (error) {
      // The subject was erased and came back since: a new key, and what was before stays closed.
      if (error instanceof DecisionError && error.code === 'log-unreadable') return [entry];
      throw error;
    }
  });
};

/** How many segments of each chain one page holds. */
const PAGE_SEGMENTS = 4;

/**
 * A page of the log, newest first.
 *
 * @param after for each chain the number of the segment before which the page begins; absent, the end.
 */
export const readLog = async (
  tenant: string,
  after: readonly number[] | undefined,
  deps: Pick<LogDeps, 'log' | 'secret'>,
): Promise<{ readonly entries: readonly ReadEntry[]; readonly next?: readonly number[] }> => {
  const ends =
    after ??
    (await Promise.all(
      Array.from({ length: LOG_SHARDS }, async (_, shard) => ((await deps.log.head(shard))?.number ?? 0) + 1),
    ));
  const pages = await Promise.all(
    ends.map((end, shard) =>
      deps.log.segments(
        shard,
        Array.from({ length: PAGE_SEGMENTS }, (_, back) => end - 1 - back).filter((number) => number > 0),
      ),
    ),
  );
  const next = ends.map((end) => Math.max(1, end - PAGE_SEGMENTS));
  const entries = await readEntries(pages.flat(), tenant, deps);
  return {
    entries: [...entries].sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0)),
    ...(next.some((end) => end > 1) && pages.some((page) => page.length > 0) ? { next } : {}),
  };
};
