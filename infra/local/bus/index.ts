/**
 * EventBridge on one machine: buses, rules, targets with retries and dead letters, archives and replays,
 * built from the properties that CloudFormation would give AWS.
 */
import { join } from 'node:path';
import { AwsError } from '../aws-error.ts';
import { compilePattern, type EventMatcher } from '../event-pattern/index.ts';
import type { Queues } from '../queue/index.ts';
import { type Caller, type Clock, type FunctionInvoker, systemClock } from '../runtime.ts';
import { Archive } from './archive.ts';
import { type ChaosOptions, createChaos } from './chaos.ts';
import {
  type ArchiveConfig,
  type BusConfig,
  type BusEvent,
  type BusPolicyConfig,
  busNameOf,
  type RuleConfig,
} from './config.ts';
import { deadLetterAttributes } from './dead-letter.ts';
import { Deliveries, type Delivery, type Failure } from './delivery.ts';
import { checkEntries, type EntryProblem, eventOf } from './entries.ts';
import { compilePolicies } from './policy.ts';
import { createReplays, type Replays } from './replay.ts';
import { createSender, targetKind } from './targets.ts';

export type { ChaosOptions } from './chaos.ts';
export type {
  ArchiveConfig,
  BusConfig,
  BusEvent,
  BusPolicyConfig,
  RuleConfig,
  TargetConfig,
} from './config.ts';
export { busNameOf } from './config.ts';
export { MAX_BYTES, type PutEventsEntry } from './entries.ts';
export type { Replay, ReplayRequest, Replays } from './replay.ts';

/** All that EventBridge is told, in CloudFormation's words. */
export interface EventsConfig {
  /** 12 digits. */
  readonly account: string;
  readonly region: string;
  readonly buses: readonly BusConfig[];
  readonly rules: readonly RuleConfig[];
  readonly archives?: readonly ArchiveConfig[];
  readonly policies?: readonly BusPolicyConfig[];
}

/** What the buses work with. */
export interface EventsParts {
  readonly functions: FunctionInvoker;
  readonly queues: Queues;
  readonly clock?: Clock;
  /** Uniform in [0, 1): jitter. @default Math.random */
  readonly random?: () => number;
  /** Holds `archive/` and the deliveries that wait for a retry; without it nothing outlives the process. */
  readonly directory?: string;
  readonly chaos?: ChaosOptions;
  /** Refuse sources that begin with `aws.`, as AWS does. @default false */
  readonly strictSources?: boolean;
  /** Sources that only hosted functions may send. @default ['countersign'] */
  readonly ownSources?: readonly string[];
  /** One line about anything that is not delivered as a rule says. @default nothing is said */
  readonly log?: (line: string) => void;
}

/** Answer of PutEvents: entries in the order of the request. */
export interface PutEventsResult {
  readonly FailedEntryCount: number;
  readonly Entries: readonly ({ readonly EventId: string } | EntryProblem)[];
}

/** The buses of one account and region. */
export interface Events {
  readonly config: EventsConfig;
  readonly archives: readonly Archive[];
  readonly replays: Replays;
  /** Buses by name; `default` is always there. */
  readonly buses: ReadonlyMap<string, BusConfig>;
  /** How many deliveries are under way or wait for a retry. */
  readonly pending: number;
  /**
   * Accepts entries of PutEvents. Archived events are on disk when it returns.
   *
   * @throws {AwsError} when the whole request is refused.
   */
  putEvents(entries: unknown, caller: Caller): PutEventsResult;
  /**
   * Sends an event to the targets of one rule whatever its pattern says: what a schedule does when it fires.
   *
   * @throws {AwsError} `ResourceNotFoundException`.
   */
  fire(ruleArn: string, event: BusEvent): void;
  /** Calls `listener` with every event that a bus accepts, until the returned function is called. */
  observe(listener: (busName: string, event: BusEvent) => void): () => void;
  /** Settles what is under way. Call it after the endpoint is closed and before the functions stop. */
  drain(): Promise<void>;
}

