import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ColdStart, FunctionError, HostedFunction, Invocation } from './lambda-host-function.ts';

/** Lambda gives a bundle this long to load, ms. */
const INIT_LIMIT_MS = 10_000;
/** How often a running invocation's memory is looked at, ms. */
const MEMORY_PERIOD_MS = 100;
/** A synchronous answer may be at most 6 MB plus a little. */
const RESPONSE_LIMIT_BYTES = 6 * 1024 * 1024;

const RUNTIME = fileURLToPath(new URL('./lambda-host-runtime.mjs', import.meta.url));

type Message =
  | { type: 'ready'; startedAtMs: number; readyAtMs: number }
  | { type: 'init-error'; error: FunctionError }
  | { type: 'result'; id: string; payload: string; rss: number }
  | { type: 'error'; id: string; error: FunctionError; rss: number };

type Ending = { readonly payload: string } | { readonly error: FunctionError };

/** One process of a function: one invocation at a time, ended for good by a timeout or by its memory. */
export class FunctionProcess {
  readonly #function: HostedFunction;
  readonly #child: ChildProcess;
  readonly #ready: Promise<ColdStart | FunctionError>;
  readonly #exited: Promise<void>;
  #coldStart = true;
  #finish: ((ending: Ending) => void) | undefined;
  #maxRss = 0;
  /** Why this process was killed by us; undefined while it lives or when it fell by itself. */
  #killedFor: string | undefined;
  #dead = false;

  /** @param log file descriptor that takes the function's output. */
  constructor(hosted: HostedFunction, environment: Readonly<Record<string, string>>, log: number) {
    this.#function = hosted;
    this.#child = fork(RUNTIME, [], {
      execArgv: [`--max-old-space-size=${Math.max(32, Math.floor(hosted.memoryMb * 0.9))}`],
      env: environment,
      cwd: hosted.directory,
      stdio: ['ignore', log, log, 'ipc'],
    });
    const ready = Promise.withResolvers<ColdStart | FunctionError>();
    const exited = Promise.withResolvers<void>();
    this.#ready = ready.promise;
    this.#exited = exited.promise;
    const slow = setTimeout(() => {
      ready.resolve({
        errorType: 'Sandbox.Timedout',
        errorMessage: `Init timed out after ${INIT_LIMIT_MS / 1000} seconds`,
      });
      this.kill();
    }, INIT_LIMIT_MS);
    this.#child.on('message', (message: Message) => {
      if (message.type === 'ready') {
        clearTimeout(slow);
        const { startedAtMs, readyAtMs } = message;
        ready.resolve({ processMs: startedAtMs, initMs: readyAtMs - startedAtMs });
      } else if (message.type === 'init-error') {
        ready.resolve(message.error);
        this.kill();
      } else {
        this.#maxRss = Math.max(this.#maxRss, message.rss);
        this.#finish?.('payload' in message ? { payload: message.payload } : { error: message.error });
      }
    });
    const gone = (how: string) => {
      clearTimeout(slow);
      this.#dead = true;
      const error = {
        errorType: 'Runtime.ExitError',
        errorMessage: this.#killedFor ?? `Runtime exited with error: ${how}`,
      };
      ready.resolve(error);
      this.#finish?.({ error });
      exited.resolve();
    };
    this.#child.on('exit', (code, signal) =>
      gone(signal ? `signal: ${signalWord(signal)}` : `exit status ${code}`),
    );
    this.#child.on('error', (error) => gone(error.message));
  }

  /** False once the process cannot serve any more. */
  get alive(): boolean {
    return !this.#dead && this.#killedFor === undefined;
  }

  /** Runs one event. Never rejects: a failure is part of the answer. */
  async invoke(requestId: string, event: string): Promise<Invocation> {
    const ready = await this.#ready;
    if ('errorType' in ready) {
      return this.#report(requestId, 0, { error: ready });
    }
    const coldStart = this.#coldStart ? ready : undefined;
    this.#coldStart = false;
    const begun = performance.now();
    const ending = await this.#run(requestId, event);
    return this.#report(requestId, performance.now() - begun, ending, coldStart);
  }

  /** Ends the process at once. */
  kill(why = 'the process was ended'): void {
    this.#killedFor ??= why;
    this.#child.kill('SIGKILL');
  }

  /** Lets an idle process go, and waits until it has. */
  async end(): Promise<void> {
    this.#killedFor ??= 'the process was ended';
    if (!this.#dead && this.#child.connected) this.#child.disconnect();
    await this.#exited;
  }

  #run(requestId: string, event: string): Promise<Ending> {
    const { timeoutMs, memoryMb, name, arn } = this.#function;
    const { promise, resolve } = Promise.withResolvers<Ending>();
    const timeout = setTimeout(() => {
      const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
      resolve({ error: { errorType: 'Sandbox.Timedout', errorMessage } });
      this.kill(errorMessage);
    }, timeoutMs);
    const memory = setInterval(() => {
      this.#maxRss = Math.max(this.#maxRss, residentBytes(this.#child.pid));
      const usedMb = Math.ceil(this.#maxRss / 1024 / 1024);
      if (usedMb <= memoryMb) return;
      const errorMessage = `RequestId: ${requestId} Error: Runtime exited with error: signal: killed (used ${usedMb} MB of ${memoryMb} MB)`;
      resolve({ error: { errorType: 'Runtime.OutOfMemory', errorMessage } });
      this.kill(errorMessage);
    }, MEMORY_PERIOD_MS);
    this.#finish = resolve;
    if (this.#dead) {
      resolve({
        error: { errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited before the invocation' },
      });
    } else {
      const context = {
        awsRequestId: requestId,
        functionName: name,
        functionVersion: '$LATEST',
        invokedFunctionArn: arn,
        memoryLimitInMB: String(memoryMb),
        logGroupName: `/aws/lambda/${name}`,
        logStreamName: `local/[$LATEST]${this.#child.pid}`,
        traceId: `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${requestId.replaceAll('-', '').slice(0, 24)};Sampled=0`,
      };
      // A process that falls between two invocations makes `send` fail; its exit then ends this one.
      this.#child.send({ id: requestId, event, deadline: Date.now() + timeoutMs, context }, () => undefined);
    }
    return promise.finally(() => {
      clearTimeout(timeout);
      clearInterval(memory);
      this.#finish = undefined;
    });
  }

  #report(requestId: string, durationMs: number, ending: Ending, coldStart?: ColdStart): Invocation {
    const checked = withinLimit(ending);
    const failed = 'error' in checked;
    return {
      requestId,
      durationMs,
      maxMemoryMb: Math.ceil(this.#maxRss / 1024 / 1024),
      payload: failed ? JSON.stringify(checked.error) : checked.payload,
      ...(coldStart ? { coldStart } : {}),
      ...(failed ? { functionError: checked.error } : {}),
    };
  }
}

function withinLimit(ending: Ending): Ending {
  if ('error' in ending || Buffer.byteLength(ending.payload) <= RESPONSE_LIMIT_BYTES) return ending;
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${RESPONSE_LIMIT_BYTES} bytes).`;
  return { error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } };
}

/** Resident memory of a process, bytes. Off Linux 0: there the process's own word, given with each answer, must do. */
function residentBytes(pid: number | undefined): number {
  if (process.platform !== 'linux' || pid === undefined) return 0;
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * 4096;
  } catch {
    return 0; // It has just ended.
  }
}

function signalWord(signal: NodeJS.Signals): string {
  return { SIGKILL: 'killed', SIGABRT: 'aborted', SIGSEGV: 'segmentation fault' }[signal as string] ?? signal;
}
