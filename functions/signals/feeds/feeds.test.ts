import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { feedSource, REFRESH_MS } from './feed-source.ts';
import { feedFromStix, prefixesIn } from './stix.ts';
import { canonicalPrefix, type ThreatEntry, threatTable } from './threat-feed.ts';

const NOW = Date.UTC(2026, 10, 20);
const entry = (prefix: string, change: Partial<ThreatEntry> = {}): ThreatEntry => ({
  prefix,
  kind: 'malicious',
  confidence: 0.8,
  expires: '2027-01-01T00:00:00Z',
  ...change,
});
const table = (...entries: unknown[]) =>
  threatTable({ format: 'countersign-threat-feed-1', version: '7', entries });
const confidence = (ip: string, ...entries: ThreatEntry[]) =>
  table(...entries).verdict(ip, NOW).match?.confidence;

describe('a threat table', () => {
  it.each([
    ['203.0.113.7/32', '203.0.113.7', '203.0.113.6'],
    ['203.0.113.0/24', '203.0.113.255', '203.0.114.0'],
    ['203.0.113.128/25', '203.0.113.128', '203.0.113.127'],
    ['203.0.112.0/20', '203.0.127.1', '203.0.128.1'],
    ['203.0.113.7', '203.0.113.7', '203.0.113.8'],
    ['2001:db8::/33', '2001:db8:7fff::1', '2001:db8:8000::1'],
    ['2001:db8::1', '2001:db8::1', '2001:db8::2'],
    ['203.0.113.0/24', '::ffff:203.0.113.9', '::ffff:203.0.114.9'],
  ])('%s holds %s and not %s', (prefix, inside, outside) => {
    expect(confidence(inside, entry(prefix))).toBe(0.8);
    expect(confidence(outside, entry(prefix))).toBeUndefined();
  });

  it('believes the longest prefix, and of one prefix the most confident entry', () => {
    const wide = entry('203.0.113.0/24', { confidence: 0.9 });
    expect(confidence('203.0.113.7', wide, entry('203.0.113.7/32', { confidence: 0.2 }))).toBe(0.2);
    expect(confidence('203.0.113.7', entry('203.0.113.0/24', { confidence: 0.1 }), wide)).toBe(0.9);
  });

  it('passes over what had expired by the time of the event, for what still holds', () => {
    const gone = entry('203.0.113.7/32', { expires: '2026-11-19T00:00:00Z' });
    expect(confidence('203.0.113.7', gone)).toBeUndefined();
    expect(confidence('203.0.113.7', gone, entry('203.0.113.0/24', { confidence: 0.3 }))).toBe(0.3);
    expect(table(gone).verdict('203.0.113.7', NOW - 2 * 86_400_000).match).toBeDefined();
  });

  it('agrees with arithmetic on any prefix and address', () => {
    const octets = fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 1, max: 223 })));
    const value = (ip: readonly number[]) => ip.reduce((sum, octet) => sum * 256 + octet, 0);
    fc.assert(
      fc.property(
        octets,
        octets,
        fc.integer({ min: 0, max: 32 }),
        fc.boolean(),
        (base, other, length, near) => {
          // Half of the addresses lie in the prefix or just beside it.
          const ip = near ? base.with(3, other[3]!) : other;
          const shared = 2 ** (32 - length);
          const holds = Math.floor(value(base) / shared) === Math.floor(value(ip) / shared);
          expect(confidence(ip.join('.'), entry(`${base.join('.')}/${length}`)) !== undefined).toBe(holds);
        },
      ),
    );
  });

  it.each([
    ['another format', { format: 'x', version: '7', entries: [] }],
    ['no version', { format: 'countersign-threat-feed-1', entries: [] }],
    ['no entries', { format: 'countersign-threat-feed-1', version: '7' }],
    ['nothing', null],
  ])('refuses a feed of %s', (_, feed) => {
    expect(() => threatTable(feed)).toThrow(expect.objectContaining({ code: 'feed-invalid' }));
  });

  it.each([
    ['a prefix that is none', { prefix: '203.0.113.0/33' }],
    ['an address that only some programs read', { prefix: '10.1' }],
    ['an octal address', { prefix: '0300.0.0.1' }],
    ['no prefix', { prefix: '' }],
    ['an unknown kind', { kind: 'bad' as never }],
    ['confidence above 1', { confidence: 1.1 }],
    ['confidence that is no number', { confidence: Number.NaN }],
    ['no expiry', { expires: 'never' }],
    ['a long label', { label: 'x'.repeat(65) }],
  ])('refuses an entry with %s, and with it the feed', (_, change) => {
    expect(() => table(entry('203.0.113.0/24'), entry('203.0.113.0/24', change))).toThrow(
      expect.objectContaining({ code: 'feed-invalid' }),
    );
  });

  it('drops host bits from canonical prefixes', () => {
    expect(canonicalPrefix('203.0.113.7/24')).toBe('203.0.113.0/24');
    expect(canonicalPrefix('203.0.113.7/0')).toBe('0.0.0.0/0');
    expect(canonicalPrefix('2001:db8:0:0::ff/61')).toBe('2001:db8::/61');
  });
});

