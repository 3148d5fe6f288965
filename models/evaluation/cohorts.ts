import { bootstrap, type Interval } from './bootstrap.ts';
import { frequencyOf } from './compare.ts';
import type { Judged } from './judge.ts';

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
}

type CohortOf = (login: Judged) => string | undefined;

/** Cohorts that differ by what people do. How people are is compared by `equalTreatment`, on the same people. */
const DIMENSIONS: readonly (readonly [name: string, of: CohortOf])[] = [
  ['second factor', (login) => (login.person?.secondFactor ? 'has one' : 'has none')],
  ['machines', (login) => login.person && (login.person.devices.length > 1 ? 'several' : 'one')],
  ['working hours', (login) => (login.person?.nightWorker ? 'night' : 'day')],
  ['travel', (login) => (login.person?.traveller ? 'traveller' : 'seldom')],
  ['VPN', (login) => (login.person?.vpn ? 'uses one' : 'none')],
  ['account', (login) => (login.login < 12 ? 'first 12 logins' : 'known')],
  ['frequency', (login) => login.person && frequencyOf(login.person.perDay)],
];

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
  return DIMENSIONS.flatMap(([dimension, of]) => {
    const cohorts = Map.groupBy(owners, (login) => of(login) ?? 'unknown');
    return [...cohorts.entries()]
      .filter(([, logins]) => logins.length >= LEAST_LOGINS && logins.length < owners.length)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([cohort, logins]) => {
        const asked = logins.filter((login) => login.logit >= stepUp).length;
        const ratio = bootstrap(
          owners,
          (list) => ratioOf(list, (login) => (of(login) ?? 'unknown') === cohort, stepUp),
          { seed, rounds },
        );
        return {
          dimension,
          cohort,
          logins: logins.length,
          people: new Set(logins.map((login) => login.subject)).size,
          perThousand: (1000 * asked) / logins.length,
          ratio,
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
  if (own === 0 || other === 0) return Number.NaN;
  return (ownAsked + PRIOR) / (own + 1) / ((otherAsked + PRIOR) / (other + 1));
}
