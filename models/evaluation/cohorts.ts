import { bootstrap, type Interval } from './bootstrap.ts';
import type { Judged } from './judge.ts';

/** The greatest ratio of false step-ups between cohorts that differ by who people are. */
export const RATIO_BOUND = 1.25;

/** Least logins of a cohort for its figure to be told. */
const LEAST_LOGINS = 150;
/** False step-ups added to either side of a ratio, so that none at all is not infinitely fair. */
const PRIOR = 0.5;

/** How often a cohort's owners are asked without need. */
export interface CohortRate {
  readonly dimension: string;
  readonly cohort: string;
  readonly logins: number;
  readonly people: number;
  /** False step-ups per 1,000 logins. */
  readonly perThousand: number;
  /** Against everybody else in the dimension, with its bootstrap interval. */
  readonly ratio: Interval;
  /** Whether the dimension says who people are, and not what they do. */
  readonly protectedTrait: boolean;
  /** Whether even the low end of the interval lies past the bound. */
  readonly unfair: boolean;
}

type CohortOf = (login: Judged) => string | undefined;

/** Dimensions of equal treatment, and whether each says who people are. */
const DIMENSIONS: readonly (readonly [name: string, protectedTrait: boolean, of: CohortOf])[] = [
  ['country', true, (login) => login.person?.carrier.city.country],
  ['device class', true, (login) => login.person?.devices[0]?.agent.device.replace('assistive', 'desktop')],
  ['connection', true, (login) => (login.person?.home.kind === 'satellite' ? 'satellite' : 'fixed line')],
  [
    'agent',
    true,
    (login) => (login.person?.devices[0]?.agent.device === 'assistive' ? 'assistive' : 'common'),
  ],
  ['second factor', false, (login) => (login.person?.secondFactor ? 'has one' : 'has none')],
  ['working hours', false, (login) => (login.person?.nightWorker ? 'night' : 'day')],
  ['travel', false, (login) => (login.person?.traveller ? 'traveller' : 'seldom')],
  ['VPN', false, (login) => (login.person?.vpn ? 'uses one' : 'none')],
  ['account', false, (login) => (login.login < 12 ? 'first 12 logins' : 'known')],
  ['frequency', false, (login) => frequency(login.person?.perDay)],
];

function frequency(perDay: number | undefined): string | undefined {
  if (perDay === undefined) return undefined;
  return perDay >= 1.5 ? 'several a day' : perDay >= 0.6 ? 'about daily' : 'some a week';
}

/**
 * False step-up rates by cohort.
 *
 * @param stepUp the log-odds from which on people are asked
 */
export function cohortRates(
  judged: readonly Judged[],
  stepUp: number,
  seed: string,
  rounds = 100,
): CohortRate[] {
  const owners = judged.filter((login) => login.counted && !login.attack && login.person);
  return DIMENSIONS.flatMap(([dimension, protectedTrait, of]) => {
    const cohorts = Map.groupBy(owners, (login) => of(login) ?? 'unknown');
    return [...cohorts.entries()]
      .filter(([, logins]) => logins.length >= LEAST_LOGINS && logins.length < owners.length)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([cohort, logins]) => {
        const asked = logins.filter((login) => login.logit >= stepUp).length;
        const ratio = bootstrap(
          owners,
          (list) => ratioOf(list, (login) => (of(login) ?? 'unknown') === cohort, stepUp),
          {
            seed,
            rounds,
            // Colleagues share a country, and what their workplace reports: they are drawn together.
            groupOf: (login) => (dimension === 'country' ? login.person!.workplace.id : login.subject),
          },
        );
        return {
          dimension,
          cohort,
          logins: logins.length,
          people: new Set(logins.map((login) => login.subject)).size,
          perThousand: (1000 * asked) / logins.length,
          ratio,
          protectedTrait,
          unfair: protectedTrait && ratio.low > RATIO_BOUND,
        };
      });
  });
}

function ratioOf(logins: readonly Judged[], inside: (login: Judged) => boolean, stepUp: number): number {
  let [own, ownAsked, other, otherAsked] = [0, 0, 0, 0];
  for (const login of logins) {
    const asked = login.logit >= stepUp ? 1 : 0;
    if (inside(login)) {
      own++;
      ownAsked += asked;
    } else {
      other++;
      otherAsked += asked;
    }
  }
  return (ownAsked + PRIOR) / (own + 1) / ((otherAsked + PRIOR) / (other + 1));
}
