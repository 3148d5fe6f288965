import { greatCircleKm } from './geography.ts';
import type { NetworkClass, SignalDefinition } from './signal.ts';

/** Light in fibre covers about 200 km in a millisecond; there and back, 100 km of distance cost one. */
const KM_PER_MS = 100;
const MAX_MS = 300;
/** Networks whose addresses are declared to be where their users are, not where they stand. */
const DECLARED: ReadonlySet<NetworkClass> = new Set(['relay', 'satellite', 'reserved']);

/** The answer came sooner than light could have brought it. */
export const implausibleRoundTrip: SignalDefinition = {
  code: 'implausibleRoundTrip',
  title: 'Round trip too short for the place',
  description:
    'By how many milliseconds the measured round trip is shorter than light in fibre (200 km a millisecond) would take there and back, over the great-circle distance between the location of the address, less its radius, and the nearest of the places where it may have been measured: the address is not where it is said to be, as with VPN exits of feigned location (Weinberg et al., IMC 2018). A longer round trip says nothing: it has many honest causes. Not evaluable without a round-trip time, a location, or the stated places of the measuring service (`serverLocations`); muted for relays and satellites, whose addresses are declared to be elsewhere.',
  unit: 'ms',
  range: [0, MAX_MS],
  evaluate({ event, network, servers }) {
    const measured = event.network?.roundTripMs;
    if (measured === undefined) return { evaluated: false, why: 'the event states no round-trip time' };
    if (servers === undefined || servers.length === 0)
      return { evaluated: false, why: 'the place of the service is not configured' };
    if (network === undefined || DECLARED.has(network.class))
      return { evaluated: false, why: 'muted: the address is not where it is declared to be' };
    const { latitude, longitude, radiusKm } = network;
    if (latitude === undefined || longitude === undefined || radiusKm === undefined)
      return { evaluated: false, why: 'the location is not known' };
    const nearest = Math.min(...servers.map((server) => greatCircleKm(server, { latitude, longitude })));
    const km = Math.max(0, nearest - radiusKm);
    const least = km / KM_PER_MS;
    return {
      evaluated: true,
      value: Math.min(MAX_MS, Math.max(0, least - Math.max(0, measured))),
      observed: `${Math.round(measured)} ms`,
      usual: `at least ${Math.round(least)} ms from there`,
    };
  },
  texts: [
    { below: 1, text: 'The network can be where it is said to be.' },
    { below: 20, text: 'The network may not be where it is said to be.' },
    { text: 'The network does not seem to be where it is said to be.' },
  ],
};
