import { entry, total } from '../../../functions/baselines/index.ts';
import { greatCircleKm } from '../../../functions/signals/index.ts';
import type { Seen } from '../../training/replay.ts';

/** Speed above which plain rules call travel impossible, km/h. */
const IMPOSSIBLE_KMH = 900;
const HOUR_MS = 3_600_000;

/**
 * Rules as open-source identity servers have them: a device never seen, a country never seen, travel above
 * 900 km/h since the last success, with no thought of radius, VPN or carrier. The score is how many of the three
 * apply; without history none does.
 */
export function plainRules({ facts, subject }: Pick<Seen, 'facts' | 'subject'>): number {
  const { keys } = facts.observation;
  const isNew = (dimension: 'device' | 'country') => {
    const key = keys[dimension];
    return key !== undefined && total(subject, dimension) > 0 && entry(subject, dimension, key) === undefined;
  };
  return (isNew('device') ? 1 : 0) + (isNew('country') ? 1 : 0) + (isTooFast({ facts, subject }) ? 1 : 0);
}

function isTooFast({ facts, subject }: Pick<Seen, 'facts' | 'subject'>): boolean {
  const { latitude, longitude } = facts.network ?? {};
  if (subject.place === undefined || latitude === undefined || longitude === undefined) return false;
  const hours = Math.max((facts.event.time - subject.place.time) / HOUR_MS, 1 / 60);
  return greatCircleKm(subject.place, { latitude, longitude }) / hours > IMPOSSIBLE_KMH;
}