describe('a STIX pattern', () => {
  it.each([
    ["[ipv4-addr:value = '198.51.100.1']", ['198.51.100.1/32']],
    ["[ipv4-addr:value ISSUBSET '198.51.100.0/24']", ['198.51.100.0/24']],
    ["[ipv6-addr:value = '2001:db8::7']", ['2001:db8::7/128']],
    [
      "[ipv4-addr:value = '198.51.100.1' OR ipv6-addr:value ISSUBSET '2001:db8::/32']",
      ['198.51.100.1/32', '2001:db8::/32'],
    ],
    [
      "[ipv4-addr:value='198.51.100.1'] OR [ipv4-addr:value='198.51.100.2']",
      ['198.51.100.1/32', '198.51.100.2/32'],
    ],
  ])('%s', (pattern, prefixes) => {
    expect(prefixesIn(pattern)).toEqual(prefixes);
  });

  it.each([
    "[ipv4-addr:value = '198.51.100.1' AND network-traffic:dst_port = 22]",
    "[ipv4-addr:value = '198.51.100.1'] FOLLOWEDBY [ipv4-addr:value = '198.51.100.2']",
    "[ipv4-addr:value != '198.51.100.1']",
    "[ipv4-addr:value ISSUPERSET '198.51.100.0/24']",
    "[NOT ipv4-addr:value = '198.51.100.1']",
    "[ipv4-addr:value = '198.51.100.1'] REPEATS 5 TIMES",
    "[domain-name:value = 'evil.example']",
    "[ipv4-addr:value = '2001:db8::7']",
    "[ipv4-addr:value = '198.51.100.1/40']",
    "ipv4-addr:value = '198.51.100.1'",
    '',
  ])('is not taken when it says anything else: %s', (pattern) => {
    expect(prefixesIn(pattern)).toBeUndefined();
  });
});

describe('a STIX bundle', () => {
  const indicator = (change: object = {}) => ({
    type: 'indicator',
    spec_version: '2.1',
    pattern: "[ipv4-addr:value = '198.51.100.1']",
    pattern_type: 'stix',
    valid_from: '2026-11-01T00:00:00Z',
    confidence: 85,
    name: 'Brute-force source',
    ...change,
  });
  const from = (...objects: object[]) => feedFromStix({ type: 'bundle', objects }, '7', NOW);

  it('becomes a feed that a table reads', () => {
    const { feed, skipped } = from({ type: 'identity' }, indicator({ valid_until: '2026-12-24T00:00:00Z' }));
    expect(feed.entries).toEqual([
      {
        prefix: '198.51.100.1/32',
        kind: 'malicious',
        confidence: 0.85,
        expires: '2026-12-24T00:00:00.000Z',
        label: 'Brute-force source',
      },
    ]);
    expect(skipped).toEqual({});
    expect(threatTable(feed).verdict('198.51.100.1', NOW).match?.confidence).toBe(0.85);
  });

  it('fills in what an indicator does not state', () => {
    const { confidence: _, ...unsure } = indicator();
    expect(from(unsure).feed.entries[0]).toMatchObject({
      confidence: 0.5,
      expires: '2026-12-01T00:00:00.000Z',
    });
    const renewed = indicator({ modified: '2026-11-19T00:00:00Z' });
    expect(from(renewed).feed.entries[0]!.expires).toBe('2026-12-19T00:00:00.000Z');
    expect(from(indicator({ indicator_types: ['anonymization'] })).feed.entries[0]!.kind).toBe('vpn');
  });

  it('leaves out what is revoked, benign, expired, or not of addresses, and says how many', () => {
    const { feed, skipped } = from(
      indicator({ revoked: true }),
      indicator({ indicator_types: ['benign'] }),
      indicator({ valid_until: '2026-11-19T00:00:00Z' }),
      indicator({ pattern: "[file:hashes.MD5 = 'x']" }),
      indicator({ pattern_type: 'yara' }),
      indicator({ confidence: 400 }),
      indicator({ valid_from: 'x' }),
    );
    expect(feed.entries).toEqual([]);
    expect(Object.values(skipped).reduce((sum, count) => sum + count, 0)).toBe(7);
  });

  it('keeps the more confident of two, and refuses what is no bundle', () => {
    expect(from(indicator({ confidence: 20 }), indicator()).feed.entries).toMatchObject([
      { confidence: 0.85 },
    ]);
    expect(() => feedFromStix({ type: 'report' }, '7', NOW)).toThrow(
      expect.objectContaining({ code: 'stix-invalid' }),
    );
  });
});

