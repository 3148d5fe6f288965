import type { AuthEvent, Factor } from '../../functions/events/auth-event.ts';
import { attackAgent, chooseAgent, sameAgent } from '../simulator/agents.ts';
import { type Attempt, eventOf } from '../simulator/event.ts';
import {
  addressIn,
  fixedSite,
  fixedSiteNear,
  hostingSite,
  lease,
  mobileSite,
  roundTripMs,
  type Site,
  torSite,
  vpnSite,
} from '../simulator/networks.ts';
import { DESTINATIONS, RESOURCES } from '../simulator/person.ts';
import { type PersonDays, SERVER } from '../simulator/person-days.ts';
import { chance, integer, pick, type Random, weighted } from '../simulator/random.ts';
import { PROGRAM_COVERAGE, type ServiceAccountDays } from '../simulator/service-account.ts';

/** Kinds of attack that the model is trained on. */
export const ATTACKS = [
  'naive',
  'vpn',
  'targeted',
  'very-targeted',
  'stuffing',
  'spray',
  'guessing',
  'factor-fatigue',
  'stolen-token',
  'insider',
  'service-theft',
] as const;
export type Attack = (typeof ATTACKS)[number];

/** One attack: its events in time order, against one account or many. */
export interface Episode {
  readonly attack: Attack;
  readonly events: readonly AuthEvent[];
}

/** Who can be attacked, and a name for the events' ids. */
export interface Scene {
  readonly people: readonly PersonDays[];
  readonly services: readonly ServiceAccountDays[];
  readonly tenant: string;
  readonly name: string;
  /** When it begins, ms. */
  readonly time: number;
}

const SECOND = 1_000;
const MINUTE = 60_000;

/** Draws one episode of a kind. */
export function attack(random: Random, kind: Attack, scene: Scene): Episode {
  const events = ATTACKERS[kind](random, scene).sort((a, b) => a.time - b.time);
  return { attack: kind, events };
}

type Attacker = (random: Random, scene: Scene) => AuthEvent[];

