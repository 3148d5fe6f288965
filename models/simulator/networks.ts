import {
  type Block,
  type City,
  type CountryPlan,
  dotted,
  type OperatorBlocks,
  offsetOf,
  PLAN,
} from './address-plan.ts';
import { integer, pick, type Random } from './random.ts';

/** A network that somebody uses again and again: one block of one operator, in one city. */
export interface Site {
  readonly asn: number;
  readonly start: number;
  readonly size: number;
  readonly city: City;
  readonly kind: 'fixed' | 'mobile' | 'office' | 'vpn' | 'hosting' | 'tor' | 'satellite';
}

const EARTH_KM = 6371;

/** Great-circle distance of two cities in km (haversine). */
export function distanceKm(a: City, b: City): number {
  const rad = Math.PI / 180;
  const h =
    Math.sin(((b.latitude - a.latitude) * rad) / 2) ** 2 +
    Math.cos(a.latitude * rad) *
      Math.cos(b.latitude * rad) *
      Math.sin(((b.longitude - a.longitude) * rad) / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** The plan of a country. */
export function countryPlan(code: string): CountryPlan {
  const found = PLAN.countries.find((country) => country.code === code);
  if (!found) throw new RangeError(`The address plan has no country ${code}`);
  return found;
}

function siteOf(operator: OperatorBlocks, [start, city]: Block, kind: Site['kind']): Site {
  return { asn: operator.asn, start, size: operator.size, city: PLAN.cities[city]!, kind };
}

function anySite(random: Random, operators: readonly OperatorBlocks[], kind: Site['kind']): Site {
  const operator = pick(random, operators);
  return siteOf(operator, pick(random, operator.blocks), kind);
}

/** A household's or café's line somewhere in a country. */
export function fixedSite(random: Random, country: string): Site {
  return anySite(random, countryPlan(country).fixed, 'fixed');
}

/** A household's line in or as near as can be to a city, from any operator there, or from a given one. */
export function fixedSiteNear(random: Random, city: City, asn?: number): Site {
  const candidates: { site: Site; km: number }[] = [];
  for (const operator of countryPlan(city.country).fixed) {
    if (asn !== undefined && operator.asn !== asn) continue;
    for (const block of operator.blocks) {
      const site = siteOf(operator, block, 'fixed');
      candidates.push({ site, km: distanceKm(city, site.city) });
    }
  }
  if (candidates.length === 0) return fixedSite(random, city.country);
  candidates.sort((a, b) => a.km - b.km || a.site.start - b.site.start);
  const near = candidates.filter(({ km }) => km <= Math.max(30, candidates[0]!.km));
  return pick(random, near).site;
}

/** A mobile carrier's egress in a country; countries without one in the plan give a fixed line. */
export function mobileSite(random: Random, country: string): Site {
  const { mobile } = countryPlan(country);
  return mobile.length > 0 ? anySite(random, mobile, 'mobile') : fixedSite(random, country);
}

/** An exit of a commercial VPN, in a given country where it has one there. */
export function vpnSite(random: Random, country?: string): Site {
  if (country !== undefined) {
    const exits = PLAN.vpn.flatMap((operator) =>
      operator.blocks
        .filter(([, city]) => PLAN.cities[city]!.country === country)
        .map((block) => siteOf(operator, block, 'vpn')),
    );
    if (exits.length > 0) return pick(random, exits);
  }
  return anySite(random, PLAN.vpn, 'vpn');
}

/** A rented server. */
export function hostingSite(random: Random): Site {
  return anySite(random, PLAN.hosting, 'hosting');
}

/** An exit in a network known for Tor relays. */
export function torSite(random: Random): Site {
  return anySite(random, PLAN.tor, 'tor');
}

/** A satellite gateway near a city. */
export function satelliteSite(city: City): Site {
  const gateways = PLAN.satellite.flatMap((operator) =>
    operator.blocks.map((block) => siteOf(operator, block, 'satellite')),
  );
  return gateways.reduce((best, site) =>
    distanceKm(city, site.city) < distanceKm(city, best.city) ? site : best,
  );
}

/** An address of the site. Homes keep theirs for a while: pass a number that stands for the lease. */
export function addressIn(site: Site, lease: number): string {
  return dotted(site.start + 1 + (lease % (site.size - 2)));
}

/** A fresh lease. */
export function lease(random: Random): number {
  return integer(random, 0, 1_000_000);
}

/**
 * Round-trip time that a server would measure, ms: light in fibre over a detour of a half, and the last mile.
 *
 * @param via where the connection leaves for the server, when it is relayed.
 */
export function roundTripMs(
  random: Random,
  kind: Site['kind'],
  from: City,
  server: City,
  via?: City,
): number {
  const km = via ? distanceKm(from, via) + distanceKm(via, server) : distanceKm(from, server);
  const lastMile = kind === 'mobile' ? 45 : kind === 'satellite' ? 40 : kind === 'hosting' ? 1 : 12;
  return Math.max(1, Math.round((km * 2 * 1.5) / 200 + lastMile * (0.6 + random() * 0.9)));
}

/** Local clock to UTC: hours to take off. */
export { offsetOf };
