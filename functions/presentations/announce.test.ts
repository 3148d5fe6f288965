import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { announceLate } from './announce.ts';
import { redeemAnswer } from './answer-request.ts';
import type { Concern, PresentationRequest } from './presentation-request.ts';
import { ANNOUNCE_WITHIN_MS, MAX_TRIES } from './presentations.store.ts';
import { IDENTITY, issueSdJwt, newKey } from './testing/issuer.ts';
import { codeOf, startVerifier, type TestVerifier } from './testing/verifier.ts';
import { presentSdJwt } from './testing/wallet.ts';

let verifier: TestVerifier;
beforeAll(async () => {
  verifier = await startVerifier();
});
afterAll(() => verifier.close());
beforeEach(async () => {
  verifier.queue.down = false;
  verifier.clock.offset = 0;
  for (const { walletId } of await verifier.deps.store.unannounced(Number.MAX_SAFE_INTEGER, 100))
    await verifier.deps.store.announced(walletId);
  verifier.queue.sent.length = 0;
});

const CONCERNS: Concern = { kind: 'decision', eventId: 'e-1', subject: 'ada' };
const dcql_query = {
  credentials: [{ id: 'identity', format: 'dc+sd-jwt', meta: { vct_values: [IDENTITY] } }],
};
const ask = async (body: object = {}, concerns: Concern | undefined = CONCERNS) =>
  verifier.ask({ dcql_query, response_mode: 'direct_post', ...body }, concerns);
const answer = async (request: PresentationRequest, holder = verifier.holder) =>
  verifier.post(request, {
    state: request.state,
    vp_token: JSON.stringify({
      identity: [
        await presentSdJwt(await issueSdJwt(verifier.issuer, holder), holder, {})(
          request.clientId,
          request.nonce,
          {},
        ),
      ],
    }),
  });
const waiting = async () =>
  (await verifier.deps.store.unannounced(Number.MAX_SAFE_INTEGER, 100)).map(({ walletId }) => walletId);
/** The sweeper, some time after now. */
const sweep = (after: number) => {
  verifier.clock.offset = after;
  return announceLate({
    store: verifier.deps.store,
    send: async ({ walletId }) => {
      if (verifier.queue.down) throw new Error('The queue is down');
      verifier.queue.sent.push(walletId);
    },
    clock: verifier.deps.clock,
  });
};

describe('an accepted answer', () => {
  test('is marked and announced, and the mark goes when it was acted upon', async () => {
    const { request } = await ask();
    await answer(request);
    expect(verifier.queue.sent).toEqual([request.walletId]);
    expect(await waiting()).toEqual([request.walletId]);
    await verifier.deps.store.announced(request.walletId);
    expect(await waiting()).toEqual([]);
  });

  test('to a request of an app is announced too', async () => {
    const { request } = await verifier.ask({ dcql_query, response_mode: 'direct_post' });
    await answer(request);
    expect(verifier.queue.sent).toEqual([request.walletId]);
  });

  test('on the same device is announced once the app has shown the code, and once only', async () => {
    const { request } = await ask({ return_uri: 'https://shop.example/back' });
    const { redirectUri } = await answer(request);
    expect(redirectUri).toContain('response_code=');
    expect([verifier.queue.sent, await waiting()]).toEqual([[], []]);
    const stored = (await verifier.deps.store.get(request.walletId))!;
    for (let times = 0; times < 2; times++) await redeemAnswer(stored, verifier.deps);
    expect(verifier.queue.sent).toEqual([request.walletId]);
    await verifier.deps.store.announced(request.walletId);
    await redeemAnswer(stored, verifier.deps);
    expect([verifier.queue.sent.length, await waiting()]).toEqual([1, []]);
  });
});

describe('an answer that does not hold', () => {
  test('is announced when it was the last try, and not before', async () => {
    const { request } = await ask();
    const junk = () => codeOf(verifier.post(request, { state: request.state, vp_token: '{}' }));
    for (let tries = 1; tries < MAX_TRIES; tries++) {
      expect(await junk()).toBe('presentation-refused');
      expect([verifier.queue.sent, await waiting()]).toEqual([[], []]);
    }
    await junk();
    expect([verifier.queue.sent, await waiting()]).toEqual([[request.walletId], [request.walletId]]);
    expect(await junk()).toBe('request-closed');
    expect(verifier.queue.sent).toHaveLength(1);
  });

  test('of many at once closes the request once', async () => {
    const { request } = await ask();
    const junk = () => codeOf(verifier.post(request, { state: request.state, vp_token: '{}' }));
    await Promise.all(Array.from({ length: 24 }, junk));
    expect(verifier.queue.sent).toEqual([request.walletId]);
    expect((await verifier.deps.store.get(request.walletId))?.tries).toBe(MAX_TRIES);
  });
});

describe('what a fault loses', () => {
  test('the sweeper announces: the wallet was answered as if nothing were', async () => {
    const { request } = await ask();
    verifier.queue.down = true;
    expect(await answer(request)).toEqual({});
    verifier.queue.down = false;
    expect(verifier.queue.sent).toEqual([]);
    // Not while the function itself may still do it.
    expect(await sweep(ANNOUNCE_WITHIN_MS - 10_000)).toBe(0);
    expect(await sweep(ANNOUNCE_WITHIN_MS + 10_000)).toBe(1);
    expect(verifier.queue.sent).toEqual([request.walletId]);
  });

  test('is announced again, seldom, for as long as nobody has finished it', async () => {
    const { request } = await ask();
    verifier.queue.down = true;
    await answer(request);
    // The sweeper meets the same fault.
    await expect(sweep(200_000)).rejects.toThrow('down');
    verifier.queue.down = false;
    expect(await sweep(200_000)).toBe(1);
    expect(await sweep(260_000)).toBe(0);
    expect(await sweep(1_200_000)).toBe(1);
    await verifier.deps.store.announced(request.walletId);
    expect(await sweep(3_000_000)).toBe(0);
  });

  test('by two sweepers at once is put off once', async () => {
    const { request } = await ask();
    await answer(request);
    const [mark] = await verifier.deps.store.unannounced(Number.MAX_SAFE_INTEGER, 10);
    expect(await verifier.deps.store.postpone(mark!, mark!.due + 1)).toBe(true);
    expect(await verifier.deps.store.postpone(mark!, mark!.due + 2)).toBe(false);
    expect(await waiting()).toEqual([request.walletId]);
  });
});

describe('the holder of an answer', () => {
  const holderIn = async (request: PresentationRequest) =>
    (await verifier.deps.store.get(request.walletId))?.outcome;

  test('is kept as a pseudonym, the same each time, another for another key', async () => {
    const other = newKey();
    const names: (string | undefined)[] = [];
    for (const holder of [verifier.holder, verifier.holder, other]) {
      const { request } = await ask();
      await answer(request, holder);
      names.push((await holderIn(request))?.holder);
    }
    expect(names[0]).toMatch(/^[\w-]{16}$/);
    expect(names[1]).toBe(names[0]);
    expect(names[2]).not.toBe(names[0]);
  });

  test('is not kept where an app asks for reasons of its own', async () => {
    const { request } = await verifier.ask({ dcql_query, response_mode: 'direct_post' });
    await answer(request);
    expect(await holderIn(request)).not.toHaveProperty('holder');
  });

  test('cannot be claimed in the body of an app', async () => {
    await expect(verifier.ask({ dcql_query, concerns: CONCERNS })).rejects.toMatchObject({
      code: 'request-invalid',
    });
  });
});
