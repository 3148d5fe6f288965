import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AsnRange, encodeAsnTable, openAsnTable } from './asn-table.ts';

const RANGES: AsnRange[] = [
  { start: 10n, end: 19n, asn: 64500, name: 'First, Inc.' },
  { start: 20n, end: 29n, asn: 64501, name: 'Zweite – GmbH' },
  { start: 40n, end: 40n, asn: 64500, name: 'First, Inc.' },
];

describe('the compiled ASN table', () => {
  const table = openAsnTable(encodeAsnTable(1, RANGES));

  it.each([
    [9, undefined],
    [10, 64500],
    [19, 64500],
    [20, 64501],
    [29, 64501],
    [30, undefined],
    [39, undefined],
    [40, 64500],
    [41, undefined],
    [0, undefined],
    [0xffffffff, undefined],
  ])('at address %i finds AS %s', (address, asn) => {
    expect(table.find(address)?.asn).toBe(asn);
  });

  it('keeps names as the source writes them', () => {
    expect(table.find(25)).toEqual({ asn: 64501, name: 'Zweite – GmbH' });
  });

  it('covers both ends of the key space when a range does', () => {
    const whole = openAsnTable(encodeAsnTable(1, [{ start: 0n, end: 0xffffffffn, asn: 1, name: 'all' }]));
    expect([whole.find(0)?.asn, whole.find(0xffffffff)?.asn, whole.ranges]).toEqual([1, 1, 1]);
  });

  it('tells neighbours apart by the lower words of IPv6 keys', () => {
    const six = openAsnTable(
      encodeAsnTable(2, [
        { start: 0x20010db8_00010000n, end: 0x20010db8_0001ffffn, asn: 7, name: 'seven' },
        { start: 0x20010db8_80000000n, end: 0x20010db8_ffffffffn, asn: 8, name: 'eight' },
      ]),
    );
    expect(six.find(0x20010db8, 0x00010000)?.asn).toBe(7);
    expect(six.find(0x20010db8, 0x00020000)).toBeUndefined();
    expect(six.find(0x20010db8, 0x7fffffff)).toBeUndefined();
    expect(six.find(0x20010db8, 0x80000000)?.asn).toBe(8);
    expect(six.find(0x20010db9, 0)).toBeUndefined();
  });

  it('agrees with a plain scan over any disjoint ranges', () => {
    const range = fc.tuple(fc.nat(50), fc.nat(50), fc.integer({ min: 1, max: 5 }));
    fc.assert(
      fc.property(
        fc.array(range, { maxLength: 20 }),
        fc.array(fc.nat(2_200), { maxLength: 30 }),
        (steps, probes) => {
          let at = 0n;
          const ranges = steps.map(([gap, length, asn]): AsnRange => {
            const start = at + BigInt(gap);
            at = start + BigInt(length) + 1n;
            return { start, end: at - 1n, asn, name: `AS ${asn}` };
          });
          const opened = openAsnTable(encodeAsnTable(1, ranges));
          for (const probe of probes) {
            const scanned = ranges.find(({ start, end }) => start <= BigInt(probe) && BigInt(probe) <= end);
            expect(opened.find(probe)?.asn).toBe(scanned?.asn);
          }
        },
      ),
    );
  });

  it('opens from bytes that are not aligned to words', () => {
    const bytes = encodeAsnTable(1, RANGES);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(openAsnTable(shifted.subarray(1)).find(15)?.asn).toBe(64500);
  });

  it('is the same bytes for the same ranges', () => {
    expect(encodeAsnTable(1, RANGES)).toEqual(
      encodeAsnTable(
        1,
        RANGES.map((range) => ({ ...range })),
      ),
    );
  });
});

describe('what is refused', () => {
  const bytes = encodeAsnTable(1, RANGES);
  it.each([
    ['ranges that overlap', () => encodeAsnTable(1, [RANGES[0]!, { ...RANGES[1]!, start: 19n }])],
    ['ranges that run backwards', () => encodeAsnTable(1, [{ ...RANGES[0]!, end: 9n }])],
    ['keys past the key space', () => encodeAsnTable(1, [{ ...RANGES[0]!, end: 1n << 32n }])],
    ['a table cut short by a byte', () => openAsnTable(bytes.subarray(0, -1))],
    ['a table with a byte too many', () => openAsnTable(Buffer.concat([bytes, Buffer.alloc(1)]))],
    ['a table shorter than its header', () => openAsnTable(bytes.subarray(0, 8))],
    ['another magic', () => openAsnTable(Buffer.concat([Buffer.from('XXXX'), bytes.subarray(4)]))],
  ])('%s', (_, attempt) => {
    expect(attempt).toThrow(expect.objectContaining({ code: 'asn-table-invalid' }));
  });
});
