import type { AuthEvent, Factor } from '../../../functions/events/auth-event.ts';
import { type Attempt, eventOf } from '../../simulator/event.ts';
import { fixedSite, hostingSite, mobileSite, type Site, torSite, vpnSite } from '../../simulator/networks.ts';
import { DESTINATIONS, RESOURCES } from '../../simulator/person.ts';
import type { PersonDays } from '../../simulator/person-days.ts';
import { chance, pick, type Random } from '../../simulator/random.ts';
import type { ServiceAccountDays } from '../../simulator/service-account.ts';

/** Who can be attacked, and a name for the events' ids. */
export interface Scene {
  readonly people: readonly PersonDays[];
  readonly services: readonly ServiceAccountDays[];
  readonly tenant: string;
  readonly name: string;
  /** When it begins, ms. */
  readonly time: number;
}

/** Draws the events of one attack. */
export type Attacker = (random: Random, scene: Scene) => AuthEvent[];

/** A wrong password. */
export const lost = { outcome: 'failure', failureReason: 'bad_credentials', factors: ['password'] } as const;
/** Got in with these factors. */
export const won = (factors: readonly Factor[]) => ({ outcome: 'success', factors }) as const;

/** Anywhere but the victim's country. */
export function elsewhere(random: Random, victim: PersonDays): Site {
  const home = victim.person.carrier.city.country;
  const kind = random();
  if (kind < 0.25) return hostingSite(random);
  if (kind < 0.45) return vpnSite(random);
  if (kind < 0.5) return torSite(random);
  const country = pick(
    random,
    DESTINATIONS.filter((code) => code !== home),
  );
  return kind < 0.9 ? fixedSite(random, country) : mobileSite(random, country);
}

/** What address lists for sale are made of. */
export function proxy(random: Random): Site {
  const kind = random();
  if (kind < 0.45) return hostingSite(random);
  if (kind < 0.6) return vpnSite(random);
  return fixedSite(random, pick(random, DESTINATIONS));
}

/** Asks for something, sensitive things more often than people do. */
export function sensitive(random: Random, probability: number): Partial<Attempt> {
  if (!chance(random, probability)) return {};
  const wanted = chance(random, 0.5)
    ? RESOURCES.filter((resource) => resource.sensitivity === 'high')
    : RESOURCES;
  return { resource: pick(random, wanted) };
}

/** One attempt on a person's account, stating what their workplace reports. */
export function attempt(
  random: Random,
  scene: Scene,
  victim: PersonDays,
  number: number,
  rest: Pick<Attempt, 'time' | 'ip' | 'outcome' | 'factors'> & Partial<Attempt>,
): AuthEvent {
  const { person } = victim;
  return eventOf(
    {
      id: `${scene.name}-${number}`,
      tenant: scene.tenant,
      subject: { id: person.id, kind: 'person', roles: [person.role] },
      application: chance(random, 0.7)
        ? pick(random, person.applications)
        : pick(random, person.workplace.applications),
      session: `s-${scene.name}`,
      leaked: chance(random, 0.35),
      liveness: chance(random, 0.8) ? random() * 0.7 : 0.6 + random() * 0.4,
      ...rest,
    },
    person.workplace.coverage,
  );
}
