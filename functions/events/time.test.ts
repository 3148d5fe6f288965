import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventError } from './event-error.ts';
import { EARLIEST_TIME, eventTime, MAX_AHEAD, parseTime } from './time.ts';

const MOMENT = Date.UTC(2025, 9, 3, 14, 9, 32, 149);

describe('parseTime', () => {
  it.each([
    ['2025-10-03T14:09:32.149Z'],
    ['2025-10-03 14:09:32.149000000'],
    ['2025-10-03T14:09:32.1499999Z'],
    ['2025-10-03T16:09:32.149+02:00'],
    ['2025-10-03T16:09:32.149+0200'],
    ['2025-10-03T16:09:32,149+02'],
    ['2025-10-03T09:39:32.149-04:30'],
    ['2025-10-03 14:09:32.149 UTC'],
    ['20251003T140932.149Z'],
    ['/Date(1759500572149)/'],
    ['/Date(1759500572149+0200)/'],
    [1759500572149],
    [1759500572.149],
    ['1759500572149'],
    ['1759500572.149'],
    [1759500572149123],
    ['1759500572149123456'],
    ['  2025-10-03T14:09:32.149Z '],
  ])('reads %s', (form) => {
    expect(parseTime(form)).toBe(MOMENT);
  });

  it.each([
    ['Fri, 3 Oct 2025 14:09:32 +0000'],
    ['Fri, 03 Oct 2025 14:09:32 GMT'],
    ['3 Oct 2025 16:09:32 +0200'],
    ['2025-10-03T14:09:32'],
    [1759500572],
    ['1759500572'],
  ])('reads %s, which has whole seconds', (form) => {
    expect(parseTime(form)).toBe(MOMENT - 149);
  });

  it('reads a date alone as its first instant, UTC, and a leap second as the next instant', () => {
    expect(parseTime('2025-10-03')).toBe(Date.UTC(2025, 9, 3));
    expect(parseTime('2016-12-31T23:59:60Z')).toBe(Date.UTC(2017, 0, 1));
    expect(parseTime('2024-02-29T00:00:00Z')).toBe(Date.UTC(2024, 1, 29));
  });

  it.each([
    ['2025-02-29T00:00:00Z'],
    ['2025-13-01T00:00:00Z'],
    ['2025-00-10T00:00:00Z'],
    ['2025-01-00T00:00:00Z'],
    ['2025-10-03T24:00:00Z'],
    ['2025-10-03T14:60:00Z'],
    ['2025-10-03T14:09:61Z'],
    ['2025-10-03T14:09:32+15:00'],
    ['2025-10-03T14:09:32.1234567890Z'],
    ['Fri, 3 Xyz 2025 14:09:32 GMT'],
    ['redacted'],
    ['now'],
    [''],
    ['12345'],
    [-1],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [null],
    [true],
    [{}],
    [['2025-10-03']],
    [`2025-10-03T14:09:32Z${' '.repeat(1000)}`],
  ])('does not read %j', (form) => {
    expect(parseTime(form)).toBeUndefined();
  });

  it('reads back every instant it is given, in each form', () => {
    fc.assert(
      fc.property(fc.integer({ min: EARLIEST_TIME, max: Date.UTC(2100, 0, 1) }), (time) => {
        const iso = new Date(time).toISOString();
        expect(parseTime(iso)).toBe(time);
        expect(parseTime(iso.replace('T', ' ').replace('Z', '000000'))).toBe(time);
        expect(parseTime(time)).toBe(time);
        expect(parseTime(String(time))).toBe(time);
        expect(parseTime(new Date(time).toUTCString())).toBe(time - (time % 1000));
      }),
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.anything(), (value) => void parseTime(value)));
  });
});

describe('eventTime', () => {
  const now = Date.UTC(2026, 10, 20);

  it('takes the last moment that is allowed and refuses the next', () => {
    expect(eventTime(now + MAX_AHEAD, 'detail.time', now)).toBe(now + MAX_AHEAD);
    expect(() => eventTime(now + MAX_AHEAD + 1, 'detail.time', now)).toThrow(EventError);
    expect(eventTime('2000-01-01T00:00:00Z', 'detail.time', now)).toBe(EARLIEST_TIME);
    expect(() => eventTime('1999-12-31T23:59:59.999Z', 'detail.time', now)).toThrow(EventError);
  });

  it('tells an absurd time from no time, and names the member', () => {
    const codes = ['3000-01-01', 'soon'].map((value) => {
      try {
        return eventTime(value, 'detail.published', now);
      } catch (error) {
        return error instanceof EventError ? [error.code, error.fields[0]?.field] : error;
      }
    });
    expect(codes).toEqual([
      ['event-time-absurd', 'detail.published'],
      ['event-invalid', 'detail.published'],
    ]);
  });
});