interface CompiledRule {
  readonly config: RuleConfig;
  readonly matches: EventMatcher;
}

/**
 * Builds the buses.
 *
 * A rule on one bus may forward to another, once: "EventBridge can't route events received from a sender
 * event bus to a third event bus" (User Guide, "Sending events between event buses"). A bus that does not
 * exist swallows what is sent to it, as on AWS (aws-cli issue 9186); here a line is logged.
 *
 * @throws {EventPatternError} | {TransformerError} | {PolicyError} naming what cannot be run.
 * @throws {AwsError} `ValidationException` for a target of a kind that is not run here,
 * `ResourceNotFoundException` for a rule on a bus that does not exist.
 * @example
 * ```ts
 * const events = createEvents(
 *   { account: '000000000000', region: 'us-east-1', buses: [{ Name: 'shop', Arn: 'arn:aws:events:us-east-1:000000000000:event-bus/shop' }],
 *     rules: [{ Name: 'all', Arn: 'arn:aws:events:us-east-1:000000000000:rule/shop/all', EventBusName: 'shop',
 *       EventPattern: { source: [{ prefix: '' }] }, Targets: [{ Id: 'score', Arn: functionArn }] }] },
 *   { functions: host, queues, directory: '.local' });
 * ```
 */
export function createEvents(config: EventsConfig, parts: EventsParts): Events {
  const { account, region } = config;
  const clock = parts.clock ?? systemClock;
  const random = parts.random ?? Math.random;
  const log = parts.log ?? (() => {});
  const ownSources = new Set(parts.ownSources ?? ['countersign']);
  const denied = compilePolicies(config.policies ?? []);
  const listeners = new Set<(busName: string, event: BusEvent) => void>();

  const buses = new Map<string, BusConfig>([
    ['default', { Name: 'default', Arn: `arn:aws:events:${region}:${account}:event-bus/default` }],
  ]);
  for (const bus of config.buses) buses.set(bus.Name, bus);
  const archives = (config.archives ?? []).map(
    (archive) => new Archive(archive, clock, parts.directory && join(parts.directory, 'archive')),
  );
  const rules = compileRules(config.rules, buses);
  const byArn = new Map(config.rules.map((rule) => [rule.Arn, rule]));

  const bury = (
    delivery: Delivery,
    target: { DeadLetterConfig?: { Arn?: string }; Arn: string },
    failure: Failure,
  ) => {
    const arn = target.DeadLetterConfig?.Arn;
    const where = `event ${delivery.event.id} of rule ${byArn.get(delivery.ruleArn)?.Name} to ${target.Arn}`;
    const queue = arn === undefined ? undefined : parts.queues.byArn(arn);
    if (!queue) {
      log(`dropped: ${where}: ${failure.code} ${failure.message}`);
      return;
    }
    try {
      queue.send(JSON.stringify(delivery.event), {
        attributes: deadLetterAttributes(delivery, target.Arn, failure),
      });
    } catch (error) {
      // An event that no queue can hold: too long with its envelope, or with characters that XML has not.
      if (!(error instanceof AwsError)) throw error;
      log(`dropped: ${where}: ${error.message}`);
      return;
    }
    log(`dead letter: ${where}: ${failure.code} ${failure.message}`);
  };

  const deliveries = new Deliveries({
    clock,
    random,
    chaos: createChaos(parts.chaos, clock),
    ...(parts.directory === undefined ? {} : { file: join(parts.directory, 'bus', 'retries.jsonl') }),
    target: (ruleArn, targetId) => byArn.get(ruleArn)?.Targets?.find(({ Id }) => Id === targetId),
    send: createSender({
      rules: config.rules,
      queues: parts.queues,
      functions: parts.functions,
      forward(busName, { event, forwarded, acceptedAt }) {
        if (forwarded) log(`not forwarded to ${busName}: event ${event.id} came from another bus`);
        else publish(busName, event, { acceptedAt, forwarded: true });
      },
    }),
    bury,
  });

  const submitAll = (rule: RuleConfig, event: BusEvent, acceptedAt: number, forwarded: boolean) => {
    for (const { Id } of rule.Targets ?? []) {
      deliveries.submit({ ruleArn: rule.Arn, targetId: Id, event, acceptedAt, forwarded });
    }
  };

  function publish(
    busName: string,
    event: BusEvent,
    how: { acceptedAt: number; forwarded: boolean; ruleArns?: readonly string[] | undefined },
  ): void {
    if (!buses.has(busName)) {
      log(`no bus named ${busName}: event ${event.id} goes nowhere`);
      return;
    }
    for (const archive of archives) if (archive.busName === busName) archive.add(event);
    for (const listener of listeners) listener(busName, event);
    for (const rule of rules.get(busName) ?? []) {
      if (how.ruleArns && !how.ruleArns.includes(rule.config.Arn)) continue;
      if (rule.matches(event)) submitAll(rule.config, event, how.acceptedAt, how.forwarded);
    }
  }

  function refusal(busName: string, event: BusEvent, caller: Caller): EntryProblem | undefined {
    const foreign = caller.functionName === undefined && ownSources.has(event.source);
    const reserved = parts.strictSources === true && event.source.startsWith('aws.');
    if (foreign || reserved) {
      return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
    }
    return denied(busName, { caller, account, source: event.source, detailType: event['detail-type'] });
  }

  // Retention holds while running too, not only at the next start.
  let cancelExpiry: () => void;
  const expireDaily = () => {
    cancelExpiry = clock.after(86_400_000, expireDaily);
    for (const archive of archives) archive.expire();
  };
  expireDaily();

  return {
    config,
    archives,
    buses,
    replays: createReplays({
      archives,
      clock,
      arnOf: (name) => `arn:aws:events:${region}:${account}:replay/${name}`,
      publish: (busName, event, ruleArns) =>
        publish(busName, event, { acceptedAt: clock.now(), forwarded: false, ruleArns }),
    }),
    get pending() {
      return deliveries.pending;
    },
    putEvents(entries, caller) {
      const now = clock.now();
      const answers = checkEntries(entries).map((entry) => {
        const event = eventOf(entry, { account, region, now });
        if ('ErrorCode' in event) return event;
        const busName = busNameOf(entry.EventBusName ?? undefined);
        const problem = refusal(busName, event, caller);
        if (problem) return problem;
        publish(busName, event, { acceptedAt: now, forwarded: false });
        return { EventId: event.id };
      });
      return { FailedEntryCount: answers.filter((answer) => 'ErrorCode' in answer).length, Entries: answers };
    },
    fire(ruleArn, event) {
      const rule = byArn.get(ruleArn);
      if (!rule) throw new AwsError('ResourceNotFoundException', 'The rule does not exist.');
      submitAll(rule, event, clock.now(), false);
    },
    observe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async drain() {
      cancelExpiry();
      await deliveries.drain();
    },
  };
}

/** Compiles the patterns of enabled rules, by bus; refuses targets that are not run here, and buses that are not. */
function compileRules(
  configs: readonly RuleConfig[],
  buses: ReadonlyMap<string, BusConfig>,
): Map<string, CompiledRule[]> {
  const rules = new Map<string, CompiledRule[]>();
  for (const rule of configs) {
    const busName = busNameOf(rule.EventBusName);
    if (!buses.has(busName)) {
      throw new AwsError(
        'ResourceNotFoundException',
        `Rule ${rule.Name}: event bus ${busName} does not exist.`,
      );
    }
    for (const target of rule.Targets ?? []) {
      if (!targetKind(target.Arn)) {
        throw new AwsError(
          'ValidationException',
          `Rule ${rule.Name}: a target that is no function, queue or bus is not run locally.`,
        );
      }
    }
    if (rule.EventPattern === undefined) continue;
    const matches = compilePattern(rule.EventPattern);
    if (rule.State === 'DISABLED') continue;
    rules.set(busName, [...(rules.get(busName) ?? []), { config: rule, matches }]);
  }
  return rules;
}
