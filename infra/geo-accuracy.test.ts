import { describe, expect, it } from 'vitest';
import { prefixBits, tinyMmdb } from '../functions/signals/network/testing/tiny-mmdb.ts';
import { estimateRadii } from './geo-accuracy.ts';

const place = (latitude: number, longitude: number, country_code = 'DE') => ({
  latitude,
  longitude,
  country_code,
});

/** Twenty-five /24s, each cut into quarters: two in one town, one 100 km and one 200 km north of it. */
const quartered = (far = place(51.8, 10)) =>
  Array.from({ length: 25 }, (_, block) =>
    [place(50, 10), place(50, 10), place(50.9, 10), far].map(
      (record, quarter) => [prefixBits(`81.2.${block}.${quarter * 64}`, 26), record] as const,
    ),
  ).flat();

describe('accuracy radii', () => {
  it('are the 67th percentile of the distances within subdivided blocks', () => {
    const table = estimateRadii(tinyMmdb(4, quartered()));
    // Half of the addresses are in the main town, a quarter 100 km off: two thirds lie within 101 km.
    expect(table['24']).toBeGreaterThan(99);
    expect(table['24']).toBeLessThan(103);
  });

  it('do not count places across a border', () => {
    const within = estimateRadii(tinyMmdb(4, quartered()));
    const across = estimateRadii(tinyMmdb(4, quartered(place(60, 10, 'NO'))));
    expect(across['24']).toBeLessThanOrEqual(within['24']!);
  });

  it('are never finer than a town, and never finer for a shorter prefix than for a longer', () => {
    const table = estimateRadii(tinyMmdb(4, quartered()));
    expect(table['32']).toBe(15);
    for (let length = 1; length < 32; length++)
      expect(table[String(length)]).toBeGreaterThanOrEqual(table[String(length + 1)]!);
  });

  it('rest on at least twenty blocks, or on the next longer prefix', () => {
    const table = estimateRadii(tinyMmdb(4, quartered().slice(0, 4 * 19)));
    expect(table['24']).toBe(table['25']);
  });
});
