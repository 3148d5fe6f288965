import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { decisionKey } from '../../functions/decisions/index.ts';
import { signLink } from '../../functions/reviews/feedback-link.ts';
import type { Review } from '../../functions/reviews/review.ts';
import { reviewStore } from '../../functions/reviews/reviews.store.ts';
import { main } from '../../infra/cli/main.ts';
import { type DetailType, EVENT_SCHEMAS } from '../../infra/event-schemas.ts';
import { readLabelledLog } from '../../models/log/labelled-log.ts';
import { type LocalModeForTest, startLocalMode } from '../local-mode.ts';
import { appOf, eventually, nativeEvent } from './client.ts';

let local: LocalModeForTest;
let app: ReturnType<typeof appOf>;
// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was told
const told: { type: string; event: any }[] = [];

beforeAll(async () => {
  local = await startLocalMode();
  local.events.observe((_, event) => {
    if (event.source === 'countersign') told.push({ type: event['detail-type'], event });
  });
  app = appOf(local);
});
afterAll(async () => {
  app?.close();
  await local?.end();
});

const body = (value: unknown) => ({ method: 'POST', body: JSON.stringify(value) });
const give = (eventId: string, verdict: string, more = {}) =>
  app.request('/v1/feedback', body({ eventId, verdict, ...more }));
const toldOf = (type: string, eventId: string) =>
  told.filter((one) => one.type === type && one.event.detail.data.eventId === eventId);
const asReviewer = async (name: string) => ({
  authorization: `Bearer ${await local.issuer.token({ sub: name })}`,
});

const DAY = 86_400_000;
const at = (day: number) => new Date(Date.now() - day * DAY).toISOString();
const AWAY = {
  network: { ip: '41.58.0.1' },
  agent: { userAgent: 'curl/8.5.0', deviceId: 'd-elsewhere' },
};

/** A person with habits, and a sign-in unlike them. */
const personWith = async (id: string) => {
  const subject = { id, kind: 'person' };
  for (let day = 12; day > 1; day--)
    await app.evaluate(nativeEvent(`${id}-${day}`, { metadata: { time: at(day) }, subject }));
  const strange = await app.evaluate(
    nativeEvent(`${id}-away`, { metadata: { time: at(1) }, subject, ...AWAY }),
  );
  const again = (name: string) => app.evaluate(nativeEvent(`${id}-${name}`, { subject, ...AWAY }));
  return { strange: strange.body, again };
};

/** What `countersign labels` writes is what training reads. */
const readsAsTrainingData = async (id: string) => {
  const said: string[] = [];
  const environment = { COUNTERSIGN_URL: local.urls.api, COUNTERSIGN_TOKEN: await local.issuer.token() };
  expect(await main(['labels'], environment, (line) => said.push(line))).toBe(0);
  const file = join(local.state, 'labels.jsonl');
  writeFileSync(file, said.join('\n'));
  const log = await readLabelledLog(file);
  expect(log.length).toBe(said.length);
  const { input, label, subject } = log.find((one) => one.id === id)!;
  expect(label).toBe(1);
  expect(subject).not.toContain('victim');
  expect(input.filter((value) => !Number.isNaN(value)).length).toBeGreaterThan(5);
};

