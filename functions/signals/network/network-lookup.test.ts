import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeAsnTable } from './asn-table.ts';
import type { GeoManifest } from './geo-manifest.ts';
import { openNetworkLookup } from './network-lookup.ts';
import { prefixBits, tinyMmdb } from './testing/tiny-mmdb.ts';

const source = { package: 'test@1', licence: 'CC BY 4.0', attribution: 'nobody' };
const manifest: GeoManifest = {
  format: 1,
  city: source,
  asn: source,
  radiusKm: { method: 'made up', ipv4: { '24': 26, '25': 20 }, ipv6: { '32': 200 } },
};
const LONDON = { city: 'London', country_code: 'GB', latitude: 51.51, longitude: -0.09 };
const dir = mkdtempSync(join(tmpdir(), 'countersign-geo-'));
const empty = mkdtempSync(join(tmpdir(), 'countersign-geo-'));

beforeAll(() => {
  const city4 = tinyMmdb(4, [
    [prefixBits('81.2.69.0', 24), LONDON],
    [prefixBits('81.2.70.0', 24), { ...LONDON, city: '' }],
    [prefixBits('81.2.71.0', 25), { country_code: 'GB' }],
    [
      prefixBits('81.2.72.0', 24),
      {
        city: { names: { en: 'Paris' } },
        country: { iso_code: 'FR' },
        location: { latitude: 48.86, longitude: 2.35, accuracy_radius: 7 },
      },
    ],
    [prefixBits('98.97.0.0', 16), LONDON],
    [prefixBits('192.168.0.0', 16), LONDON],
  ]);
  const bits6 = 0x2a020c7fn.toString(2).padStart(32, '0');
  writeFileSync(join(dir, 'dbip-city-ipv4.mmdb'), city4);
  writeFileSync(join(dir, 'dbip-city-ipv6.mmdb'), tinyMmdb(6, [[bits6, LONDON]]));
  const range = (start: bigint, size: bigint, asn: number) => ({
    start,
    end: start + size - 1n,
    asn,
    name: `Operator ${asn}`,
  });
  writeFileSync(
    join(dir, 'asn-ipv4.bin'),
    encodeAsnTable(1, [range(0x51024500n, 256n, 20712), range(0x62610000n, 65536n, 14593)]),
  );
  writeFileSync(join(dir, 'asn-ipv6.bin'), encodeAsnTable(2, [range(0x2a020c7f_00000000n, 1n << 32n, 5607)]));
  writeFileSync(join(dir, 'geo.json'), JSON.stringify(manifest));
});
afterAll(() => {
  for (const folder of [dir, empty]) rmSync(folder, { recursive: true, force: true });
});

describe('a look-up', () => {
  it('tells prefix, operator, place, radius by prefix length, and class', async () => {
    const network = await openNetworkLookup(dir);
    expect(network.lookup('81.2.69.160')).toEqual({
      prefix: '81.2.69.0/24',
      asn: 'AS20712',
      asName: 'Operator 20712',
      country: 'GB',
      city: 'London',
      latitude: 51.51,
      longitude: -0.09,
      radiusKm: 26,
      class: 'unknown',
    });
    expect(network.lookup('98.97.1.1')).toMatchObject({ asn: 'AS14593', class: 'satellite' });
  });

  it('takes a length that the table lacks for coarse', async () => {
    const network = await openNetworkLookup(dir);
    expect(network.lookup('98.97.1.1').radiusKm).toBe(1_000);
  });

  it('takes a record without a city for coarse, and one without coordinates for no place', async () => {
    const network = await openNetworkLookup(dir);
    expect(network.lookup('81.2.70.1').radiusKm).toBe(1_000);
    expect(network.lookup('81.2.71.1')).toEqual({ prefix: '81.2.71.0/24', country: 'GB', class: 'unknown' });
  });

  it("believes the accuracy radius of an operator's own database", async () => {
    const network = await openNetworkLookup(dir);
    expect(network.lookup('81.2.72.1')).toMatchObject({
      country: 'FR',
      city: 'Paris',
      latitude: 48.86,
      radiusKm: 7,
    });
  });

  it('gives a reserved address no place, even if the database has one', async () => {
    const network = await openNetworkLookup(dir);
    expect(network.lookup('192.168.0.1')).toEqual({ prefix: '192.168.0.0/24', class: 'reserved' });
  });

  it('knows an address outside the data by its prefix alone', async () => {
    const network = await openNetworkLookup(dir);
    expect(network.lookup('9.9.9.9')).toEqual({ prefix: '9.9.9.0/24', class: 'unknown' });
  });

  it('refuses what is not an address', async () => {
    const network = await openNetworkLookup(dir);
    expect(() => network.lookup('localhost')).toThrow(expect.objectContaining({ code: 'address-invalid' }));
  });

  it('answers alike from memory, after more addresses than it remembers', async () => {
    const network = await openNetworkLookup(dir);
    const before = network.lookup('81.2.69.160');
    expect(network.lookup('81.2.69.160')).toBe(before);
    for (let index = 0; index < 2_000; index++) network.lookup(`9.9.${index >> 8}.${index & 255}`);
    expect(network.lookup('81.2.69.160')).not.toBe(before);
    expect(network.lookup('81.2.69.160')).toEqual(before);
  });
});

describe('IPv6', () => {
  const found = { prefix: '2a02:c7f:1::/48', asn: 'AS5607', country: 'GB', radiusKm: 200 };
  it('is read on the spot by the first address that needs it', async () => {
    const network = await openNetworkLookup(dir);
    expect(network.lookup('2a02:c7f:1::1')).toMatchObject(found);
  });

  it('may be read ahead', async () => {
    const network = await openNetworkLookup(dir);
    await Promise.all([network.prefetch(), network.prefetch()]);
    expect(network.lookup('2a02:c7f:1::1')).toMatchObject(found);
  });

  it('mapped from IPv4 is IPv4', async () => {
    const network = await openNetworkLookup(dir);
    expect(network.lookup('::ffff:81.2.69.160')).toEqual(network.lookup('81.2.69.160'));
  });
});

describe('missing data', () => {
  it('is refused when opened', async () => {
    await expect(openNetworkLookup(empty)).rejects.toMatchObject({ code: 'geo-data-missing' });
  });

  it('of IPv6 alone is refused when used, and IPv4 goes on', async () => {
    const network = await openNetworkLookup(dir);
    rmSync(join(dir, 'asn-ipv6.bin'));
    expect(() => network.lookup('2a02:c7f:1::1')).toThrow(
      expect.objectContaining({ code: 'geo-data-missing' }),
    );
    await expect(network.prefetch()).rejects.toMatchObject({ code: 'geo-data-missing' });
    expect(network.lookup('81.2.69.160').country).toBe('GB');
  });
});
