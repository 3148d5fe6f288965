import type { Baseline, Observation, RecentSession } from './baseline.ts';
import { LIMITS } from './limits.ts';

/** Characters of a hash that is kept: 20 bits, enough to tell two values of one subject apart. */
const HASH_LENGTH = 4;

/**
 * A short hash of a property of a session (FNV-1a, 32 bits, cut to 20): it is only ever compared with another of the
 * same subject, so two values look equal once in a million.
 */
export const propertyHash = (value: string): string => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < value.length; index++)
    hash = Math.imul(hash ^ value.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(36).padStart(7, '0').slice(-HASH_LENGTH);
};

/** Whole seconds, as ms. */
export const toSeconds = (time: number): number => Math.floor(time / 1_000) * 1_000;

const PROPERTIES = ['prefix', 'asn', 'agent', 'device'] as const;

/** The session that an observation belongs to, as it looks in that event; undefined when it states none. */
export const sessionOf = (seen: Observation): RecentSession | undefined => {
  if (seen.session === undefined) return undefined;
  const properties: Partial<Record<(typeof PROPERTIES)[number], string>> = {};
  for (const name of PROPERTIES) {
    const value = seen.keys[name];
    if (value !== undefined) properties[name] = propertyHash(value);
  }
  const { place } = seen;
  return {
    key: seen.session,
    ...properties,
    ...(properties.agent === undefined || seen.agentVersion === undefined
      ? {}
      : { version: seen.agentVersion }),
    ...(place && {
      place: { latitude: place.latitude, longitude: place.longitude, radiusKm: Math.round(place.radiusKm) },
    }),
    time: toSeconds(seen.time),
  };
};

/** Latest activity first, at most {@link LIMITS.sessions}. */
export const boundedSessions = (sessions: readonly RecentSession[]): RecentSession[] =>
  [...sessions]
    .sort((a, b) => b.time - a.time || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .slice(0, LIMITS.sessions);

/**
 * Remembers the activity of a session. Its properties stay those it was first seen with, unless the event was cleared
 * to teach: a token used from elsewhere does not make that its home.
 */
export const noteSession = (sessions: Baseline['sessions'], seen: Observation): readonly RecentSession[] => {
  const now = sessionOf(seen);
  if (now === undefined) return sessions;
  const before = sessions.find(({ key }) => key === now.key);
  if (before && before.time > now.time) return sessions;
  const next = before && !seen.teaches ? { ...before, time: now.time } : { ...before, ...now };
  return boundedSessions([next, ...sessions.filter((one) => one !== before)]);
};
