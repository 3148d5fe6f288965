import { pick } from '../../simulator/random.ts';
import { type Attacker, attempt, COMMON_AGENTS, homeAddress, phished } from './attacker.ts';

/*
 * The attackers of Wiefling, Lo Iacono and Dürmuth ("What's in Score for Website Users", FC 2021; "Pump Up
 * Password Security!", TOPS 2022), who know the password and ever more about the victim.
 */

/** Knows the password alone: any address of the world, any common agent. */
export const naive: Attacker = (stage) => {
  const { random, book, victim, time } = stage;
  const { ip } = book.abroad(random, victim.person.carrier.city.country);
  return [
    attempt(stage, victim, 0, {
      time,
      ip,
      userAgent: pick(random, COMMON_AGENTS),
      outcome: 'success',
      factors: phished(victim),
    }),
  ];
};

/** Knows the country too, and comes from there, by a VPN or a resold home line. */
export const vpn: Attacker = (stage) => {
  const { random, book, victim, time } = stage;
  const { ip } = book.within(random, victim.person.carrier.city.country, random() < 0.5);
  return [
    attempt(stage, victim, 0, {
      time,
      ip,
      userAgent: pick(random, COMMON_AGENTS),
      outcome: 'success',
      factors: phished(victim),
    }),
  ];
};

/** Knows city, operator and agent, and comes from the next street with the same browser. */
export const targeted: Attacker = (stage) => {
  const { random, book, victim, time } = stage;
  const { ip } = book.near(random, homeAddress(victim));
  const userAgent = pick(random, victim.devices).agent.at(time);
  return [attempt(stage, victim, 0, { time, ip, userAgent, outcome: 'success', factors: phished(victim) })];
};

/** Phished the session with its properties, and relays them: the device identifier and the agent are the victim's. */
export const veryTargeted: Attacker = (stage) => {
  const { random, book, victim, time } = stage;
  const device = pick(random, victim.devices);
  const { ip } = book.near(random, homeAddress(victim));
  return [
    attempt(stage, victim, 0, {
      time,
      ip,
      userAgent: device.agent.at(time),
      deviceId: device.id,
      outcome: 'success',
      factors: phished(victim),
    }),
  ];
};
