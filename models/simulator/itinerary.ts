import { type City, offsetOf } from './address-plan.ts';
import { distanceKm, fixedSite, fixedSiteNear, lease, mobileSite, type Site } from './networks.ts';
import { DESTINATIONS, type Person } from './person.ts';
import { chance, integer, pick, type Random } from './random.ts';

/** Days away from home: leaves on one, is back on another. */
export interface Trip {
  readonly fromDay: number;
  readonly untilDay: number;
  readonly hotel: Site;
  readonly hotelLease: number;
  /** Local carrier for those who buy a card there; otherwise roaming goes home through their own. */
  readonly localCarrier?: Site;
  readonly offset: number;
  /** Local hour at which the way out and the way back begin. */
  readonly leavesAt: number;
  /** Hours on the way, door to door. */
  readonly hours: number;
}

const FLIGHT_KMH = 750;
const TRAIN_KMH = 130;

/** Trips of one person over the simulated days, not overlapping. */
export function planTrips(random: Random, person: Person, days: number): Trip[] {
  const perDay = person.traveller ? 1 / 12 : 1 / 90;
  const trips: Trip[] = [];
  for (let day = 0; day < days; day++) {
    if (!chance(random, perDay)) continue;
    const trip = makeTrip(random, person, day);
    trips.push(trip);
    day = trip.untilDay;
  }
  return trips;
}

function makeTrip(random: Random, person: Person, day: number): Trip {
  const home = person.home.city;
  const abroad = chance(random, person.traveller ? 0.5 : 0.3);
  const country = abroad ? pick(random, DESTINATIONS) : person.carrier.city.country;
  const hotel = fixedSite(random, country);
  const km = distanceKm(home, hotel.city);
  return {
    fromDay: day,
    untilDay: day + integer(random, 1, person.traveller ? 5 : 12),
    hotel: fixedSiteNear(random, hotel.city),
    hotelLease: lease(random),
    ...(abroad && chance(random, 0.4) ? { localCarrier: mobileSite(random, country) } : {}),
    offset: offsetOf(hotel.city),
    leavesAt: 6 + random() * 12,
    hours: km > 500 ? 3 + km / FLIGHT_KMH : 0.5 + km / TRAIN_KMH,
  };
}

/** Where somebody is at a time: at home, away, or on the way (and then not signing in). */
export type Whereabouts =
  | { readonly at: 'home' }
  | { readonly at: 'away'; readonly trip: Trip }
  | { readonly at: 'transit' };

const HOUR_MS = 3_600_000;

/**
 * @param time ms since the Unix epoch
 * @param start the first simulated midnight, UTC, ms
 */
export function whereabouts(
  trips: readonly Trip[],
  person: Person,
  start: number,
  time: number,
): Whereabouts {
  for (const trip of trips) {
    const out = start + (trip.fromDay * 24 + trip.leavesAt - person.offset) * HOUR_MS;
    const back = start + (trip.untilDay * 24 + trip.leavesAt - trip.offset) * HOUR_MS;
    if (time < out || time > back + trip.hours * HOUR_MS) continue;
    if (time < out + trip.hours * HOUR_MS || time > back) return { at: 'transit' };
    return { at: 'away', trip };
  }
  return { at: 'home' };
}

/** The city somebody is in, for round-trip times. */
export function cityOf(place: Whereabouts, person: Person): City {
  return place.at === 'away' ? place.trip.hotel.city : person.home.city;
}
