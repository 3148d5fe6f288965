import { randomUUID } from 'node:crypto';
import { ASYNC_EVENT_LIMIT_BYTES, type LambdaHost } from './lambda-host.ts';
import type { HostedFunction, Invocation } from './lambda-host-function.ts';
import { openJournal } from './queue/journal.ts';
import { type Clock, type FunctionInvoker, InvocationRefused, systemClock } from './runtime.ts';

/** Why a destination record was written. */
export type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';

/**
 * The record that a destination gets, in the shape AWS documents
 * (Lambda developer guide, "Capturing records of asynchronous invocations").
 */
export interface DestinationRecord {
  readonly version: '1.0';
  readonly timestamp: string;
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: Condition;
    readonly approximateInvokeCount: number;
  };
  readonly requestPayload: unknown;
  readonly responseContext?: {
    readonly statusCode: number;
    readonly executedVersion: string;
    readonly functionError?: string;
  };
  readonly responsePayload?: unknown;
}

/** What asynchronous invocation needs beside the host. */
export interface AsyncOptions {
  /** Puts a message on a queue, by ARN. */
  readonly send: (queueArn: string, body: string) => Promise<unknown>;
  /** Where events that were taken over are kept until they have ended; without it they end with the process. */
  readonly file?: string;
  /** Waits before the first and second repeat, ms. AWS waits one and two minutes. @default [1000, 2000] */
  readonly retryDelaysMs?: readonly number[];
  readonly clock?: Clock;
  /** Told of an event given up for which no destination was configured: it is lost, as on AWS. */
  readonly onLost?: (functionName: string, condition: Condition) => void;
}

/** Invokes functions without waiting for their answer. */
export interface AsyncInvoker extends FunctionInvoker {
  /** Events taken over and not ended yet. */
  readonly pending: number;
  /**
   * Ends cleanly. What runs is finished; with a file, all else is left in it for the next start; without one,
   * it is run now, repeats without their waits.
   */
  drain(): Promise<void>;
}

/** An event that was taken over. */
interface Taken {
  readonly id: string;
  readonly functionArn: string;
  readonly payload: unknown;
  /** ms since the Unix epoch. */
  readonly takenAt: number;
  /** Times that the function has failed on it. */
  readonly attempts: number;
}

/** How one function's events stand: as many run as the function has processes. */
interface Lane {
  readonly hosted: HostedFunction;
  readonly waiting: Taken[];
  running: number;
}

/**
 * Asynchronous invocation as Lambda makes it: an event whose function fails is repeated at most
 * `retries` times while it is younger than `maxAgeMs`, then its record goes to the on-failure queue. What was
 * running when the process was killed runs again, as Lambda's may: at least once.
 *
 * Named deviation: repeats come after seconds, not minutes.
 *
 * @example
 * ```ts
 * const invoker = startAsyncInvoker(host, { send: (arn, body) => queues.send(arn, body), file: '.local/invocations.jsonl' });
 * await invoker.invoke(scoreArn, busEvent, { async: true }); // taken over, not yet run
 * ```
 */
