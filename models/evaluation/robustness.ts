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

/**
 * What copying each of them costs, in points: a judgement, for want of prices. A country or an hour is a click; an
 * agent and the applications are looked up; a line in the right city is rented; the very network or the identifier of
 * the machine takes its owner's house or machine.
 */
export const COSTS: Readonly<Record<Copied, number>> = {
  country: 1,
  'usual hour': 1,
  agent: 2,
  'usual application': 2,
  'city and operator': 4,
  prefix: 10,
  'device identifier': 15,
};

/** What it costs to get below the threshold, by the cheapest choice for each victim. */
export interface Evasion {
  readonly rows: readonly Robustness[];
  /** Median points; infinite when half of the victims cannot be evaded at all. */
  readonly medianCost: number;
  /** Share of victims at whom no choice gets below. */
  readonly never: number;
}

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
): Promise<Evasion> {
  const people = world.population.people.filter((one) => isPhishable(one) && one.person.joined < 0);
  const outcomes = Array.from({ length: PROPERTIES.length + 1 }, () => ({
    caught: 0,
    choices: new Map<string, number>(),
  }));
  const costs: number[] = [];
  for (let i = 0; i < victims; i++) {
    let cheapest = Number.POSITIVE_INFINITY;
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
      if (logit < threshold)
        cheapest = Math.min(
          cheapest,
          chosen.reduce((sum, name) => sum + COSTS[name], 0),
        );
      const slot = best[chosen.length]!;
      if (logit < slot.logit) best[chosen.length] = { logit, choice: chosen.join(', ') || 'none' };
    }
    costs.push(cheapest);
    best.forEach(({ logit, choice }, copies) => {
      const outcome = outcomes[copies]!;
      if (logit >= threshold) outcome.caught++;
      outcome.choices.set(choice, (outcome.choices.get(choice) ?? 0) + 1);
    });
  }
  costs.sort((a, b) => a - b);
  return {
    rows: outcomes.map(({ caught, choices }, copies) => ({
      copies,
      caught: caught / victims,
      commonest: [...choices].sort((a, b) => b[1] - a[1])[0]![0],
    })),
    medianCost: costs[costs.length >> 1]!,
    never: costs.filter((cost) => cost === Number.POSITIVE_INFINITY).length / victims,
  };
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
