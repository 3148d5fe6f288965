import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTables, type TestTables } from '../../../test/tables.ts';
import { pseudonymsFor } from '../../platform/index.ts';
import { ISSUER, pseudonymOf, SECRET } from '../testing/shared-signals.ts';
import { DELIVERY, EVENT_TYPES, SUPPORTED_EVENTS } from './event-types.ts';
import {
  changeStatus,
  changeStream,
  changeSubject,
  createStream,
  deleteStream,
  type ManageDeps,
  readStatus,
  readStreams,
  requestVerification,
  type StreamView,
} from './manage-streams.ts';
import { assertPushTarget } from './push-target.ts';
import { STREAM_LIMITS } from './stream.ts';
import { type StreamStore, streamStore } from './streams.store.ts';
import { authorizationBox } from './transmit.ts';

let tables: TestTables;
let streams: StreamStore;
let now = 0;
let run = 0;
let receiver = { tenant: '', client: 'receiver' };
let sent: unknown[] = [];
beforeAll(async () => {
  tables = await startTables();
  streams = streamStore(tables.client, tables.streams, () => now);
});
afterAll(() => tables.close());
beforeEach(() => {
  receiver = { tenant: `tenant${++run}`, client: 'receiver' };
  sent = [];
  now = Date.UTC(2026, 10, 20, 9);
});

const deps = (): ManageDeps => ({
  streams,
  issuer: ISSUER,
  secret: async () => SECRET,
  pseudonym: async () => pseudonymsFor(SECRET, receiver.tenant),
  checkUrl: (url) => {
    assertPushTarget(url, { hosts: [], loopback: false });
  },
  send: async (message) => {
    sent.push(message);
  },
  clock: () => now,
});
const PUSH = {
  method: DELIVERY.push,
  endpoint_url: 'https://receiver.example/e',
  authorization_header: 'Bearer x',
};
const create = (body: object = {}, who = receiver) => createStream(body, who, deps());
const one = async (id: string) => (await streams.getMany([id]))[0]!;