export function startAsyncInvoker(host: LambdaHost, options: AsyncOptions): AsyncInvoker {
  const { send, file, retryDelaysMs = [1000, 2000], clock = systemClock, onLost } = options;
  const journal = openJournal<Taken>(file);
  const lanes = new Map(
    host.functions.map((hosted) => [hosted.arn, { hosted, waiting: [], running: 0 } as Lane]),
  );
  const running = new Set<Promise<void>>();
  /** Events that wait for a repeat, and what ends the wait. */
  const repeats = new Map<Taken, () => void>();
  let draining = false;
  const leaving = () => draining && file !== undefined;

  function pump(lane: Lane): void {
    while (!leaving() && lane.running < lane.hosted.concurrency && lane.waiting.length > 0) {
      const work = attempt(lane.hosted, lane.waiting.shift()!);
      lane.running += 1;
      running.add(work);
      void work.finally(() => {
        lane.running -= 1;
        running.delete(work);
        pump(lane);
      });
    }
  }

  async function attempt(hosted: HostedFunction, taken: Taken): Promise<void> {
    const { attempts } = taken;
    if (clock.now() - taken.takenAt > hosted.maxAgeMs) return end(hosted, taken, 'EventAgeExceeded');
    // Only a host that has been stopped refuses; then a file brings the event back.
    const invocation = await host.invoke(hosted.arn, taken.payload, { patient: true }).catch(() => undefined);
    if (!invocation) return;
    const failed = { ...taken, attempts: attempts + 1 };
    if (!invocation.functionError) return end(hosted, failed, 'Success', invocation);
    if (failed.attempts > hosted.retries) return end(hosted, failed, 'RetriesExhausted', invocation);
    const delay = retryDelaysMs[Math.min(failed.attempts, retryDelaysMs.length) - 1] ?? 0;
    if (clock.now() + delay - taken.takenAt > hosted.maxAgeMs) {
      return end(hosted, failed, 'EventAgeExceeded', invocation);
    }
    journal.put(failed);
    if (!leaving()) repeat(failed, draining ? 0 : delay);
  }

  function repeat(taken: Taken, delay: number): void {
    // A repeat that was forgotten meanwhile, or made early, is not made by its timer.
    const go = () => {
      if (repeats.delete(taken)) submit(taken);
    };
    clock.after(delay, go);
    repeats.set(taken, go);
  }

  function submit(taken: Taken): void {
    const lane = lanes.get(taken.functionArn)!;
    lane.waiting.push(taken);
    pump(lane);
  }

  async function end(
    hosted: HostedFunction,
    taken: Taken,
    condition: Condition,
    invocation?: Invocation,
  ): Promise<void> {
    const failed = condition !== 'Success';
    const queue = failed ? hosted.destinations.onFailure : hosted.destinations.onSuccess;
    if (queue) await send(queue, JSON.stringify(record(taken, condition, clock.now(), invocation)));
    else if (failed) onLost?.(hosted.name, condition);
    journal.drop(taken.id);
  }

  for (const taken of journal.kept) {
    if (lanes.has(taken.functionArn)) submit(taken);
    else journal.drop(taken.id);
  }

  return {
    get pending() {
      return [...lanes.values()].reduce(
        (sum, lane) => sum + lane.waiting.length,
        running.size + repeats.size,
      );
    },
    invoke: async (functionArn, payload) => {
      const hosted = host.find(functionArn);
      if (!hosted) {
        throw new InvocationRefused('NO_RESOURCE', `There is no function ${functionArn}`, {
          retriable: false,
        });
      }
      if (Buffer.byteLength(JSON.stringify(payload) ?? '') > ASYNC_EVENT_LIMIT_BYTES) {
        throw new InvocationRefused('SDK_CLIENT_ERROR', 'The event is larger than 1 MB', {
          retriable: false,
        });
      }
      if (host.stopping) {
        throw new InvocationRefused('THROTTLING', 'Local mode is stopping', { retriable: true });
      }
      const taken = { id: randomUUID(), functionArn: hosted.arn, payload, takenAt: clock.now(), attempts: 0 };
      journal.put(taken);
      submit(taken);
    },
    drain: async () => {
      draining = true;
      if (leaving()) repeats.clear();
      for (;;) {
        for (const go of [...repeats.values()]) go();
        if (running.size === 0) break;
        await Promise.allSettled(running);
      }
    },
  };
}

function record(
  { functionArn, payload, attempts }: Taken,
  condition: Condition,
  now: number,
  invocation: Invocation | undefined,
): DestinationRecord {
  return {
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    requestContext: {
      requestId: invocation?.requestId ?? randomUUID(),
      functionArn: `${functionArn}:$LATEST`,
      condition,
      approximateInvokeCount: attempts,
    },
    requestPayload: payload,
    // An event that grew too old before its turn has no answer.
    ...(invocation && {
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        ...(invocation.functionError ? { functionError: 'Unhandled' } : {}),
      },
      responsePayload: JSON.parse(invocation.payload) as unknown,
    }),
  };
}
