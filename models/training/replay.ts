import {
  type Attempt,
  type Baseline,
  type Change,
  countAttempts,
  emptyBaseline,
  emptyVelocity,
  learn,
  noteChange,
  type Observation,
  type VelocityRecord,
  velocityOf,
} from '../../functions/baselines/index.ts';
import { type Facts, factsOf } from '../../functions/decisions/assess.ts';
import { COUNTER_KINDS, type Delta, HABIT_KINDS } from '../../functions/decisions/delta.ts';
import { aggregateKeys, subjectHash, subjectKey } from '../../functions/decisions/keys.ts';
import { type AuthEvent, UNKNOWN_SUBJECT } from '../../functions/events/index.ts';
import { type Pseudonym, pseudonymsFor } from '../../functions/platform/pseudonym.ts';
import {
  evaluateSignals,
  modelInput,
  type NetworkFacts,
  type NetworkLookup,
  parseAgent,
  type Signal,
} from '../../functions/signals/index.ts';
import { RecentMap, type RecordMap } from './recent-map.ts';

/** Key for pseudonyms of simulated people: nobody's secret. */
const SIMULATION_KEY = 'simulated-people-have-nothing-to-hide';

/** How long shared counters lag behind, as the settling queue's batching window does, ms. */
const SETTLE_MS = 5_000;

/** A map over another one that it leaves unchanged. */
class Layer<V> {
  readonly #own: RecordMap<V>;
  readonly #below: Layer<V> | undefined;

  constructor(own: RecordMap<V>, below?: Layer<V>) {
    this.#own = own;
    this.#below = below;
  }

  get(key: string): V | undefined {
    return this.#own.get(key) ?? this.#below?.get(key);
  }

  set(key: string, value: V): void {
    this.#own.set(key, value);
  }

  /** Its own entries, without those below. */
  entries(): Iterable<[string, V]> {
    return this.#own.entries();
  }
}

/** What a deployment brings of its own for an event: its feed's verdict, and where it measures round trips. */
export type Deployed = (event: AuthEvent, network: NetworkFacts | undefined) => Parameters<typeof factsOf>[4];

/** What a replay may be given. */
export interface ReplayOptions {
  /** The replay that this one branches off. */
  readonly below?: Replay;
  /** At least 32 characters. @default a key for simulated people */
  readonly pseudonymKey?: string;
  /** What the deployment brings of its own. @default nothing, or what the replay below has */
  readonly deployed?: Deployed | undefined;
  /** Where records are kept. @default maps without a limit */
  readonly baselines?: RecordMap<Baseline>;
  readonly counters?: RecordMap<VelocityRecord>;
}

/** Pseudonyms kept to spare computing them again. */
const REMEMBERED_PSEUDONYMS = 200_000;

/** One event as the pipeline sees it. */
export interface Seen {
  readonly facts: Facts;
  readonly delta: Delta;
  readonly signals: readonly Signal[];
  /** What a model is given: a float32 for each of `modelInputs`; NaN where not known. */
  readonly features: Float32Array;
  /** The subject's baseline at the time. */
  readonly subject: Baseline;
}

/**
 * The pipeline in memory: the same facts, signals, features and learning as the deployed functions, over maps
 * in place of tables. Feed it events in time order.
 *
 * @example
 * ```ts
 * const replay = new Replay(network);
 * for (const event of events) replay.learn(replay.see(event), event.outcome === 'success');
 * ```
 */
export class Replay {
  readonly #network: NetworkLookup;
  readonly #key: string;
  readonly #deployed: Deployed | undefined;
  readonly #pseudonyms: Map<string, Pseudonym>;
  readonly #baselines: Layer<Baseline>;
  readonly #velocity: Layer<VelocityRecord>;
  #unsettled: { delta: Delta; teaches: boolean }[];

