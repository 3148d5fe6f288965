import { createServer, request as httpRequest, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Decision } from '../../functions/decisions/decision.ts';
import { type LivePage, openLivePage } from './live-page.ts';

let page: LivePage;
let server: Server;
let port: number;

beforeEach(async () => {
  page = openLivePage(join(import.meta.dirname, '../../console'));
  server = createServer((request, response) => {
    if (!page.handle(request, response)) response.writeHead(418).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as { port: number }).port;
});

afterEach(() => {
  page.close();
  server.closeAllConnections();
  server.close();
});

const get = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${port}${path}`, init);
const decision = (eventId: string) => ({ eventId }) as Decision;

/** Reads the stream until it has held so many events. */
async function eventsOf(response: Response, count: number): Promise<string[]> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk, { stream: true });
    const found = [...text.matchAll(/data: (.*)\n\n/g)].map(
      ([, data]) => (JSON.parse(data!) as Decision).eventId,
    );
    if (found.length >= count) return found;
  }
  return [];
}

describe('the live page', () => {
  it.each([
    ['/', 'text/html; charset=utf-8'],
    ['/?x=1', 'text/html; charset=utf-8'],
    ['/console/console.css', 'text/css; charset=utf-8'],
    ['/console/console.js', 'text/javascript; charset=utf-8'],
    ['/favicon.ico', 'image/svg+xml'],
  ])('serves %s, under a policy that lets nothing else in', async (path, type) => {
    const response = await get(path);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('holds nothing inline that its own policy would refuse', async () => {
    const html = await (await get('/')).text();
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)|\son[a-z]+=/);
    const script = await (await get('/console/console.js')).text();
    expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/);
  });

  it.each([
    '/console/../package.json',
    '/console/%2e%2e/package.json',
    '/console/',
    '/v1/evaluate',
    '/local/other',
  ])('leaves %s to others', async (path) => {
    const status = await new Promise((done) => {
      httpRequest({ port, host: '127.0.0.1', path }, (response) => done(response.statusCode)).end();
    });
    expect(status).toBe(418);
  });

  it('refuses another host name, and other methods', async () => {
    const status = (headers: Record<string, string>) =>
      new Promise((done) => {
        httpRequest({ port, host: '127.0.0.1', path: '/local/decisions', headers }, (response) => {
          response.destroy();
          done(response.statusCode);
        }).end();
      });
    expect(await status({ host: 'evil.example' })).toBe(421);
    expect(await status({ host: 'localhost.evil.example' })).toBe(421);
    expect(await status({ host: `localhost:${port}` })).toBe(200);
    expect((await get('/local/decisions', { method: 'POST' })).status).toBe(405);
  });

  it('streams decisions, those of before first, and after a gap only what was missed', async () => {
    page.publish(decision('a'));
    page.publish(decision('b'));
    const response = await get('/local/decisions');
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    page.publish(decision('c'));
    expect(await eventsOf(response, 3)).toEqual(['a', 'b', 'c']);
    const again = await get('/local/decisions', { headers: { 'last-event-id': '2' } });
    expect(await eventsOf(again, 1)).toEqual(['c']);
  });

  it('remembers the last fifty', async () => {
    for (let index = 0; index < 60; index += 1) page.publish(decision(String(index)));
    const response = await get('/local/decisions');
    expect((await eventsOf(response, 50))[0]).toBe('10');
  });
});
