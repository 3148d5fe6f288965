import { gunzipSync, inflateSync } from 'node:zlib';
import { base64urlBytes } from '../jose/index.ts';
import { malformedStatus, StatusError } from './status-error.ts';

/** Largest list, unfolded, bytes: sixteen million credentials of one bit. */
const MAX_BYTES = 2_097_152;

const beyond = (): StatusError => new StatusError('status-out-of-range', 'A status is beyond its list');

/** Unfolds a compressed list, as far as the bound and no further. @throws StatusError `status-malformed` */
const unfold = (text: unknown, decompress: typeof inflateSync): Buffer => {
  if (typeof text !== 'string') throw malformedStatus('A status list must be text');
  try {
    return decompress(base64urlBytes(text), { maxOutputLength: MAX_BYTES });
  } catch (cause) {
    throw malformedStatus('A status list cannot be unfolded', cause);
  }
};

/**
 * One entry of a list of the Token Status List (§4.1): DEFLATE in zlib's format, 1, 2, 4 or 8 bits each, the
 * first entry in a byte's lowest bits.
 *
 * @throws StatusError `status-malformed`, `status-out-of-range`
 * @example
 * ```ts
 * tokenListEntry({ bits: 1, lst: 'eNrbuRgAAhcBXQ' }, 0); // 1
 * ```
 */
export const tokenListEntry = (
  list: { readonly bits?: unknown; readonly lst?: unknown },
  index: number,
): number => {
  const { bits } = list;
  if (bits !== 1 && bits !== 2 && bits !== 4 && bits !== 8)
    throw malformedStatus('A status list has entries of an unknown size');
  const bytes = unfold(list.lst, inflateSync);
  const byte = bytes[Math.floor((index * bits) / 8)];
  if (byte === undefined) throw beyond();
  return (byte >> ((index * bits) % 8)) & ((1 << bits) - 1);
};

/** Fewest entries of a bitstring: in a shorter one the index alone would point at few people. */
const MIN_BITSTRING_BITS = 131_072;

/**
 * One entry of a Bitstring Status List (W3C §3.2): multibase base64url of GZIP, the first entry in a byte's
 * highest bits.
 *
 * @param size bits of an entry.
 * @throws StatusError `status-malformed`, `status-list-short`, `status-out-of-range`
 */
export const bitstringEntry = (encodedList: unknown, index: number, size = 1): number => {
  if (typeof encodedList !== 'string' || encodedList[0] !== 'u')
    throw malformedStatus('A status list is not in multibase base64url');
  const bytes = unfold(encodedList.slice(1), gunzipSync);
  if (bytes.length * 8 < MIN_BITSTRING_BITS * size)
    throw new StatusError('status-list-short', 'A status list is too short');
  let value = 0;
  for (let at = index * size; at < (index + 1) * size; at++) {
    const byte = bytes[Math.floor(at / 8)];
    if (byte === undefined) throw beyond();
    value = value * 2 + ((byte >> (7 - (at % 8))) & 1);
  }
  return value;
};