  constructor(network: NetworkLookup, options: ReplayOptions = {}) {
    const { below } = options;
    this.#network = network;
    this.#key = options.pseudonymKey ?? SIMULATION_KEY;
    this.#deployed = options.deployed ?? (below === undefined ? undefined : below.#deployed);
    this.#pseudonyms = below === undefined ? new Map() : below.#pseudonyms;
    this.#baselines = new Layer(
      options.baselines ?? new Map(),
      below === undefined ? undefined : below.#baselines,
    );
    this.#velocity = new Layer(
      options.counters ?? new Map(),
      below === undefined ? undefined : below.#velocity,
    );
    this.#unsettled = below === undefined ? [] : [...below.#unsettled];
  }

  /** A branch: it sees what this one learned, and what it learns stays its own. For attacks that might be. */
  fork(): Replay {
    return new Replay(this.#network, { below: this, pseudonymKey: this.#key });
  }

  /** What an event adds to the records, before it is judged. */
  read(event: AuthEvent): Pick<Seen, 'facts' | 'delta' | 'subject'> {
    const pseudonym = this.#pseudonymsOf(event.tenant);
    const network = event.network ? this.#network.lookup(event.network.ip) : undefined;
    const agent = event.agent?.userAgent === undefined ? undefined : parseAgent(event.agent.userAgent);
    const facts = factsOf(event, pseudonym, network, agent, this.#deployed?.(event, network));
    const key = subjectKey(event.tenant, facts.subject);
    const subject = this.#baselines.get(key) ?? emptyBaseline();
    const delta: Delta = {
      ...(isNobody(event) ? {} : { subject: { key, version: subject.version } }),
      observation: facts.observation,
      subjectHash: subjectHash(facts.subject),
      aggregates: aggregateKeys(event, network, agent, pseudonym),
    };
    return { facts, delta, subject };
  }

  /** Judges an event against what was learned before it, and changes nothing but the clock of shared counters. */
  see(event: AuthEvent): Seen {
    this.#settle(event.time - SETTLE_MS);
    const { facts, delta, subject } = this.read(event);
    const { aggregates } = delta;
    const habits: Record<string, Baseline> = {};
    for (const kind of HABIT_KINDS) {
      const found = aggregates[kind] === undefined ? undefined : this.#baselines.get(aggregates[kind]);
      if (found) habits[kind] = found;
    }
    const velocity: Record<string, ReturnType<typeof velocityOf>> = {};
    for (const kind of COUNTER_KINDS) {
      const found = aggregates[kind] === undefined ? undefined : this.#velocity.get(aggregates[kind]);
      if (found) velocity[kind] = velocityOf([found], event.time);
    }
    const context = { ...facts, subject, ...habits, velocity: velocity as never };
    const signals = evaluateSignals(context);
    return { facts, delta, signals, features: modelInput(signals, context), subject };
  }

  /** Remembers a change of an account, as the deployed functions do with identity events. */
  change(tenant: string, subject: string, change: Change): void {
    const key = subjectKey(tenant, this.#pseudonymsOf(tenant)('subject', subject));
    this.#baselines.set(key, noteChange(this.#baselines.get(key) ?? emptyBaseline(), change));
  }

  /**
   * Lets the event enter the baselines: as an attempt, and as a habit when it is cleared to teach.
   *
   * @param waits true for a success that is not cleared: it waits in quarantine.
   */
  learn(seen: Pick<Seen, 'delta'>, teaches: boolean, waits = false): void {
    const { delta } = seen;
    const observation = { ...delta.observation, teaches, waits };
    if (delta.subject) {
      const baseline = this.#baselines.get(delta.subject.key) ?? emptyBaseline();
      this.#baselines.set(delta.subject.key, learn(baseline, observation));
    }
    this.#unsettled.push({ delta, teaches });
  }

  /** Everything learned here, under the keys of the store: aggregates in their first shard. */
  records(): { baselines: Map<string, Baseline>; counters: Map<string, VelocityRecord> } {
    this.#settle(Number.POSITIVE_INFINITY);
    const sharded = (key: string) => (key.startsWith('s#') ? key : `${key}#0`);
    return {
      baselines: new Map([...this.#baselines.entries()].map(([key, value]) => [sharded(key), value])),
      counters: new Map([...this.#velocity.entries()].map(([key, value]) => [sharded(key), value])),
    };
  }

  #pseudonymsOf(tenant: string): Pseudonym {
    let found = this.#pseudonyms.get(tenant);
    if (!found) {
      const plain = pseudonymsFor(this.#key, tenant);
      const known = new RecentMap<string>(REMEMBERED_PSEUDONYMS);
      found = (kind, value) => {
        const name = `${kind}\0${value}`;
        const seen = known.get(name) ?? plain(kind, value);
        known.set(name, seen);
        return seen;
      };
      this.#pseudonyms.set(tenant, found);
    }
    return found;
  }

  #settle(until: number): void {
    if (this.#unsettled.length === 0) return;
    const waiting = this.#unsettled.filter(({ delta }) => delta.observation.time > until);
    if (waiting.length === this.#unsettled.length) return;
    for (const { delta, teaches } of this.#unsettled) {
      if (delta.observation.time <= until) this.#addToAggregates(delta, teaches);
    }
    this.#unsettled = waiting;
  }

  #addToAggregates({ observation, aggregates, subjectHash: hash }: Delta, teaches: boolean): void {
    // As settling does: a device belongs to one person.
    const { device: _, ...keys } = observation.keys;
    const shared: Observation = { ...observation, keys, teaches };
    for (const kind of HABIT_KINDS) {
      const key = aggregates[kind];
      if (key === undefined) continue;
      this.#baselines.set(
        key,
        learn(this.#baselines.get(key) ?? emptyBaseline(), shared, Number.POSITIVE_INFINITY),
      );
    }
    const attempt: Attempt = { time: observation.time, failed: observation.failed, subjectHash: hash };
    for (const kind of COUNTER_KINDS) {
      const key = aggregates[kind];
      if (key === undefined) continue;
      this.#velocity.set(key, countAttempts(this.#velocity.get(key) ?? emptyVelocity(), [attempt]));
    }
  }
}

/** Names that are no account's get no baseline, as in the deployed pipeline. */
function isNobody(event: AuthEvent): boolean {
  return event.subject.id === UNKNOWN_SUBJECT || event.failureReason === 'unknown_subject';
}
