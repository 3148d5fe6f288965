import type { AuthEvent, Factor } from '../../../functions/events/auth-event.ts';
import { attackAgent, chooseAgent, sameAgent } from '../../simulator/agents.ts';
import { type Attempt, eventOf } from '../../simulator/event.ts';
import {
  addressIn,
  fixedSite,
  fixedSiteNear,
  hostingSite,
  lease,
  roundTripMs,
  type Site,
  vpnSite,
} from '../../simulator/networks.ts';
import { DESTINATIONS } from '../../simulator/person.ts';
import { type PersonDays, SERVER } from '../../simulator/person-days.ts';
import { chance, integer, pick, type Random, weighted } from '../../simulator/random.ts';
import { PROGRAM_COVERAGE } from '../../simulator/service-account.ts';
import { type Attacker, attempt, elsewhere, lost, type Scene, sensitive, won } from './attempts.ts';

const SECOND = 1_000;
const MINUTE = 60_000;

/** Attacks on one account by somebody who already has what it takes: its password, token or key. */
export const TAKEOVERS = {
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
} as const satisfies Record<string, Attacker>;

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
    : secondFactor && chance(random, 0.7)
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
