import type { Scorer } from '../../functions/risk/index.ts';
import type { NetworkLookup } from '../../functions/signals/index.ts';
import type { AsIf } from '../simulator/person.ts';
import { integer, randomFrom } from '../simulator/random.ts';
import { simulate } from '../simulator/simulate.ts';
import { Replay } from '../training/replay.ts';
import type { Interval } from './bootstrap.ts';
import { WARM_UP_DAYS } from './judge.ts';

/** The greatest ratio of false step-ups between circumstances that are about who people are. */
export const RATIO_BOUND = 1.25;

/** Circumstances compared with one another, each with a name. */
const DIMENSIONS: Readonly<Record<string, Readonly<Record<string, AsIf>>>> = {
  country: Object.fromEntries(
    [
      'US',
      'CA',
      'MX',
      'BR',
      'GB',
      'DE',
      'FR',
      'ES',
      'IT',
      'NL',
      'PL',
      'SE',
      'NO',
      'IN',
      'JP',
      'AU',
      'ZA',
    ].map((country) => [country, { country }]),
  ),
  'device class': { desktop: { first: 'desktop' }, mobile: { first: 'mobile' } },
  connection: { 'fixed line': { connection: 'fixed' }, satellite: { connection: 'satellite' } },
  agent: { common: { first: 'desktop' }, assistive: { first: 'assistive' } },
};

/** How often the same people are asked without need under one circumstance. */
export interface Treatment {
  readonly dimension: string;
  readonly circumstance: string;
  readonly logins: number;
  /** False step-ups per 1,000 logins. */
  readonly perThousand: number;
  /** Against the mean of the dimension's other circumstances; interval by drawing people again, the same everywhere. */
  readonly ratio: Interval;
  /** Whether even the low end of the interval lies past the bound. */
  readonly unfair: boolean;
}

interface Tally {
  logins: number;
  asked: number;
}

/** What to compare. */
export interface TreatmentOptions {
  readonly seed: string;
  /** People in each circumstance; four times as many where there are only two, since each then rests on one other. */
  readonly people: number;
  readonly days: number;
  readonly start: number;
  /** Log-odds from which on people are asked. */
  readonly stepUp: number;
  readonly rounds: number;
  readonly onRun?: (done: number) => void;
}

const DAY_MS = 86_400_000;

/**
 * Simulates the same people, with the same habits, mistakes and journeys, once under each circumstance, and compares
 * how often they are asked without need. Cohorts of different people differ in a hundred ways; these differ in one.
 */
export async function equalTreatment(
  options: TreatmentOptions,
  network: NetworkLookup,
  scorer: Scorer,
): Promise<Treatment[]> {
  const out: Treatment[] = [];
  const runs = Object.values(DIMENSIONS).reduce(
    (sum, circumstances) => sum + Object.keys(circumstances).length,
    0,
  );
  let done = 0;
  for (const [dimension, circumstances] of Object.entries(DIMENSIONS)) {
    const people = options.people * (Object.keys(circumstances).length > 2 ? 1 : 4);
    const tallies = new Map<string, Tally[]>();
    for (const [name, asIf] of Object.entries(circumstances)) {
      options.onRun?.(done++ / runs);
      tallies.set(name, await falseStepUps({ ...options, people }, asIf, network, scorer));
    }
    for (const [circumstance, own] of tallies) {
      const others = [...tallies].filter(([name]) => name !== circumstance).map(([, tally]) => tally);
      const total = sumOf(
        own,
        own.map((_, i) => i),
      );
      const ratio = ratioInterval(own, others, options);
      out.push({
        dimension,
        circumstance,
        logins: total.logins,
        perThousand: (1000 * total.asked) / total.logins,
        ratio,
        unfair: ratio.low > RATIO_BOUND,
      });
    }
  }
  return out;
}

async function falseStepUps(
  options: TreatmentOptions,
  asIf: AsIf,
  network: NetworkLookup,
  scorer: Scorer,
): Promise<Tally[]> {
  const { seed, people, days, start, stepUp } = options;
  const replay = new Replay(network);
  const tallies: Tally[] = Array.from({ length: people }, () => ({ logins: 0, asked: 0 }));
  for (const event of simulate({ seed, people, days, start, asIf, services: 0 }).events()) {
    const seen = replay.see(event);
    if (event.outcome === 'success' && event.time >= start + WARM_UP_DAYS * DAY_MS) {
      const { base, contributions } = await scorer.score(seen.features);
      const tally = tallies[Number(event.subject.id.slice(2))]!;
      tally.logins++;
      if (contributions.reduce((sum, term) => sum + term.contribution, base) >= stepUp) tally.asked++;
    }
    replay.learn(seen, event.outcome === 'success');
  }
  return tallies;
}

function sumOf(tallies: readonly Tally[], people: readonly number[]): Tally {
  const sum = { logins: 0, asked: 0 };
  for (const i of people) {
    sum.logins += tallies[i]!.logins;
    sum.asked += tallies[i]!.asked;
  }
  return sum;
}

function ratioInterval(
  own: readonly Tally[],
  others: readonly (readonly Tally[])[],
  options: TreatmentOptions,
): Interval {
  const ratioFor = (people: readonly number[]) => {
    const rate = (tallies: readonly Tally[]) => {
      const { logins, asked } = sumOf(tallies, people);
      return (asked + 0.5) / (logins + 1);
    };
    return rate(own) / (others.reduce((sum, tallies) => sum + rate(tallies), 0) / others.length);
  };
  const random = randomFrom(options.seed, 'treatment');
  const everybody = own.map((_, i) => i);
  const values = Array.from({ length: options.rounds }, () =>
    ratioFor(everybody.map(() => integer(random, 0, own.length - 1))),
  );
  values.sort((a, b) => a - b);
  const at = (share: number) => values[Math.min(values.length - 1, Math.floor(share * values.length))]!;
  return { value: ratioFor(everybody), low: at(0.025), high: at(0.975) };
}
