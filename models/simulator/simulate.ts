import type { AuthEvent } from '../../functions/events/auth-event.ts';
import { type AsIf, type Circumstances, makePerson, makeWorkplaces, type Workplace } from './person.ts';
import { PersonDays } from './person-days.ts';
import { ServiceAccountDays } from './service-account.ts';

/** What to simulate. The same parameters give the same events. */
export interface Simulation {
  readonly seed: string;
  readonly people: number;
  readonly days: number;
  /** The first midnight, UTC, ms. */
  readonly start: number;
  /** @default 'default' */
  readonly tenant?: string;
  /** Programs beside the people. @default one for every twenty people */
  readonly services?: number;
  /** The same people under other circumstances. @default as drawn */
  readonly asIf?: AsIf;
  /** Circumstances of each person, by number, in the place of `asIf`'s. @default as drawn */
  readonly circumstances?: (person: number) => Circumstances;
}

/** A population at work. */
export interface Population {
  readonly workplaces: readonly Workplace[];
  readonly people: readonly PersonDays[];
  readonly services: readonly ServiceAccountDays[];
  /** The benign events in time order. Consumed once: the people change as the days pass. */
  events(): Generator<AuthEvent>;
}

const DAY_MS = 86_400_000;

/**
 * A population with homes, jobs, machines, travel and mistakes, from real address ranges.
 *
 * @example
 * ```ts
 * const population = simulate({ seed: '7', people: 60, days: 30, start: Date.UTC(2026, 9, 1) });
 * for (const event of population.events()) console.log(event.time, event.subject.id);
 * ```
 */
export function simulate(simulation: Simulation): Population {
  const { seed, days, start } = simulation;
  const tenant = simulation.tenant ?? 'default';
  const workplaces = makeWorkplaces(seed, simulation.people, simulation.asIf);
  const people = Array.from(
    { length: simulation.people },
    (_, i) =>
      new PersonDays(
        makePerson(seed, i, workplaces, days, simulation.circumstances?.(i) ?? simulation.asIf),
        seed,
        tenant,
        start,
        days,
      ),
  );
  const services = Array.from(
    { length: simulation.services ?? Math.round(simulation.people / 20) },
    (_, i) => new ServiceAccountDays(seed, i, tenant, start),
  );
  return {
    workplaces,
    people,
    services,
    *events() {
      // Local days reach half a day into their neighbours, so events wait until no earlier one can come.
      let waiting: AuthEvent[] = [];
      for (let day = 0; day <= days + 1; day++) {
        if (day < days) for (const one of [...people, ...services]) waiting.push(...one.day(day));
        const settled = start + (day - 1) * DAY_MS;
        const ready = waiting.filter((event) => event.time < settled);
        waiting = waiting.filter((event) => event.time >= settled);
        yield* inTimeOrder(ready);
      }
      yield* inTimeOrder(waiting);
    },
  };
}

function inTimeOrder(events: AuthEvent[]): AuthEvent[] {
  return events.sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
}
