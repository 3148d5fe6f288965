import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ABSENT,
  BIAS,
  type ClaimEncoding,
  encodeClaim,
  encodeSeconds,
  MAX_ORDERED,
  spellClaim,
} from './claim-value.ts';
import { FIELD_ORDER } from './field.ts';

const refuses = (encoding: ClaimEncoding, ...values: unknown[]): void => {
  for (const value of values)
    expect(() => encodeClaim(encoding, value), String(value)).toThrow(
      expect.objectContaining({ code: 'claim-value-invalid' }),
    );
};

describe('integers', () => {
  it('cover the signed 64-bit line, and no more', () => {
    expect(encodeClaim('integer', '-9223372036854775808')).toBe(0n);
    expect(encodeClaim('integer', 0)).toBe(BIAS);
    expect(encodeClaim('integer', '9223372036854775807')).toBe(MAX_ORDERED);
    refuses('integer', '-9223372036854775809', '9223372036854775808', 2 ** 53);
  });

  it('have one spelling', () => {
    refuses('integer', '01', '+1', '-0', '', ' 1', '1.0', '1e3', 0.5, Number.NaN, true, null, [1]);
  });

  it('keep their order', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
        expect(encodeClaim('integer', a) < encodeClaim('integer', b)).toBe(a < b);
      }),
    );
  });
});

describe('dates and times', () => {
  it('count from the epoch', () => {
    expect(encodeClaim('date', '1970-01-01')).toBe(BIAS);
    expect(encodeClaim('date', '1969-12-31')).toBe(BIAS - 1n);
    expect(encodeClaim('date', '2000-02-29')).toBe(BIAS + 11_016n);
    expect(encodeClaim('date', '0001-01-01')).toBe(BIAS - 719_162n);
    expect(encodeClaim('dateTime', '1970-01-01T00:00:00Z')).toBe(BIAS);
    expect(encodeClaim('dateTime', '2026-11-20T09:24:00+13:00')).toBe(
      encodeClaim('dateTime', '2026-11-19T20:24:00Z'),
    );
    expect(encodeSeconds(-1)).toBe(BIAS - 1n);
  });

  it('are of the calendar', () => {
    refuses('date', '2001-02-29', '2000-13-01', '2000-00-01', '2000-01-32', '20000101', '2000-1-1', 0);
    refuses('dateTime', '2000-01-01', '2000-01-01T24:00:00Z', '2000-01-01T00:00:60Z', '2000-01-01T00:00:00');
    refuses('dateTime', '2000-01-01T00:00:00.5Z', '2000-01-01 00:00:00Z', '2000-01-01T00:00:00+24:00');
    expect(() => encodeSeconds(0.5)).toThrow(expect.objectContaining({ code: 'time-invalid' }));
  });

  it('agree with the platform on every day', () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date('0001-01-01T00:00:00Z'),
          max: new Date('9999-12-31T00:00:00Z'),
          noInvalidDate: true,
        }),
        (date) => {
          const text = `${date.toISOString().slice(0, 19)}Z`;
          expect(encodeClaim('dateTime', text) - BIAS).toBe(BigInt(Math.floor(date.getTime() / 1000)));
          expect(encodeClaim('date', text.slice(0, 10)) - BIAS).toBe(
            BigInt(Math.floor(date.getTime() / 86_400_000)),
          );
        },
      ),
    );
  });
});

describe('booleans, strings and what is absent', () => {
  it('keep apart', () => {
    expect(encodeClaim('boolean', false)).toBe(0n);
    expect(encodeClaim('boolean', true)).toBe(1n);
    expect(encodeClaim('string', 'é')).not.toBe(encodeClaim('string', 'e\u0301'));
    expect(encodeClaim('string', '')).not.toBe(ABSENT);
    expect(encodeClaim('string', undefined)).toBe(ABSENT);
    refuses('boolean', 0, 'true', null);
    refuses('string', 1, null, '\ud800');
  });

  it('lie in the field, and an absent claim in no ordered range', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => encodeClaim('string', text) < FIELD_ORDER),
    );
    expect(ABSENT > MAX_ORDERED).toBe(true);
  });
});

describe('what is shown', () => {
  it('has one spelling, which means the same', () => {
    const spellings: [ClaimEncoding, unknown, unknown][] = [
      ['integer', '7', 7],
      ['integer', -7, -7],
      ['integer', '9007199254740991', 9007199254740991],
      ['integer', '9007199254740992', '9007199254740992'],
      ['integer', '-9223372036854775808', '-9223372036854775808'],
      ['dateTime', '2026-11-20T09:24:00+13:00', '2026-11-19T20:24:00Z'],
      ['dateTime', '2026-11-20T09:24:00-00:00', '2026-11-20T09:24:00Z'],
      ['date', '2026-11-20', '2026-11-20'],
      ['boolean', true, true],
      ['string', '7', '7'],
    ];
    for (const [encoding, given, shown] of spellings) {
      expect(spellClaim(encoding, given)).toBe(shown);
      expect(spellClaim(encoding, shown)).toBe(shown);
      expect(encodeClaim(encoding, shown)).toBe(encodeClaim(encoding, given));
    }
  });

  it('is a value of its encoding, in the years that it can be written in', () => {
    const bad: [ClaimEncoding, unknown][] = [
      ['integer', '07'],
      ['integer', 2 ** 53],
      ['dateTime', '0000-01-01T00:00:00+01:00'],
      ['dateTime', '9999-12-31T23:59:59-01:00'],
      ['boolean', 'true'],
      ['string', 7],
    ];
    for (const [encoding, value] of bad)
      expect(() => spellClaim(encoding, value), String(value)).toThrow(
        expect.objectContaining({ code: 'claim-value-invalid' }),
      );
  });
});
