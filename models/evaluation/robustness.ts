import type { AuthEvent } from '../../functions/events/auth-event.ts';
import type { Scorer } from '../../functions/risk/index.ts';
import { addressIn } from '../simulator/networks.ts';
import type { PersonDays } from '../simulator/person-days.ts';
import { pick, type Random } from '../simulator/random.ts';
import { homeAddress } from './attackers/attacker.ts';
import { ATTACKERS, isPhishable } from './attackers/index.ts';
import type { Evaluated } from './judge.ts';

/** A property of the victim that an attacker may copy. */
const PROPERTIES = [
  'country',
  'city and operator',
  'prefix',
  'agent',
  'device identifier',
  'usual hour',
  'usual application',
] as const;
export type Copied = (typeof PROPERTIES)[number];

/** How attackers fare who may copy k properties, the best k for each victim. */
export interface Robustness {
  readonly copies: number;
  /** Share of attacks still at or above the threshold. */
  readonly caught: number;
  /** The choice that most often was best. */
  readonly commonest: string;
}

/**
 * Gives an attacker who knows the password the choice of k properties to copy from the victim and takes, for each
 * victim, the choice that scores lowest. A copied prefix includes city and country.
 *
 * @param threshold log-odds from which on somebody is asked
 */
export async function robustness(
  world: Evaluated,
  scorer: Scorer,
  threshold: number,
  random: Random,
  victims: number,
): Promise<Robustness[]> {
  const people = world.population.people.filter((one) => isPhishable(one) && one.person.joined < 0);
  const outcomes = Array.from({ length: PROPERTIES.length + 1 }, () => ({
    caught: 0,
    choices: new Map<string, number>(),
  }));
  for (let i = 0; i < victims; i++) {
    const victim = pick(random, people);
    const stage = {
      random,
      book: world.book,
      victim,
      people,
      services: world.population.services,
      tenant: 'default',
      name: `robust-${i}`,
      time: world.end,
    };
    const [plain] = ATTACKERS.naive(stage);
    const near = world.book.near(random, homeAddress(victim)).ip;
    const within = world.book.within(random, victim.person.carrier.city.country, false).ip;
    const best = outcomes.map(() => ({ logit: Number.POSITIVE_INFINITY, choice: '' }));
    for (let set = 0; set < 1 << PROPERTIES.length; set++) {
      const chosen = PROPERTIES.filter((_, bit) => set & (1 << bit));
      const event = copy(plain!, victim, new Set(chosen), { near, within, end: world.end });
      const { base, contributions } = await scorer.score(world.replay.fork().see(event).features);
      const logit = contributions.reduce((sum, term) => sum + term.contribution, base);
      const slot = best[chosen.length]!;
      if (logit < slot.logit) best[chosen.length] = { logit, choice: chosen.join(', ') || 'none' };
    }
    best.forEach(({ logit, choice }, copies) => {
      const outcome = outcomes[copies]!;
      if (logit >= threshold) outcome.caught++;
      outcome.choices.set(choice, (outcome.choices.get(choice) ?? 0) + 1);
    });
  }
  return outcomes.map(({ caught, choices }, copies) => ({
    copies,
    caught: caught / victims,
    commonest: [...choices].sort((a, b) => b[1] - a[1])[0]![0],
  }));
}

function copy(
  plain: AuthEvent,
  { person, devices }: PersonDays,
  copied: ReadonlySet<Copied>,
  { near, within, end }: { near: string; within: string; end: number },
): AuthEvent {
  const { coverage } = person.workplace;
  const ip = copied.has('prefix')
    ? addressIn(person.home, person.homeLease)
    : copied.has('city and operator')
      ? near
      : copied.has('country')
        ? within
        : plain.network!.ip;
  const device = devices[0]!;
  const agent = {
    ...(coverage.userAgent
      ? { userAgent: copied.has('agent') ? device.agent.at(end) : plain.agent!.userAgent! }
      : {}),
    ...(coverage.deviceId
      ? { deviceId: copied.has('device identifier') ? device.id : 'attacker-machine' }
      : {}),
  };
  const day = Math.floor(end / 86_400_000) * 86_400_000;
  const hour = copied.has('usual hour')
    ? person.starts - person.offset + 24
    : person.starts - person.offset + 36;
  return {
    ...plain,
    time: day + 86_400_000 + hour * 3_600_000,
    network: { ip },
    agent,
    evidence: [],
    ...(coverage.application
      ? { application: { id: copied.has('usual application') ? person.applications[0]! : 'administration' } }
      : {}),
  };
}
