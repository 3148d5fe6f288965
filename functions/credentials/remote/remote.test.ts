import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allowedUrl, cachedGetter, documentGetter, type GetDocument, isPublicAddress } from './index.ts';

const code = async (work: () => unknown): Promise<string | undefined> => {
  try {
    await work();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

describe('an address that is called', () => {
  const hosts = ['issuer.example', 'issuer.example:8443', '10.0.0.1'];

  test('is https, on a host of the list', () => {
    expect(allowedUrl('https://issuer.example/list?n=1', hosts).href).toBe('https://issuer.example/list?n=1');
    expect(allowedUrl('https://issuer.example:8443/', hosts).host).toBe('issuer.example:8443');
  });

  test.each([
    'http://issuer.example/',
    'https://other.example/',
    'https://issuer.example.evil.example/',
    'https://sub.issuer.example/',
    'https://issuer.example:444/',
    'https://user@issuer.example/',
    'https://issuer.example@evil.example/',
    'https://issuer.example/#fragment',
    'file:///etc/passwd',
    'data:text/plain,x',
    'https://127.0.0.1/',
    '//issuer.example/',
    `https://issuer.example/${'x'.repeat(2_048)}`,
    '',
    7,
    undefined,
  ])('is not %s', async (address) => {
    expect(await code(() => allowedUrl(address, hosts))).toBe('remote-refused');
  });

  test('is this machine only where the deployment says so', async () => {
    expect(allowedUrl('http://127.0.0.1:4000/x', ['loopback']).port).toBe('4000');
    expect(await code(() => allowedUrl('http://127.0.0.1:4000/x', []))).toBe('remote-refused');
    expect(await code(() => allowedUrl('http://10.0.0.1/x', ['loopback']))).toBe('remote-refused');
  });

  test.each([
    ['93.184.216.34', true],
    ['2606:2800:220:1::1', true],
    ['127.0.0.1', false],
    ['10.1.2.3', false],
    ['172.16.0.1', false],
    ['192.168.1.1', false],
    ['169.254.169.254', false],
    ['100.64.0.1', false],
    ['0.0.0.0', false],
    ['224.0.0.1', false],
    ['::1', false],
    ['::', false],
    ['fe80::1', false],
    ['fd00:ec2::254', false],
    ['::ffff:169.254.169.254', false],
    ['64:ff9b::a9fe:a9fe', false],
    ['2002:a9fe:a9fe::', false],
    ['junk', false],
  ])('%s is public: %s', (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected);
  });
});

describe('reading a document', () => {
  let url = '';
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const server = createServer((request, response) => answer(request, response));
  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/list`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const get = documentGetter({ hosts: ['loopback', 'localhost'], maxBytes: 1_000, timeoutMs: 500 });

  test('gives its bytes and its age', async () => {
    answer = (request, response) =>
      response.writeHead(200, { 'cache-control': 'public, max-age=60' }).end(request.headers.accept);
    expect(await get(url, 'text/plain')).toEqual({ body: Buffer.from('text/plain'), maxAge: 60 });
  });

  test.each([
    [
      'a redirect',
      (_: unknown, response: ServerResponse) => response.writeHead(302, { location: '/other' }).end(),
    ],
    ['an error', (_: unknown, response: ServerResponse) => response.writeHead(500).end()],
    ['more than the bound', (_: unknown, response: ServerResponse) => response.end('x'.repeat(1_001))],
    ['silence', () => undefined],
    [
      'a trickle',
      (_: unknown, response: ServerResponse) => {
        const timer = setInterval(() => response.write('x'), 50);
        response.on('close', () => clearInterval(timer));
      },
    ],
    ['a broken answer', (request: IncomingMessage) => request.socket.destroy()],
  ])('is over at %s', async (_, misbehave) => {
    answer = misbehave as never;
    expect(await code(() => get(url, 'x'))).toBe('remote-unavailable');
  });

  test('never leads inside by a name: an allowed host that resolves to this machine is not called', async () => {
    let called = false;
    answer = (_, response) => {
      called = true;
      response.end();
    };
    const port = new URL(url).port;
    const named = documentGetter({ hosts: [`localhost:${port}`], maxBytes: 1_000, timeoutMs: 500 });
    expect(await code(() => named(`https://localhost:${port}/`, 'x'))).toBe('remote-unavailable');
    expect(called).toBe(false);
  });
});

describe('the cache', () => {
  const setup = (maxAge: number | undefined) => {
    let now = 1_000_000;
    let reads = 0;
    let failing = false;
    const get: GetDocument = async (address) => {
      reads++;
      if (failing) throw new Error('down');
      return { body: Buffer.from(`${String(address)} ${reads}`), maxAge };
    };
    const cached = cachedGetter(get, { maxEntries: 2, maxAge: 600, minAge: 15 }, () => now);
    return {
      read: async (address = 'a') => String((await cached(address, 'x')).body),
      pass: (s: number) => {
        now += s * 1000;
      },
      fail: (value: boolean) => {
        failing = value;
      },
      reads: () => reads,
    };
  };

  test.each([
    [undefined, 600],
    [60, 60],
    [1, 15],
    [86_400, 600],
  ])('keeps what its host lets keep for %s s for %s s', async (maxAge, kept) => {
    const { read, pass } = setup(maxAge);
    expect([await read(), await read()]).toEqual(['a 1', 'a 1']);
    pass(kept - 1);
    expect(await read()).toBe('a 1');
    pass(1);
    expect(await read()).toBe('a 2');
  });

  test('reads once for all who ask at once, and keeps no more than its bound', async () => {
    const { read, reads } = setup(undefined);
    await Promise.all([read(), read(), read()]);
    expect(reads()).toBe(1);
    await read('b');
    await read('a');
    await read('c');
    // The one used longest ago left.
    await read('a');
    expect(reads()).toBe(3);
    await read('b');
    expect(reads()).toBe(4);
  });

  test('reads anew what is older than asked for, but not within the least time', async () => {
    let now = 1_000_000;
    let reads = 0;
    const get: GetDocument = async () => ({ body: Buffer.from(`${++reads}`), maxAge: undefined });
    const cached = cachedGetter(get, { maxEntries: 2, maxAge: 600, minAge: 15 }, () => now);
    expect((await cached('a', 'x')).readAt).toBe(1_000_000);
    now += 14_999;
    expect(String((await cached('a', 'x', now)).body)).toBe('1');
    now += 1;
    expect(String((await cached('a', 'x', 1_000_000)).body)).toBe('1');
    const { body, readAt } = await cached('a', 'x', 1_000_001);
    expect([String(body), readAt]).toEqual(['2', now]);
  });

  test('remembers a failure for the least time only, and never serves what is past its age instead', async () => {
    const { read, pass, fail, reads } = setup(60);
    await read();
    pass(60);
    fail(true);
    await expect(read()).rejects.toThrow();
    await expect(read()).rejects.toThrow();
    expect(reads()).toBe(2);
    pass(15);
    fail(false);
    expect(await read()).toBe('a 3');
  });
});
