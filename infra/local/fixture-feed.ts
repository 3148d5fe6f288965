import { randomUUID } from 'node:crypto';

/** One provider record on its way to a bus. */
export interface FeedRecord {
  readonly busName: string;
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** ISO 8601 and its spoken cousin with a space, with or without a fraction and a zone. */
const ISO_TIME = /^(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)(\.\d+)?( ?(?:Z|UTC|GMT)|[+-]\d\d:?\d\d)?$/;
/** Members that hold seconds or milliseconds since the epoch. */
const EPOCH_NAMES = /^(time|timestamp|eventTimestamp|creationDate)$/i;
/** When a record happened, ms since the Unix epoch, and its own id, both as its adapter reads them. */
export interface Reading {
  readonly id: string;
  readonly time: number;
}

/**
 * A provider's record as though it had happened just now: all its times move by the same span, so that what lay
 * between them stays, and its own id is fresh, as a second copy of an event would be taken for a duplicate.
 *
 * @param now when it shall have happened.
 * @example
 * ```ts
 * refresh({ busName, source, 'detail-type': type, detail: { uuid: 'a', published: '2023-01-01T00:00:00Z' } },
 *   { id: 'a', time: Date.UTC(2023, 0, 1) }, Date.now());
 * ```
 */
export function refresh(
  record: FeedRecord,
  read: Reading,
  now: number,
  newId: () => string = randomUUID,
): FeedRecord {
  const shift = now - read.time;
  const id = sameShape(read.id, newId());
  const detail = walk(record.detail, (name, value) => {
    if (timeOf(name, value) !== undefined) return moved(value as string | number, shift);
    if (value === read.id) return id;
    // Some providers number their records; a short number may as well count something.
    return typeof value === 'number' && read.id.length >= 6 && String(value) === read.id ? Number(id) : value;
  });
  return { ...record, detail: detail as Readonly<Record<string, unknown>> };
}

/** Rebuilds a value, each leaf as `change` says. */
function walk(value: unknown, change: (name: string, leaf: unknown) => unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item, change, name));
  if (value === null || typeof value !== 'object') return change(name, value);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, walk(member, change, key)]));
}

function timeOf(name: string, value: unknown): number | undefined {
  if (typeof value === 'string') {
    const [, day, , clock, fraction = '', zone = ''] = ISO_TIME.exec(value) ?? [];
    if (day === undefined) return undefined;
    const time = Date.parse(`${day}T${clock}${fraction.slice(0, 4)}${/\d/.test(zone) ? zone : 'Z'}`);
    return Number.isNaN(time) ? undefined : time;
  }
  if (typeof value !== 'number' || !EPOCH_NAMES.test(name)) return undefined;
  if (value > 1e12 && value < 4e12) return value;
  return value > 1e9 && value < 4e9 ? value * 1000 : undefined;
}

/** The moved time, written the way it was written. */
function moved(value: string | number, shift: number): string | number {
  if (typeof value === 'number') return value > 1e12 ? value + shift : Math.floor(value + shift / 1000);
  const [, , between, , fraction, zone] = ISO_TIME.exec(value)!;
  const iso = new Date(timeOf('', value)! + shift + offsetMs(zone)).toISOString();
  const digits =
    fraction === undefined
      ? ''
      : `.${iso
          .slice(20, 23)
          .padEnd(fraction.length - 1, '0')
          .slice(0, fraction.length - 1)}`;
  return `${iso.slice(0, 10)}${between}${iso.slice(11, 19)}${digits}${zone ?? ''}`;
}

function offsetMs(zone: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone ?? '') ?? [];
  if (sign === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** An id of the same length and alphabet, so that whatever a provider's ids look like stays true. */
function sameShape(id: string, fresh: string): string {
  // A short one could come out as it was.
  if (id.length < 8 || (id.length === 36 && id.split('-').length === 5)) return fresh;
  const digits = fresh.replaceAll('-', '').repeat(Math.ceil(id.length / 32));
  return id.replace(/[0-9a-f]/gi, (letter, at: number) => {
    const digit = digits[at]!;
    if (/\d/.test(letter)) return String(Number.parseInt(digit, 16) % 10);
    const hex = String.fromCharCode(97 + (Number.parseInt(digit, 16) % 6));
    return letter === letter.toUpperCase() ? hex.toUpperCase() : hex;
  });
}
