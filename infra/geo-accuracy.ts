import { Reader } from 'maxmind';
import { greatCircleKm, type Point } from '../functions/signals/geography.ts';

/** The members of a city record that say where it is. */
interface CityRecord extends Partial<Point> {
  readonly country_code?: string;
}

/** For each prefix length of a matched record, as text, the radius in km within which the truth is taken to lie. */
export type RadiusTable = Readonly<Record<string, number>>;

/** A record stands for a whole town, and baselines keep a tenth of a degree: nothing is finer than this, km. */
const FLOOR_KM = 15;
/** Beyond this a location says nothing about travel; km. */
const CEILING_KM = 1_000;
/** The share of addresses that must lie within the radius: the one that accuracy radii usually state. */
const CONFIDENCE = 0.67;
/** About how many records are visited at each prefix length; it bounds the time. */
const RECORDS_PER_LENGTH = 150_000;
/** Fewer blocks than this at one length are no basis for a figure of its own. */
const MIN_BLOCKS = 20;

/**
 * Estimates an accuracy radius per prefix length. The database states none, so this is our own estimate.
 *
 * A record of length L says that a whole block of that size is in one place. How wrong that may be is taken from the
 * blocks of the same size that the database does subdivide: in each, the distances from the place that most of its
 * addresses share, within that place's country. The radius for L is the 67th percentile of those distances, every
 * block counting alike, between 15 and 1,000 km, and never smaller than that of a longer prefix. In IPv4 every address
 * counts; in IPv6, where most of a block is empty, every different place counts once.
 * Blocks are sampled by a fixed stride, so the result depends on the file alone.
 *
 * @param file an .mmdb file with records of 28 bits
 * @param progress told the share done, 0 to 1
 */
export function estimateRadii(file: Buffer, progress?: (done: number) => void): RadiusTable {
  const reader = new Reader<never>(file);
  const { nodeCount, recordSize, ipVersion } = reader.metadata;
  if (recordSize !== 28) throw new RangeError(`Cannot walk records of ${recordSize} bits`);
  const bits = ipVersion === 4 ? 32 : 64;
  const tree = { file, nodeCount, bits };

  const perLength = Array.from({ length: bits + 1 }, () => ({ blocks: 0, records: 0, seen: 0, used: 0 }));
  countRecords(tree, 0, 0, perLength);

  const places = new Map<number, CityRecord>();
  const placeOf = (pointer: number, path: Uint8Array, length: number) => {
    let place = places.get(pointer);
    if (place === undefined) {
      // The reader decodes by address only: ask once per distinct record.
      place = (reader.get(addressOf(path, length, ipVersion)) as CityRecord | null) ?? {};
      places.set(pointer, place);
    }
    return place;
  };
  const histograms = perLength.map(() => new Float64Array(CEILING_KM + 1));
  const path = new Uint8Array(bits);
  let visited = 0;
  const walk = (node: number, length: number) => {
    if (++visited % 500_000 === 0) progress?.(Math.min(1, visited / nodeCount));
    const at = perLength[length]!;
    const stride = Math.max(1, Math.ceil(at.records / RECORDS_PER_LENGTH));
    if (length > 0 && at.seen++ % stride === 0) {
      const weights = new Map<CityRecord, number>();
      gather(tree, node, length, path, 1, placeOf, weights);
      const main = mainPlace(weights);
      if (ipVersion === 6) for (const place of weights.keys()) weights.set(place, 1);
      if (addSpread(main, weights, histograms[length]!)) at.used++;
    }
    if (length === bits) return;
    for (const side of [0, 1] as const) {
      path[length] = side;
      const next = child(file, node, side);
      if (next < nodeCount && length + 1 < bits) walk(next, length + 1);
    }
  };
  walk(0, 0);

  const table: Record<string, number> = {};
  let radius = FLOOR_KM;
  for (let length = bits; length > 0; length--) {
    if (perLength[length]!.used >= MIN_BLOCKS) radius = Math.max(radius, percentile(histograms[length]!));
    table[String(length)] = radius;
  }
  return table;
}