describe('feedback', () => {
  test('confirmed safe, the event teaches and the next one like it scores lower; taken back, it is as if never said', async () => {
    const untouched = await personWith('untouched');
    const taught = await personWith('taught');
    const reverted = await personWith('reverted');
    const eventId = taught.strange.eventId;
    const { status, body: given } = await give(eventId, 'confirmSafe', { comment: 'Called them' });
    expect(status).toBe(201);
    expect(given.feedbackId).toMatch(/^[\w-]{27}\./);
    const { body: word } = await give(reverted.strange.eventId, 'confirmSafe');
    const gone = await app.request(`/v1/feedback/${word.feedbackId}`, { method: 'DELETE' });
    expect(gone.status).toBe(204);

    const [asBefore, lower, restored] = await Promise.all(
      [untouched, taught, reverted].map(async ({ again }) => (await again('next')).body),
    );
    expect(asBefore.score).toBeGreaterThan(0.05);
    expect(lower.score).toBeLessThan(asBefore.score / 2);
    expect(lower.baseline.events).toBe(asBefore.baseline.events + 1);
    expect(restored.baseline).toEqual(asBefore.baseline);
    expect(Math.abs(restored.score - asBefore.score)).toBeLessThan((asBefore.score - lower.score) / 10);

    const { labels } = (await app.request('/v1/labels')).body;
    const label = labels.find((one: { id: string }) => one.id === given.feedbackId);
    expect(label).toMatchObject({ label: 0, by: 'reviewer', score: taught.strange.score });
    expect(Object.values(label.features).filter((value) => typeof value === 'number').length).toBeGreaterThan(
      5,
    );
    expect(labels.some((one: { id: string }) => one.id === word.feedbackId)).toBe(false);
    await eventually(() => toldOf('Feedback Recorded', reverted.strange.eventId).length === 2);
    expect(
      toldOf('Baseline Repaired', reverted.strange.eventId).map(({ event }) => event.detail.data.change),
    ).toEqual(['taught', 'restored']);
  });

  test('confirmed compromised, it is labelled so, and what comes next from there is not trusted', async () => {
    const victim = await personWith('victim');
    const owner = await personWith('owner');
    for (const { strange } of [victim, owner]) await give(strange.eventId, 'confirmSafe');
    const { body: given } = await give(victim.strange.eventId, 'confirmCompromised');
    const [suspected, trusted] = [await victim.again('next'), await owner.again('next')];
    expect(suspected.body.score).toBeGreaterThan(trusted.body.score * 2);
    const { labels } = (await app.request('/v1/labels')).body;
    expect(labels).toContainEqual(expect.objectContaining({ id: given.feedbackId, label: 1 }));
    await readsAsTrainingData(given.feedbackId);
  });

  test('of an app counts below that of a reviewer; what is dismissed teaches and labels nothing', async () => {
    const { strange, again } = await personWith('heard');
    const by = async (scope: string) => ({
      authorization: `Bearer ${await local.issuer.token({ scope, client_id: 'shop-web' })}`,
    });
    const say = async (verdict: string, scope: string) =>
      app.request('/v1/feedback', {
        ...body({ eventId: strange.eventId, verdict }),
        headers: await by(scope),
      });
    const labelled = async () => {
      const { labels } = (await app.request('/v1/labels?limit=100')).body;
      const event = decisionKey('default', strange.eventId).split('#')[2];
      return labels.filter(({ id }: { id: string }) => id.startsWith(`${event}.`));
    };
    const { body: safe } = await say('confirmSafe', 'countersign/evaluate');
    expect(await labelled()).toMatchObject([{ id: safe.feedbackId, by: 'app', label: 0 }]);
    const taught = (await again('taught')).body;
    const { body: dismissed } = await say('dismiss', 'countersign/operate');
    expect(await labelled()).toEqual([]);
    // The app does not overrule the reviewer.
    await say('confirmSafe', 'countersign/evaluate');
    expect(await labelled()).toEqual([]);
    expect((await again('untaught')).body.score).toBeGreaterThan(taught.score);
    expect((await app.request(`/v1/feedback/${dismissed.feedbackId}`, { method: 'DELETE' })).status).toBe(
      204,
    );
    expect(await labelled()).toMatchObject([{ by: 'app', label: 0 }]);
  });

  test('is refused on unknown and foreign events, by unknown words and without the scope', async () => {
    await app.evaluate(nativeEvent('theirs', { metadata: { tenant: 'bank' } }));
    expect(await give('theirs', 'confirmSafe')).toMatchObject({
      status: 404,
      body: { type: 'urn:countersign:problem:event-unknown' },
    });
    expect((await give('never', 'confirmSafe')).status).toBe(404);
    await app.evaluate(nativeEvent('ours'));
    expect(await give('ours', 'fine')).toMatchObject({
      status: 422,
      body: { fields: [{ field: 'verdict' }] },
    });
    expect((await give('ours', 'dismiss', { extra: 1 })).status).toBe(422);
    expect((await app.request('/v1/feedback', { method: 'POST', body: '{' })).status).toBe(400);
    const token = await local.issuer.token({ scope: 'countersign/present' });
    const answer = await app.request('/v1/feedback', {
      ...body({ eventId: 'ours', verdict: 'dismiss' }),
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(403);
    expect((await app.request('/v1/feedback/nonsense', { method: 'DELETE' })).status).toBe(404);
  });
});

describe("the person's one-time link", () => {
  const linkFor = async (eventId: string, more = {}) => {
    const { status, body: link } = await app.request('/v1/feedback-links', body({ eventId, ...more }));
    expect(status).toBe(201);
    return `${local.urls.api}${new URL(link.url).pathname}`;
  };
  const answer = (url: string, said: string) =>
    fetch(url, { method: 'POST', body: new URLSearchParams({ answer: said }) });

  test('looked at by a mail scanner does nothing; answered once, it counts; answered again, it is refused', async () => {
    const { strange } = await personWith('asked');
    const url = await linkFor(strange.eventId);
    for (let scan = 0; scan < 3; scan++) {
      const page = await fetch(url);
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toMatch(/^text\/html/);
      expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
      expect(await page.text()).toMatch(/Was this you\?/);
    }
    expect(toldOf('Feedback Recorded', strange.eventId)).toEqual([]);
    const first = await answer(url, 'not_me');
    expect(first.status).toBe(200);
    await eventually(() => toldOf('Feedback Recorded', strange.eventId).length === 1);
    expect(toldOf('Feedback Recorded', strange.eventId)[0]?.event.detail.data).toMatchObject({
      verdict: 'confirmCompromised',
      by: 'person',
    });
    for (const again of [await answer(url, 'me'), await answer(url, 'not_me'), await fetch(url)])
      expect(again.status).toBe(410);
    expect(toldOf('Feedback Recorded', strange.eventId)).toHaveLength(1);
  });

  test('forged, expired or answered by anything but the form is refused, and nothing changed', async () => {
    await app.evaluate(nativeEvent('linked'));
    const url = await linkFor('linked');
    expect((await answer(`${url}x`, 'me')).status).toBe(404);
    expect((await answer(url.replace(/(links\/.{4})./, '$1_'), 'me')).status).toBe(404);
    expect((await answer(url, 'maybe')).status).toBe(422);
    expect((await fetch(url, body({ answer: 'me' }))).status).toBe(415);
    const short = await linkFor('linked', { hours: 0.01 });
    expect((await fetch(short)).status).toBe(200);
    // Links as the deployment signs them, of the past; and as somebody else signs them.
    const { environment } = local.host.functions.find(({ name }) => name.endsWith('-feedback'))!;
    const secret = local.secret(environment.PSEUDONYM_SECRET_ARN!);
    const made = (key: string, expiresAt: number) => {
      const decision = decisionKey('default', 'linked');
      const token = signLink(key, { tenant: 'default', decision, nonce: 'n'.repeat(20), expiresAt });
      return `${local.urls.api}/v1/feedback-links/${token}`;
    };
    for (const [link, status] of [
      [made(secret, Date.now() - 1), 410],
      [made(`${secret}x`, Date.now() + 60_000), 404],
    ] as const) {
      expect((await fetch(link)).status).toBe(status);
      expect((await answer(link, 'me')).status).toBe(status);
    }
    expect(toldOf('Feedback Recorded', 'linked')).toEqual([]);
    expect((await app.request('/v1/feedback-links', body({ eventId: 'unheard-of' }))).status).toBe(404);
    expect((await answer(url, 'me')).status).toBe(200);
    expect(toldOf('Feedback Recorded', 'linked')).toHaveLength(1);
  });
});

describe('reviews', () => {
  /** A service that looks nothing like itself: by the default policy people look at it. */
  const suspicious = async (id: string) => {
    const subject = { id: `robot-${id}`, kind: 'service' };
    for (let day = 12; day > 1; day--)
      await app.evaluate(nativeEvent(`${id}-${day}`, { metadata: { time: at(day) }, subject }));
    const { body: decision } = await app.evaluate(nativeEvent(id, { subject, ...AWAY }));
    expect(decision.outcome).toBe('review');
    const found = await eventually(async () => {
      const { body: list } = await app.request('/v1/reviews?limit=100');
      return list.reviews.find((review: { eventId: string }) => review.eventId === id);
    });
    return { decision, id: found.id as string };
  };
  const act = async (id: string, action: unknown, name = 'ada') =>
    app.request(`/v1/reviews/${id}`, { ...body(action), headers: await asReviewer(name) });

  test('a decision for people waits in the queue with all they need; claimed and decided, the app reads the outcome', async () => {
    const { decision, id } = await suspicious('odd-service');
    const { body: view } = await app.request(`/v1/reviews/${id}`);
    expect(view.decision).toEqual(decision);
    expect(view.baseline.now.values.length).toBeGreaterThan(2);
    expect(view.asked).toMatchObject({ kind: 'service', application: 'backoffice' });
    expect((await act(id, { action: 'decide', outcome: 'allow' })).status).toBe(409);
    expect((await act(id, { action: 'claim' })).body.state).toBe('claimed');
    expect((await act(id, { action: 'claim' }, 'bob')).status).toBe(409);
    const resolved = await act(id, { action: 'decide', outcome: 'allow', comment: 'A new data centre' });
    expect(resolved.body).toMatchObject({ state: 'resolved', resolution: { outcome: 'allow' } });
    expect((await app.decision('odd-service')).body).toMatchObject({
      outcome: 'allow',
      resolution: { from: 'review', by: 'review', reference: id },
    });
    await eventually(() => toldOf('Review Resolved', 'odd-service').length === 1);
    expect(toldOf('Review Requested', 'odd-service')).toHaveLength(1);
    expect(toldOf('Baseline Repaired', 'odd-service')).toHaveLength(1);
    const { body: closed } = await app.request('/v1/reviews?state=closed&limit=100');
    expect(closed.reviews.map((review: { id: string }) => review.id)).toContain(id);
  });

  test('show the events around the one in question, and are escalated by hand', async () => {
    const { id } = await suspicious('among-others');
    const { events } = await eventually(async () => {
      const { body: view } = await app.request(`/v1/reviews/${id}`);
      return view.events.length === 11 && view;
    });
    expect(events[0]).toMatchObject({ eventId: 'among-others-2', outcome: expect.any(String) });
    expect(JSON.stringify(events)).not.toContain('"among-others"');
    await act(id, { action: 'claim' });
    const escalated = await act(id, { action: 'escalate', comment: 'Above my head' });
    expect(escalated.body).toMatchObject({ state: 'open', escalated: true });
    await eventually(() => toldOf('Review Requested', 'among-others').length === 2);
    expect(toldOf('Review Requested', 'among-others').at(-1)?.event.detail.data.escalated).toBe(true);
  });

  test('that nobody decides are escalated, then denied, on the schedule; then it is too late', async () => {
    const client = new DynamoDBClient({
      endpoint: local.urls.dynamodb,
      region: 'us-east-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    });
    const table = local.template
      .ofType('AWS::DynamoDB::Table')
      .find(({ logicalId }) => logicalId.includes('TablesReviews'))!.ref;
    const store = reviewStore(client, table, Date.now);
    const clock = local.host.functions.find(({ name }) => name.endsWith('-reviews'))!;
    const { decision, id } = await suspicious('overlooked');
    /** As if it had been opened so long ago: the record's times are moved back, and the schedule comes round. */
    const age = async (ms: number) => {
      const key = `r#default#${id}`;
      const known = (await store.get<Review>(key))!;
      const [deadline, escalateAt] = [known.deadline - ms, known.escalateAt - ms];
      const next = { ...known, deadline, escalateAt, version: known.version + 1 };
      const filing = {
        queue: 'open#default',
        since: deadline,
        dueAt: Date.now() - 1,
        subject: `default#${decision.subject}`,
      };
      expect(await store.put(key, next, filing)).toBe(true);
      const tick = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
      expect((await local.host.invoke(clock.name, tick)).functionError).toBeUndefined();
      return (await app.request(`/v1/reviews/${id}`)).body;
    };
    expect(await age(13 * 3_600_000)).toMatchObject({ state: 'open', escalated: true });
    await act(id, { action: 'claim' });
    expect(await age(13 * 3_600_000)).toMatchObject({ state: 'expired', resolution: { by: 'expiry' } });
    expect((await app.decision('overlooked')).body).toMatchObject({
      outcome: 'deny',
      resolution: { from: 'review', by: 'expiry', reference: id },
    });
    for (const action of [{ action: 'decide', outcome: 'allow' }, { action: 'claim' }])
      expect((await act(id, action)).status).toBe(410);
    expect((await app.decision('overlooked')).body.outcome).toBe('deny');
    await eventually(() => toldOf('Review Resolved', 'overlooked').length === 1);
    // Nobody judged the event: the baseline is as it was.
    expect(toldOf('Baseline Repaired', 'overlooked')).toEqual([]);
    client.destroy();
  });

  test('of another tenant are not to be seen, and junk is refused', async () => {
    const { id } = await suspicious('ours-only');
    expect((await app.request(`/v1/reviews/${id}?tenant=bank`)).status).toBe(404);
    expect((await app.request('/v1/reviews?tenant=bank')).body.reviews).toEqual([]);
    expect((await app.request('/v1/reviews?after=x')).status).toBe(400);
    expect((await app.request('/v1/reviews?state=all')).status).toBe(422);
    expect((await act(id, { action: 'burn' })).status).toBe(422);
    expect((await act('r-nothing', { action: 'claim' })).status).toBe(404);
  });

  test('what is told on the bus is as its schema says', () => {
    const ours = told.filter(({ type }) => type in EVENT_SCHEMAS);
    expect([...new Set(ours.map(({ type }) => type))].sort()).toEqual([
      'Baseline Repaired',
      'Feedback Recorded',
      'Review Requested',
      'Review Resolved',
      'Risk Assessed',
      'Step-Up Required',
    ]);
    for (const { type, event } of ours)
      expect(z.safeParse(EVENT_SCHEMAS[type as DetailType], event).error).toBeUndefined();
  });
});

describe('a dispute', () => {
  test('gets a reference and reasons in plain words; a person decides, and the baseline is repaired', async () => {
    const { strange } = await personWith('contester');
    const { status, body: dispute } = await app.request(
      '/v1/disputes',
      body({ eventId: strange.eventId, statement: 'I was travelling' }),
    );
    expect(status).toBe(201);
    expect(dispute).toMatchObject({ status: 'open', respondBy: expect.any(String) });
    expect(dispute.reasons.length).toBeGreaterThan(0);
    expect(dispute.reasons.join()).not.toMatch(/\d|NG\b|contester/);
    expect(dispute).not.toHaveProperty('score');
    const reviewer = await asReviewer('ada');
    const act = (action: unknown) =>
      app.request(`/v1/reviews/${dispute.reference.split('.')[0]}`, { ...body(action), headers: reviewer });
    expect((await act({ action: 'claim' })).status).toBe(200);
    expect((await act({ action: 'decide', outcome: 'allow' })).status).toBe(200);
    expect((await app.request(`/v1/disputes/${dispute.reference}`)).body.status).toBe('overturned');
    expect((await app.decision(strange.eventId)).body.outcome).toBe('allow');
    await eventually(() => toldOf('Baseline Repaired', strange.eventId).length === 1);
    expect((await app.request('/v1/disputes', body({ eventId: 'unheard-of' }))).status).toBe(404);
    const { reference } = dispute;
    const forged = `${reference.slice(0, -1)}${reference.endsWith('A') ? 'Q' : 'A'}`;
    for (const path of [`${reference}?tenant=bank`, reference.split('.')[0], forged])
      expect((await app.request(`/v1/disputes/${path}`)).status).toBe(404);
  });
});
