import type { AuthEvent, Factor } from '../../../functions/events/auth-event.ts';
import { type Attempt, eventOf } from '../../simulator/event.ts';
import { addressIn } from '../../simulator/networks.ts';
import { RESOURCES } from '../../simulator/person.ts';
import type { PersonDays } from '../../simulator/person-days.ts';
import { pick, type Random } from '../../simulator/random.ts';
import type { ServiceAccountDays } from '../../simulator/service-account.ts';
import type { AddressBook } from '../address-book.ts';

/** What an attacker of the evaluation works with. */
export interface Stage {
  readonly random: Random;
  readonly book: AddressBook;
  readonly victim: PersonDays;
  /** Everybody in the tenant, for attacks on many. */
  readonly people: readonly PersonDays[];
  readonly services: readonly ServiceAccountDays[];
  readonly tenant: string;
  /** Makes ids of this attack's own. */
  readonly name: string;
  /** When it begins, ms. */
  readonly time: number;
}

/**
 * An attacker: its events in time order. Those that succeed are judged; the failures before them are only seen.
 * None of this code is used in training.
 */
export type Attacker = (stage: Stage) => AuthEvent[];

/** Agents of people the world over, for attackers who want to look like one. Not the list that people draw from. */
export const COMMON_AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
] as const;

/** Factors that get an attacker in: what the account asks for, phished where it is a code. */
export function phished(victim: PersonDays): Factor[] {
  const { secondFactor } = victim.person;
  return secondFactor === undefined ? ['password'] : ['password', secondFactor];
}

/** Accounts that nobody can sign in to by phishing: passkeys and security keys. */
export function isPhishable({ person }: PersonDays): boolean {
  return !person.passwordless && person.secondFactor !== 'security_key';
}

/** The address that the victim's home had at first: what a targeted attacker looks around. */
export function homeAddress({ person }: PersonDays): string {
  return addressIn(person.home, person.homeLease);
}

/** One attempt on a person's account, stating what the victim's employer reports. */
export function attempt(
  stage: Stage,
  victim: PersonDays,
  number: number,
  fields: Pick<Attempt, 'ip' | 'outcome' | 'factors' | 'time'> & Partial<Attempt>,
): AuthEvent {
  const { random } = stage;
  const { person } = victim;
  const resource = random() < 0.35 ? { resource: pick(random, RESOURCES) } : {};
  return eventOf(
    {
      id: `${stage.name}.${number}`,
      tenant: stage.tenant,
      subject: { id: person.id, kind: 'person', roles: [person.role] },
      application: pick(random, person.applications),
      deviceId: `attacker-${stage.name}`,
      session: `attacker-${stage.name}`,
      leaked: random() < 0.2,
      liveness: 0.3 + random() * 0.6,
      ...resource,
      ...fields,
    },
    person.workplace.coverage,
  );
}

/** The failed attempt of somebody without the right password. */
export const REFUSED = {
  outcome: 'failure',
  failureReason: 'bad_credentials',
  factors: ['password'],
} as const;
