import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import type * as z from 'zod';
import type { Decision as ServedDecision } from '../../functions/decisions/decision.ts';
import type { enrolmentBody } from '../../functions/decisions/enrol.ts';
import type { NewRequestAnswer } from '../../functions/presentations/app-api.ts';
import type { newRequestSchema } from '../../functions/presentations/new-request.ts';
import type { PresentationResult as ServedResult } from '../../functions/presentations/presentation-result.ts';
import type { feedbackBody } from '../../functions/reviews/bodies.ts';
import type { EVENT_SCHEMAS } from '../../infra/event-schemas.ts';
import type { ENROLMENT_SCHEMAS } from '../../infra/openapi/enrolment.schemas.ts';
import { type LocalModeForTest, startLocalMode } from '../../test/local-mode.ts';
import {
  ApiError,
  type AuthenticationObserved,
  type Connection,
  connect,
  type Decision,
  type EnrolledWallet,
  type Feedback,
  type NewEnrolment,
  type NewPresentationRequest,
  type PresentationRequested,
  type PresentationResult,
} from './index.ts';

const event = (id: string): AuthenticationObserved => ({
  source: 'shop.example',
  'detail-type': 'Authentication Observed',
  detail: {
    metadata: { id },
    data: { subject: { id: 'u-client' }, action: 'sign_in', outcome: 'success', factors: ['passkey'] },
  },
});

const asked: NewPresentationRequest = {
  dcql_query: {
    credentials: [{ id: 'id', format: 'dc+sd-jwt', meta: { vct_values: ['https://gov.example/identity'] } }],
  },
  purpose: 'To be sure that it is you',
};

const failure = (work: Promise<unknown>): Promise<ApiError> =>
  work.then(
    () => expect.unreachable('It did not fail'),
    (error) => error,
  );

test('types are those of the functions', () => {
  expectTypeOf<ServedDecision>().toExtend<Decision>();
  expectTypeOf<NewRequestAnswer>().toExtend<PresentationRequested>();
  expectTypeOf<ServedResult>().toExtend<PresentationResult>();
  type Accepted = z.input<(typeof EVENT_SCHEMAS)['Authentication Observed']>;
  expectTypeOf<AuthenticationObserved['detail']>().toExtend<Accepted['detail']>();
  expectTypeOf<NewPresentationRequest>().toExtend<z.input<typeof newRequestSchema>>();
  expectTypeOf<NewEnrolment>().toExtend<z.input<typeof enrolmentBody>>();
  expectTypeOf<z.output<(typeof ENROLMENT_SCHEMAS)['EnrolledWallet']>>().toExtend<EnrolledWallet>();
  expectTypeOf<Feedback>().toExtend<z.input<typeof feedbackBody>>();
});

describe('with a deployment', () => {
  let local: LocalModeForTest;
  let connection: Connection;
  beforeAll(async () => {
    local = await startLocalMode();
    connection = { url: local.urls.api, token: () => local.issuer.token() };
  });
  afterAll(() => local?.end());

  test('decides an event, once', async () => {
    const countersign = connect(connection);
    const decided = await countersign.evaluate(event('client-1'));
    expect(decided).toMatchObject({ eventId: 'client-1', mode: 'shadow' });
    expect(await countersign.evaluate(event('client-1'))).toEqual(decided);
    expect(await countersign.decision('client-1')).toEqual(decided);
  });

  test('reads ids with any character in them', async () => {
    const countersign = connect(connection);
    await countersign.evaluate(event('a/b?c#d e'));
    expect((await countersign.decision('a/b?c#d e')).eventId).toBe('a/b?c#d e');
  });

  test('hears feedback, and takes it back', async () => {
    const countersign = connect(connection);
    await countersign.evaluate(event('client-2'));
    const id = await countersign.feedback({ eventId: 'client-2', verdict: 'confirmSafe' });
    expect(await countersign.withdrawFeedback(id)).toBeUndefined();
    expect((await failure(countersign.withdrawFeedback('nothing'))).code).toBe('feedback-unknown');
  });

  test('asks for a presentation, and reads how it stands', async () => {
    const countersign = connect(connection);
    const { id, authorization_request, page_uri } = await countersign.requestPresentation(asked);
    expect(authorization_request).toMatch(/^openid4vp:/);
    expect(page_uri).toMatch(/\/page$/);
    expect(await countersign.presentationResult(id)).toEqual({ status: 'pending', credentials: [] });
  });

  test('enrols a wallet from a session or by an operator, and says why not', async () => {
    const countersign = connect(connection);
    const { id, authorization_request } = await countersign.enrolWallet({
      subject: 'u-client',
      format: 'dc+sd-jwt',
    });
    expect(authorization_request).toMatch(/^openid4vp:/);
    expect(await countersign.presentationResult(id)).toEqual({ status: 'pending', credentials: [] });
    expect(await countersign.wallets('u-client')).toEqual([]);
    expect((await failure(countersign.retireWallet('none', 'u-client'))).code).toBe('wallet-unknown');
    expect((await failure(countersign.enrolWallet({ eventId: 'never-seen' }))).code).toBe('decision-unknown');
  });

  test('tells the problem, and which members are wrong', async () => {
    const countersign = connect(connection);
    const unknown = await failure(countersign.decision('nowhere'));
    expect(unknown).toBeInstanceOf(ApiError);
    expect(unknown).toMatchObject({ code: 'decision-unknown', status: 404 });
    const wrong = { ...event('x'), detail: { ...event('x').detail, metadata: { id: '' } } };
    const { code, problem } = await failure(countersign.evaluate(wrong));
    expect(code).toBe('event-invalid');
    expect(problem?.fields?.[0]?.field).toBe('detail.metadata.id');
  });

  test('asks for another token once when one is refused, and no more', async () => {
    const given: (string | undefined)[] = [];
    const renewing = connect({
      ...connection,
      token: async (refused) => {
        given.push(refused);
        return refused === undefined ? 'stale' : local.issuer.token();
      },
    });
    await renewing.evaluate(event('client-3'));
    expect(given).toEqual([undefined, 'stale']);
    const { code, status } = await failure(connect({ ...connection, token: () => 'stale' }).decision('x'));
    expect([code, status]).toEqual(['unauthorized', 401]);
    const scope = 'countersign/stream';
    const other = connect({ ...connection, token: () => local.issuer.token({ scope }) });
    expect((await failure(other.decision('x'))).code).toBe('forbidden');
  });
});

