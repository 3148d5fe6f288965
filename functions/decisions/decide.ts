import {
  type Baseline,
  type BaselineStore,
  baselineIn,
  emptyBaseline,
  learnOnce,
} from '../baselines/index.ts';
import { type AuthEvent, UNKNOWN_SUBJECT } from '../events/index.ts';
import { pseudonymsFor } from '../platform/index.ts';
import { type NetworkLookup, type Point, parseAgent, type ThreatTable } from '../signals/index.ts';
import { type AskWallet, askIn } from './ask-wallet.ts';
import { DEFAULT_ASKS } from './asks.ts';
import { type Engines, factsOf, judge, teaching } from './assess.ts';
import type { Decision, Outcome } from './decision.ts';
import { DecisionError } from './decision-error.ts';
import type { DecisionStore, StoredDecision } from './decisions.store.ts';
import type { Delta } from './delta.ts';
import type { ReadHistory } from './history.store.ts';
import { aggregateKeys, decisionKey, subjectHash, subjectKey } from './keys.ts';
import { sessionFactsOf } from './session-facts.ts';
import { stepUpOf } from './step-up.ts';

/** Everything that deciding needs from outside. */
export interface DecideDeps {
  /** Loading since module scope; a part that fails to load makes the decision a degraded one. */
  readonly lookup: () => Promise<NetworkLookup>;
  /**
   * The threat feed at hand. Deciding does not need one: when it cannot be read, its signal is not evaluable.
   * @default none
   */
  readonly threatFeed?: () => Promise<ThreatTable | undefined>;
  /** Where round-trip times are measured. @default not known, and they are not evaluated */
  readonly servers?: readonly Point[] | undefined;
  readonly engines: {
    readonly scorer: () => Promise<Engines['scorer']>;
    /** The policies that are active for a tenant. */
    readonly pdp: (tenant: string) => Promise<Engines['pdp']>;
  };
  readonly pseudonymKey: () => Promise<string>;
  readonly readHistory: ReadHistory;
  readonly decisions: DecisionStore;
  readonly baselines: BaselineStore;
  /** Makes what a wallet is asked when policy asks for a presentation. @default no wallet is ever asked */
  readonly askWallet?: AskWallet;
  /** Puts `Risk Assessed` on the bus, and `Step-Up Required` where policy asks for more. */
  readonly publish: (stored: StoredDecision) => Promise<void>;
  readonly mode: Decision['mode'];
  readonly fallback: Exclude<Outcome, 'allow'>;
  /** Processing time, ms. */
  readonly clock: () => number;
  /** Told of every failure that did not reach the caller. */
  readonly onFailure: (part: string, error: unknown) => void;
}

/** How many times a write that lost a race is tried again on a fresh record. */
const WRITE_ATTEMPTS = 5;

/**
 * Teaches the subject's baseline what a stored decision implies, at most once, losing no concurrent update.
 *
 * @param known the baseline already read; read again when a concurrent writer was faster.
 * @throws DecisionError `store-unavailable` when the race is lost too often; the sweeper finishes it later.
 */
export const teachSubject = async (
  baselines: BaselineStore,
  delta: Delta,
  known?: Baseline,
): Promise<void> => {
  if (!delta.subject) return;
  const { key, version } = delta.subject;
  let baseline = known;
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
    baseline ??= baselineIn((await baselines.read([key])).get(key)) ?? emptyBaseline();
    const taught = learnOnce(baseline, delta.observation, version);
    if (taught === baseline || (await baselines.putBaseline(key, taught, baseline.version))) return;
    baseline = undefined;
  }
  throw new DecisionError('store-unavailable', 'The baseline is written too often at once', { status: 503 });
};

/** The answer when a part failed: the configured fallback, and no claim about the event. */
const degradedDecision = (
  event: AuthEvent,
  subject: string,
  part: string,
  deps: Pick<DecideDeps, 'fallback' | 'mode'>,
  decidedAt: number,
): Decision => ({
  eventId: event.id,
  subject,
  score: 0.5,
  level: 'medium',
  outcome: deps.fallback,
  ...(deps.fallback === 'step_up' ? { stepUp: stepUpOf(DEFAULT_ASKS, {}) } : {}),
  mode: deps.mode,
  base: 0,
  reasons: [],
  policy: { determining: ['fallback'] },
  baseline: { maturity: 'none', events: 0 },
  model: { id: 'none', digest: '' },
  evaluators: { ran: [], skipped: [] },
  degraded: [part],
  time: new Date(event.time).toISOString(),
  decidedAt: new Date(decidedAt).toISOString(),
});

