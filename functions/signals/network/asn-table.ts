import { SignalError } from '../signal-error.ts';

/*
 * The file: little-endian 32-bit words, then text. It is used as it lies, without parsing.
 *
 *   word 0      magic, "CASN"
 *   word 1      format version, 1
 *   word 2      words per key, K: 1 (IPv4) or 2 (IPv6: its upper 64 bits)
 *   word 3      number of ranges, N
 *   word 4      number of operators, M (operator 0 is "not routed")
 *   word 5      bytes of names, B
 *   words       N range starts (upper words), ascending; a range ends where the next begins
 *   words       N range starts (lower words), only when K = 2
 *   words       N operator indices
 *   words       M autonomous system numbers, ascending
 *   words       M + 1 offsets into the names
 *   bytes       B bytes of names, UTF-8
 */
const MAGIC = 0x4e534143;
const FORMAT = 1;
const HEADER_WORDS = 6;

/** One announced range, both ends inclusive. Keys are whole IPv4 addresses, or the upper 64 bits of IPv6 ones. */
export interface AsnRange {
  readonly start: bigint;
  readonly end: bigint;
  readonly asn: number;
  readonly name: string;
}

/** The operator of a range. */
export interface Operator {
  /** Autonomous system number, 1 to 4294967295. */
  readonly asn: number;
  /** The registered name, as the source writes it. */
  readonly name: string;
}

/** A look-up over a compiled table. */
export interface AsnTable {
  /** Ranges, gaps included. */
  readonly ranges: number;
  /** Different autonomous systems. */
  readonly operators: number;
  /**
   * @param high the IPv4 address, or bits 127-96 of an IPv6 one, as an unsigned 32-bit number
   * @param low bits 95-64 of an IPv6 address; ignored for IPv4. @default 0
   */
  find(high: number, low?: number): Operator | undefined;
}

/**
 * Compiles ranges into the table that {@link openAsnTable} reads. Deterministic: the same ranges give the same bytes.
 *
 * @param keyWords 1 for IPv4 keys (32 bits), 2 for IPv6 keys (64 bits)
 * @param ranges ascending and disjoint
 * @throws SignalError `asn-table-invalid` when they are not, or a key does not fit.
 *
 * @example
 * ```ts
 * const bytes = encodeAsnTable(1, [{ start: 0x01000000n, end: 0x010000ffn, asn: 13335, name: 'Cloudflare, Inc.' }]);
 * ```
 */
export function encodeAsnTable(keyWords: 1 | 2, ranges: readonly AsnRange[]): Uint8Array {
  const names = new Map<number, string>();
  for (const { asn, name } of ranges) if (!names.has(asn)) names.set(asn, name);
  const operators = [...names.keys()].sort((a, b) => a - b);
  const indexOf = new Map(operators.map((asn, index) => [asn, index + 1]));

  const limit = 1n << BigInt(32 * keyWords);
  const starts: bigint[] = [];
  const indices: number[] = [];
  let next = 0n;
  for (const { start, end, asn } of ranges) {
    if (start < next || end < start || end >= limit)
      throw new SignalError(
        'asn-table-invalid',
        `Ranges overlap, run backwards or leave the key space at AS${asn}`,
      );
    if (start > next) {
      starts.push(next);
      indices.push(0);
    }
    const index = indexOf.get(asn)!;
    // Two neighbouring ranges of one operator are one range, unless a gap was between them.
    if (indices.at(-1) !== index || starts.length === 0) {
      starts.push(start);
      indices.push(index);
    }
    next = end + 1n;
  }
  if (next < limit) {
    starts.push(next);
    indices.push(0);
  }

  const texts = ['', ...operators.map((asn) => names.get(asn)!)].map((text) => Buffer.from(text, 'utf8'));
  const nameBytes = texts.reduce((sum, text) => sum + text.length, 0);
  const words = HEADER_WORDS + starts.length * (keyWords + 1) + texts.length * 2 + 1;
  const out = Buffer.alloc(words * 4 + nameBytes);
  let at = 0;
  const word = (value: number) => {
    at = out.writeUInt32LE(value, at);
  };
  for (const value of [MAGIC, FORMAT, keyWords, starts.length, texts.length, nameBytes]) word(value);
  const shift = keyWords === 2 ? 32n : 0n;
  for (const start of starts) word(Number(start >> shift));
  if (keyWords === 2) for (const start of starts) word(Number(start & 0xffffffffn));
  for (const index of indices) word(index);
  for (const asn of [0, ...operators]) word(asn);
  let offset = 0;
  for (const text of texts) {
    word(offset);
    offset += text.length;
  }
  word(offset);
  for (const text of texts) at += text.copy(out, at);
  return out;
}

/**
 * Opens a compiled table in place: a few views over the bytes, no parsing, no copy (unless the bytes are unaligned).
 * A look-up is a binary search, about 19 steps.
 *
 * @throws SignalError `asn-table-invalid` when the header or the length is wrong.
 *
 * @example
 * ```ts
 * const table = openAsnTable(readFileSync('/opt/geo/asn-ipv4.bin'));
 * table.find(0x08080808); // { asn: 15169, name: 'Google LLC' }
 * ```
 */
export function openAsnTable(file: Uint8Array): AsnTable {
  const bytes = file.byteOffset % 4 === 0 ? file : new Uint8Array(file);
  const wordsAt = (from: number, count: number) =>
    new Uint32Array(bytes.buffer, bytes.byteOffset + from * 4, count);
  if (bytes.byteLength < HEADER_WORDS * 4)
    throw new SignalError('asn-table-invalid', 'The ASN table is shorter than its header');
  const [magic, format, keyWords, count, operators, nameBytes] = wordsAt(0, HEADER_WORDS) as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (magic !== MAGIC || format !== FORMAT || (keyWords !== 1 && keyWords !== 2))
    throw new SignalError('asn-table-invalid', 'The ASN table has an unknown format');
  const words = HEADER_WORDS + count * (keyWords + 1) + operators * 2 + 1;
  if (bytes.byteLength !== words * 4 + nameBytes || count === 0)
    throw new SignalError('asn-table-invalid', 'The ASN table is not as long as its header says');

  let from = HEADER_WORDS;
  const take = (length: number) => {
    const view = wordsAt(from, length);
    from += length;
    return view;
  };
  const high = take(count);
  const low = keyWords === 2 ? take(count) : undefined;
  const index = take(count);
  const numbers = take(operators);
  const offsets = take(operators + 1);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + words * 4, nameBytes);

  return {
    ranges: count,
    operators: operators - 1,
    find(wantedHigh, wantedLow = 0) {
      // The last range that starts at or below the key. Range 0 starts at 0, so there is one.
      let bottom = 0;
      let top = count - 1;
      while (bottom < top) {
        const middle = (bottom + top + 1) >>> 1;
        const start = high[middle]!;
        const above =
          start > wantedHigh || (start === wantedHigh && low !== undefined && low[middle]! > wantedLow);
        if (above) top = middle - 1;
        else bottom = middle;
      }
      const operator = index[bottom]!;
      if (operator === 0) return undefined;
      return {
        asn: numbers[operator]!,
        name: text.toString('utf8', offsets[operator]!, offsets[operator + 1]!),
      };
    },
  };
}
