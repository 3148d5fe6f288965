import ipaddr from 'ipaddr.js';
import { SignalError } from '../signal-error.ts';

/** An address as numbers, and the prefix that baselines remember it by. */
export interface Address {
  readonly version: 4 | 6;
  /** IPv4: the address. IPv6: bits 127-96. Unsigned 32-bit. */
  readonly high: number;
  /** IPv6: bits 95-64. 0 for IPv4. */
  readonly low: number;
  /** Canonical text; an IPv4 address that came mapped into IPv6 is IPv4 again. */
  readonly text: string;
  /** `203.0.113.0/24` or `2001:db8:1::/48`. */
  readonly prefix: string;
  /** True for private, loopback, documentation, multicast and other addresses that no route leads to. */
  readonly reserved: boolean;
}

/**
 * Reads the text of an IPv4 or IPv6 address.
 *
 * The prefix is a /24 for IPv4 and a /48 for IPv6: what is commonly routed and handed to one site, so that a
 * subject's address may change within it without being new.
 *
 * @throws SignalError `address-invalid` when it is neither (the text itself is not repeated).
 *
 * @example
 * ```ts
 * parseAddress('203.0.113.7').prefix; // '203.0.113.0/24'
 * parseAddress('2001:db8:1:2::3').prefix; // '2001:db8:1::/48'
 * ```
 */
export function parseAddress(ip: string): Address {
  if (!ipaddr.isValid(ip))
    throw new SignalError('address-invalid', 'Not an IPv4 or IPv6 address', { status: 400 });
  const address = ipaddr.process(ip);
  const reserved = address.range() !== 'unicast';
  if (address instanceof ipaddr.IPv4) {
    const [a, b, c, d] = address.octets as [number, number, number, number];
    const high = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
    return { version: 4, high, low: 0, text: address.toString(), prefix: `${a}.${b}.${c}.0/24`, reserved };
  }
  const parts = (address as ipaddr.IPv6).parts;
  const [a, b, c, d] = parts as [number, number, number, number];
  return {
    version: 6,
    high: a * 0x10000 + b,
    low: c * 0x10000 + d,
    text: address.toString(),
    prefix: prefix48(a, b, c),
    reserved,
  };
}

/** A /48 in the form of RFC 5952: lower case, no leading zeros, trailing zero groups as `::`. */
function prefix48(a: number, b: number, c: number): string {
  const groups = c !== 0 ? [a, b, c] : b !== 0 ? [a, b] : a !== 0 ? [a] : [];
  return `${groups.map((group) => group.toString(16)).join(':')}::/48`;
}
