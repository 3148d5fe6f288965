import ipaddr from 'ipaddr.js';

/**
 * The canonical text of an IP address: dotted quad, or IPv6 as RFC 5952 writes it. An IPv4 address mapped
 * into IPv6 (`::ffff:192.0.2.1`) is given as IPv4, so that one host is one address.
 *
 * Only the plain forms are read: no octal, hexadecimal or shortened IPv4 (`0x7f.1`), no zone (`%eth0`), which
 * means something on one host only.
 *
 * @returns `undefined` when it is not an address.
 *
 * @example
 * ```ts
 * canonicalAddress('2001:DB8:0:0::1');   // '2001:db8::1'
 * canonicalAddress('::ffff:192.0.2.1');  // '192.0.2.1'
 * canonicalAddress('192.0.2');           // undefined
 * ```
 */
export function canonicalAddress(text: string): string | undefined {
  if (text.length > 45) return undefined;
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text).toString();
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined;
  const parsed = ipaddr.process(text);
  return parsed.kind() === 'ipv4' ? parsed.toString() : (parsed as ipaddr.IPv6).toRFC5952String();
}

/**
 * The address in a provider's log, where a port may follow (`192.0.2.1:443`, `[2001:db8::1]:443`) and other
 * text may stand for it ("AWS Internal", "cloudformation.amazonaws.com", "redacted").
 *
 * @returns `undefined` when there is none: the member is then unfilled, the record is not at fault.
 *
 * @example
 * ```ts
 * loggedAddress('[2001:db8::1]:443'); // '2001:db8::1'
 * loggedAddress('AWS Internal');      // undefined
 * ```
 */
export function loggedAddress(text: string): string | undefined {
  const bracketed = /^\[([^\]]{2,45})\](?::\d{1,5})?$/.exec(text);
  if (bracketed?.[1] !== undefined) return canonicalAddress(bracketed[1]);
  const withPort = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(text);
  return canonicalAddress(withPort?.[1] ?? text);
}
