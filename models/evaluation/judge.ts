import type { AuthEvent } from '../../functions/events/auth-event.ts';
import type { Scorer } from '../../functions/risk/index.ts';
import type { NetworkLookup } from '../../functions/signals/index.ts';
import type { Person } from '../simulator/person.ts';
import type { PersonDays } from '../simulator/person-days.ts';
import { pick, type Random, randomFrom } from '../simulator/random.ts';
import { type Population, simulate } from '../simulator/simulate.ts';
import { Replay, type Seen } from '../training/replay.ts';
import { AddressBook } from './address-book.ts';
import { ATTACKERS, type AttackerName, isPhishable } from './attackers/index.ts';
import { Freeman, type LoginProperties } from './references/freeman.ts';
import { plainRules } from './references/plain-rules.ts';

/** Who is compared. */
export const CONTENDERS = ['countersign', 'freeman', 'forest', 'rules', 'random'] as const;
export type Contender = (typeof CONTENDERS)[number];

/** One successful login, judged. */
export interface Judged {
  /** Absent for the owner. */
  readonly attack?: AttackerName;
  readonly subject: string;
  /** Absent for programs. */
  readonly person?: Person;
  readonly time: number;
  /** Whether the evaluation proper has begun; before it, only the learning curve is read. */
  readonly counted: boolean;
  /** How many logins of the subject came before. */
  readonly login: number;
  readonly features: Float32Array;
  readonly contributions: Float32Array;
  /** Log-odds by the shipped model. */
  readonly logit: number;
  readonly freeman: number;
  readonly rules: number;
  readonly random: number;
  /** How the owner came: by what kind of network and machine. */
  readonly networkClass: string;
  readonly device: string;
  readonly away: boolean;
}

/** What to evaluate on. */
export interface EvaluationOptions {
  readonly seed: string;
  readonly people: number;
  readonly days: number;
  readonly start: number;
  /** Attacks of each kind. */
  readonly attacks: number;
  readonly onDay?: (day: number, days: number) => void;
}

/** A tenant at the end of its simulated days, and every login judged on the way. */
export interface Evaluated {
  readonly judged: Judged[];
  readonly population: Population;
  readonly replay: Replay;
  readonly book: AddressBook;
  readonly end: number;
}

const DAY_MS = 86_400_000;

/** Days in which everybody is a stranger to the system: read for the learning curve alone. */
export const WARM_UP_DAYS = 14;

/**
 * Replays people that no training saw, in months that no training saw, from empty baselines, and stages attacks
 * by attackers that no training saw. The deployed scorer judges every successful login, and so do the references.
 */
