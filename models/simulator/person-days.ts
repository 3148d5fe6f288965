import type { Change } from '../../functions/baselines/index.ts';
import type { AuthEvent, Factor } from '../../functions/events/auth-event.ts';
import { type City, PLAN } from './address-plan.ts';
import { chooseAgent, otherAgent } from './agents.ts';
import { type Attempt, eventOf } from './event.ts';
import { planTrips, type Trip, type Whereabouts, whereabouts } from './itinerary.ts';
import { addressIn, fixedSiteNear, lease, roundTripMs, type Site } from './networks.ts';
import type { Device, Person } from './person.ts';
import { chance, integer, normal, pick, poisson, type Random, randomFrom } from './random.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Where the simulated applications run, for round-trip times. */
export const SERVER: City = PLAN.cities.find((city) => city.country === 'DE')!;

/** What a person carries from day to day. */
interface State {
  devices: Device[];
  replaced: number;
  homeLease: number;
  home: Site;
}

/** One person's sign-ins, day after day, from a random stream of their own. */
export class PersonDays {
  readonly person: Person;
  readonly trips: readonly Trip[];
  readonly #random: Random;
  readonly #tenant: string;
  readonly #start: number;
  readonly #state: State;
  #changes: Change[] = [];
  #count = 0;

  /** @param start the first simulated midnight, UTC, ms */
  constructor(person: Person, seed: string, tenant: string, start: number, days: number) {
    this.person = person;
    this.#random = randomFrom(seed, person.id, 'days');
    this.#tenant = tenant;
    this.#start = start;
    this.trips = planTrips(randomFrom(seed, person.id, 'trips'), person, days);
    this.#state = {
      devices: [...person.devices],
      replaced: 0,
      homeLease: person.homeLease,
      home: person.home,
    };
  }

  /** Machines in use now: what an attacker who watches the victim knows. */
  get devices(): readonly Device[] {
    return this.#state.devices;
  }

  /** Changes of the account up to a time, each given once: new telephones, forgotten passwords, new duties. */
  changesUntil(time: number): Change[] {
    const due = this.#changes.filter((change) => change.time <= time);
    if (due.length > 0) this.#changes = this.#changes.filter((change) => change.time > time);
    return due;
  }

  /** Events of one local day, in time order. */
  day(day: number): AuthEvent[] {
    const { person } = this;
    const random = this.#random;
    if (day < person.joined) return [];
    const midnight = this.#start + day * DAY_MS;
    this.#changeThings(random, midnight);
    const weekday = new Date(midnight).getUTCDay();
    const working = weekday >= 1 && weekday <= 5;
    const count = poisson(random, person.perDay * (working ? 1 : person.weekends));
    const inOffice = working && chance(random, person.officeShare);
    const events: AuthEvent[] = [];
    for (let i = 0; i < count; i++) {
      const hour = this.#hour(random, working);
      const place = whereabouts(this.trips, person, this.#start, midnight + (hour - person.offset) * HOUR_MS);
      if (place.at === 'transit') continue;
      const offset = place.at === 'away' ? place.trip.offset : person.offset;
      const time = midnight + (hour - offset) * HOUR_MS;
      events.push(...this.#signIn(random, time, hour, place, inOffice));
    }
    return events.sort((a, b) => a.time - b.time);
  }

  /** Homes change address, machines are replaced, browsers tried. */
  #changeThings(random: Random, midnight: number): void {
    const state = this.#state;
    const change = (kind: Change['kind'], by: Change['by']) =>
      this.#changes.push({ kind, by, time: midnight + random() * 12 * HOUR_MS });
    if (chance(random, 1 / 120)) change('privilege_granted', 'admin');
    if (chance(random, 1 / 150)) change('password_changed', 'self');
    // People report what turns out to be nothing, and detections of providers err.
    if (chance(random, 1 / 900)) change('threat_reported', pick(random, ['self', 'unknown'] as const));
    if (chance(random, 1 / 25)) state.homeLease = lease(random);
    if (chance(random, 1 / 300)) state.home = fixedSiteNear(random, this.person.carrier.city);
    if (chance(random, 1 / 180)) {
      const at = integer(random, 0, state.devices.length - 1);
      const old = state.devices[at]!;
      state.devices[at] = {
        id: `${old.id}r${++state.replaced}`,
        agent: chance(random, 0.5) ? old.agent : chooseAgent(random, old.agent.device),
      };
      // A new machine often holds the second factor: the help desk resets it, or its owner enrols it.
      if (this.person.secondFactor && chance(random, 0.6))
        if (chance(random, 0.5)) change('factor_reset', 'admin');
        else change('factor_enrolled', 'self');
    }
    if (chance(random, 1 / 250)) {
      const old = pick(random, state.devices);
      state.devices.push({ id: `${old.id}b${++state.replaced}`, agent: otherAgent(random, old.agent) });
      if (state.devices.length > 5) state.devices.shift();
    }
  }

  #hour(random: Random, working: boolean): number {
    const { person } = this;
    const kind = random();
    if (working && kind < 0.7) return person.starts + Math.abs(normal(random, 0, 3.2));
    if (kind < 0.95) return (person.nightWorker ? 15 : 19) + normal(random, 0, 2.4);
    return random() * 24;
  }

  #signIn(random: Random, time: number, hour: number, place: Whereabouts, inOffice: boolean): AuthEvent[] {
    const { person } = this;
    const atWork = inOffice && place.at === 'home' && hour >= person.starts && hour <= person.starts + 9;
    const device = this.#device(random, atWork);
    const { site, address, via } = this.#network(random, place, device, atWork);
    const where = place.at === 'away' ? place.trip.hotel.city : person.home.city;
    const events: AuthEvent[] = [];
    const roundTrip = roundTripMs(random, site.kind, where, SERVER, via);
    const userAgent = device.agent.at(time);
    const application = pick(random, person.applications);
    const session = `s-${person.id}-${this.#count}`;
    const deviceId = person.forgetful && chance(random, 0.5) ? `${device.id}x${this.#count}` : device.id;
    const push = (seconds: number, rest: Pick<Attempt, 'outcome' | 'factors'> & Partial<Attempt>) => {
      const attempt: Attempt = {
        id: `${person.id}-${this.#count++}`,
        time: time + seconds * 1000,
        tenant: this.#tenant,
        subject: { id: person.id, kind: 'person', roles: [person.role] },
        ip: address,
        roundTripMs: Math.max(1, Math.round(roundTrip * (0.9 + random() * 0.2))),
        userAgent,
        deviceId,
        application,
        leaked: person.leaked,
        liveness: Math.min(1, Math.max(0, normal(random, 0.93, 0.06))),
        ...rest,
      };
      events.push(eventOf(attempt, person.workplace.coverage));
    };

    const wrong = (seconds: number) =>
      push(seconds, { outcome: 'failure', failureReason: 'bad_credentials', factors: ['password'] });
    let seconds = 0;
    const after = (low: number, high: number): number => {
      seconds += integer(random, low, high);
      return seconds;
    };
    const primary: Factor = person.passwordless ? 'passkey' : 'password';
    let factors: Factor[] = [primary];
    if (primary === 'password' && chance(random, 0.004)) {
      const tries = integer(random, 3, 7);
      for (let i = 0; i < tries; i++) wrong(after(5, 40));
      after(60, 900);
      this.#changes.push({
        kind: 'password_reset',
        by: chance(random, 0.8) ? 'self' : 'admin',
        time: time + seconds * 1000,
      });
      factors = [pick(random, ['email', 'recovery_code'] as const)];
    } else if (primary === 'password' && chance(random, person.typos)) {
      const tries = chance(random, 0.8) ? 1 : 2;
      for (let i = 0; i < tries; i++) wrong(after(3, 20));
    }
    if (primary === 'password' && person.secondFactor) {
      if (chance(random, 0.02)) {
        push(after(6, 10), {
          action: 'second_factor',
          outcome: 'failure',
          failureReason: 'second_factor_failed',
          factors: [...factors, person.secondFactor],
        });
      }
      factors = [...factors, chance(random, 0.5) ? 'remembered_device' : person.secondFactor];
    }
    after(2, 30);
    const resource = chance(random, 0.35) ? pick(random, person.resources) : undefined;
    push(seconds, { outcome: 'success', factors, session, ...(resource ? { resource } : {}) });
    if (chance(random, 0.2)) {
      // Sessions outlive the way home: the same machine, perhaps on another network.
      const later = chance(random, 0.2) ? this.#network(random, place, device, false).address : address;
      push(seconds + integer(random, 1200, 5400), {
        action: 'token',
        outcome: 'success',
        factors: ['refresh_token'],
        session,
        ip: later,
      });
    }
    return events;
  }

  #device(random: Random, atWork: boolean): Device {
    const { devices } = this.#state;
    const first = devices[0]!;
    if (atWork && chance(random, 0.85)) return first;
    return chance(random, 0.5) ? first : pick(random, devices);
  }

  /** The network of one sign-in, with its address and, when relayed, the city it leaves from. */
  #network(
    random: Random,
    place: Whereabouts,
    device: Device,
    atWork: boolean,
  ): { site: Site; address: string; via?: City } {
    const { person } = this;
    const state = this.#state;
    if (person.vpn && !atWork && chance(random, person.vpn.share)) {
      const site = pick(random, person.vpn.exits);
      return { site, address: addressIn(site, lease(random)), via: site.city };
    }
    const corporate = person.workplace.egress[0]!;
    if (atWork || (place.at === 'away' && chance(random, 0.15))) {
      const egress = atWork ? pick(random, person.workplace.egress) : corporate;
      return {
        site: egress.site,
        address: addressIn(egress.site, egress.lease),
        ...(atWork ? {} : { via: corporate.site.city }),
      };
    }
    const mobile = device.agent.device === 'mobile' && chance(random, 0.55);
    if (place.at === 'away') {
      const { trip } = place;
      const carrier = trip.localCarrier ?? person.carrier;
      if (mobile) return { site: carrier, address: addressIn(carrier, lease(random)), via: carrier.city };
      return { site: trip.hotel, address: addressIn(trip.hotel, trip.hotelLease) };
    }
    if (mobile) return { site: person.carrier, address: addressIn(person.carrier, lease(random)) };
    if (chance(random, person.roams)) {
      const site = fixedSiteNear(random, person.carrier.city);
      return { site, address: addressIn(site, lease(random)) };
    }
    if (person.second && chance(random, 0.08))
      return { site: person.second, address: addressIn(person.second, person.homeLease) };
    return { site: state.home, address: addressIn(state.home, state.homeLease) };
  }
}
