import { EventError, invalidMember } from './event-error.ts';

/** Events before this are refused: 2000-01-01T00:00:00Z, ms. */
export const EARLIEST_TIME = 946_684_800_000;
/** How far ahead of our clock an event may lie, ms. */
export const MAX_AHEAD = 5 * 60_000;

/** ISO 8601 and its looser kin: `T` or a space, up to nine decimals, a zone or none (then UTC). */
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)? ?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?$/i;
/** ISO 8601 basic: `20240602T201622Z`. */
const ISO_BASIC = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(?:[.,](\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?$/i;
/** RFC 2822 (and HTTP): `Tue, 3 Oct 2023 14:09:32 +0000`. */
const RFC_2822 =
  /^(?:[a-z]{3},? )?(\d{1,2}) ([a-z]{3}) (\d{4}) (\d{2}):(\d{2})(?::(\d{2}))? ?(GMT|UT|UTC|Z|[+-]\d{4})?$/i;
/** Microsoft JSON: `/Date(1696342172149)/`, with an offset that only tells the zone it was shown in. */
const MICROSOFT = /^\/Date\((-?\d{1,16})(?:[+-]\d{4})?\)\/$/;
const NUMBER = /^\d{9,19}(?:\.\d{1,9})?$/;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * A time in any form that identity providers send: ISO 8601 with or without zone (then UTC) and with up to
 * nine decimals, RFC 2822, `/Date(ms)/`, and seconds, milliseconds, microseconds or nanoseconds since the
 * Unix epoch as number or text, told apart by size.
 *
 * @returns ms since the Unix epoch, fractions cut off, or `undefined` when it is no time, 30 February included.
 *
 * @example
 * ```ts
 * parseTime('2025-10-03 14:09:32.149000000'); // 1759500572149
 * parseTime(1759500572);                      // 1759500572000
 * parseTime('yesterday');                     // undefined
 * ```
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === 'number') return fromNumber(value);
  if (typeof value !== 'string' || value.length > 64) return undefined;
  const text = value.trim();
  const iso = ISO.exec(text) ?? ISO_BASIC.exec(text);
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, fraction, zone] = iso;
    return fromParts([year, month, day, hour, minute, second], fraction, zone);
  }
  const mail = RFC_2822.exec(text);
  if (mail !== null) {
    const [, day, name, year, hour, minute, second, zone] = mail;
    const month = MONTHS.indexOf((name ?? '').toLowerCase()) + 1;
    return fromParts([year, String(month), day, hour, minute, second], undefined, zone);
  }
  const microsoft = MICROSOFT.exec(text);
  if (microsoft !== null) return Number(microsoft[1]);
  return NUMBER.test(text) ? fromNumber(Number(text)) : undefined;
}

/** Sizes cannot be confused: 10^11 s is the year 5138, 10^11 ms is 1973, and so on for µs and ns. */
function fromNumber(value: number): number | undefined {
  if (!Number.isFinite(value) || value < 0) return undefined;
  if (value < 1e11) return Math.floor(value * 1000);
  if (value < 1e14) return Math.floor(value);
  return Math.floor(value < 1e17 ? value / 1e3 : value / 1e6);
}

function fromParts(
  parts: readonly (string | undefined)[],
  fraction: string | undefined,
  zone: string | undefined,
): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map((part) =>
    Number(part ?? 0),
  );
  // A leap second (:60) is the first instant of the next minute, as Unix time has it.
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day));
  if (day < 1 || date.getUTCMonth() !== month - 1 || date.getUTCFullYear() !== year) return undefined;
  const offset = offsetMinutes(zone);
  if (offset === undefined) return undefined;
  const ms = Number((fraction ?? '').padEnd(3, '0').slice(0, 3));
  return date.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1000 + ms;
}

function offsetMinutes(zone: string | undefined): number | undefined {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone ?? '');
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  if (minutes > 14 * 60) return undefined;
  return match[1] === '-' ? -minutes : minutes;
}

/**
 * The event time in a member, within what can be true.
 *
 * @param value what the source sent.
 * @param field its path, for errors.
 * @param now processing time, ms.
 * @returns ms since the Unix epoch.
 * @throws {EventError} `event-invalid` when it is no time, `event-time-absurd` when it lies before 2000 or more
 * than five minutes after `now`.
 *
 * @example
 * ```ts
 * eventTime('2026-11-20T09:24:00.123Z', 'detail.metadata.time', Date.now());
 * ```
 */
export function eventTime(value: unknown, field: string, now: number): number {
  const time = parseTime(value);
  if (time === undefined) throw invalidMember(field, 'is not a time');
  if (time < EARLIEST_TIME) throw absurd(field, 'lies before the year 2000');
  if (time > now + MAX_AHEAD) throw absurd(field, 'lies more than five minutes in the future');
  return time;
}

function absurd(field: string, problem: string): EventError {
  return new EventError('event-time-absurd', `${field} ${problem}`, [{ field, problem }]);
}
