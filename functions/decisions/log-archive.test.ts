import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTables, type TestTables } from '../../test/tables.ts';
import { deliverTo } from '../platform/index.ts';
import { type LogStore, logStore } from './log.store.ts';
import { appendToLog, type LogDeps, type LoggedEvent } from './log.ts';
import { type ArchivedSegment, type ArchiveLine, shipLog, shipRoot } from './log-archive.ts';
import { auditLog } from './log-audit.ts';
import { nextSegment } from './log-chain.ts';
import { sealRoot } from './log-seal.ts';
import { freshSigningKey } from './testing/signing-key.ts';

const NOW = Date.UTC(2026, 10, 20, 9);
const key = freshSigningKey();

let tables: TestTables;
let log: LogStore;
let deps: LogDeps;
let count = 0;
const archive: string[] = [];
const deliver = async (lines: readonly string[]) => {
  archive.push(...lines);
};
const lines = () => archive.map((line) => JSON.parse(line) as ArchiveLine);
const audit = async (of: readonly ArchiveLine[] = lines(), kept: string[] = []) =>
  auditLog(of, await key.publicJwk(), kept);

/** Logs one event more on a chain. */
const append = (shard = 0, subject = 'p') => {
  const event: LoggedEvent = {
    type: 'Feedback Recorded',
    metadata: { id: `f-${++count}`, tenant: 'shop', time: new Date(NOW).toISOString() },
    data: { subject },
  };
  return appendToLog([event], { ...deps, random: () => shard / 4 });
};

beforeAll(async () => {
  tables = await startTables();
  log = logStore(tables.client, tables.log, () => NOW);
  deps = {
    decisions: { getMany: async () => [] },
    log,
    secret: async () => 'a-secret-of-this-test-0123456789abcdef',
    random: () => 0,
  };
  for (let shard = 0; shard < 4; shard++) for (let index = 0; index < 3; index++) await append(shard);
});
afterAll(() => tables?.close());

describe('the archive', () => {
  test('gets every segment once, in the order of its chain, and later what came since', async () => {
    expect(await shipLog({ log, deliver })).toBe(12);
    expect(await shipLog({ log, deliver })).toBe(0);
    for (let index = 0; index < 20; index++) await append(2);
    expect(await shipLog({ log, deliver })).toBe(20);
    const numbers = (lines() as ArchivedSegment[])
      .filter(({ shard }) => shard === 2)
      .map((one) => one.number);
    expect(numbers).toEqual(Array.from({ length: 23 }, (_, index) => index + 1));
    expect(await audit()).toEqual({ whole: true, segments: 32, entries: 32, roots: 0, problems: [] });
    expect(archive.join()).not.toContain('feedbackId');
  });

  test('loses nothing when it does not answer, or dies between taking and noting', async () => {
    await append(1);
    await append(1);
    const away = async () => {
      throw new Error('away');
    };
    await expect(shipLog({ log, deliver: away })).rejects.toThrow('away');
    const before = archive.length;
    await expect(shipLog({ log: { ...log, markShipped: away }, deliver })).rejects.toThrow('away');
    expect(await shipLog({ log, deliver })).toBe(2);
    // One came twice, which readers drop.
    expect(archive.length - before).toBe(3);
    expect((await audit()).whole).toBe(true);
  });

  test('holds the roots, and what a root says', async () => {
    const { root } = await sealRoot(log, key, NOW);
    await shipRoot(root, deliver);
    expect(await audit()).toMatchObject({ whole: true, roots: 1 });
    expect(await audit(lines(), [`${root.jws}\n`])).toMatchObject({ whole: true, roots: 1 });
  });
});

describe('what was changed in the archive is found', () => {
  const changed = (change: (line: ArchivedSegment) => ArchivedSegment | undefined, shard = 2, number = 5) =>
    lines().flatMap((line) => {
      if (line.kind === 'root' || line.shard !== shard || line.number !== number) return [line];
      const other = change(line);
      return other ? [other] : [];
    });
  /** A chain made anew from a segment on, hashes and all. */
  const rewritten = (): ArchiveLine[] => {
    let before: ArchivedSegment | undefined;
    return lines().map((line) => {
      if (line.kind === 'root' || line.shard !== 2) return line;
      const entries = line.entries.map((entry) => (line.number === 5 ? { ...entry, time: '2020' } : entry));
      before = { ...nextSegment(2, before, entries), kind: 'segment', entries };
      return before;
    });
  };

  test.each([
    [
      'a payload',
      () => changed((line) => ({ ...line, entries: [{ ...line.entries[0]!, payload: 'AAAA' }] })),
      /^2\/5: the payload/,
    ],
    [
      'an entry',
      () => changed((line) => ({ ...line, entries: [{ ...line.entries[0]!, time: '2020' }] })),
      /^2\/5: is not as it was hashed/,
    ],
    ['a missing segment', () => changed(() => undefined), /^2\/6: the one before it is missing/],
    [
      'a second of its place',
      () => [...lines(), { ...(lines()[0] as ArchivedSegment), hash: 'other' }],
      /^0\/1: is there twice/,
    ],
    ['a chain made anew', rewritten, /^2\/23: is not what the root of 2026-11-20T09:00:00.000Z says/],
  ])('%s', async (_, make, problem) => {
    const { whole, problems } = await audit(make());
    expect(whole).toBe(false);
    expect(problems.join('\n')).toMatch(new RegExp(problem.source, 'm'));
  });

  test('a root of another key', async () => {
    const { problems } = await auditLog(lines(), await freshSigningKey().publicJwk());
    expect(problems).toEqual(['a root is not signed by the key of this deployment']);
  });
});

describe('delivering to Firehose', () => {
  const sending = (answers: (records: { Data: Buffer }[]) => boolean[]) => {
    const sent: string[][] = [];
    const client = {
      send: async ({ input }: { input: { Records: { Data: Buffer }[] } }) => {
        sent.push(input.Records.map(({ Data }) => Data.toString()));
        const RequestResponses = answers(input.Records).map((taken) =>
          taken ? { RecordId: 'r' } : { ErrorCode: 'ServiceUnavailableException' },
        );
        return { FailedPutCount: 0, RequestResponses };
      },
    };
    return { deliver: deliverTo(client as never, 'stream'), sent };
  };

  test('sends in batches that it takes, and again what had no room', async () => {
    let first = true;
    const { deliver: send, sent } = sending((records) => {
      const taken = records.map((_, index) => !(first && index === 1));
      first = false;
      return taken;
    });
    await send(Array.from({ length: 501 }, (_, index) => String(index)));
    expect(sent.map((batch) => batch.length)).toEqual([500, 1, 1]);
    expect(sent[1]).toEqual(['1\n']);
    sent.length = 0;
    await send(['a'.repeat(2_000_000), 'b'.repeat(2_000_000)]);
    expect(sent.map((batch) => batch.length)).toEqual([1, 1]);
  });

  test('says so when some are never taken', async () => {
    const { deliver: send } = sending((records) => records.map(() => false));
    await expect(send(['x'])).rejects.toMatchObject({ code: 'delivery-unavailable', status: 503 });
  });
});
