import type { AuthEvent, Factor } from '../../functions/events/auth-event.ts';
import { type AgentChoice, chooseAgent } from './agents.ts';
import { eventOf } from './event.ts';
import { addressIn, hostingSite, lease, roundTripMs, type Site } from './networks.ts';
import type { Coverage } from './person.ts';
import { SERVER } from './person-days.ts';
import { chance, integer, pick, poisson, type Random, randomFrom } from './random.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** What is reported of programs. */
export const PROGRAM_COVERAGE: Coverage = {
  deviceId: false,
  userAgent: true,
  roundTrip: false,
  application: true,
  leakCheck: false,
  liveness: false,
};

/** A program's account: one or two servers, one tool, one credential, a timetable. */
export class ServiceAccountDays {
  readonly id: string;
  readonly agent: AgentChoice;
  readonly factor: Factor;
  readonly target: string;
  site: Site;
  readonly #random: Random;
  readonly #tenant: string;
  readonly #start: number;
  readonly #everyHours: number;
  readonly #minute: number;
  #lease: number;
  #count = 0;

  constructor(seed: string, index: number, tenant: string, start: number) {
    const random = randomFrom(seed, 'service', index);
    this.id = `svc-${index}`;
    this.agent = chooseAgent(random, 'tool');
    this.factor = pick(random, ['access_key', 'client_secret', 'certificate'] as const);
    this.target = pick(random, ['storage', 'billing-api', 'deploy', 'metrics']);
    this.site = hostingSite(random);
    this.#lease = lease(random);
    this.#everyHours = pick(random, [1, 4, 6, 12, 24]);
    this.#minute = integer(random, 0, 59);
    this.#random = random;
    this.#tenant = tenant;
    this.#start = start;
  }

  /** Events of one UTC day, in time order. */
  day(day: number): AuthEvent[] {
    const random = this.#random;
    if (chance(random, 1 / 60)) this.#lease = lease(random);
    const times: number[] = [];
    for (let hour = 0; hour < 24; hour += this.#everyHours)
      times.push(hour + this.#minute / 60 + random() * 0.02);
    for (let i = poisson(random, 0.1); i > 0; i--) times.push(random() * 24);
    return times
      .sort((a, b) => a - b)
      .map((hour) => this.#event(random, this.#start + day * DAY_MS + hour * HOUR_MS));
  }

  #event(random: Random, time: number): AuthEvent {
    const failed = chance(random, 0.004);
    return eventOf(
      {
        id: `${this.id}-${this.#count++}`,
        time,
        tenant: this.#tenant,
        subject: { id: this.id, kind: 'service', roles: ['service'] },
        outcome: failed ? 'failure' : 'success',
        ...(failed ? { failureReason: 'other' as const } : {}),
        factors: [this.factor],
        ip: addressIn(this.site, this.#lease),
        roundTripMs: roundTripMs(random, 'hosting', this.site.city, SERVER),
        userAgent: this.agent.at(time),
        application: this.target,
      },
      PROGRAM_COVERAGE,
    );
  }
}
