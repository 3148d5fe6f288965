import {
  type Baseline,
  type Observation,
  propertyHash,
  type RecentSession,
  sessionOf,
} from '../baselines/index.ts';

/** The event at hand in the form of a recent session, whether or not it states one. */
export const sessionAtHand = (observation: Observation): RecentSession =>
  sessionOf({ ...observation, session: observation.session ?? '' })!;

/**
 * The subject's recent sessions up to a time, latest first, without those from a device or an operator that never
 * taught: an intruder's own sessions do not make the next one look usual.
 */
export function taughtSessions(subject: Baseline, until: number): RecentSession[] {
  if (subject.sessions.length === 0) return [];
  const devices = new Set(subject.dimensions.device.map(({ key }) => propertyHash(key)));
  const operators = new Set(subject.dimensions.asn.map(({ key }) => propertyHash(key)));
  return subject.sessions.filter(
    ({ device, asn, time }) =>
      time <= until &&
      (device === undefined || devices.has(device)) &&
      (asn === undefined || operators.has(asn)),
  );
}