/** Whether the event names no account that exists. */
const isNobody = (event: AuthEvent): boolean =>
  event.subject.id === UNKNOWN_SUBJECT || event.failureReason === 'unknown_subject';

/** Names the part that a failure came from, so that the decision can say so. */
const during = async <T>(part: string, work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    throw new PartFailure(part, error);
  }
};

class PartFailure extends Error {
  readonly part: string;
  constructor(part: string, cause: unknown) {
    super(`${part} failed`, { cause });
    this.part = part;
  }
}

/** The earlier decision on the same event; refuses another event under the same id. */
const repeatOf = (earlier: StoredDecision, digest: string): Decision => {
  if (earlier.digest !== digest)
    throw new DecisionError('event-conflict', 'Another event with this id was decided before', {
      status: 409,
      fields: [{ field: 'metadata.id', problem: 'was used for another event' }],
    });
  return earlier.decision;
};

/**
 * Decides one event: reads its history once, judges it, writes the decision and then the subject's baseline,
 * both conditionally, and tells the bus. A repeated event gets the first decision; a failed part gives the
 * configured fallback, writes nothing and is named in `degraded`.
 *
 * @param digest SHA-256 of the event's canonical payload.
 * @throws DecisionError `event-conflict` (409)
 */
export const decide = async (event: AuthEvent, digest: string, deps: DecideDeps): Promise<Decision> => {
  const decidedAt = deps.clock();
  let subject = '';
  try {
    const secret = await during('secrets', deps.pseudonymKey());
    const pseudonym = pseudonymsFor(secret, event.tenant);
    subject = pseudonym('subject', event.subject.id);
    const lookup = await during('network', deps.lookup());
    const network = event.network && lookup.lookup(event.network.ip);
    const agent = event.agent?.userAgent === undefined ? undefined : parseAgent(event.agent.userAgent);
    const feed = await deps.threatFeed?.();
    const threats = event.network && feed?.verdict(event.network.ip, event.time);
    const facts = factsOf(event, pseudonym, network, agent, { threats, servers: deps.servers });
    const key = decisionKey(event.tenant, event.id);
    const keys = {
      decision: key,
      subject: subjectKey(event.tenant, subject),
      aggregates: aggregateKeys(event, network, agent, pseudonym),
    };
    const history = await during('store', deps.readHistory(keys, event.time));
    if (history.earlier) return repeatOf(history.earlier, digest);
    const engines = {
      scorer: await during('model', deps.engines.scorer()),
      pdp: await during('policy', deps.engines.pdp(event.tenant)),
    };
    const { decision: judged, basis } = await during(
      'assessment',
      judge(facts, history, engines, deps.mode, decidedAt),
    );
    // Before the decision is written, which names the request; one that nobody hears of expires.
    const decision = await askIn(judged, engines.pdp.queries, {
      tenant: event.tenant,
      ask: event.outcome === 'failure' || isNobody(event) ? undefined : deps.askWallet,
      onFailure: deps.onFailure,
    });
    const session = sessionFactsOf(event, pseudonym, secret);
    const stored: StoredDecision = {
      key,
      tenant: event.tenant,
      digest,
      decision,
      basis,
      delta: {
        ...(isNobody(event) ? {} : { subject: { key: keys.subject, version: history.subject.version } }),
        observation: { ...facts.observation, ...teaching(event, decision) },
        subjectHash: subjectHash(subject),
        aggregates: keys.aggregates,
      },
      ...(event.correlationId ? { correlationId: event.correlationId } : {}),
      ...(session ? { session } : {}),
      pendingSince: decidedAt,
    };
    const earlier = await during('store', deps.decisions.insert(stored));
    if (earlier) return repeatOf(earlier, digest);
    try {
      await teachSubject(deps.baselines, stored.delta, history.subject);
      await deps.publish(stored);
    } catch (error) {
      // The decision stands as pending; the sweeper finishes what is missing.
      deps.onFailure('completion', error);
    }
    return decision;
  } catch (error) {
    if (!(error instanceof PartFailure)) throw error;
    deps.onFailure(error.part, error.cause);
    return degradedDecision(event, subject, error.part, deps, decidedAt);
  }
};