export async function judgeAll(
  options: EvaluationOptions,
  network: NetworkLookup,
  scorer: Scorer,
): Promise<Evaluated> {
  const { seed, people, days, start } = options;
  const population = simulate({ seed, people, days, start });
  const byId = new Map(population.people.map((one) => [one.person.id, one]));
  const random = randomFrom(seed, 'evaluation');
  const book = new AddressBook(randomFrom(seed, 'addresses'), network, 30_000);
  const replay = new Replay(network);
  const freeman = new Freeman();
  const logins = new Map<string, number>();
  const judged: Judged[] = [];

  const judge = async (event: AuthEvent, seen: Seen, attack?: AttackerName): Promise<void> => {
    const { contributions, base } = await scorer.score(seen.features);
    const values = Float32Array.from(contributions, (term) => term.contribution);
    const days_ = byId.get(event.subject.id);
    judged.push({
      ...(attack ? { attack } : {}),
      subject: event.subject.id,
      ...(days_ ? { person: days_.person } : {}),
      time: event.time,
      counted: event.time >= start + WARM_UP_DAYS * DAY_MS,
      login: logins.get(event.subject.id) ?? 0,
      features: seen.features,
      contributions: values,
      logit: values.reduce((sum, value) => sum + value, base),
      freeman: freeman.score(event.subject.id, propertiesOf(event, seen)),
      rules: plainRules(seen),
      random: random(),
      networkClass: seen.facts.network?.class ?? 'unknown',
      device: seen.facts.agent?.device ?? 'unknown',
      away: days_ !== undefined && isAway(days_, start, event.time),
    });
  };

  const kinds = Object.keys(ATTACKERS) as AttackerName[];
  const queue = attackTimes(random, kinds, options);
  let next = 0;
  let shown = -1;
  for (const event of population.events()) {
    const day = Math.floor((event.time - start) / DAY_MS);
    if (day !== shown) {
      shown = day;
      options.onDay?.(day, days);
    }
    for (; next < queue.length && queue[next]!.time <= event.time; next++) {
      const { kind, time } = queue[next]!;
      const victim = chooseVictim(random, population, kind, logins);
      if (!victim) continue;
      const stage = {
        random,
        book,
        victim,
        people: population.people,
        services: population.services,
        tenant: event.tenant,
        name: `evil-${next}`,
        time,
      };
      const branch = replay.fork();
      for (const hostile of ATTACKERS[kind](stage)) {
        const seen = branch.see(hostile);
        if (hostile.outcome === 'success') await judge(hostile, seen, kind);
        branch.learn(seen, false, hostile.outcome === 'success');
      }
    }
    for (const change of byId.get(event.subject.id)?.changesUntil(event.time) ?? [])
      replay.change(event.tenant, event.subject.id, change);
    const seen = replay.see(event);
    if (event.outcome === 'success') {
      await judge(event, seen);
      logins.set(event.subject.id, (logins.get(event.subject.id) ?? 0) + 1);
      freeman.learn(event.subject.id, propertiesOf(event, seen));
    }
    replay.learn(seen, event.outcome === 'success');
  }
  return { judged, population, replay, book, end: start + days * DAY_MS };
}

/** Attacks at the attackers' own working hours, from three parts of the world, spread over the counted days. */
function attackTimes(
  random: Random,
  kinds: readonly AttackerName[],
  options: EvaluationOptions,
): { kind: AttackerName; time: number }[] {
  const { start, days, attacks } = options;
  const times = kinds.flatMap((kind) =>
    Array.from({ length: attacks }, () => {
      const day = WARM_UP_DAYS + Math.floor(random() * (days - WARM_UP_DAYS - 1));
      const hour = pick(random, [3, 8, -5]);
      return { kind, time: start + day * DAY_MS + ((9 + random() * 10 - hour + 24) % 24) * 3_600_000 };
    }),
  );
  return times.sort((a, b) => a.time - b.time || (a.kind < b.kind ? -1 : 1));
}

function chooseVictim(
  random: Random,
  population: Population,
  kind: AttackerName,
  logins: ReadonlyMap<string, number>,
): PersonDays | undefined {
  const phishing = kind !== 'stolen token';
  const fits = population.people.filter(
    (one) => (logins.get(one.person.id) ?? 0) > 0 && (!phishing || isPhishable(one)),
  );
  if (kind === 'factor fatigue') {
    const asked = fits.filter((one) => one.person.secondFactor === 'push');
    return asked.length > 0 ? pick(random, asked) : undefined;
  }
  // A password alone opens only accounts that ask for nothing more.
  if (kind === 'stuffing' || kind === 'spray' || kind === 'insider') {
    const open = fits.filter((one) => one.person.secondFactor === undefined);
    return open.length > 0 ? pick(random, open) : undefined;
  }
  return fits.length > 0 ? pick(random, fits) : undefined;
}

function isAway(one: PersonDays, start: number, time: number): boolean {
  const day = (time - start) / DAY_MS;
  return one.trips.some((trip) => day >= trip.fromDay && day <= trip.untilDay + 1);
}

/** What the reference model reads of a login. */
export function propertiesOf(event: AuthEvent, { facts }: Pick<Seen, 'facts'>): LoginProperties {
  return {
    ip: event.network?.ip ?? '',
    asn: facts.network?.asn ?? '',
    country: facts.network?.country ?? '',
    agent: event.agent?.userAgent ?? '',
    browser: `${facts.agent?.family ?? ''} ${facts.agent?.major ?? ''}`,
    system: facts.agent?.os ?? '',
    device: facts.agent?.device ?? '',
  };
}
