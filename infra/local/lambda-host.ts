import { createHash, randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CountersignError } from '../../functions/platform/errors.ts';
import type { HostedFunction, Invocation } from './lambda-host-function.ts';
import { FunctionProcess } from './lambda-host-process.ts';
import type { CallerLookup } from './runtime.ts';

/** A function cannot be hosted: `function-unknown`, `payload-too-large`, `host-stopped`. */
export class LambdaHostError extends CountersignError {
  override readonly name = 'LambdaHostError';
}

/** Largest event of a synchronous and of an asynchronous invocation, bytes (Lambda quotas, 2026). */
export const SYNC_EVENT_LIMIT_BYTES = 6 * 1024 * 1024;
export const ASYNC_EVENT_LIMIT_BYTES = 1024 * 1024;

/** What the host needs to know of this machine. */
export interface HostOptions {
  readonly region: string;
  /** Where EventBridge, SQS and Secrets Manager are spoken: `http://127.0.0.1:4001`. */
  readonly awsEndpoint: string;
  /** `http://127.0.0.1:4002` */
  readonly dynamodbEndpoint: string;
  /** Folder for one log file per function. */
  readonly logs: string;
  /** Told of each new process, once it has served its first event. */
  readonly onColdStart?: (name: string, invocation: Invocation) => void;
}

/** Runs functions, each in processes of its own. */
export interface LambdaHost {
  readonly functions: readonly HostedFunction[];
  /** True once {@link stop} was called. */
  readonly stopping: boolean;
  /** The function of this name or ARN, with or without version. */
  find(nameOrArn: string): HostedFunction | undefined;
  /** Who signs with this access key id: each function has one of its own. */
  readonly callerOf: CallerLookup;
  /**
   * Runs one event and waits. A failing function is part of the answer; nothing is repeated.
   * @param nameOrArn function name or ARN, with or without version.
   * @param options.patient lets everyone else who waits for a process go first.
   * @throws LambdaHostError `function-unknown`, `payload-too-large`, `host-stopped`.
   */
  invoke(nameOrArn: string, event: unknown, options?: { readonly patient?: boolean }): Promise<Invocation>;
  /** Starts one process of each function, so that the first event finds it warm. */
  warm(nameOrArn: string): void;
  /** Waits for running invocations, then ends every process. New ones are refused. */
  stop(): Promise<void>;
}

/**
 * Starts a host for these functions; processes start when events come.
 *
 * Unlike Lambda, which throttles, an invocation that finds every process busy waits its turn, and an idle
 * process is not frozen.
 *
 * @example
 * ```ts
 * const host = startLambdaHost(functionsOf(template, options), options);
 * const { payload, coldStart } = await host.invoke('countersign-local-score', event);
 * ```
 */
export function startLambdaHost(functions: readonly HostedFunction[], options: HostOptions): LambdaHost {
  mkdirSync(options.logs, { recursive: true });
  const pools = new Map<string, Pool>();
  for (const hosted of functions) {
    const pool = new Pool(hosted, options);
    pools.set(hosted.name, pool);
    pools.set(hosted.arn, pool);
  }
  const byKey = new Map(functions.map((hosted) => [accessKeyOf(hosted), hosted]));
  let stopping = false;
  const unqualified = (nameOrArn: string) => nameOrArn.replace(/^(arn:.*:function:[^:]+):.+$/, '$1');
  const find = (nameOrArn: string): Pool => {
    const pool = pools.get(unqualified(nameOrArn));
    if (!pool)
      throw new LambdaHostError('function-unknown', `Function not found: ${nameOrArn}`, { status: 404 });
    return pool;
  };
  return {
    functions,
    get stopping() {
      return stopping;
    },
    find: (nameOrArn) => pools.get(unqualified(nameOrArn))?.hosted,
    callerOf: (accessKeyId) => {
      const hosted = byKey.get(accessKeyId);
      return hosted && { principalArn: hosted.roleArn, functionName: hosted.name };
    },
    invoke: async (nameOrArn, event, { patient = false } = {}) => {
      const pool = find(nameOrArn);
      const text = JSON.stringify(event) ?? 'null';
      if (Buffer.byteLength(text) > SYNC_EVENT_LIMIT_BYTES) {
        throw new LambdaHostError('payload-too-large', 'The event is larger than 6 MB', { status: 413 });
      }
      return pool.invoke(text, patient);
    },
    warm: (nameOrArn) => find(nameOrArn).warm(),
    stop: async () => {
      stopping = true;
      await Promise.all([...new Set(pools.values())].map((pool) => pool.stop()));
    },
  };
}