const ATTACKERS: Record<Attack, Attacker> = {
  naive: (random, scene) => {
    const victim = pick(random, scene.people);
    const site = elsewhere(random, victim);
    return takeover(random, scene, victim, site, attackAgent(random, scene.time));
  },
  vpn: (random, scene) => {
    const victim = pick(random, scene.people);
    const country = victim.person.carrier.city.country;
    const site = chance(random, 0.6) ? vpnSite(random, country) : fixedSite(random, country);
    const agent = chooseAgent(random, chance(random, 0.7) ? 'desktop' : 'mobile').at(scene.time);
    return takeover(random, scene, victim, site, agent);
  },
  targeted: (random, scene) => {
    const victim = pick(random, scene.people);
    const { home } = victim.person;
    const site = home.kind === 'satellite' ? home : fixedSiteNear(random, home.city, home.asn);
    return takeover(
      random,
      scene,
      victim,
      site,
      sameAgent(pick(random, victim.devices).agent).at(scene.time),
    );
  },
  'very-targeted': (random, scene) => {
    const victim = pick(random, scene.people);
    const device = pick(random, victim.devices);
    const relayed = chance(random, 0.7) ? { deviceId: device.id } : {};
    const { home } = victim.person;
    return takeover(random, scene, victim, home, device.agent.at(scene.time), relayed);
  },
  stuffing: (random, scene) => {
    const sites = Array.from({ length: integer(random, 1, 4) }, () => proxy(random));
    const addresses = sites.map((site) => addressIn(site, lease(random)));
    const pace = pick(random, [2, 20, 240]) * SECOND;
    const agent = attackAgent(random, scene.time);
    return Array.from({ length: integer(random, 15, 60) }, (_, i) => {
      const known = chance(random, 0.04);
      const at = scene.time + i * pace * (0.5 + random());
      return attempt(random, scene, pick(random, scene.people), i, {
        time: at,
        ip: pick(random, addresses),
        userAgent: chance(random, 0.7) ? agent : attackAgent(random, at),
        deviceId: `a-${scene.name}-${i}`,
        ...(known ? won(['password']) : lost),
      });
    });
  },
  spray: (random, scene) => {
    const sites = [proxy(random), proxy(random)];
    const addresses = sites.map((site) => addressIn(site, lease(random)));
    const pace = pick(random, [5 * SECOND, MINUTE, 20 * MINUTE]);
    const agent = attackAgent(random, scene.time);
    const victims = scene.people.filter(() => chance(random, 0.5)).slice(0, 50);
    return victims.map((victim, i) =>
      attempt(random, scene, victim, i, {
        time: scene.time + i * pace * (0.5 + random()),
        ip: pick(random, addresses),
        userAgent: agent,
        deviceId: `a-${scene.name}`,
        ...(chance(random, 0.02) ? won(['password']) : lost),
      }),
    );
  },
  guessing: (random, scene) => {
    const victim = pick(random, scene.people);
    const near = chance(random, 0.4);
    const sites = Array.from({ length: integer(random, 1, 5) }, () =>
      near ? fixedSite(random, victim.person.carrier.city.country) : proxy(random),
    );
    const addresses = sites.map((site) => addressIn(site, lease(random)));
    const pace = pick(random, [3, 30, 900]) * SECOND;
    const userAgent = near
      ? sameAgent(pick(random, victim.devices).agent).at(scene.time)
      : attackAgent(random, scene.time);
    const tries = integer(random, 4, 30);
    return Array.from({ length: tries }, (_, i) =>
      attempt(random, scene, victim, i, {
        time: scene.time + i * pace * (0.5 + random()),
        ip: pick(random, addresses),
        userAgent,
        deviceId: `a-${scene.name}`,
        ...(i === tries - 1 && chance(random, 0.7) ? won(['password']) : lost),
      }),
    );
  },
  'factor-fatigue': (random, scene) => {
    const victim = pick(random, scene.people);
    const { home, carrier } = victim.person;
    const site = weighted(random, [
      [elsewhere(random, victim), 3],
      [fixedSite(random, carrier.city.country), 3],
      [home.kind === 'satellite' ? home : fixedSiteNear(random, home.city, home.asn), 4],
    ]);
    const ip = addressIn(site, lease(random));
    const userAgent = chance(random, 0.5)
      ? sameAgent(pick(random, victim.devices).agent).at(scene.time)
      : chooseAgent(random, 'desktop').at(scene.time);
    const prompts = integer(random, 2, 14);
    const common = { ip, userAgent, deviceId: `a-${scene.name}` };
    const denied = Array.from({ length: prompts }, (_, i) =>
      attempt(random, scene, victim, i, {
        ...common,
        time: scene.time + i * integer(random, 15, 120) * SECOND,
        action: 'second_factor',
        outcome: 'failure',
        failureReason: 'second_factor_denied',
        factors: ['password', 'push'],
      }),
    );
    if (chance(random, 0.3)) return denied;
    const time = Math.max(...denied.map((event) => event.time)) + 30 * SECOND;
    return [
      ...denied,
      attempt(random, scene, victim, prompts, { ...common, time, ...won(['password', 'push']) }),
    ];
  },
  'stolen-token': (random, scene) => {
    const victim = pick(random, scene.people);
    const site = weighted(random, [
      [elsewhere(random, victim), 5],
      [fixedSite(random, victim.person.carrier.city.country), 4],
    ]);
    const device = pick(random, victim.devices);
    const ip = addressIn(site, lease(random));
    return Array.from({ length: integer(random, 1, 3) }, (_, i) =>
      attempt(random, scene, victim, i, {
        time: scene.time + i * integer(random, 1, 30) * MINUTE,
        action: pick(random, ['token', 'session_activity'] as const),
        outcome: 'success',
        factors: ['refresh_token'],
        ip,
        userAgent: chance(random, 0.4) ? device.agent.at(scene.time) : attackAgent(random, scene.time),
        ...(chance(random, 0.5) ? { deviceId: device.id } : {}),
        ...sensitive(random, 0.5),
      }),
    );
  },
  insider: (random, scene) => {
    const victim = pick(random, scene.people);
    const colleague = scene.people.find(
      (other) => other !== victim && other.person.workplace === victim.person.workplace,
    );
    const device = pick(random, (colleague ?? victim).devices);
    const egress = pick(random, victim.person.workplace.egress);
    return [
      attempt(random, scene, victim, 0, {
        time: scene.time,
        ip: addressIn(egress.site, egress.lease),
        userAgent: device.agent.at(scene.time),
        deviceId: colleague ? device.id : `a-${scene.name}`,
        ...won(['password']),
        ...sensitive(random, 0.7),
      }),
    ];
  },
  'service-theft': (random, scene) => {
    const victim = pick(random, scene.services);
    const site = weighted(random, [
      [hostingSite(random), 4],
      [vpnSite(random), 3],
      [fixedSite(random, pick(random, DESTINATIONS)), 3],
    ]);
    const userAgent = chance(random, 0.4)
      ? victim.agent.at(scene.time)
      : chooseAgent(random, 'tool').at(scene.time);
    const ip = addressIn(site, lease(random));
    return Array.from({ length: integer(random, 1, 6) }, (_, i) =>
      eventOf(
        {
          id: `${scene.name}-${i}`,
          time: scene.time + i * integer(random, 5, 600) * SECOND,
          tenant: scene.tenant,
          subject: { id: victim.id, kind: 'service', roles: ['service'] },
          outcome: chance(random, 0.85) ? 'success' : 'failure',
          factors: [victim.factor],
          ip,
          roundTripMs: roundTripMs(random, site.kind, site.city, SERVER),
          userAgent,
          application: chance(random, 0.4)
            ? victim.target
            : pick(random, ['storage', 'secrets', 'identity', 'compute']),
        },
        PROGRAM_COVERAGE,
      ),
    );
  },
};

