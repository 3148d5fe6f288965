/**
 * Writes a city database small enough for a test, in MaxMind's public format (MaxMind DB File Format Specification 2.0): records
 * of 28 bits, one data record per network.
 *
 * @param version of the address family: 4 or 6
 * @param networks prefix bits as text ("1100…") and the record of each; none may contain another
 */
export function tinyMmdb(
  version: 4 | 6,
  networks: readonly (readonly [bits: string, record: object])[],
): Buffer {
  type Node = [left: Node | number | undefined, right: Node | number | undefined];
  const data: Buffer[] = [];
  let dataLength = 0;
  const root: Node = [undefined, undefined];
  for (const [bits, record] of networks) {
    let node = root;
    for (const bit of bits.slice(0, -1)) {
      const side = Number(bit);
      node[side] ??= [undefined, undefined];
      node = node[side] as Node;
    }
    node[Number(bits.at(-1))] = dataLength;
    const bytes = encode(record);
    data.push(bytes);
    dataLength += bytes.length;
  }
  const nodes: Node[] = [root];
  for (const node of nodes) for (const side of node) if (Array.isArray(side)) nodes.push(side);
  const tree = Buffer.alloc(nodes.length * 7);
  for (const [index, node] of nodes.entries()) {
    const [left, right] = node.map((side) =>
      side === undefined
        ? nodes.length
        : Array.isArray(side)
          ? nodes.indexOf(side)
          : nodes.length + 16 + side,
    ) as [number, number];
    tree.writeUIntBE(left & 0xffffff, index * 7, 3);
    tree[index * 7 + 3] = ((left >>> 24) << 4) | (right >>> 24);
    tree.writeUIntBE(right & 0xffffff, index * 7 + 4, 3);
  }
  const metadata = {
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 0,
    database_type: 'test',
    description: {},
    ip_version: version,
    languages: [],
    node_count: nodes.length,
    record_size: 28,
  };
  const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
  return Buffer.concat([tree, Buffer.alloc(16), ...data, marker, encode(metadata)]);
}

/** Text of a prefix as bits: `prefixBits('81.2.69.0', 24)`. */
export function prefixBits(address: string, length: number): string {
  const bytes = address.split('.').map((byte) => Number(byte).toString(2).padStart(8, '0'));
  return bytes.join('').slice(0, length);
}

const UTF8 = 2;
const DOUBLE = 3;
const UINT32 = 6;
const MAP = 7;
const ARRAY = 11;

function encode(value: unknown): Buffer {
  if (typeof value === 'string')
    return Buffer.concat([control(UTF8, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'number') {
    const whole = Number.isInteger(value) && value >= 0;
    const bytes = Buffer.alloc(whole ? 4 : 8);
    if (whole) bytes.writeUInt32BE(value);
    else bytes.writeDoubleBE(value);
    return Buffer.concat([control(whole ? UINT32 : DOUBLE, bytes.length), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([control(ARRAY, value.length), ...value.map(encode)]);
  const entries = Object.entries(value as object);
  return Buffer.concat([control(MAP, entries.length), ...entries.flat().map(encode)]);
}

/** Types above 7 are written as 0 with the rest in a second byte. Sizes here stay below 29. */
function control(type: number, size: number): Buffer {
  return type <= 7 ? Buffer.from([(type << 5) | size]) : Buffer.from([size, type - 7]);
}
