/**
 * What the bus, the queues and the wire endpoint need from the host of the functions, and what the host
 * offers them. The two are written apart; this file is all that they share.
 */

/** Starts functions. The Lambda host implements it; the bus calls it for every target that is a function. */
export interface FunctionInvoker {
  /**
   * Accepts one asynchronous invocation and returns once it is queued, as Lambda's `Event` invocation does.
   *
   * What happens afterwards is the host's part, as it is Lambda's on AWS: two retries when the function
   * fails, then the on-failure destination. The bus retries, and at last dead-letters, only what the host
   * would not accept.
   *
   * @param functionArn ARN of the function, with or without a version or alias.
   * @param payload What the handler receives, already transformed by the rule's target.
   * @throws {InvocationRefused} when the invocation was not accepted.
   */
  invoke(functionArn: string, payload: unknown, options: { readonly async: true }): Promise<void>;
}

/**
 * The host did not accept an invocation. `retriable: false` sends the event to the target's dead-letter
 * queue at once (no such function); `true` lets the target's retry policy run (throttled, restarting).
 *
 * @example
 * ```ts
 * throw new InvocationRefused('NO_RESOURCE', 'No such function', { retriable: false });
 * ```
 */
export class InvocationRefused extends Error {
  override readonly name = 'InvocationRefused';
  /** Goes into the dead letter's `ERROR_CODE`: `NO_RESOURCE`, `THROTTLING`, `SDK_CLIENT_ERROR`, … */
  readonly code: string;
  readonly retriable: boolean;

  constructor(code: string, message: string, options: { retriable: boolean; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retriable = options.retriable;
  }
}

/** Who signed a request at the wire endpoint. */
export interface Caller {
  /** ARN of the identity: a function's role, or an outside user of the account. */
  readonly principalArn: string;
  /** Name of the hosted function; absent for everyone else. */
  readonly functionName?: string;
}

/**
 * Finds a hosted function by the access key id that it signs with. The host gives every function an access
 * key id of its own; anyone whose key id is unknown is an outside caller. Signatures are not checked: local
 * mode listens on the loopback interface alone.
 */
export type CallerLookup = (accessKeyId: string) => Caller | undefined;

/** Time and timers, as arguments, so that tests own them. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `task` once after `ms` milliseconds; the returned function cancels it. */
  after(ms: number, task: () => void): () => void;
}

/** The machine's own clock. Its timers keep the process alive no longer than its servers do. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
