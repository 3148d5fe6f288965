import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** An address block: the bytes of its network and how many leading bits count. */
export interface Block {
  readonly bytes: readonly number[];
  readonly bits: number;
}

/** Bytes of an address in its usual text form, without a zone; undefined for anything else. */
function addressBytes(text: string): number[] | undefined {
  // The longest IPv6 text is 45 characters; longer strings are not worth looking at.
  if (text.length > 45 || text.includes('%')) return undefined;
  const family = isIP(text);
  if (family === 0) return undefined;
  if (family === 4) return text.split('.').map(Number);
  return ipaddr.parse(text).toByteArray();
}

/**
 * Reads `10.0.0.0/24` or `2001:db8::/32`.
 *
 * @returns undefined when the address or the length of the prefix is not valid.
 */
export function parseBlock(cidr: string): Block | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(cidr);
  const bytes = match ? addressBytes(match[1]!) : undefined;
  if (!match || !bytes) return undefined;
  const bits = Number(match[2]);
  return bits > bytes.length * 8 ? undefined : { bytes, bits };
}

/** Whether a text is an address of the same family inside the block. */
export function inBlock(block: Block, text: string): boolean {
  const bytes = addressBytes(text);
  if (!bytes || bytes.length !== block.bytes.length) return false;
  const whole = block.bits >> 3;
  for (let i = 0; i < whole; i++) if (bytes[i] !== block.bytes[i]) return false;
  const rest = block.bits & 7;
  return rest === 0 || bytes[whole]! >> (8 - rest) === block.bytes[whole]! >> (8 - rest);
}
