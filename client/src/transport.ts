import { ApiError, errorOf } from './api-error.ts';

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How to reach a deployment. */
export interface Connection {
  /** Base URL of the API: the deployment's output `ApiUrl`, or `http://127.0.0.1:4000` of local mode. */
  readonly url: string;
  /**
   * Gives the access token for each call, from a cache of yours. When the gateway refuses one, it is asked again,
   * once, with the token that was refused.
   */
  readonly token: (refused?: string) => string | Promise<string>;
  /** @default the global `fetch` */
  readonly fetch?: Fetch;
  /** How often a call is tried again after 429, 5xx or no answer. A repeated call has one effect. @default 3 */
  readonly retries?: number;
  /** Longest wait for one answer, ms. @default 10000 */
  readonly timeoutMs?: number;
  /** Waits, ms; for tests. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** Uniform in [0, 1); for tests. @default Math.random */
  readonly random?: () => number;
}

/** One call of the API. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** Ends the call early. */
  readonly signal?: AbortSignal | undefined;
}

/** Makes calls. @throws ApiError */
export type Transport = <T>(call: Call) => Promise<T>;

/** First and longest pause between two tries, ms. */
const PAUSE = { first: 200, longest: 5_000 } as const;

/** Pauses are drawn from zero to a bound that doubles, so that callers who failed together do not return together. */
const pauseOf = (attempt: number, random: () => number, asked: string | null): number => {
  const seconds = Number(asked ?? Number.NaN);
  const drawn = random() * Math.min(PAUSE.longest, PAUSE.first * 2 ** attempt);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(PAUSE.longest, seconds * 1_000) + drawn : drawn;
};

const urlOf = (base: string, { path, query = {} }: Call): string => {
  const url = new URL(base.replace(/\/$/, '') + path);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
};

const bodyOf = async (response: Response): Promise<unknown> => {
  const text = await response.text();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (!response.ok) return undefined;
    throw new ApiError('unreadable', 'The answer is not JSON', response.status, { cause });
  }
};

/** Calls a deployment: with a token, within a time, and again where that may help. */
export const transport = (connection: Connection): Transport => {
  const {
    fetch: fetcher = (url, init) => fetch(url, init),
    retries = 3,
    timeoutMs = 10_000,
    sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    random = Math.random,
  } = connection;

  const send = async (call: Call, token: string): Promise<Response | ApiError> => {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      return await fetcher(urlOf(connection.url, call), {
        method: call.method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        signal: call.signal ? AbortSignal.any([call.signal, timeout]) : timeout,
        redirect: 'error',
      });
    } catch (cause) {
      // The caller's own wish is no failure of the service.
      call.signal?.throwIfAborted();
      return new ApiError('unreachable', 'Countersign did not answer', 0, { cause });
    }
  };

  return async <T>(call: Call): Promise<T> => {
    let token = await connection.token();
    let renewed = false;
    for (let attempt = 0; ; attempt++) {
      call.signal?.throwIfAborted();
      let answer = await send(call, token);
      if (!(answer instanceof ApiError) && answer.status === 401 && !renewed) {
        renewed = true;
        token = await connection.token(token);
        answer = await send(call, token);
      }
      if (answer instanceof ApiError) {
        if (attempt >= retries) throw answer;
        await sleep(pauseOf(attempt, random, null));
        continue;
      }
      if (answer.ok) return (await bodyOf(answer)) as T;
      const again = answer.status === 429 || answer.status >= 500;
      if (!again || attempt >= retries) throw errorOf(answer.status, await bodyOf(answer));
      await sleep(pauseOf(attempt, random, answer.headers.get('retry-after')));
    }
  };
};
