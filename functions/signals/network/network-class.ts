import type { NetworkClass } from '../signal.ts';
import { type Address, parseAddress } from './address.ts';
import list from './network-classes.json' with { type: 'json' };

type ListedClass = keyof typeof list.classes;

interface Prefix {
  readonly class: ListedClass;
  readonly version: 4 | 6;
  readonly high: number;
  readonly low: number;
  /** Significant bits of `high` and of `low`, as masks. */
  readonly highMask: number;
  readonly lowMask: number;
}

const byAsn = new Map<number, ListedClass>();
const byPrefix: Prefix[] = [];
for (const name of Object.keys(list.classes) as ListedClass[]) {
  const { asns, prefixes } = list.classes[name];
  for (const asn of Object.keys(asns)) byAsn.set(Number(asn.slice(2)), name);
  for (const cidr of Object.keys(prefixes)) byPrefix.push(readPrefix(name, cidr));
}

/**
 * What kind of network an address belongs to, by the committed list (`network-classes.json`): its prefixes first,
 * then its autonomous systems. A network that is not listed is `unknown`, which means just that.
 *
 * @example
 * ```ts
 * classify(parseAddress('98.97.1.1'), 14593); // 'satellite'
 * ```
 */
export function classify(address: Address, asn: number | undefined): NetworkClass {
  if (address.reserved) return 'reserved';
  for (const prefix of byPrefix)
    if (
      prefix.version === address.version &&
      (address.high & prefix.highMask) >>> 0 === prefix.high &&
      (address.low & prefix.lowMask) >>> 0 === prefix.low
    )
      return prefix.class;
  return (asn === undefined ? undefined : byAsn.get(asn)) ?? 'unknown';
}

function readPrefix(name: ListedClass, cidr: string): Prefix {
  const slash = cidr.indexOf('/');
  const { version, high, low } = parseAddress(cidr.slice(0, slash));
  const length = Number(cidr.slice(slash + 1));
  return { class: name, version, high, low, highMask: mask(length), lowMask: mask(length - 32) };
}

/** The upper `bits` of 32 set; shifts in JavaScript are modulo 32, so the ends are apart. */
function mask(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? 0xffffffff : (0xffffffff << (32 - bits)) >>> 0;
}
