import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { pushTo } from './push.ts';
import { assertPushTarget } from './push-target.ts';

const RULES = { hosts: [], loopback: false };
const LOCAL = { hosts: [], loopback: true };

describe('a push target', () => {
  test.each([
    'https://receiver.example/events',
    'https://receiver.example:8443/events?stream=1',
    'https://8.8.8.8/events',
  ])('may be %s', (url) => {
    expect(assertPushTarget(url, RULES).href).toBe(url);
  });

  test.each([
    'http://receiver.example/events',
    'ftp://receiver.example/events',
    'https://user@receiver.example/',
    'https://receiver.example/#x',
    'https://localhost/events',
    'https://intranet/events',
    'https://127.0.0.1/events',
    'https://2130706433/events',
    'https://0x7f.1/events',
    'https://10.1.2.3/events',
    'https://172.16.0.1/events',
    'https://192.168.1.1/events',
    'https://100.64.0.1/events',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/events',
    'https://[fd00::1]/events',
    'https://[fe80::1]/events',
    'https://[::ffff:127.0.0.1]/events',
    'https://0.0.0.0/',
    '//receiver.example',
    '',
  ])('must not be %s', (url) => {
    expect(() => assertPushTarget(url, RULES)).toThrow(
      expect.objectContaining({ code: 'push-refused', status: 400 }),
    );
  });

  test('must be on the list, where there is one', () => {
    const rules = { hosts: ['receiver.example', '*.partner.example'], loopback: false };
    for (const url of ['https://receiver.example/', 'https://a.b.partner.example/'])
      expect(assertPushTarget(url, rules).href).toBe(url);
    for (const url of [
      'https://partner.example/',
      'https://evilpartner.example/',
      'https://a.receiver.example/',
    ])
      expect(() => assertPushTarget(url, rules)).toThrow(expect.objectContaining({ code: 'push-refused' }));
  });

  test('may be this machine in local mode alone, and no other without TLS', () => {
    expect(assertPushTarget('http://127.0.0.1:4100/', LOCAL).port).toBe('4100');
    expect(() => assertPushTarget('http://127.0.0.1:4100/', RULES)).toThrow();
    expect(() => assertPushTarget('http://10.0.0.1/', LOCAL)).toThrow();
    expect(() => assertPushTarget('http://127.0.0.1.evil.example/', LOCAL)).toThrow();
  });
});

describe('pushing', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });
  const serve = async (status: number, body = '', headers: Record<string, string> = {}) => {
    server = createServer((request, response) => {
      request.resume();
      response.writeHead(status, headers).end(body);
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };
  const push = pushTo(LOCAL);

  test.each([
    [202, '', { outcome: 'accepted' }],
    [200, '{}', { outcome: 'accepted' }],
    [400, '{"err":"invalid_issuer"}', { outcome: 'refused', reason: 'invalid_issuer' }],
    [400, '{"err":"authentication_failed"}', { outcome: 'failed', reason: 'HTTP 400' }],
    [400, '<html>', { outcome: 'failed', reason: 'HTTP 400' }],
    [400, 'null', { outcome: 'failed', reason: 'HTTP 400' }],
    [401, '', { outcome: 'failed', reason: 'HTTP 401' }],
    [503, '', { outcome: 'failed', reason: 'HTTP 503' }],
  ])('takes %i %s for %j', async (status, body, outcome) => {
    expect(await push(await serve(status, body), 'token')).toEqual(outcome);
  });

  test('follows no redirect', async () => {
    const url = await serve(307, '', { location: 'http://169.254.169.254/' });
    expect(await push(url, 'token')).toEqual({ outcome: 'failed', reason: 'HTTP 307' });
  });

  test('reads no endless answer', async () => {
    const url = await serve(400, 'x'.repeat(1_000_000));
    expect(await push(url, 'token')).toMatchObject({ outcome: 'failed' });
  });

  test('does not connect where nobody listens, nor to a private address whatever its name', async () => {
    expect(await push('http://127.0.0.1:9/', 'token')).toEqual({ outcome: 'failed', reason: 'ECONNREFUSED' });
    expect(await pushTo(RULES)('https://127.0.0.1/', 'token')).toEqual({
      outcome: 'failed',
      reason: 'push-refused',
    });
  });
});
