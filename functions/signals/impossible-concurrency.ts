import { HOUR_MS } from '../baselines/index.ts';
import { greatCircleKm } from './geography.ts';
import { isPlaceless } from './observe.ts';
import type { SignalDefinition } from './signal.ts';
import { COARSE_KM, isSharedEgress, leastSpeed, MAX_KMH } from './unlikely-travel.ts';

/** Sessions active within this time of each other overlap. */
const OVERLAP_MS = HOUR_MS;

const no = (why: string) => ({ evaluated: false, why }) as const;

/** The account is active in two places at once. */
export const impossibleConcurrency: SignalDefinition = {
  code: 'impossibleConcurrency',
  title: 'Active elsewhere at the same time',
  description:
    'The least speed at which one would have to go between this place and where another recent session of the subject was active within the hour, cleared or not; the fastest counts. Unlike travel it needs no earlier success that taught: two sessions that take turns show at the first turn. Not evaluable without another session within the hour, or where a location is missing or coarser than 300 km; muted for the networks that are not where their user is, as travel is.',
  unit: 'km/h',
  range: [0, MAX_KMH],
  alsoKnownAs: ['Entra mcasImpossibleTravel', 'simultaneous sessions'],
  evaluate({ event, network, observation, subject, tenant }) {
    if (network === undefined) return no('the event states no network');
    const { latitude, longitude, radiusKm } = network;
    if (latitude === undefined || longitude === undefined || radiusKm === undefined)
      return no('the location is not known');
    if (isPlaceless(network.class)) return no(`muted: a ${network.class} network is not where its user is`);
    if (radiusKm > COARSE_KM) return no('the location is coarse');
    if (isSharedEgress(tenant, network.prefix)) return no("muted: one of the organisation's shared networks");
    const here = { latitude, longitude, radiusKm };
    let value = -1;
    let observed = '';
    let since = 0;
    for (const { key, place, time } of subject.sessions) {
      if (key === observation.session || place === undefined || place.radiusKm > COARSE_KM) continue;
      const elapsed = Math.abs(event.time - time);
      if (elapsed > OVERLAP_MS) continue;
      const speed = leastSpeed(place, here, elapsed);
      if (speed <= value) continue;
      value = speed;
      observed = `${Math.round(greatCircleKm(place, here))} km from a session active ${Math.round(elapsed / 60_000)} min apart`;
      since = time;
    }
    if (value < 0) return no('no other session with a place within the hour');
    return { evaluated: true, value, observed, usual: 'sessions within reach of each other', since };
  },
  texts: [
    { below: 1, text: 'Your account was active at about the same time, within reach.' },
    { below: 300, text: 'Your account was active elsewhere at about the same time, but not far away.' },
    { below: 900, text: 'Your account was active at about the same time, a fast journey away.' },
    { text: 'Your account was active at about the same time, too far away for one person.' },
  ],
};