describe('a feed that changes', () => {
  const text = (version: string) =>
    JSON.stringify({ format: 'countersign-threat-feed-1', version, entries: [] });
  const world = () => {
    const state = {
      now: NOW,
      file: { text: text('1'), tag: 'a' } as { text: string; tag: string } | null,
      failures: 0,
      reads: 0,
    };
    const feed = feedSource({
      read: async (tag) => {
        state.reads++;
        return state.file && state.file.tag === tag ? undefined : state.file;
      },
      clock: () => state.now,
      onFailure: () => state.failures++,
    });
    return { state, feed };
  };
  /** Asked twice: the first event after a change does not wait for it. */
  const later = async ({ state, feed }: ReturnType<typeof world>) => {
    state.now += REFRESH_MS;
    await feed();
    await new Promise(setImmediate);
    return (await feed())?.version;
  };

  it('is there for the first event, and read again only after a while, in the background', async () => {
    const one = world();
    expect((await one.feed())?.version).toBe('1');
    one.state.file = { text: text('2'), tag: 'b' };
    expect((await one.feed())?.version).toBe('1');
    expect(one.state.reads).toBe(1);
    expect(await later(one)).toBe('2');
  });

  it('that breaks leaves the one before in place', async () => {
    const one = world();
    await one.feed();
    one.state.file = { text: '{', tag: 'b' };
    expect(await later(one)).toBe('1');
    expect(one.state.failures).toBe(1);
    one.state.file = { text: text('3'), tag: 'c' };
    expect(await later(one)).toBe('3');
  });

  it('that is taken away is gone', async () => {
    const one = world();
    await one.feed();
    one.state.file = null;
    expect(await later(one)).toBeUndefined();
    expect(one.state.failures).toBe(0);
  });
});

describe('the import command', () => {
  const script = fileURLToPath(new URL('import-stix.ts', import.meta.url));
  const run = (...options: string[]) =>
    spawnSync(process.execPath, [script, ...options], { encoding: 'utf8', timeout: 30_000 });

  it('writes a feed of a bundle that a table reads, and says what it left out', () => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-stix-'));
    const [bundle, out] = [join(folder, 'bundle.json'), join(folder, 'feed.json')];
    const indicator = {
      type: 'indicator',
      spec_version: '2.1',
      pattern_type: 'stix',
      valid_from: '2026-01-01T00:00:00Z',
      valid_until: '2099-01-01T00:00:00Z',
    };
    const objects = [
      { ...indicator, pattern: "[ipv4-addr:value = '198.51.100.1']", confidence: 80 },
      { ...indicator, pattern: "[domain-name:value = 'evil.example']" },
    ];
    writeFileSync(bundle, JSON.stringify({ type: 'bundle', objects }));
    const { status, stdout } = run(bundle, '--out', out, '--version', '9', '--source', 'Example ISAC');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^1 prefixes in feed 9: .*feed\.json\n {2}1 left out: /);
    const feed = JSON.parse(readFileSync(out, 'utf8'));
    expect(feed.source).toBe('Example ISAC');
    expect(threatTable(feed).verdict('198.51.100.1', NOW)).toMatchObject({
      version: '9',
      match: { confidence: 0.8 },
    });
    rmSync(folder, { recursive: true });
  });

  it('without a bundle says how it is used, and fails', () => {
    const { status, stderr } = run();
    expect([status, stderr]).toEqual([2, expect.stringContaining('STIX 2.1 bundles')]);
  });
});
