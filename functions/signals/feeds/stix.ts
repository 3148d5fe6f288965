import { SignalError } from '../signal-error.ts';
import { canonicalPrefix, type ThreatEntry, type ThreatFeed, type ThreatKind } from './threat-feed.ts';

/** What an import took and left. */
export interface StixImport {
  readonly feed: ThreatFeed;
  /** How many indicators were left out, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
}

/** Taken where an indicator states none: neither believed nor dismissed. */
const NO_CONFIDENCE = 0.5;
/** Indicators without an end are believed so long after they began or were last changed, ms. */
const NO_END_MS = 30 * 86_400_000;
/** Longest pattern read, characters. */
const LONGEST_PATTERN = 10_000;

const COMPARISON = /^\s*(ipv4-addr|ipv6-addr):value\s*(?:=|ISSUBSET)\s*'([0-9a-fA-F:./]{2,60})'\s*$/;

/**
 * The prefixes that a pattern of STIX 2.1 lists: `[ipv4-addr:value = '…']`, `ISSUBSET '…/24'`, the same for
 * `ipv6-addr`, several joined by OR within brackets or between them (STIX 2.1, §9). Anything else (AND, FOLLOWEDBY,
 * qualifiers, NOT, other objects) would mean less than the address alone, so the pattern is not taken.
 *
 * @returns undefined when the pattern says anything else.
 */
export const prefixesIn = (pattern: string): string[] | undefined => {
  if (pattern.length > LONGEST_PATTERN) return undefined;
  const prefixes: string[] = [];
  const observations = pattern.trim().split(/\]\s*OR\s*\[/);
  if (!observations[0]!.startsWith('[') || !observations.at(-1)!.endsWith(']')) return undefined;
  const inner = observations.join(' OR ').slice(1, -1);
  for (const comparison of inner.split(/\sOR\s/)) {
    const [, family, value] = COMPARISON.exec(comparison) ?? [];
    if (value === undefined) return undefined;
    if ((family === 'ipv4-addr') === value.includes(':')) return undefined;
    try {
      prefixes.push(canonicalPrefix(value));
    } catch {
      return undefined;
    }
  }
  return prefixes;
};

interface Indicator {
  readonly type?: unknown;
  readonly pattern?: unknown;
  readonly pattern_type?: unknown;
  readonly indicator_types?: unknown;
  readonly name?: unknown;
  readonly confidence?: unknown;
  readonly revoked?: unknown;
  readonly valid_from?: unknown;
  readonly valid_until?: unknown;
  readonly modified?: unknown;
}

const kindOf = ({ indicator_types: types }: Indicator): ThreatKind | 'benign' => {
  const names = Array.isArray(types) ? types : [];
  if (names.includes('benign')) return 'benign';
  // The open vocabulary has one word for all that hides: it is not hostile for that.
  return names.includes('anonymization') && !names.includes('malicious-activity') ? 'vpn' : 'malicious';
};

const timeIn = (value: unknown): number => (typeof value === 'string' ? Date.parse(value) : Number.NaN);

/**
 * Makes a threat feed of the indicators in a STIX 2.1 bundle. Confidence is the indicator's over 100, 0.5 when it
 * states none; expiry is `valid_until`, else thirty days after it was last changed. Revoked, benign and expired ones are
 * left out; of one prefix listed twice the more confident counts.
 *
 * @param bundle parsed JSON.
 * @param version name of the resulting feed.
 * @param now processing time, ms.
 * @throws SignalError `stix-invalid` when it is no bundle.
 * @example
 * ```ts
 * feedFromStix(JSON.parse(text), '2026-11-20', Date.now()).feed.entries.length;
 * ```
 */
export const feedFromStix = (bundle: unknown, version: string, now: number): StixImport => {
  const { type, objects } = (bundle ?? {}) as { type?: unknown; objects?: unknown };
  if (type !== 'bundle' || !Array.isArray(objects))
    throw new SignalError('stix-invalid', 'Not a STIX 2.1 bundle', { status: 400 });
  const skipped: Record<string, number> = {};
  const entries = new Map<string, ThreatEntry>();
  const skip = (reason: string) => {
    skipped[reason] = (skipped[reason] ?? 0) + 1;
  };
  for (const object of objects as (Indicator | null)[]) {
    if (object?.type !== 'indicator') continue;
    const kind = kindOf(object);
    const began = Math.max(...[object.modified, object.valid_from].map(timeIn).filter(Number.isFinite));
    const until = timeIn(object.valid_until);
    const expires = Number.isFinite(until) ? until : began + NO_END_MS;
    const confidence = typeof object.confidence === 'number' ? object.confidence / 100 : NO_CONFIDENCE;
    const prefixes =
      typeof object.pattern === 'string' && (object.pattern_type ?? 'stix') === 'stix'
        ? prefixesIn(object.pattern)
        : undefined;
    if (object.revoked === true) skip('revoked');
    else if (kind === 'benign') skip('benign');
    else if (prefixes === undefined) skip('the pattern says more, or other, than addresses');
    else if (!Number.isFinite(expires)) skip('no time');
    else if (expires <= now) skip('expired');
    else if (!(confidence >= 0 && confidence <= 1)) skip('confidence out of range');
    else
      for (const prefix of prefixes) {
        const known = entries.get(prefix);
        if (known && known.confidence >= confidence) continue;
        const label = typeof object.name === 'string' ? object.name.slice(0, 64) : '';
        entries.set(prefix, {
          prefix,
          kind,
          confidence,
          expires: new Date(expires).toISOString(),
          ...(label ? { label } : {}),
        });
      }
  }
  return {
    feed: { format: 'countersign-threat-feed-1', version, entries: [...entries.values()] },
    skipped,
  };
};
