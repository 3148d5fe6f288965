import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadEntry } from '../../functions/decisions/log.ts';
import { CountersignError } from '../../functions/platform/errors.ts';
import { ROOT } from '../bundle.ts';

/** A deployment could not be asked. Codes: `api-refused`, `token-missing`, `file-unreadable`, `option-invalid`. */
export class ApiError extends CountersignError {
  override readonly name = 'ApiError';
}

/** The API of a deployment, as an operator calls it. */
export interface OperatorApi {
  get<T>(path: string): Promise<T>;
  /** Undefined when there is no such thing. */
  find<T>(path: string): Promise<T | undefined>;
  put<T>(path: string, body: unknown): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  /** False when there was no such thing. */
  remove(path: string): Promise<boolean>;
  /** Every entry of the log, newest first, page by page. */
  log(): AsyncGenerator<ReadEntry>;
}

/** The token of an operator: `COUNTERSIGN_TOKEN`, or that of local mode. */
const tokenOf = (environment: NodeJS.ProcessEnv): string => {
  if (environment.COUNTERSIGN_TOKEN) return environment.COUNTERSIGN_TOKEN;
  try {
    return readFileSync(join(ROOT, '.local/dev-token'), 'utf8').trim();
  } catch {
    throw new ApiError('token-missing', 'Set COUNTERSIGN_TOKEN, or start local mode with npm start');
  }
};

/**
 * The API named by `COUNTERSIGN_URL`, or that of local mode.
 *
 * @throws ApiError
 */
export const operatorApi = (environment: NodeJS.ProcessEnv): OperatorApi => {
  const base = (environment.COUNTERSIGN_URL ?? 'http://127.0.0.1:4000').replace(/\/$/, '');
  const token = tokenOf(environment);
  /** The answer's body; undefined for 404. */
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T | undefined> => {
    const tenant = environment.COUNTERSIGN_TENANT;
    const query = tenant ? `${path.includes('?') ? '&' : '?'}tenant=${encodeURIComponent(tenant)}` : '';
    const answer = await fetch(`${base}${path}${query}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const read = (text === '' ? {} : JSON.parse(text)) as T & {
      title?: string;
      message?: string;
      fields?: { field: string; problem: string }[];
    };
    if (answer.ok) return read;
    if (answer.status === 404) return undefined;
    const fields = (read.fields ?? []).map(({ field, problem }) => `; ${field} ${problem}`).join('');
    throw new ApiError('api-refused', `${answer.status}: ${read.title ?? read.message}${fields}`);
  };
  const sure = async <T>(method: string, path: string, content?: unknown): Promise<T> => {
    const body = await ask<T>(method, path, content);
    if (body === undefined) throw new ApiError('api-refused', '404: there is no such thing');
    return body;
  };
  const get = <T>(path: string): Promise<T> => sure('GET', path);
  return {
    get,
    post: (path, body) => sure('POST', path, body),
    find: (path) => ask('GET', path),
    put: async <T>(path: string, body: unknown) => (await ask<T>('PUT', path, body)) as T,
    remove: async (path) => (await ask('DELETE', path)) !== undefined,
    log: async function* () {
      let after: string | undefined;
      do {
        const page = await get<{ entries: ReadEntry[]; next?: string }>(
          after === undefined ? '/v1/log' : `/v1/log?after=${after}`,
        );
        yield* page.entries;
        after = page.next;
      } while (after !== undefined);
    },
  };
};
