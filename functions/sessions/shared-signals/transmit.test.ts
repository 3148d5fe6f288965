import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTables, type TestTables } from '../../../test/tables.ts';
import {
  ISSUER,
  pseudonymOf,
  revokedSignal,
  SECRET,
  storedStream,
  testSigningKey,
  testTransmitter,
} from '../testing/shared-signals.ts';
import { EVENT_TYPES } from './event-types.ts';
import { poll } from './poll.ts';
import { type StreamStore, streamStore } from './streams.store.ts';
import { authorizationBox, backoffMs, sweepOutbox, transmit } from './transmit.ts';

let tables: TestTables;
let streams: StreamStore;
let now = 0;
let tenant = '';
let run = 0;
let transmitter: ReturnType<typeof testTransmitter>;
beforeAll(async () => {
  tables = await startTables();
  streams = streamStore(tables.client, tables.streams, () => now);
});
afterAll(() => tables.close());
beforeEach(() => {
  tenant = `tenant${++run}`;
  now = Date.now() + run * 30 * 86_400_000;
  transmitter = testTransmitter(streams, () => now);
});

const verified = async (token: string) =>
  (
    await jwtVerify(token, createLocalJWKSet({ keys: [testSigningKey.jwk as never] }), {
      typ: 'secevent+jwt',
    })
  ).payload;
const FAILED = { outcome: 'failed', reason: 'HTTP 503' } as const;

describe('transmitting a signal', () => {
  test('signs one event for each stream that wants it, and pushes it with the credential given', async () => {
    const { deps, pushed } = transmitter;
    const stream = await storedStream(streams, tenant);
    await streams.put(
      {
        ...stream,
        delivery: {
          method: 'push',
          url: 'https://receiver.example/events',
          authorization: authorizationBox(SECRET, stream.id).seal('Bearer x'),
        },
      },
      1,
    );
    await storedStream(streams, tenant, { client: 'other', requested: [EVENT_TYPES.credentialChange] });
    await storedStream(streams, tenant, { client: 'off', status: 'disabled' });
    await storedStream(streams, `${tenant}-elsewhere`);
    await transmit(revokedSignal(tenant, 'a'), deps);
    expect(pushed.map(({ url, authorization }) => [url, authorization])).toEqual([
      ['https://receiver.example/events', 'Bearer x'],
    ]);
    const payload = await verified(pushed[0]!.token);
    expect(payload).toEqual({
      iss: ISSUER,
      aud: 'receiver',
      iat: Math.floor(now / 1000),
      jti: expect.stringMatching(/^[\w-]{27}$/),
      txn: expect.any(String),
      sub_id: {
        format: 'complex',
        user: { format: 'iss_sub', iss: 'https://idp.example', sub: 'u-1' },
        session: { format: 'opaque', id: 's-1' },
      },
      events: {
        [EVENT_TYPES.sessionRevoked]: {
          initiating_entity: 'policy',
          reason_admin: { en: 'Too risky' },
          event_timestamp: Date.UTC(2026, 10, 20, 9) / 1000,
        },
      },
    });
  });

  test('a repeated message sends nothing that was sent, delivered or not', async () => {
    const { deps, pushed, answers } = transmitter;
    await storedStream(streams, tenant);
    answers.push(FAILED);
    for (let time = 0; time < 3; time++) await transmit(revokedSignal(tenant, 'a'), deps);
    expect(pushed).toHaveLength(1);
    now += 20_000;
    await sweepOutbox(deps);
    await transmit(revokedSignal(tenant, 'a'), deps);
    await sweepOutbox(deps);
    expect(pushed).toHaveLength(2);
    // Bit for bit the same token, so that no receiver can take it for another.
    expect(pushed[1]!.token).toBe(pushed[0]!.token);
    expect((await verified(pushed[0]!.token)).jti).not.toBe(undefined);
  });

  test('leaves out a subject that the receiver removed, and nobody else', async () => {
    const { deps, pushed } = transmitter;
    const stream = await storedStream(streams, tenant);
    await streams.exclude(stream.id, pseudonymOf(tenant, 'u-1'), true);
    await transmit(revokedSignal(tenant, 'a'), deps);
    await transmit(revokedSignal(tenant, 'b', 'u-2'), deps);
    expect(pushed).toHaveLength(1);
    await streams.exclude(stream.id, pseudonymOf(tenant, 'u-1'), false);
    await transmit(revokedSignal(tenant, 'c'), deps);
    expect(pushed).toHaveLength(2);
  });
});

