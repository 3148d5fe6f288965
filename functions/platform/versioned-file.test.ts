import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { versionedFile } from './versioned-file.ts';

describe('a file on disk', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'versioned-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('is read when it is new or changed, and not otherwise', async () => {
    const path = join(folder, 'feed.json');
    const read = versionedFile(path);
    expect(await read(undefined)).toBeNull();
    await writeFile(path, 'one');
    const one = await read(undefined);
    expect(one?.text).toBe('one');
    expect(await read(one!.tag)).toBeUndefined();
    await writeFile(path, 'two!');
    await utimes(path, 1, 2);
    expect((await read(one!.tag))?.text).toBe('two!');
  });

  test('that is a folder is unreadable', async () => {
    await expect(versionedFile(folder)(undefined)).rejects.toMatchObject({ code: 'file-unreadable' });
  });
});

describe('an object on S3', () => {
  // The wire is real: an HTTP server that answers as S3 does, under the client's own endpoint override.
  let server: Server;
  let status = 200;
  const asked: (string | undefined)[] = [];
  const before = { ...process.env };
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.url?.split('?')[0]} ${request.headers['if-none-match'] ?? '-'}`);
      const isSame = request.headers['if-none-match'] === '"v1"';
      response.writeHead(status === 200 && isSame ? 304 : status, {
        etag: '"v1"',
        'content-type': 'text/plain',
      });
      response.end(status === 200 && !isSame ? 'listed' : undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
  });
  afterAll(() => {
    server.close();
    for (const name of ['AWS_ENDPOINT_URL_S3', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });

  test('is read by its tag, absent when there is none, unreadable when it is refused', async () => {
    const read = versionedFile('s3://lists/feeds/today.json');
    const first = await read(undefined);
    expect(first).toEqual({ text: 'listed', tag: '"v1"' });
    expect(await read(first!.tag)).toBeUndefined();
    expect(asked).toEqual([expect.stringMatching(/feeds\/today\.json -$/), expect.stringContaining('"v1"')]);
    status = 404;
    expect(await read(undefined)).toBeNull();
    status = 403;
    await expect(read(undefined)).rejects.toMatchObject({ code: 'file-unreadable', status: 503 });
  });
});
