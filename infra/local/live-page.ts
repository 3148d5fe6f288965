import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Decision } from '../../functions/decisions/decision.ts';

/** How many decisions a page that has just been opened is shown. */
const REMEMBERED = 50;

/** The page's files and their types; nothing else of the folder is served. */
const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/favicon.ico': ['icon.svg', 'image/svg+xml'],
  '/console/console.css': ['console.css', 'text/css; charset=utf-8'],
  '/console/console.js': ['console.js', 'text/javascript; charset=utf-8'],
};

/** No script, style or connection but the page's own; nobody may frame it. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** The live page and the stream behind it. */
export interface LivePage {
  /** @returns false when the request is not for the page. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /** Shows a decision to every open page. */
  publish(decision: Decision): void;
  /** Ends the streams. */
  close(): void;
}

/**
 * The page at `/`, and `/local/decisions`: each decision as a server-sent event
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 *
 * Requests under another host name are refused: a page of the open web could otherwise point a name of its own
 * at this machine and read along (DNS rebinding).
 *
 * @param folder of the page's files.
 * @example
 * ```ts
 * const page = openLivePage('console');
 * createServer((request, response) => page.handle(request, response) || api(request, response));
 * ```
 */
export function openLivePage(folder: string): LivePage {
  const streams = new Set<ServerResponse>();
  const recent: string[] = [];
  let count = 0;
  // Proxies and browsers give up on a silent connection.
  const pulse = setInterval(() => {
    for (const stream of streams) stream.write(': still here\n\n');
  }, 15_000);
  pulse.unref();

  const stream = (request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
    // A page that lost the connection says what it saw last, and gets only what came after.
    const seen = Number(request.headers['last-event-id'] ?? 0);
    const first = count - recent.length + 1;
    response.write('retry: 1000\n\n');
    for (const [index, event] of recent.entries()) if (first + index > seen) response.write(event);
    streams.add(response);
    response.once('close', () => streams.delete(response));
  };

  return {
    handle(request, response) {
      const path = (request.url ?? '').split('?')[0]!;
      const file = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
      if (!file && path !== '/local/decisions') return false;
      if (!isLoopback(request.headers.host)) response.writeHead(421).end();
      else if (request.method !== 'GET') response.writeHead(405, { allow: 'GET' }).end();
      else if (!file) stream(request, response);
      else
        response
          .writeHead(200, { ...HEADERS, 'content-type': file[1] })
          .end(readFileSync(join(folder, file[0])));
      return true;
    },
    publish(decision) {
      count += 1;
      const event = `id: ${count}\ndata: ${JSON.stringify(decision)}\n\n`;
      recent.push(event);
      if (recent.length > REMEMBERED) recent.shift();
      for (const open of streams) open.write(event);
    },
    close() {
      clearInterval(pulse);
      for (const open of streams) open.end();
    },
  };
}

function isLoopback(host = ''): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);
}