describe('when a deployment fails', () => {
  /** Answers what it is given, one by one; the last for ever. */
  const served = (...answers: (Response | Error)[]) => {
    const seen: { url: string; body: unknown }[] = [];
    const pauses: number[] = [];
    const countersign = connect({
      url: 'https://api.example/',
      token: () => 't',
      fetch: async (url, { body }) => {
        const answer = answers[Math.min(seen.length, answers.length - 1)]!;
        seen.push({ url, body });
        if (answer instanceof Error) throw answer;
        return answer.clone();
      },
      sleep: async (ms) => {
        pauses.push(ms);
      },
      random: () => 0.5,
    });
    return { countersign, seen, pauses };
  };
  const busy = (headers: Record<string, string> = {}) =>
    Response.json({ message: 'Too Many Requests' }, { status: 429, headers });
  const broken = new Response('Bad gateway', { status: 502 });
  const decided = Response.json({ eventId: 'e' });

  test('tries again after 429, 5xx and silence, with pauses that grow and are drawn', async () => {
    const { countersign, seen, pauses } = served(busy(), broken, new TypeError('fetch failed'), decided);
    expect(await countersign.decision('e')).toEqual({ eventId: 'e' });
    expect(seen.map(({ url }) => url)).toEqual(Array(4).fill('https://api.example/v1/decisions/e'));
    expect(pauses).toEqual([100, 200, 400]);
  });

  test('sends the same event each time', async () => {
    const { countersign, seen } = served(broken, decided);
    await countersign.evaluate(event('e'));
    expect(seen[1]).toEqual(seen[0]);
    expect(JSON.parse(String(seen[0]?.body))).toEqual(event('e'));
  });

  test('waits as long as it is told to, and never for long', async () => {
    const { countersign, pauses } = served(
      busy({ 'retry-after': '2' }),
      busy({ 'retry-after': '9999' }),
      decided,
    );
    await countersign.decision('e');
    expect(pauses).toEqual([2_100, 5_200]);
  });

  test('gives up, and says what was last', async () => {
    const throttled = served(busy());
    expect(await failure(throttled.countersign.decision('e'))).toMatchObject({
      code: 'throttled',
      status: 429,
    });
    expect(throttled.seen).toHaveLength(4);
    const down = served(new TypeError('fetch failed'));
    expect(await failure(down.countersign.decision('e'))).toMatchObject({ code: 'unreachable', status: 0 });
    expect(await failure(served(broken).countersign.decision('e'))).toMatchObject({ code: 'unavailable' });
  });

  test('does not repeat what will not change', async () => {
    const problem = { type: 'urn:countersign:problem:event-conflict', title: 'Another event', status: 409 };
    const { countersign, seen } = served(Response.json(problem, { status: 409 }));
    expect(await failure(countersign.evaluate(event('e')))).toMatchObject({
      code: 'event-conflict',
      problem,
    });
    expect(seen).toHaveLength(1);
    const odd = served(new Response('<html>', { status: 200 }));
    expect((await failure(odd.countersign.decision('e'))).code).toBe('unreadable');
  });

  test('ends when the caller wishes', async () => {
    const { countersign, seen } = served(broken);
    const reason = new Error('The person went away');
    expect(await failure(countersign.decision('e', { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(seen).toHaveLength(0);
  });
});