describe('what was not taken', () => {
  test('is pushed again, later each time, by one of all that try', async () => {
    const { deps, pushed, answers } = transmitter;
    await storedStream(streams, tenant);
    answers.push(FAILED, FAILED);
    await transmit(revokedSignal(tenant, 'a'), deps);
    await sweepOutbox(deps);
    expect(pushed).toHaveLength(1);
    now += 10_000;
    await Promise.all([sweepOutbox(deps), sweepOutbox(deps), sweepOutbox(deps)]);
    expect(pushed).toHaveLength(2);
    now += 10_000;
    await sweepOutbox(deps);
    expect(pushed).toHaveLength(2);
    now += 10_000;
    await sweepOutbox(deps);
    expect(pushed).toHaveLength(3);
    now += 7_200_000;
    expect(await sweepOutbox(deps)).toBe(0);
  });

  test('waits longer after each failure, to an hour', () => {
    const waits = Array.from({ length: 12 }, (_, index) => backoffMs(index + 1, 0) / 1000);
    expect(waits.slice(0, 4)).toEqual([10, 20, 40, 80]);
    expect(waits.at(-1)).toBe(3600);
    expect(backoffMs(1, 0.999)).toBeLessThan(15_000);
  });

  test('is finished after a crash in the middle of a push', async () => {
    const { deps, pushed, answers } = transmitter;
    await storedStream(streams, tenant);
    answers.push(new Error('the process ends here'));
    await transmit(revokedSignal(tenant, 'a'), deps);
    now += 29_000;
    await sweepOutbox(deps);
    expect(pushed).toHaveLength(1);
    now += 2_000;
    await sweepOutbox(deps);
    expect(pushed).toHaveLength(2);
  });

  test('is given up when the receiver refuses the token, or a week is over, and that is said once', async () => {
    const { deps, answers, givenUp } = transmitter;
    const stream = await storedStream(streams, tenant);
    answers.push({ outcome: 'refused', reason: 'invalid_audience' });
    await transmit(revokedSignal(tenant, 'a'), deps);
    answers.push(FAILED, FAILED);
    await transmit(revokedSignal(tenant, 'b'), deps);
    now += 7 * 86_400_000 - 5_000;
    await sweepOutbox(deps);
    now += 3_600_000;
    await sweepOutbox(deps);
    expect(givenUp).toEqual([
      { stream: stream.id, jti: expect.any(String), reason: 'invalid_audience' },
      { stream: stream.id, jti: expect.any(String), reason: 'expired: HTTP 503' },
    ]);
  });

  test('is held while the stream is paused, and sent when it goes on; disabled, it is dropped', async () => {
    const { deps, pushed } = transmitter;
    let stream = await storedStream(streams, tenant, { status: 'paused' });
    await transmit(revokedSignal(tenant, 'a'), deps);
    await sweepOutbox(deps);
    await transmit({ kind: 'resume', stream: stream.id }, deps);
    expect(pushed).toHaveLength(0);
    stream = { ...stream, status: 'enabled' };
    await streams.put(stream, 1);
    await transmit({ kind: 'resume', stream: stream.id }, deps);
    await transmit({ kind: 'resume', stream: stream.id }, deps);
    expect(pushed).toHaveLength(1);
    transmitter.answers.push(FAILED);
    await transmit(revokedSignal(tenant, 'b'), deps);
    await streams.put({ ...stream, status: 'disabled' }, 2);
    now += 60_000;
    await sweepOutbox(deps);
    await streams.put({ ...stream, status: 'enabled' }, 3);
    now += 60_000;
    await sweepOutbox(deps);
    expect(pushed).toHaveLength(2);
  });
});

describe('polling', () => {
  const receiver = () => ({ tenant, client: 'receiver' });
  const pollDeps = () => ({
    streams,
    clock: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
    onRefused: () => undefined,
  });

  test('gives what waits, in order, until it is acknowledged; a repeated signal adds nothing', async () => {
    const { id } = await storedStream(streams, tenant, { delivery: { method: 'poll' } });
    for (const signal of ['a', 'b', 'c']) {
      now += 10;
      await transmit(revokedSignal(tenant, signal), transmitter.deps);
      await transmit(revokedSignal(tenant, signal), transmitter.deps);
    }
    const first = await poll(id, { maxEvents: 2 }, receiver(), pollDeps());
    expect(Object.keys(first.sets)).toHaveLength(2);
    expect(first.moreAvailable).toBe(true);
    const rest = await poll(id, { ack: Object.keys(first.sets) }, receiver(), pollDeps());
    expect(Object.keys(rest.sets)).toHaveLength(1);
    expect(rest.moreAvailable).toBeUndefined();
    await poll(id, { ack: Object.keys(rest.sets), maxEvents: 0 }, receiver(), pollDeps());
    await transmit(revokedSignal(tenant, 'a'), transmitter.deps);
    expect(await poll(id, { returnImmediately: true }, receiver(), pollDeps())).toEqual({ sets: {} });
    expect(transmitter.pushed).toEqual([]);
  });

  test('waits a few seconds for an event, unless told not to', async () => {
    const { id } = await storedStream(streams, tenant, { delivery: { method: 'poll' } });
    const begun = now;
    expect(await poll(id, {}, receiver(), pollDeps())).toEqual({ sets: {} });
    expect(now - begun).toBe(5_000);
    const arriving = { ...pollDeps(), sleep: () => transmit(revokedSignal(tenant, 'a'), transmitter.deps) };
    expect(Object.keys((await poll(id, {}, receiver(), arriving)).sets)).toHaveLength(1);
  });

  test.each([
    ['somebody else', { client: 'other' }],
    ['another tenant', { tenant: 'other' }],
  ])('shows nothing to %s', async (_, who) => {
    const { id } = await storedStream(streams, tenant, { delivery: { method: 'poll' } });
    await expect(poll(id, {}, { ...receiver(), ...who }, pollDeps())).rejects.toMatchObject({
      code: 'stream-unknown',
      status: 404,
    });
  });

  test.each([
    [null],
    [[]],
    [{ maxEvents: -1 }],
    [{ maxEvents: 1.5 }],
    [{ returnImmediately: 'yes' }],
    [{ ack: ['../../x'] }],
    [{ ack: Array.from({ length: 1001 }, () => 'x') }],
    [{ setErrs: [] }],
    [{ setErrs: { 'se#other': {} } }],
  ])('refuses %j', async (body) => {
    const { id } = await storedStream(streams, tenant, { delivery: { method: 'poll' } });
    await expect(poll(id, body, receiver(), pollDeps())).rejects.toMatchObject({
      code: 'stream-invalid',
      status: 400,
    });
  });
});
