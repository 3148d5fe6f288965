import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadEntry } from '../../functions/decisions/log.ts';
import { CountersignError } from '../../functions/platform/errors.ts';
import { ROOT } from '../bundle.ts';

/** A deployment could not be asked. Codes: `api-refused`, `token-missing`. */
export class ApiError extends CountersignError {
  override readonly name = 'ApiError';
}

/** The API of a deployment, as an operator calls it. */
export interface OperatorApi {
  get<T>(path: string): Promise<T>;
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
  const get = async <T>(path: string): Promise<T> => {
    const tenant = environment.COUNTERSIGN_TENANT;
    const query = tenant ? `${path.includes('?') ? '&' : '?'}tenant=${encodeURIComponent(tenant)}` : '';
    const answer = await fetch(`${base}${path}${query}`, { headers: { authorization: `Bearer ${token}` } });
    const body = (await answer.json()) as T & { title?: string; message?: string };
    if (!answer.ok) throw new ApiError('api-refused', `${answer.status}: ${body.title ?? body.message}`);
    return body;
  };
  return {
    get,
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
