import { utf8ToBytes } from '@noble/hashes/utils.js';
import { hashToField } from './field.ts';
import { StatementError } from './statement-error.ts';

/** How a claim becomes a number. Integers, dates and times are ordered; booleans and strings only equal or not. */
export type ClaimEncoding = 'integer' | 'date' | 'dateTime' | 'boolean' | 'string';

/** What is added to a signed 64-bit number, so that the order of the encoded numbers is that of the values. */
export const BIAS = 2n ** 63n;

/** The greatest encoded ordered value, 2^64 - 1. */
export const MAX_ORDERED = 2n ** 64n - 1n;

/** What an absent claim, and a slot that the schema does not use, is encoded as: outside every ordered range. */
export const ABSENT = hashToField('countersign/v1/absent', new Uint8Array());

const SECONDS_PER_DAY = 86_400;

/** True of the encodings that `<`, `<=`, `>`, `>=` and ranges make sense for. */
export const isOrdered = (encoding: ClaimEncoding): boolean =>
  encoding === 'integer' || encoding === 'date' || encoding === 'dateTime';

/**
 * Encodes a claim's value as a field element.
 *
 * `integer`: a JSON number that is a safe integer, or a decimal string without leading zeros, in
 * [-2^63, 2^63); `date`: `YYYY-MM-DD` as days since 1970-01-01; `dateTime`: RFC 3339 with whole seconds, as
 * seconds since 1970-01-01T00:00:00Z; all three with {@link BIAS} added. `boolean`: 0 or 1. `string`: the
 * hash of its UTF-8 bytes, without normalization. `undefined` is {@link ABSENT}.
 *
 * @throws StatementError `claim-value-invalid`
 * @example
 * ```ts
 * encodeClaim('date', '1970-01-02') === 2n ** 63n + 1n;
 * ```
 */
export function encodeClaim(encoding: ClaimEncoding, value: unknown): bigint {
  if (value === undefined) return ABSENT;
  switch (encoding) {
    case 'integer':
      return biased(integerOf(value));
    case 'date':
      return biased(BigInt(daysOf(value)));
    case 'dateTime':
      return biased(BigInt(secondsOf(value)));
    case 'boolean':
      if (typeof value !== 'boolean') throw invalid('must be true or false');
      return value ? 1n : 0n;
    case 'string':
      if (typeof value !== 'string' || !value.isWellFormed()) throw invalid('must be a well-formed string');
      return hashToField('countersign/v1/string', utf8ToBytes(value));
  }
}

/**
 * The one spelling in which a value is shown: an integer as a number where that is safe, a time in UTC. A proof is about
 * what a value means; of two spellings one would be a mark that it does not cover.
 *
 * @throws StatementError `claim-value-invalid`
 * @example
 * ```ts
 * spellClaim('dateTime', '2026-11-20T09:24:00+13:00'); // '2026-11-19T20:24:00Z'
 * ```
 */
export function spellClaim(encoding: ClaimEncoding, value: unknown): string | number | boolean {
  if (encoding === 'integer') {
    const number = Number(integerOf(value));
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (encoding === 'dateTime') {
    const spelled = new Date(secondsOf(value) * 1000).toISOString().replace('.000Z', 'Z');
    secondsOf(spelled);
    return spelled;
  }
  encodeClaim(encoding, value);
  return value as string | boolean;
}

/** Encodes a time in seconds since the epoch, as validity and the verifier's clock enter the circuit. */
export function encodeSeconds(seconds: number): bigint {
  if (!Number.isSafeInteger(seconds)) throw new StatementError('time-invalid', 'must be whole seconds');
  return BigInt(seconds) + BIAS;
}

function invalid(problem: string): StatementError {
  return new StatementError('claim-value-invalid', problem);
}

function biased(value: bigint): bigint {
  if (value < -BIAS || value >= BIAS) throw invalid('must fit 64 bits with sign');
  return value + BIAS;
}

function integerOf(value: unknown): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^(0|-?[1-9][0-9]{0,18})$/.test(value)) return BigInt(value);
  throw invalid('must be an integer');
}

function daysOf(value: unknown): number {
  const match = typeof value === 'string' ? /^(\d{4})-(\d{2})-(\d{2})$/.exec(value) : null;
  if (match === null) throw invalid('must be a date, YYYY-MM-DD');
  const days = utc(match, 0) / SECONDS_PER_DAY;
  return days;
}

function secondsOf(value: unknown): number {
  const match =
    typeof value === 'string'
      ? /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(Z|([+-])(\d{2}):(\d{2}))$/.exec(value)
      : null;
  if (match === null) throw invalid('must be a time, YYYY-MM-DDThh:mm:ssZ');
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6])];
  const [offsetHour, offsetMinute] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59)
    throw invalid('is not a time of day');
  const offset = (offsetHour * 60 + offsetMinute) * 60 * (match[8] === '-' ? -1 : 1);
  return utc(match, hour * 3600 + minute * 60 + second - offset);
}

/** Seconds since the epoch of the day that a match names, plus some; refuses days that are in no calendar. */
function utc(match: RegExpExecArray, secondsOfDay: number): number {
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)
    throw invalid('is not a day of the calendar');
  return date.getTime() / 1000 + secondsOfDay;
}
