import ipaddr from 'ipaddr.js';
import { SignalError } from '../signal-error.ts';

/** What a feed says of a prefix: hostile, or only a kind of network that hides who is behind it. */
export const THREAT_KINDS = ['malicious', 'tor', 'vpn', 'relay', 'hosting'] as const;
export type ThreatKind = (typeof THREAT_KINDS)[number];

/** One listed prefix. */
export interface ThreatEntry {
  /** `203.0.113.7/32`, `2001:db8::/32`: canonical, without host bits. */
  readonly prefix: string;
  readonly kind: ThreatKind;
  /** 0 to 1. */
  readonly confidence: number;
  /** RFC 3339: from then on the entry says nothing. */
  readonly expires: string;
  /** A word for operators: the name of the list or the campaign. */
  readonly label?: string;
}

/** A versioned list of prefixes. */
export interface ThreatFeed {
  readonly format: 'countersign-threat-feed-1';
  /** The operator's name for this version; stands in every decision that used it. 1-64 characters. */
  readonly version: string;
  /** Where it is from, with the notice that its licence asks for. */
  readonly source?: string;
  readonly entries: readonly ThreatEntry[];
}

/** What a feed says of one address at one time. */
export interface ThreatVerdict {
  readonly version: string;
  /** The longest unexpired prefix that holds the address, if any. */
  readonly match?: Pick<ThreatEntry, 'kind' | 'confidence' | 'label'>;
}

/** A feed, made ready to be asked. */
export interface ThreatTable {
  readonly version: string;
  readonly size: number;
  /**
   * @param ip text of an IPv4 or IPv6 address.
   * @param time event time, ms: entries that had expired by then are passed over.
   * @throws SignalError `address-invalid`
   */
  verdict(ip: string, time: number): ThreatVerdict;
}

type Listed = Pick<ThreatEntry, 'kind' | 'confidence' | 'label'> & { readonly expires: number };
/** Per prefix length, the entries by their first bits. */
type Family = Map<number, Map<string, Listed[]>>;

/** More entries than this are refused: they would not fit a function's memory and start. */
export const MOST_ENTRIES = 200_000;

/** The first bits of an address as text. Whole bytes, and the rest masked. */
const bitsOf = (bytes: readonly number[], length: number): string => {
  const whole = length >> 3;
  const text = String.fromCharCode(...bytes.slice(0, whole));
  return length & 7 ? text + String.fromCharCode(bytes[whole]! & (0xff00 >> (length & 7)) & 0xff) : text;
};

/**
 * Reads a prefix or an address; an address is a prefix of full length.
 *
 * @throws SignalError `feed-invalid`
 */
const parsePrefix = (text: string): { readonly bytes: number[]; readonly length: number } => {
  try {
    // 10.1 and 0x7f.1 are addresses to some programs, and a way to slip past others.
    if (!text.includes(':') && !/^\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/.test(text))
      throw new Error('not dotted');
    if (!text.includes('/')) {
      const bytes = ipaddr.parse(text).toByteArray();
      return { bytes, length: bytes.length * 8 };
    }
    const [address, length] = ipaddr.parseCIDR(text);
    return { bytes: address.toByteArray(), length };
  } catch (cause) {
    throw new SignalError('feed-invalid', 'A threat feed names what is no prefix', { status: 400, cause });
  }
};

/**
 * The canonical text of a prefix: host bits dropped, IPv6 shortened.
 *
 * @throws SignalError `feed-invalid`
 * @example
 * ```ts
 * canonicalPrefix('203.0.113.7/24'); // '203.0.113.0/24'
 * ```
 */
export const canonicalPrefix = (text: string): string => {
  const { bytes, length } = parsePrefix(text);
  const masked = bytes.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, length - index * 8));
    return byte & (0xff00 >> kept) & 0xff;
  });
  return `${ipaddr.fromByteArray(masked).toString()}/${length}`;
};

const refuse = (problem: string): never => {
  throw new SignalError('feed-invalid', `The threat feed ${problem}`, { status: 400 });
};

const isText = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= most;

const listedIn = (
  entry: Partial<ThreatEntry> | null,
  index: number,
): Listed & { readonly prefix: string } => {
  const { prefix, kind, confidence, label } = entry ?? {};
  const expires = Date.parse(entry?.expires ?? '');
  if (!isText(prefix, 64)) return refuse(`has no prefix at entry ${index}`);
  if (kind === undefined || !THREAT_KINDS.includes(kind))
    return refuse(`has an unknown kind at entry ${index}`);
  if (typeof confidence !== 'number' || !(confidence >= 0 && confidence <= 1))
    return refuse(`has no confidence from 0 to 1 at entry ${index}`);
  if (Number.isNaN(expires)) return refuse(`states no expiry at entry ${index}`);
  if (label !== undefined && !isText(label, 64)) return refuse(`has too long a label at entry ${index}`);
  return { prefix, kind, confidence, expires, ...(label === undefined ? {} : { label }) };
};

/**
 * Reads a feed and makes it ready: one map per prefix length, asked from the longest down.
 *
 * @param feed parsed JSON of a {@link ThreatFeed}.
 * @throws SignalError `feed-invalid`, saying where; a feed is taken whole or not at all.
 * @example
 * ```ts
 * threatTable(JSON.parse(text)).verdict('203.0.113.7', event.time).match?.confidence; // 0.9
 * ```
 */
export const threatTable = (feed: unknown): ThreatTable => {
  const { format, version, entries } = (feed ?? {}) as Partial<ThreatFeed>;
  if (format !== 'countersign-threat-feed-1') refuse('is not of the format countersign-threat-feed-1');
  if (!isText(version, 64)) return refuse('states no version');
  if (!Array.isArray(entries)) return refuse('has no entries');
  if (entries.length > MOST_ENTRIES) refuse(`has more than ${MOST_ENTRIES} entries`);
  const families: Readonly<Record<number, Family>> = { 4: new Map(), 16: new Map() };
  entries.forEach((entry, index) => {
    const { prefix, ...listed } = listedIn(entry, index);
    const { bytes, length } = parsePrefix(prefix);
    const ofLength = families[bytes.length]!.get(length) ?? new Map<string, Listed[]>();
    families[bytes.length]!.set(length, ofLength);
    const bits = bitsOf(bytes, length);
    ofLength.set(bits, [...(ofLength.get(bits) ?? []), listed]);
  });
  const longestFirst = (family: Family) => [...family].sort(([a], [b]) => b - a);
  const ordered: Readonly<Record<number, ReturnType<typeof longestFirst>>> = {
    4: longestFirst(families[4]!),
    16: longestFirst(families[16]!),
  };
  return {
    version,
    size: entries.length,
    verdict(ip, time) {
      if (!ipaddr.isValid(ip))
        throw new SignalError('address-invalid', 'Not an IPv4 or IPv6 address', { status: 400 });
      // An IPv4 address that came mapped into IPv6 is IPv4 again.
      const bytes = ipaddr.process(ip).toByteArray();
      for (const [length, prefixes] of ordered[bytes.length]!) {
        const found = prefixes.get(bitsOf(bytes, length))?.filter((one) => one.expires > time);
        if (!found || found.length === 0) continue;
        const { expires: _, ...match } = found.reduce((a, b) => (b.confidence > a.confidence ? b : a));
        return { version, match };
      }
      return { version };
    },
  };
};
