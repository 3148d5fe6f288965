import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { publicLookup } from '../../credentials/remote/index.ts';
import { assertPushTarget, isLoopback, type PushRules } from './push-target.ts';

/** What came of pushing one token (RFC 8935 §2). */
export type PushOutcome =
  | { readonly outcome: 'accepted' }
  /** The receiver found the token itself wrong: the same one would be refused again. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** To be tried again. */
  | { readonly outcome: 'failed'; readonly reason: string };

/** Pushes one token. */
export type Push = (url: string, token: string, authorization?: string) => Promise<PushOutcome>;

/** How long a receiver may take for an answer, ms, and how much of it is read, bytes. */
const PATIENCE_MS = 5_000;
const ANSWER_BYTES = 4_096;

/** Errors of RFC 8935 §2.4 that are about the token; those about the connection may pass. */
const ABOUT_THE_TOKEN = ['invalid_request', 'invalid_issuer', 'invalid_audience'];

const outcomeOf = (status: number, body: string): PushOutcome => {
  if (status >= 200 && status < 300) return { outcome: 'accepted' };
  if (status !== 400) return { outcome: 'failed', reason: `HTTP ${status}` };
  let err: unknown;
  try {
    err = JSON.parse(body)?.err;
  } catch {
    // Not the error that RFC 8935 asks for.
  }
  return typeof err === 'string' && ABOUT_THE_TOKEN.includes(err)
    ? { outcome: 'refused', reason: err }
    : { outcome: 'failed', reason: 'HTTP 400' };
};

/**
 * Pushes tokens to receivers over HTTP: within five seconds, without following redirects, and never to a
 * private address, whatever the receiver's name resolves to.
 */
export const pushTo =
  (rules: PushRules): Push =>
  async (target, token, authorization) => {
    try {
      const url = assertPushTarget(target, rules);
      const plain = url.protocol === 'http:';
      // Only what the rules let pass as loopback may resolve to it.
      const guarded = !(rules.loopback && isLoopback(url.hostname));
      return await new Promise<PushOutcome>((resolve, reject) => {
        const request = (plain ? httpRequest : httpsRequest)(
          url,
          {
            method: 'POST',
            signal: AbortSignal.timeout(PATIENCE_MS),
            ...(guarded ? { lookup: publicLookup } : {}),
            headers: {
              'content-type': 'application/secevent+jwt',
              accept: 'application/json',
              'content-length': Buffer.byteLength(token),
              ...(authorization === undefined ? {} : { authorization }),
            },
          },
          (response) => {
            let body = '';
            response.setEncoding('utf8');
            response.on('data', (chunk: string) => {
              body += chunk;
              if (body.length > ANSWER_BYTES) response.destroy();
            });
            response.on('error', reject);
            response.on('close', () => resolve(outcomeOf(response.statusCode ?? 0, body)));
          },
        );
        request.on('error', reject);
        request.end(token);
      });
    } catch (error) {
      const { code, name } = error as { code?: unknown; name?: unknown };
      return { outcome: 'failed', reason: String(code ?? name ?? 'unknown').slice(0, 64) };
    }
  };
