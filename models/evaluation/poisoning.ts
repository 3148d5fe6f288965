import { share } from '../../functions/baselines/index.ts';
import type { Scorer } from '../../functions/risk/index.ts';
import { pick, type Random } from '../simulator/random.ts';
import { ATTACKERS, type AttackerName, isPhishable } from './attackers/index.ts';
import type { Evaluated } from './judge.ts';

/** How far an intruder who comes back day after day moves the baseline. */
export interface Poisoning {
  readonly attacker: AttackerName;
  readonly days: number;
  /** Share of victims at whom the last login would still be asked for more: with teaching guarded, and with none of it. */
  readonly guarded: number;
  readonly unguarded: number;
  /** Mean share of the intruder's network in the victim's baseline afterwards, likewise. */
  readonly shareGuarded: number;
  readonly shareUnguarded: number;
}

const DAY_MS = 86_400_000;
const PER_DAY = 2;

/**
 * Lets an intruder with the password sign in twice a day from one machine and one network. Guarded: a login
 * teaches only when its risk is low and waits in quarantine otherwise, as with the deployed functions; unguarded:
 * every success teaches.
 *
 * @param stepUp log-odds from which on a login is asked for more, and does not teach
 */
export async function poisoning(
  world: Evaluated,
  scorer: Scorer,
  stepUp: number,
  random: Random,
  victims: number,
): Promise<Poisoning[]> {
  const people = world.population.people.filter((one) => isPhishable(one) && one.person.joined < 0);
  const out: Poisoning[] = [];
  for (const attacker of ['naive', 'vpn', 'targeted'] as const) {
    const chosen = Array.from({ length: victims }, (_, i) => {
      const victim = pick(random, people);
      const stage = {
        random,
        book: world.book,
        victim,
        people,
        services: world.population.services,
        tenant: 'default',
        name: `drip-${attacker}-${i}`,
        time: world.end,
      };
      return ATTACKERS[attacker](stage)[0]!;
    });
    for (const days of [1, 3, 7, 14, 30]) {
      const figures = { guarded: 0, unguarded: 0, shareGuarded: 0, shareUnguarded: 0 };
      for (const event of chosen) {
        for (const guarded of [true, false]) {
          const branch = world.replay.fork();
          const drip = async (number: number, time: number) => {
            const seen = branch.see({ ...event, id: `${event.id}.${number}`, time });
            const { base, contributions } = await scorer.score(seen.features);
            return { seen, logit: contributions.reduce((sum, term) => sum + term.contribution, base) };
          };
          for (let i = 0; i < days * PER_DAY; i++) {
            const { seen, logit } = await drip(i, event.time + (i / PER_DAY) * DAY_MS);
            const cleared = !guarded || logit < stepUp;
            branch.learn(seen, cleared, !cleared);
          }
          const { seen, logit } = await drip(-1, event.time + days * DAY_MS);
          if (logit >= stepUp) figures[guarded ? 'guarded' : 'unguarded']++;
          figures[guarded ? 'shareGuarded' : 'shareUnguarded'] += share(
            seen.subject,
            'prefix',
            seen.facts.observation.keys.prefix ?? '',
          );
        }
      }
      out.push({
        attacker,
        days,
        guarded: figures.guarded / victims,
        unguarded: figures.unguarded / victims,
        shareGuarded: figures.shareGuarded / victims,
        shareUnguarded: figures.shareUnguarded / victims,
      });
    }
  }
  return out;
}