/** The processes of one function. */
class Pool {
  readonly hosted: HostedFunction;
  readonly #options: HostOptions;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #log: number;
  /** Latest used last: the warmest is taken first. */
  readonly #idle: FunctionProcess[] = [];
  readonly #all = new Set<FunctionProcess>();
  readonly #waiting: ((process: FunctionProcess) => void)[] = [];
  readonly #patient: ((process: FunctionProcess) => void)[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #stopped = false;

  constructor(hosted: HostedFunction, options: HostOptions) {
    this.hosted = hosted;
    this.#options = options;
    this.#environment = environmentOf(hosted, options);
    this.#log = openSync(join(options.logs, `${hosted.name}.log`), 'a');
  }

  invoke(event: string, patient: boolean): Promise<Invocation> {
    if (this.#stopped) {
      throw new LambdaHostError('host-stopped', `${this.hosted.name} takes no more events`, { status: 503 });
    }
    const running = this.#invoke(event, patient);
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
    return running;
  }

  warm(): void {
    if (this.#all.size === 0 && !this.#stopped) this.#idle.push(this.#start());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.allSettled(this.#running);
    await Promise.all([...this.#all].map((process) => process.end()));
    closeSync(this.#log);
  }

  async #invoke(event: string, patient: boolean): Promise<Invocation> {
    const requestId = randomUUID();
    const taken = await this.#take(patient);
    const invocation = await taken.invoke(requestId, event);
    this.#report(invocation);
    this.#giveBack(taken);
    if (invocation.coldStart) this.#options.onColdStart?.(this.hosted.name, invocation);
    return invocation;
  }

  #start(): FunctionProcess {
    const started = new FunctionProcess(this.hosted, this.#environment, this.#log);
    this.#all.add(started);
    return started;
  }

  #take(patient: boolean): FunctionProcess | Promise<FunctionProcess> {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (idle.alive) return idle;
      this.#all.delete(idle);
    }
    if (this.#all.size < this.hosted.concurrency) return this.#start();
    return new Promise((resolve) => (patient ? this.#patient : this.#waiting).push(resolve));
  }

  #giveBack(taken: FunctionProcess): void {
    if (!taken.alive) this.#all.delete(taken);
    const next = this.#waiting.shift() ?? this.#patient.shift();
    if (next) next(taken.alive ? taken : this.#start());
    else if (taken.alive) this.#idle.push(taken);
  }

  #report({ requestId, durationMs, coldStart, maxMemoryMb, functionError }: Invocation): void {
    const init = coldStart
      ? `\tInit Duration: ${(coldStart.processMs + coldStart.initMs).toFixed(2)} ms`
      : '';
    const failure = functionError ? `\tStatus: error\tError Type: ${functionError.errorType}` : '';
    const memory = `Memory Size: ${this.hosted.memoryMb} MB\tMax Memory Used: ${maxMemoryMb} MB`;
    if (functionError) writeSync(this.#log, `${requestId}\t${functionError.errorMessage}\n`);
    writeSync(
      this.#log,
      `REPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms\t${memory}${init}${failure}\n`,
    );
  }
}

/** An access key id in AWS's form, by which the endpoint knows the function again. */
function accessKeyOf({ arn }: HostedFunction): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const digest = createHash('sha256').update(arn).digest();
  return `ASIA${Array.from(digest.subarray(0, 16), (byte) => letters[byte & 31]).join('')}`;
}

/**
 * A function's whole environment. Nothing of ours is inherited: no profile, no credentials, no proxy. The
 * configuration files named here do not exist, so the SDK finds no profile in the home folder either.
 */
function environmentOf(hosted: HostedFunction, options: HostOptions): Record<string, string> {
  return {
    ...hosted.environment,
    _HANDLER: hosted.handler,
    AWS_ENDPOINT_URL: options.awsEndpoint,
    AWS_ENDPOINT_URL_DYNAMODB: options.dynamodbEndpoint,
    AWS_REGION: options.region,
    AWS_DEFAULT_REGION: options.region,
    AWS_ACCESS_KEY_ID: accessKeyOf(hosted),
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_CONFIG_FILE: join(options.logs, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(options.logs, 'no-credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
    AWS_LAMBDA_FUNCTION_NAME: hosted.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(hosted.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${hosted.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    LAMBDA_TASK_ROOT: hosted.directory,
    LAMBDA_RUNTIME_DIR: hosted.directory,
    TZ: 'UTC',
  };
}
