/** Where the record of an asynchronous invocation goes. */
export interface Destinations {
  /** ARN of a queue. */
  readonly onFailure?: string;
  readonly onSuccess?: string;
}

/** One Lambda function as the template states it, ready to be run. */
export interface HostedFunction {
  readonly name: string;
  readonly arn: string;
  /** ARN of the role it runs under, as EventBridge and SQS see the caller. */
  readonly roleArn: string;
  /** The unpacked bundle: `LAMBDA_TASK_ROOT`. */
  readonly directory: string;
  /** `index.handler`: file without its ending, dot, export. */
  readonly handler: string;
  /** All of the process's environment but what the host itself sets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Limit of the process's resident memory, MB of 1024 × 1024 bytes. */
  readonly memoryMb: number;
  /** ms; the process is killed when an invocation takes longer. */
  readonly timeoutMs: number;
  /** Processes at most at once. */
  readonly concurrency: number;
  /** Asynchronous invocations: repeats after a failure, 0-2. */
  readonly retries: number;
  /** Asynchronous invocations older than this are given up, ms. */
  readonly maxAgeMs: number;
  readonly destinations: Destinations;
}

/** What a failed invocation answers, as Lambda words it. */
export interface FunctionError {
  /** The error's name; `Sandbox.Timedout`, `Runtime.ExitError` and the like when the process itself failed. */
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** How long a new process took before it could serve. */
export interface ColdStart {
  /** From the fork to the runtime's first line, ms. */
  readonly processMs: number;
  /** Loading the bundle, its top-level awaits included, ms. */
  readonly initMs: number;
}

/** How an invocation ended. */
export interface Invocation {
  readonly requestId: string;
  /** Handler time, ms. */
  readonly durationMs: number;
  /** Present when this invocation had to wait for a new process. */
  readonly coldStart?: ColdStart;
  /** Highest resident memory seen, MB. */
  readonly maxMemoryMb: number;
  /** JSON text of what the handler returned, or of the {@link FunctionError}. */
  readonly payload: string;
  /** Present when it failed. `Unhandled` is the only value Lambda has left. */
  readonly functionError?: FunctionError;
}
