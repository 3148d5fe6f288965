/**
 * The model of Freeman, Jain, Dürmuth, Biggio, Giacinto: "Who Are You? A Statistical Approach to Measuring User
 * Authenticity" (NDSS 2016), with the properties that Wiefling et al. used when they ran it: the address backed
 * by its operator and country, the agent string backed by browser, system and kind of device.
 *
 *   S(x) = p(u | attack) / p(u | legitimate) · Π_k p(x_k) / p(x_k | u, legitimate)
 *
 * A higher value is riskier. p(u | attack) is even; p(u | legitimate) is the user's share of the logins. The paper
 * smooths p(x_k | u) by interpolating along the hierarchy of a property: the exact value as the user shows it, then
 * the user's operator (country, browser, …) with the value as common in it as in the whole population, and last the
 * population itself. Divided by p(x_k), each level is the ratio of two shares, the user's and everybody's.
 */
export class Freeman {
  readonly #everybody = new Counts();
  readonly #users = new Map<string, Counts>();

  /** Log of the score of a login before it is learned. */
  score(user: string, login: LoginProperties): number {
    const own = this.#users.get(user) ?? EMPTY;
    const share = (own.total + 1) / (this.#everybody.total + this.#users.size + 1);
    let log = -Math.log(share * Math.max(1, this.#users.size));
    for (const levels of PROPERTIES) {
      let ratio = POPULATION;
      for (const [name, weight] of levels) {
        const theirs = own.count(name, login) / Math.max(1, own.total);
        const everybodys = (this.#everybody.count(name, login) + 1) / (this.#everybody.total + 1);
        ratio += ((1 - POPULATION) * weight * theirs) / everybodys;
      }
      log -= Math.log(ratio);
    }
    return log;
  }

  /** Learns a successful login of the account's owner. */
  learn(user: string, login: LoginProperties): void {
    const own = this.#users.get(user) ?? new Counts();
    this.#users.set(user, own);
    own.add(login);
    this.#everybody.add(login);
  }
}

/** What the model sees of a login; an absent property is a value of its own. */
export interface LoginProperties {
  readonly ip: string;
  readonly asn: string;
  readonly country: string;
  readonly agent: string;
  readonly browser: string;
  readonly system: string;
  readonly device: string;
}

type Level = readonly [name: keyof LoginProperties, weight: number];

/** Weight of the population in the interpolation. The paper leaves the coefficients open; this one is ours. */
const POPULATION = 0.05;

/** Levels of the two properties, finest first, with the weights of Wiefling et al. */
const PROPERTIES: readonly (readonly Level[])[] = [
  [
    ['ip', 0.6],
    ['asn', 0.3],
    ['country', 0.1],
  ],
  [
    ['agent', 0.53],
    ['browser', 0.27],
    ['system', 0.19],
    ['device', 0.01],
  ],
];

class Counts {
  total = 0;
  readonly #seen = new Map<string, number>();

  add(login: LoginProperties): void {
    this.total++;
    for (const [name] of PROPERTIES.flat()) {
      const key = `${name}\0${login[name]}`;
      this.#seen.set(key, (this.#seen.get(key) ?? 0) + 1);
    }
  }

  count(name: keyof LoginProperties, login: LoginProperties): number {
    return this.#seen.get(`${name}\0${login[name]}`) ?? 0;
  }
}

const EMPTY = new Counts();
