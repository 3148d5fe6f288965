import type { AuthEvent } from '../../functions/events/auth-event.ts';
import type { NetworkLookup } from '../../functions/signals/index.ts';
import type { Dataset } from '../ebm/dataset.ts';
import { hash, randomFrom, weighted } from '../simulator/random.ts';
import { simulate } from '../simulator/simulate.ts';
import { ATTACKS, type Attack, attack } from './attackers/index.ts';
import { evenerCircumstances, standsFor } from './circumstances.ts';
import { measuredOddly, simulatedDeployment } from './deployment.ts';
import { Replay } from './replay.ts';
import { silenced } from './silence.ts';
import { stage } from './stage.ts';

/** What to collect rows from. */
export interface Collection {
  readonly seed: string;
  readonly people: number;
  readonly days: number;
  /** First midnight, UTC, ms. */
  readonly start: number;
  /** Attack episodes per day. */
  readonly episodesPerDay: number;
  readonly onDay?: (day: number, days: number) => void;
}

/** Which people a row belongs to: those that fit, those that stop and calibrate, those that only test. */
export type Split = 'train' | 'held' | 'test';

/** One judged event. */
export interface Row {
  readonly features: Float32Array;
  /** Absent for the account's owner. */
  readonly attack?: Attack;
  readonly split: Split;
  readonly success: boolean;
  /** True for a copy that states less. */
  readonly silenced?: true;
  readonly subject: string;
  /** Whole days since the start of the simulation. */
  readonly day: number;
  /** How many successes of the owner came before. */
  readonly logins: number;
  /** How many of its circumstances it stands for: rare ones are met more often here than among people. */
  readonly standsFor: number;
}

const DAY_MS = 86_400_000;

/** The first day with attacks: before it, everybody is a stranger. */
const FIRST_ATTACKS = 1;

/** How many of each kind of attack, relatively. */
const MIX: readonly (readonly [Attack, number])[] = [
  ['naive', 20],
  ['vpn', 24],
  ['targeted', 26],
  ['very-targeted', 6],
  ['stuffing', 1.5],
  ['spray', 1.5],
  ['guessing', 3],
  ['factor-fatigue', 5],
  ['stolen-token', 10],
  ['insider', 6],
  ['service-theft', 6],
];

/** What every kind of attack weighs in the fit, whatever the number of its events. */
const WEIGHTS: Record<Attack, number> = {
  naive: 1,
  vpn: 1.5,
  targeted: 2,
  'very-targeted': 0.3,
  stuffing: 1,
  spray: 1,
  guessing: 1,
  'factor-fatigue': 1,
  'stolen-token': 0.8,
  insider: 0.4,
  'service-theft': 0.8,
};

/** Share of episodes that really leave their failed attempts in the counters; the others only might have been. */
const COMMITTED = 0.15;

/** Share of events that are judged once more as a source would report them that states less. */
const SILENCED = 0.25;

/**
 * Replays a simulated population through the pipeline and gives a row for every judged event. Attacks are
 * staged on a branch of the state, so that any number of them can be judged without wearing the owners' baselines.
 */
export function collect(collection: Collection, network: NetworkLookup): Row[] {
  const { seed, people, days, start } = collection;
  const population = simulate({ seed, people, days, start, circumstances: evenerCircumstances(seed) });
  const byId = new Map(population.people.map((one) => [one.person.id, one]));
  const weights = new Map(population.people.map(({ person }) => [person.id, standsFor(person)]));
  /** Each owner's latest success: what a thief finds open. */
  const latest = new Map<string, AuthEvent>();
  const logins = new Map<string, number>();
  const replay = new Replay(network, { deployed: simulatedDeployment(seed) });
  const random = randomFrom(seed, 'attacks');
  const silence = randomFrom(seed, 'silence');
  const rows: Row[] = [];
  const splitOf = (event: AuthEvent): Split => {
    const share = hash(`${seed}/${event.subject.id}/split`) / 2 ** 32;
    return share < 0.6 ? 'train' : share < 0.8 ? 'held' : 'test';
  };
  const judge = (event: AuthEvent, onto: Replay, kind?: Attack): void => {
    const seen = onto.see(event);
    const success = event.outcome === 'success';
    const { id: subject } = event.subject;
    const common = {
      split: splitOf(event),
      success,
      subject,
      day: Math.floor((event.time - start) / DAY_MS),
      logins: logins.get(subject) ?? 0,
      standsFor: weights.get(subject) ?? 1,
      ...(kind ? { attack: kind } : {}),
    };
    rows.push({ ...common, features: seen.features });
    if (common.split !== 'test' && silence() < SILENCED) {
      rows.push({ ...common, silenced: true, features: onto.see(silenced(silence, event, 0.35)).features });
    }
    onto.learn(seen, success && kind === undefined, success && kind !== undefined);
  };

  let episode = 0;
  let nextAttack = start + FIRST_ATTACKS * DAY_MS;
  let shownDay = -1;
  for (const event of population.events()) {
    const day = Math.floor((event.time - start) / DAY_MS);
    if (day !== shownDay) {
      shownDay = day;
      collection.onDay?.(day, days);
    }
    while (event.time >= nextAttack) {
      const kind = episode < ATTACKS.length ? ATTACKS[episode]! : weighted(random, MIX);
      const staged = attack(random, kind, {
        people: population.people.filter(({ person }) => person.joined <= day - 1),
        services: population.services,
        tenant: event.tenant,
        name: `attack-${episode++}`,
        time: nextAttack,
      });
      const committed = random() < COMMITTED;
      const branch = committed ? replay : replay.fork();
      const { before, changes, events } = stage(random, staged, latest, seed);
      for (const { subject, change } of changes) branch.change(event.tenant, subject, change);
      if (!committed) for (const owner of before) branch.learn(branch.read(owner), true);
      for (const hostile of events) judge(hostile, branch, kind);
      nextAttack += (DAY_MS / collection.episodesPerDay) * (0.5 + random());
    }
    for (const change of byId.get(event.subject.id)?.changesUntil(event.time) ?? [])
      replay.change(event.tenant, event.subject.id, change);
    judge(measuredOddly(event, seed), replay);
    if (event.outcome !== 'success') continue;
    latest.set(event.subject.id, event);
    logins.set(event.subject.id, (logins.get(event.subject.id) ?? 0) + 1);
  }
  return rows;
}

/** Rows weighted as they are met: circumstances by how many people live so, and every kind of attack alike. */
export function asMet(rows: readonly Row[]): Dataset {
  return datasetOf(
    rows,
    () => 1,
    (row) => row.standsFor,
  );
}

/**
 * Rows as columns, weighted by kind of attack.
 *
 * @param weightOf what all rows of a kind of attack weigh together, relatively
 * @param ownerWeightOf what an owner's row weighs
 */
export function datasetOf(
  rows: readonly Row[],
  weightOf: (attack: Attack) => number = (attack) => WEIGHTS[attack],
  ownerWeightOf: (row: Row) => number = () => 1,
): Dataset {
  const width = rows[0]!.features.length;
  const counts = new Map<Attack, number>();
  for (const row of rows) if (row.attack) counts.set(row.attack, (counts.get(row.attack) ?? 0) + 1);
  const columns = Array.from({ length: width }, (_, feature) =>
    Float32Array.from(rows, (row) => row.features[feature]!),
  );
  return {
    columns,
    labels: Uint8Array.from(rows, (row) => (row.attack ? 1 : 0)),
    weights: Float64Array.from(rows, (row) =>
      row.attack ? weightOf(row.attack) / counts.get(row.attack)! : ownerWeightOf(row),
    ),
  };
}