interface Tree {
  readonly file: Buffer;
  readonly nodeCount: number;
  readonly bits: number;
}

/** The left or right branch of a node: 28-bit records, the fourth byte holding the upper four bits of both. */
function child(file: Buffer, node: number, side: 0 | 1): number {
  const at = node * 7;
  const from = side === 0 ? at : at + 4;
  const upper = side === 0 ? file[at + 3]! >> 4 : file[at + 3]! & 15;
  return upper * 0x1000000 + (file[from]! << 16) + (file[from + 1]! << 8) + file[from + 2]!;
}

/** Counts, for every length, the blocks that are subdivided and the records under them. */
function countRecords(
  tree: Tree,
  node: number,
  length: number,
  perLength: { blocks: number; records: number }[],
): number {
  let records = 0;
  for (const side of [0, 1] as const) {
    const next = child(tree.file, node, side);
    if (next < tree.nodeCount && length + 1 < tree.bits)
      records += countRecords(tree, next, length + 1, perLength);
    else records++;
  }
  const at = perLength[length]!;
  at.blocks++;
  at.records += records;
  return records;
}

/** Adds up, for one block, which share of its addresses each place has. */
function gather(
  tree: Tree,
  node: number,
  length: number,
  path: Uint8Array,
  weight: number,
  placeOf: (pointer: number, path: Uint8Array, length: number) => CityRecord,
  weights: Map<CityRecord, number>,
): void {
  for (const side of [0, 1] as const) {
    const next = child(tree.file, node, side);
    path[length] = side;
    if (next > tree.nodeCount) {
      const place = placeOf(next, path, length + 1);
      weights.set(place, (weights.get(place) ?? 0) + weight / 2);
    } else if (next < tree.nodeCount && length + 1 < tree.bits)
      gather(tree, next, length + 1, path, weight / 2, placeOf, weights);
  }
}

/** The place that most of a block's addresses share. */
function mainPlace(weights: ReadonlyMap<CityRecord, number>): CityRecord | undefined {
  let main: CityRecord | undefined;
  for (const [place, weight] of weights)
    if (place.latitude !== undefined && (main === undefined || weight > weights.get(main)!)) main = place;
  return main;
}

/** Puts one block's distances from its main place into the histogram; false when there is nothing to compare. */
function addSpread(
  main: CityRecord | undefined,
  weights: ReadonlyMap<CityRecord, number>,
  histogram: Float64Array,
): boolean {
  if (main === undefined) return false;
  let total = 0;
  let others = 0;
  for (const [place, weight] of weights) {
    if (place.latitude === undefined || place.country_code !== main.country_code) continue;
    total += weight;
    if (place !== main) others++;
  }
  if (others === 0) return false;
  for (const [place, weight] of weights) {
    if (place.latitude === undefined || place.country_code !== main.country_code) continue;
    const km = place === main ? 0 : greatCircleKm(main as Point, place as Point);
    const bin = Math.min(Math.ceil(km), CEILING_KM);
    histogram[bin] = histogram[bin]! + weight / total;
  }
  return true;
}

function percentile(bins: Float64Array): number {
  const wanted = CONFIDENCE * bins.reduce((sum, value) => sum + value, 0);
  let seen = 0;
  for (let km = 0; km < bins.length; km++) {
    seen += bins[km]!;
    if (seen >= wanted) return km;
  }
  return CEILING_KM;
}

function addressOf(path: Uint8Array, length: number, ipVersion: number): string {
  const [groups, width] = ipVersion === 4 ? [4, 8] : [8, 16];
  const parts: number[] = [];
  for (let group = 0; group < groups; group++) {
    let value = 0;
    for (let bit = group * width; bit < (group + 1) * width; bit++)
      value = value * 2 + (bit < length ? path[bit]! : 0);
    parts.push(value);
  }
  return ipVersion === 4 ? parts.join('.') : parts.map((part) => part.toString(16)).join(':');
}
