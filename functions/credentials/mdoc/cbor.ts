import { TokenError } from '../jose/index.ts';

/** A value with a tag (RFC 8949 §3.4). */
export class Tagged {
  readonly tag: number;
  readonly value: CborValue;

  constructor(tag: number, value: CborValue) {
    this.tag = tag;
    this.value = value;
  }
}

/** What CBOR as mdocs use it can hold. */
export type CborValue =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly CborValue[]
  | CborMap
  | Tagged;

/** A map, whose keys are names or COSE's numbers. */
export type CborMap = ReadonlyMap<string | number, CborValue>;

/** Tag of bytes that hold CBOR of their own (RFC 8949 §3.4.5.1). */
export const ENCODED = 24;

/** Most values, and deepest nesting, of one item. */
const MAX_VALUES = 4_096;
const MAX_DEPTH = 16;

const malformed = (cause?: unknown): TokenError =>
  new TokenError('token-malformed', 'The document is not CBOR in its one form', cause);

/**
 * Reads one item of CBOR that a stranger sent, in the one encoding that each value has here: definite lengths, the
 * shortest head, no key twice, text in UTF-8, nothing after the end (RFC 8949 §4.2.1, but for the order of keys).
 * What one reader takes for another value than the next, no digest would tell apart.
 *
 * @throws TokenError `token-malformed`, `token-too-large`
 * @example
 * ```ts
 * decodeCbor(Buffer.from('a16161f5', 'hex')); // Map { 'a' => true }
 * ```
 */
export const decodeCbor = (bytes: Uint8Array): CborValue => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let values = 0;
  const take = (length: number): Buffer => {
    if (length > buffer.length - at) throw malformed();
    at += length;
    return buffer.subarray(at - length, at);
  };
  /** The argument of a head: in the head itself, or in the next 1, 2, 4 or 8 bytes. */
  const argument = (short: number): number => {
    if (short < 24) return short;
    if (short > 27) throw malformed();
    const length = 2 ** (short - 24);
    const raw = take(length);
    const value = length === 8 ? Number(raw.readBigUInt64BE()) : raw.readUIntBE(0, length);
    const least = length === 1 ? 24 : 2 ** (length * 4);
    if (value < least || !Number.isSafeInteger(value)) throw malformed();
    return value;
  };
  const simple = (short: number): CborValue => {
    if (short === 20 || short === 21) return short === 21;
    if (short === 22) return null;
    const float = short === 26 ? take(4).readFloatBE() : short === 27 ? take(8).readDoubleBE() : Number.NaN;
    if (!Number.isFinite(float)) throw malformed();
    return float;
  };
  const read = (depth: number): CborValue => {
    if (++values > MAX_VALUES || depth > MAX_DEPTH)
      throw new TokenError('token-too-large', 'The document has too many parts');
    const head = take(1)[0]!;
    const [major, short] = [head >> 5, head & 31];
    if (major === 7) return simple(short);
    const count = argument(short);
    switch (major) {
      case 0:
        return count;
      case 1:
        return -1 - count;
      case 2:
        return take(count);
      case 3:
        return textOf(take(count));
      case 4: {
        const list: CborValue[] = [];
        for (let left = count; left > 0; left--) list.push(read(depth + 1));
        return list;
      }
      case 5: {
        const map = new Map<string | number, CborValue>();
        for (let left = count; left > 0; left--) {
          const key = read(depth + 1);
          if ((typeof key !== 'string' && typeof key !== 'number') || map.has(key)) throw malformed();
          map.set(key, read(depth + 1));
        }
        return map;
      }
      default:
        return new Tagged(count, read(depth + 1));
    }
  };
  const value = read(1);
  if (at !== buffer.length) throw malformed();
  return value;
};

const textOf = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw malformed(cause);
  }
};

/**
 * Writes CBOR in the same one encoding.
 *
 * @param value numbers must be integers.
 */
export const encodeCbor = (value: CborValue): Buffer => {
  if (value === null) return Buffer.from([0xf6]);
  if (typeof value === 'boolean') return Buffer.from([value ? 0xf5 : 0xf4]);
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    return Buffer.concat([head(3, bytes.length), bytes]);
  }
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (value instanceof Tagged) return Buffer.concat([head(6, value.tag), encodeCbor(value.value)]);
  if (value instanceof Map)
    return Buffer.concat([
      head(5, value.size),
      ...[...(value as CborMap)].flatMap(([key, member]) => [encodeCbor(key), encodeCbor(member)]),
    ]);
  const list = value as readonly CborValue[];
  return Buffer.concat([head(4, list.length), ...list.map(encodeCbor)]);
};

const head = (major: number, count: number): Buffer => {
  if (count < 24) return Buffer.from([(major << 5) | count]);
  const length = count < 2 ** 8 ? 1 : count < 2 ** 16 ? 2 : 4;
  const bytes = Buffer.alloc(1 + length);
  bytes[0] = (major << 5) | (23 + (length === 4 ? 3 : length));
  bytes.writeUIntBE(count, 1, length);
  return bytes;
};