describe('creating a stream', () => {
  test('without wishes is polled, and delivers everything', async () => {
    const made = await create();
    expect(made).toEqual({
      stream_id: expect.stringMatching(/^[\w-]{22}$/),
      iss: ISSUER,
      aud: 'receiver',
      events_supported: SUPPORTED_EVENTS,
      events_delivered: SUPPORTED_EVENTS,
      delivery: { method: DELIVERY.poll, endpoint_url: `${ISSUER}/v1/streams/${made.stream_id}/poll` },
      min_verification_interval: 30,
    });
    expect(await readStreams(undefined, receiver, deps())).toEqual([made]);
  });

  test('seals the credential of the receiver', async () => {
    const { stream_id: id } = await create({ delivery: PUSH });
    const { delivery } = await one(id);
    expect(JSON.stringify(delivery)).not.toContain('Bearer');
    const sealed = (delivery as { authorization: string }).authorization;
    expect(authorizationBox(SECRET, id).open(sealed)).toBe('Bearer x');
    expect(() => authorizationBox(SECRET, 'another').open(sealed)).toThrow();
  });

  test.each([
    ['no object', 7],
    ['an unknown method', { delivery: { method: 'urn:fax' } }],
    ['push without a place', { delivery: { method: DELIVERY.push } }],
    ['a header that splits', { delivery: { ...PUSH, authorization_header: 'x\r\nhost: evil' } }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['another audience', { aud: 'somebody-else' }],
    ['too many events', { events_requested: Array.from({ length: 65 }, () => 'x') }],
    ['an endless description', { description: 'x'.repeat(257) }],
  ])('refuses %s', async (_, body) => {
    await expect(createStream(body, receiver, deps())).rejects.toMatchObject({
      code: 'stream-invalid',
      status: 400,
    });
    expect(await readStreams(undefined, receiver, deps())).toEqual([]);
  });

  test('is bounded for each receiver, also when many are asked for at once', async () => {
    const asked = await Promise.allSettled(Array.from({ length: STREAM_LIMITS.client + 4 }, () => create()));
    const made = asked.filter(({ status }) => status === 'fulfilled').length;
    expect(made).toBeLessThanOrEqual(STREAM_LIMITS.client);
    while (((await readStreams(undefined, receiver, deps())) as StreamView[]).length < STREAM_LIMITS.client)
      await create();
    await expect(create()).rejects.toMatchObject({ code: 'stream-limit', status: 403 });
    // Another receiver has its own.
    expect(await create({}, { ...receiver, client: 'other' })).toMatchObject({ aud: 'other' });
  });
});

describe('changing a stream', () => {
  test('an update changes what it names, a replacement all', async () => {
    const { stream_id } = await create({ delivery: PUSH, description: 'mine' });
    const wished = [EVENT_TYPES.sessionRevoked, 'urn:unknown'];
    const updated = await changeStream({ stream_id, events_requested: wished }, 'update', receiver, deps());
    expect(updated).toMatchObject({
      events_requested: wished,
      events_delivered: [EVENT_TYPES.sessionRevoked],
      delivery: { endpoint_url: PUSH.endpoint_url },
      description: 'mine',
    });
    expect((await one(stream_id)).delivery).toHaveProperty('authorization');
    const replaced = await changeStream(
      { stream_id, delivery: { method: DELIVERY.poll } },
      'replace',
      receiver,
      deps(),
    );
    expect(replaced.delivery.method).toBe(DELIVERY.poll);
    expect(replaced).not.toHaveProperty('description');
    expect(replaced).not.toHaveProperty('events_requested');
  });

  test('from polling to pushing sends what was held', async () => {
    const { stream_id } = await create();
    await changeStream({ stream_id, delivery: PUSH }, 'update', receiver, deps());
    expect(sent).toEqual([{ kind: 'resume', stream: stream_id }]);
  });

  test('loses no change of two at once', async () => {
    const { stream_id } = await create();
    await Promise.all([
      changeStream({ stream_id, description: 'a' }, 'update', receiver, deps()),
      changeStream({ stream_id, events_requested: [] }, 'update', receiver, deps()),
      changeStatus({ stream_id, status: 'paused' }, receiver, deps()),
    ]);
    expect(await one(stream_id)).toMatchObject({ description: 'a', requested: [], status: 'paused' });
  });

  test('deleting it forgets it', async () => {
    const { stream_id } = await create();
    await deleteStream(stream_id, receiver, deps());
    expect(await readStreams(undefined, receiver, deps())).toEqual([]);
    await expect(readStatus(stream_id, receiver, deps())).rejects.toMatchObject({ code: 'stream-unknown' });
  });
});

describe('a stream of somebody else', () => {
  test.each([
    ['another client', { client: 'other' }],
    ['another tenant', { tenant: 'other' }],
  ])('does not exist for %s', async (_, who) => {
    const { stream_id } = await create();
    const stranger = { ...receiver, ...who };
    const tries = [
      () => readStreams(stream_id, stranger, deps()),
      () => changeStream({ stream_id, delivery: PUSH }, 'update', stranger, deps()),
      () => changeStream({ stream_id }, 'replace', stranger, deps()),
      () => deleteStream(stream_id, stranger, deps()),
      () => readStatus(stream_id, stranger, deps()),
      () => changeStatus({ stream_id, status: 'disabled' }, stranger, deps()),
      () => changeSubject({ stream_id, subject: { format: 'opaque', id: 'u' } }, true, stranger, deps()),
      () => requestVerification({ stream_id }, stranger, deps()),
    ];
    for (const attempt of tries)
      await expect(attempt()).rejects.toMatchObject({ code: 'stream-unknown', status: 404 });
    expect(await one(stream_id)).toMatchObject({ status: 'enabled', version: 1, verified: 0 });
    expect(sent).toEqual([]);
  });

  test.each([undefined, null, 7, '', 'short', `${'x'.repeat(21)}/`, 'x'.repeat(23)])(
    'nor does the id %j',
    async (id) => {
      await expect(readStatus(id, receiver, deps())).rejects.toMatchObject({ code: 'stream-unknown' });
    },
  );
});

describe('subjects and verification', () => {
  test('a subject is left out and taken in, under its pseudonym', async () => {
    const { stream_id } = await create();
    const subject = { format: 'email', email: 'ann@example.org' };
    const isOut = async () =>
      (await streams.excluding([stream_id], pseudonymOf(receiver.tenant, 'ann@example.org'))).size;
    await changeSubject({ stream_id, subject }, true, receiver, deps());
    expect(await isOut()).toBe(1);
    await changeSubject({ stream_id, subject }, false, receiver, deps());
    expect(await isOut()).toBe(0);
    for (const odd of [undefined, {}, { format: 'complex', session: { format: 'opaque', id: 's' } }])
      await expect(changeSubject({ stream_id, subject: odd }, true, receiver, deps())).rejects.toMatchObject({
        code: 'stream-invalid',
      });
  });

  test('a verification is sent with its state, at most every half minute, however many ask at once', async () => {
    const { stream_id } = await create();
    const asked = await Promise.allSettled(
      Array.from({ length: 5 }, () => requestVerification({ stream_id, state: 's' }, receiver, deps())),
    );
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(sent).toEqual([{ kind: 'verify', id: expect.any(String), stream: stream_id, state: 's' }]);
    now += 29_000;
    await expect(requestVerification({ stream_id }, receiver, deps())).rejects.toMatchObject({ status: 429 });
    now += 1_000;
    await requestVerification({ stream_id }, receiver, deps());
    expect(sent).toHaveLength(2);
    await expect(requestVerification({ stream_id, state: 7 }, receiver, deps())).rejects.toMatchObject({
      status: 400,
    });
  });
});
