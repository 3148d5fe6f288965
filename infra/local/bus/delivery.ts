import { randomUUID } from 'node:crypto';
import { openJournal } from '../queue/journal.ts';
import type { Clock } from '../runtime.ts';
import type { Chaos } from './chaos.ts';
import type { BusEvent, TargetConfig } from './config.ts';

/** One event on its way to one target of one rule. */
export interface Delivery {
  readonly id: string;
  readonly ruleArn: string;
  readonly targetId: string;
  readonly event: BusEvent;
  /** When the bus accepted the event, epoch ms. Its age is counted from here. */
  readonly acceptedAt: number;
  /** Whether the event came from another bus; such an event goes to no third bus. */
  readonly forwarded: boolean;
  /** Attempts made so far. */
  readonly attempts: number;
  /** When the next one is due, epoch ms. */
  readonly dueAt: number;
}

/** A target would not take an event. */
export class TargetRefusal extends Error {
  override readonly name = 'TargetRefusal';
  /** For the dead letter: `NO_RESOURCE`, `SDK_CLIENT_ERROR`, … */
  readonly code: string;
  /** Whether trying again could help. */
  readonly retriable: boolean;

  constructor(code: string, message: string, retriable: boolean, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retriable = retriable;
  }
}

/** Why a delivery ended; `exhausted` is absent when it was not worth retrying. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly exhausted?: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';
  readonly retries: number;
}

/** What deliveries are made with. */
export interface DeliveryParts {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly chaos: Chaos;
  /** Where deliveries that wait for a retry outlive the process; without it they do not. */
  readonly file?: string;
  readonly target: (ruleArn: string, targetId: string) => TargetConfig | undefined;
  /** @throws {TargetRefusal} when the target does not take it. */
  readonly send: (delivery: Delivery, target: TargetConfig) => Promise<void>;
  /** The delivery has failed for good. */
  readonly bury: (delivery: Delivery, target: TargetConfig, failure: Failure) => void;
}

/** First wait before a retry and the longest, ms. AWS does not publish its own. */
const BACKOFF = { first: 500, most: 60_000 };

/**
 * Wait before retry number `retry` (1 is the first): doubles each time up to a minute, and of that a random
 * part between half and the whole, so that what failed together is not retried together.
 */
export function backoffMs(retry: number, random: () => number): number {
  const whole = Math.min(BACKOFF.most, BACKOFF.first * 2 ** (retry - 1));
  return Math.round(whole * (0.5 + random() / 2));
}

/**
 * Delivers events to targets at least once: retries with backoff until the target's retry policy is
 * exhausted, then hands the delivery over to be buried.
 */
export class Deliveries {
  readonly #parts: DeliveryParts;
  readonly #journal;
  /** Deliveries accepted and not settled, whether being sent or held back by chaos. */
  readonly #active = new Set<Promise<void>>();
  /** Those that wait for a retry. */
  readonly #waiting = new Map<string, () => void>();
  #stopping = false;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#journal = openJournal<Delivery>(parts.file);
    for (const delivery of this.#journal.kept) this.#wait(delivery);
  }

  /** How many deliveries are under way or wait for a retry. */
  get pending(): number {
    return this.#active.size + this.#waiting.size;
  }

  /** Starts a delivery. */
  submit(start: Pick<Delivery, 'ruleArn' | 'targetId' | 'event' | 'acceptedAt' | 'forwarded'>): void {
    this.#parts.chaos.pass(this.#held({ ...start, id: randomUUID(), attempts: 0, dueAt: 0 }));
  }

  /**
   * Ends cleanly: what is under way is settled, and what waits for a retry stays in the file for the next
   * start.
   */
  async drain(): Promise<void> {
    this.#stopping = true;
    do {
      this.#parts.chaos.flush();
      await Promise.all(this.#active);
    } while (this.#active.size > 0);
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  /** A delivery that counts as active from now on, and is sent each time the returned function is called. */
  #held(delivery: Delivery): () => void {
    let sent: () => void = () => {};
    let times = 0;
    this.#track(new Promise<void>((resolve) => (sent = resolve)));
    return () => {
      // A duplicate is a delivery of its own: it has its own retries.
      this.#track(this.#attempt(times++ === 0 ? delivery : { ...delivery, id: randomUUID() }));
      sent();
    };
  }

  #track(work: Promise<void>): void {
    this.#active.add(work);
    void work.finally(() => this.#active.delete(work));
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const target = this.#parts.target(delivery.ruleArn, delivery.targetId);
    // The rule or target is gone since the delivery was put off; there is nowhere to send or bury it.
    if (!target) {
      this.#journal.drop(delivery.id);
      return;
    }
    try {
      await this.#parts.send(delivery, target);
      this.#journal.drop(delivery.id);
    } catch (error) {
      this.#failed({ ...delivery, attempts: delivery.attempts + 1 }, target, error);
    }
  }

  #failed(delivery: Delivery, target: TargetConfig, error: unknown): void {
    const refusal =
      error instanceof TargetRefusal
        ? error
        : new TargetRefusal('INTERNAL_ERROR', messageOf(error), true, error);
    const { code, message } = refusal;
    const retries = delivery.attempts - 1;
    const maxRetries = Number(target.RetryPolicy?.MaximumRetryAttempts ?? 185);
    const maxAgeMs = Number(target.RetryPolicy?.MaximumEventAgeInSeconds ?? 86_400) * 1000;
    const now = this.#parts.clock.now();
    const dueAt = now + backoffMs(delivery.attempts, this.#parts.random);
    let exhausted: Failure['exhausted'];
    if (retries >= maxRetries) exhausted = 'MaximumRetryAttempts';
    else if (dueAt - delivery.acceptedAt > maxAgeMs) exhausted = 'MaximumEventAgeInSeconds';
    if (exhausted || !refusal.retriable) {
      const why = refusal.retriable && exhausted ? { exhausted } : {};
      this.#parts.bury(delivery, target, { code, message, retries, ...why });
      this.#journal.drop(delivery.id);
      return;
    }
    const put = { ...delivery, dueAt };
    this.#journal.put(put);
    if (!this.#stopping) this.#wait(put);
  }

  #wait(delivery: Delivery): void {
    const cancel = this.#parts.clock.after(Math.max(0, delivery.dueAt - this.#parts.clock.now()), () => {
      this.#waiting.delete(delivery.id);
      this.#track(this.#attempt(delivery));
    });
    this.#waiting.set(delivery.id, cancel);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown error');
