import { type Baseline, entry, HOUR_MS } from '../baselines/index.ts';
import { greatCircleKm } from './geography.ts';
import { isPlaceless } from './observe.ts';
import type { SignalDefinition } from './signal.ts';

/** Locations known no better than this say nothing about travel, km. */
export const COARSE_KM = 300;
/** Faster is not worse: twice the speed of an airliner is impossible enough, km/h. */
export const MAX_KMH = 2_000;
/** Clocks and batches are not exact: no interval counts as shorter, hours. */
const MIN_HOURS = 1 / 60;
/** From this share of a tenant's events on, a network is one of its shared ways out. */
const SHARED_EGRESS = 0.05;
/** With fewer events a tenant's shares mean nothing. */
const ENOUGH_EVENTS = 100;

/**
 * The least speed, km/h, at which one can have gone from one area to another: the distance between their middles less
 * both radii, over the time between, either way round.
 *
 * @example
 * ```ts
 * leastSpeed(berlin, paris, HOUR_MS); // about 825 with 26 km of radius at each end
 * ```
 */
export function leastSpeed(
  a: { readonly latitude: number; readonly longitude: number; readonly radiusKm: number },
  b: { readonly latitude: number; readonly longitude: number; readonly radiusKm: number },
  elapsedMs: number,
): number {
  const km = Math.max(0, greatCircleKm(a, b) - a.radiusKm - b.radiusKm);
  return Math.min(MAX_KMH, km / Math.max(Math.abs(elapsedMs) / HOUR_MS, MIN_HOURS));
}

const no = (why: string) => ({ evaluated: false, why }) as const;

/** How fast the subject must have travelled since the last success that taught a place. */
export const unlikelyTravel: SignalDefinition = {
  code: 'unlikelyTravel',
  title: 'Travel since the last sign-in',
  description:
    "The least speed at which the subject can have come here from where the last success was: the great-circle distance less the accuracy radii of both locations, over the hours between. Not evaluable when either location is missing or coarser than 300 km, or when the network is the same (a location that changed under it is a change of the database). Muted for VPN, relay, satellite, mobile and hosting networks, which are not where their user is, and for a network that carries at least 5 % of the tenant's events.",
  unit: 'km/h',
  range: [0, MAX_KMH],
  alsoKnownAs: [
    'Entra unlikelyTravel',
    'Entra mcasImpossibleTravel',
    'Auth0 ImpossibleTravel',
    'Okta Velocity',
  ],
  evaluate({ event, network, subject, tenant }) {
    if (network === undefined) return no('the event states no network');
    const { latitude, longitude, radiusKm } = network;
    if (latitude === undefined || longitude === undefined || radiusKm === undefined)
      return no('the location is not known');
    if (isPlaceless(network.class)) return no(`muted: a ${network.class} network is not where its user is`);
    if (radiusKm > COARSE_KM) return no('the location is coarse');
    const { place } = subject;
    if (place === undefined) return no('no earlier location is known');
    if (place.radiusKm > COARSE_KM) return no('the earlier location is coarse');
    if (place.prefix === network.prefix) return no('the network is the same');
    if (isSharedEgress(tenant, network.prefix)) return no("muted: one of the organisation's shared networks");
    const value = leastSpeed(place, { latitude, longitude, radiusKm }, event.time - place.time);
    const km = Math.round(greatCircleKm(place, { latitude, longitude }));
    const hours = Math.abs(event.time - place.time) / HOUR_MS;
    return {
      evaluated: true,
      value,
      observed: `${km} km in ${hours < 10 ? hours.toFixed(1) : Math.round(hours)} h: at least ${Math.round(value)} km/h`,
      usual: 'up to 900 km/h by air',
      since: place.time,
    };
  },
  texts: [
    { below: 1, text: 'This sign-in came from within reach of your last one.' },
    {
      below: 300,
      text: 'This sign-in came from elsewhere than your last one, but one can travel there in the time between.',
    },
    { below: 900, text: 'This sign-in came from so far away that only a fast journey explains it.' },
    { text: 'This sign-in came from farther away than people usually can travel since your last one.' },
  ],
};

/** Whether a network is one of the organisation's shared ways out. */
export function isSharedEgress(tenant: Baseline | undefined, prefix: string): boolean {
  if (tenant === undefined || tenant.events < ENOUGH_EVENTS) return false;
  return (entry(tenant, 'prefix', prefix)?.weight ?? 0) >= SHARED_EGRESS * tenant.weight;
}