const lost = { outcome: 'failure', failureReason: 'bad_credentials', factors: ['password'] } as const;
const won = (factors: readonly Factor[]) => ({ outcome: 'success', factors }) as const;

/** Anywhere but the victim's country. */
function elsewhere(random: Random, victim: PersonDays): Site {
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
function proxy(random: Random): Site {
  const kind = random();
  if (kind < 0.45) return hostingSite(random);
  if (kind < 0.6) return vpnSite(random);
  return fixedSite(random, pick(random, DESTINATIONS));
}

/** The password is known: perhaps a wrong try, then in, sometimes past a second factor, sometimes far in. */
function takeover(
  random: Random,
  scene: Scene,
  victim: PersonDays,
  site: Site,
  userAgent: string,
  known: Partial<Attempt> = {},
): AuthEvent[] {
  const common = {
    ip: addressIn(site, known.deviceId ? victim.person.homeLease : lease(random)),
    userAgent,
    deviceId: `a-${scene.name}`,
    roundTripMs: roundTripMs(
      random,
      site.kind,
      chance(random, 0.5) ? site.city : elsewhere(random, victim).city,
      SERVER,
      site.city,
    ),
    ...known,
  };
  const events: AuthEvent[] = [];
  if (chance(random, 0.2))
    events.push(attempt(random, scene, victim, 0, { ...common, time: scene.time - 20 * SECOND, ...lost }));
  const { secondFactor, passwordless } = victim.person;
  // A passkey cannot be phished; such accounts fall by the recovery road.
  const factors: Factor[] = passwordless
    ? [pick(random, ['email', 'recovery_code', 'password'] as const)]
    : secondFactor && chance(random, 0.35)
      ? ['password', secondFactor]
      : ['password'];
  events.push(
    attempt(random, scene, victim, 1, {
      ...common,
      time: scene.time,
      ...won(factors),
      ...sensitive(random, 0.45),
    }),
  );
  return events;
}

function sensitive(random: Random, probability: number): Partial<Attempt> {
  if (!chance(random, probability)) return {};
  const wanted = chance(random, 0.5)
    ? RESOURCES.filter((resource) => resource.sensitivity === 'high')
    : RESOURCES;
  return { resource: pick(random, wanted) };
}

function attempt(
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
      leaked: chance(random, 0.55),
      liveness: chance(random, 0.8) ? random() * 0.7 : 0.6 + random() * 0.4,
      ...rest,
    },
    person.workplace.coverage,
  );
}
