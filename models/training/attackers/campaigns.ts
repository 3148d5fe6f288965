import { attackAgent, chooseAgent, sameAgent } from '../../simulator/agents.ts';
import { addressIn, fixedSite, fixedSiteNear, lease } from '../../simulator/networks.ts';
import { chance, integer, pick, weighted } from '../../simulator/random.ts';
import { type Attacker, attempt, elsewhere, lost, proxy, won } from './attempts.ts';

const SECOND = 1_000;
const MINUTE = 60_000;

/** Attacks of many attempts: on many accounts, or again and again on one. */
export const CAMPAIGNS = {
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
} as const satisfies Record<string, Attacker>;
