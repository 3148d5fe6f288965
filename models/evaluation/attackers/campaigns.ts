import type { AuthEvent } from '../../../functions/events/auth-event.ts';
import type { PersonDays } from '../../simulator/person-days.ts';
import { pick } from '../../simulator/random.ts';
import {
  type Attacker,
  attempt,
  COMMON_AGENTS,
  homeAddress,
  isPhishable,
  REFUSED,
  type Stage,
} from './attacker.ts';

const SECOND = 1_000;
const MINUTE = 60_000;

/** Tries one account after another, then hits the stage's victim. */
function campaign(
  stage: Stage,
  tries: number,
  gap: number,
  ips: readonly string[],
  userAgent: () => string,
): AuthEvent[] {
  const { random, victim } = stage;
  const events: AuthEvent[] = [];
  let { time } = stage;
  const one = (target: PersonDays, number: number, hit: boolean) => {
    time += gap * (0.7 + 0.6 * random());
    events.push(
      attempt(stage, target, number, {
        time,
        ip: pick(random, ips),
        userAgent: userAgent(),
        ...(hit ? { outcome: 'success' as const, factors: ['password'] as const } : REFUSED),
      }),
    );
  };
  for (let i = 0; i < tries; i++) one(pick(random, stage.people), i, false);
  one(victim, tries, true);
  return events;
}

/** Lists of leaked pairs of name and password, tried fast from a few rented servers with one tool. */
export const stuffing: Attacker = (stage) => {
  const { random, book } = stage;
  const ips = [book.rented(random).ip, book.rented(random).ip, book.rented(random).ip];
  const tool = pick(random, [
    'Mozilla/5.0 (compatible; OpenBullet2)',
    'python-httpx/0.28.1',
    COMMON_AGENTS[0],
  ]);
  return campaign(stage, 10 + Math.floor(random() * 60), 4 * SECOND, ips, () => tool);
};

/** A few common passwords over many accounts, slowly, from home lines in many places. */
export const spray: Attacker = (stage) => {
  const { random, book } = stage;
  const ips = Array.from({ length: 6 }, () => book.abroad(random, 'none').ip);
  const agent = pick(random, COMMON_AGENTS);
  return campaign(
    stage,
    8 + Math.floor(random() * 25),
    pick(random, [20 * SECOND, 6 * MINUTE]),
    ips,
    () => agent,
  );
};

/** Has the password, and asks the phone again and again until its owner gives in. */
export const factorFatigue: Attacker = (stage) => {
  const { random, book, victim } = stage;
  const { ip } =
    random() < 0.5
      ? book.near(random, homeAddress(victim))
      : book.within(random, victim.person.carrier.city.country, true);
  const userAgent =
    random() < 0.5 ? pick(random, victim.devices).agent.at(stage.time) : pick(random, COMMON_AGENTS);
  const prompts = 3 + Math.floor(random() * 8);
  const events = Array.from({ length: prompts }, (_, i) =>
    attempt(stage, victim, i, {
      time: stage.time + i * 45 * SECOND,
      ip,
      userAgent,
      action: 'second_factor',
      outcome: 'failure',
      failureReason: 'second_factor_denied',
      factors: ['password', 'push'],
    }),
  );
  events.push(
    attempt(stage, victim, prompts, {
      time: stage.time + prompts * 45 * SECOND,
      ip,
      userAgent,
      outcome: 'success',
      factors: ['password', 'push'],
    }),
  );
  return events;
};

/** A session's token copied off the victim's machine and used from elsewhere, with the victim's agent. */
export const stolenToken: Attacker = (stage) => {
  const { random, book, victim } = stage;
  const device = pick(random, victim.devices);
  const { ip } =
    random() < 0.5 ? book.rented(random) : book.abroad(random, victim.person.carrier.city.country);
  return [
    attempt(stage, victim, 0, {
      time: stage.time,
      action: 'token',
      outcome: 'success',
      factors: ['refresh_token'],
      ip,
      userAgent: device.agent.at(stage.time),
      deviceId: device.id,
    }),
  ];
};

/** A colleague at the next desk with the victim's password, on the colleague's own machine, after something sensitive. */
export const insider: Attacker = (stage) => {
  const { random, victim, people } = stage;
  const { workplace } = victim.person;
  const colleague = people.find(
    (other) => other !== victim && other.person.workplace === workplace && isPhishable(other),
  );
  if (!colleague) return [];
  const device = colleague.devices[0]!;
  const egress = pick(random, workplace.egress);
  return [
    attempt(stage, victim, 0, {
      time: stage.time,
      ip: homeOf(egress.site.start, egress.lease, egress.site.size),
      userAgent: device.agent.at(stage.time),
      deviceId: device.id,
      outcome: 'success',
      factors: ['password'],
      resource: { id: 'payroll', sensitivity: 'high' },
    }),
  ];
};

function homeOf(start: number, lease: number, size: number): string {
  const address = start + 1 + (lease % (size - 2));
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}
