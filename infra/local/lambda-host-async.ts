import { setTimeout as sleep } from 'node:timers/promises';
import { ASYNC_EVENT_LIMIT_BYTES, type LambdaHost } from './lambda-host.ts';
import type { HostedFunction, Invocation } from './lambda-host-function.ts';
import { type FunctionInvoker, InvocationRefused } from './runtime.ts';

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
  /** Waits before the first and second repeat, ms. AWS waits one and two minutes. @default [1000, 2000] */
  readonly retryDelaysMs?: readonly number[];
  /** Processing time, ms. @default Date.now */
  readonly now?: () => number;
  /** Told of an event given up for which no destination was configured: it is lost, as on AWS. */
  readonly onLost?: (functionName: string, condition: Condition) => void;
}

/** Invokes functions without waiting for their answer. */
export interface AsyncInvoker extends FunctionInvoker {
  /** Events taken over and not ended yet. */
  readonly pending: number;
  /** Waits until every event taken over has ended or been given up; pending repeats are made at once. */
  drain(): Promise<void>;
}

/**
 * Asynchronous invocation as Lambda makes it: an event whose function fails is repeated at most
 * `retries` times while it is younger than `maxAgeMs`, then its record goes to the on-failure queue.
 *
 * Named deviation: repeats come after seconds, not minutes, and events taken over do not outlive local mode.
 *
 * @example
 * ```ts
 * const invoker = startAsyncInvoker(host, { send: (arn, body) => queues.send(arn, body) });
 * await invoker.invoke(scoreArn, busEvent, { async: true }); // taken over, not yet run
 * ```
 */
export function startAsyncInvoker(host: LambdaHost, options: AsyncOptions): AsyncInvoker {
  const { send, retryDelaysMs = [1000, 2000], now = Date.now, onLost } = options;
  const pending = new Set<Promise<void>>();
  const draining = new AbortController();

  async function run(hosted: HostedFunction, event: unknown): Promise<void> {
    const takenAt = now();
    for (let attempt = 1; ; attempt += 1) {
      const invocation = await host.invoke(hosted.arn, event, { patient: true });
      if (!invocation.functionError) return deliver(hosted, event, invocation, 'Success', attempt);
      if (attempt > hosted.retries) return deliver(hosted, event, invocation, 'RetriesExhausted', attempt);
      const delay = retryDelaysMs[Math.min(attempt, retryDelaysMs.length) - 1] ?? 0;
      if (now() + delay - takenAt > hosted.maxAgeMs) {
        return deliver(hosted, event, invocation, 'EventAgeExceeded', attempt);
      }
      await sleep(delay, undefined, { signal: draining.signal }).catch(() => undefined);
    }
  }

  async function deliver(
    hosted: HostedFunction,
    event: unknown,
    invocation: Invocation,
    condition: Condition,
    attempts: number,
  ): Promise<void> {
    const failed = condition !== 'Success';
    const queue = failed ? hosted.destinations.onFailure : hosted.destinations.onSuccess;
    if (queue)
      await send(queue, JSON.stringify(record(hosted, event, invocation, condition, attempts, now())));
    else if (failed) onLost?.(hosted.name, condition);
  }

  return {
    get pending() {
      return pending.size;
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
      const running = run(hosted, payload).catch(() => onLost?.(hosted.name, 'RetriesExhausted'));
      pending.add(running);
      void running.finally(() => pending.delete(running));
    },
    drain: async () => {
      draining.abort();
      while (pending.size > 0) await Promise.allSettled(pending);
    },
  };
}

function record(
  hosted: HostedFunction,
  event: unknown,
  { requestId, payload, functionError }: Invocation,
  condition: Condition,
  attempts: number,
  now: number,
): DestinationRecord {
  return {
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    requestContext: {
      requestId,
      functionArn: `${hosted.arn}:$LATEST`,
      condition,
      approximateInvokeCount: attempts,
    },
    requestPayload: event,
    responseContext: {
      statusCode: 200,
      executedVersion: '$LATEST',
      ...(functionError ? { functionError: 'Unhandled' } : {}),
    },
    responsePayload: JSON.parse(payload),
  };
}
