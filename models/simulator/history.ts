import type { AuthEvent } from '../../functions/events/auth-event.ts';
import { chooseAgent } from './agents.ts';
import { addressIn, fixedSite, lease } from './networks.ts';
import { DESTINATIONS } from './person.ts';
import { chance, integer, normal, pick, poisson, randomFrom } from './random.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** How many subjects have their past where their event comes from. */
const AT_HOME = 0.65;

/**
 * A past for the subject of an event that comes from outside the simulation: two successes a working day for some
 * days before it, stating what the event states. Most subjects signed in from the same network with the same
 * agent; the others from a home of their own elsewhere, so that the event will stand out.
 */
export function historyBefore(first: AuthEvent, seed: string, days: number): AuthEvent[] {
  const random = randomFrom(seed, 'history', first.tenant, first.subject.id);
  const atHome = chance(random, AT_HOME);
  const home = fixedSite(random, pick(random, DESTINATIONS));
  const address = addressIn(home, lease(random));
  const agent = chooseAgent(random, first.subject.kind === 'person' ? 'desktop' : 'tool');
  const usualHour = atHome ? (first.time % DAY_MS) / HOUR_MS : 8 + random() * 8;
  const midnight = Math.floor(first.time / DAY_MS) * DAY_MS;
  const { failureReason: _, network, agent: device, correlationId: __, ...stated } = first;
  const events: AuthEvent[] = [];
  for (let day = days; day >= 1; day--) {
    const weekday = new Date(midnight - day * DAY_MS).getUTCDay();
    if (weekday === 0 || weekday === 6) continue;
    for (let count = Math.min(6, poisson(random, 2)); count > 0; count--) {
      const time = Math.round(midnight - day * DAY_MS + normal(random, usualHour, 1.2) * HOUR_MS);
      if (time >= first.time) continue;
      events.push({
        ...stated,
        id: `past-${first.id.slice(0, 200)}-${events.length}`,
        time,
        outcome: 'success',
        evidence: [],
        factors: first.factors.length > 0 ? first.factors : ['password'],
        ...(network ? { network: { ip: atHome ? network.ip : address } } : {}),
        ...(device
          ? { agent: atHome ? device : pastAgent(device, agent.at(time), integer(random, 0, 1)) }
          : {}),
      });
    }
  }
  return events.sort((a, b) => a.time - b.time);
}

function pastAgent(
  stated: NonNullable<AuthEvent['agent']>,
  userAgent: string,
  device: number,
): NonNullable<AuthEvent['agent']> {
  return {
    ...(stated.userAgent === undefined ? {} : { userAgent }),
    ...(stated.deviceId === undefined ? {} : { deviceId: `past-device-${device}` }),
  };
}
