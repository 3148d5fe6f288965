import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { P, R, readDecimal } from './field.ts';

describe('readDecimal', () => {
  it('reads every value below the modulus from its one spelling', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: R - 1n }), (value) => {
        expect(readDecimal(String(value), R)).toBe(value);
      }),
    );
  });

  it.each([
    ['0', '00'],
    ['7', '07'],
    ['7', '+7'],
    ['7', ' 7'],
    ['7', '7 '],
    ['7', '7\n'],
    ['7', '7n'],
    ['7', '7.0'],
    ['7', '7e0'],
    ['7', '0x7'],
    ['7', '٧'],
    ['0', '-0'],
    ['0', ''],
    [String(R - 1n), String(R)],
    [String(R - 1n), '-1'],
    ['0', String(R)],
    ['0', '9'.repeat(100_000)],
  ])('takes %j and refuses %j', (good, bad) => {
    expect(readDecimal(good, R)).toBe(BigInt(good));
    expect(readDecimal(bad, R)).toBeUndefined();
  });

  it('refuses what is not a string', () => {
    for (const value of [7, 7n, null, undefined, ['7'], { toString: () => '7' }, new String('7')]) {
      expect(readDecimal(value, R)).toBeUndefined();
    }
  });

  it('tells the two moduli apart: r is a coordinate and no scalar', () => {
    expect(readDecimal(String(R), P)).toBe(R);
    expect(readDecimal(String(R), R)).toBeUndefined();
  });
});
