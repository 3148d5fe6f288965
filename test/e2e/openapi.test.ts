import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPERATIONS, openApi } from '../../infra/openapi/openapi.ts';
import { SCHEMAS } from '../../infra/openapi/schemas.ts';
import { type LocalModeForTest, startLocalMode } from '../local-mode.ts';
import { type Answer, appOf, eventually, nativeEvent } from './client.ts';

let local: LocalModeForTest;
let app: ReturnType<typeof appOf>;

beforeAll(async () => {
  local = await startLocalMode();
  app = appOf(local);
});
afterAll(async () => {
  app?.close();
  await local?.end();
});

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const document = openApi(version);

interface Schema {
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
}
const components = document.components.schemas as Readonly<Record<string, Schema>>;

/** Members of an answer that its schema does not name. */
const undescribed = (schema: Schema, value: unknown, path = ''): string[] => {
  if (schema.$ref) return undescribed(components[schema.$ref.split('/').at(-1)!]!, value, path);
  if (schema.anyOf) {
    const each = schema.anyOf.map((one) => undescribed(one, value, path));
    return each.reduce((least, one) => (one.length < least.length ? one : least));
  }
  if (Array.isArray(value))
    return value.flatMap((item) => undescribed(schema.items ?? {}, item, `${path}[]`));
  if (typeof value !== 'object' || value === null || !schema.properties) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const own = schema.properties?.[name];
    if (own) return undescribed(own, inner, `${path}.${name}`);
    return schema.additionalProperties === undefined ? [`${path}.${name}`] : [];
  });
};

/** Routes that were called. */
const called = new Set<string>();

/** Calls a route and holds what it answers to what the document says that it answers. */
const call = async (
  route: string,
  status: number,
  { path, body, ...init }: { path?: string; body?: unknown } & Omit<RequestInit, 'body'> = {},
): Promise<Answer> => {
  called.add(route);
  const [method, template] = route.split(' ') as [string, string];
  const answer = await app.request(path ?? template, {
    method,
    ...init,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  expect(answer.status, `${route}: ${JSON.stringify(answer.body)}`).toBe(status);
  const described = (
    document.paths as unknown as Record<
      string,
      Record<string, { responses: Record<string, { content?: Record<string, { schema: Schema }> }> }>
    >
  )[template.replace('+}', '}')]![method.toLowerCase()]!.responses[status];
  expect(described, `${route} does not say that it answers ${status}`).toBeDefined();
  if (!described!.content) {
    expect(answer.body).toBe('');
    return answer;
  }
  const type = answer.type!.split(';')[0]!;
  const schema = described!.content[type]?.schema;
  expect(schema, `${route} ${status} does not say that it answers ${type}`).toBeDefined();
  const name = schema!.$ref?.split('/').at(-1) as keyof typeof SCHEMAS | undefined;
  if (name) {
    expect(SCHEMAS[name].safeParse(answer.body).error?.issues ?? [], route).toEqual([]);
    expect(undescribed(schema!, answer.body), route).toEqual([]);
  }
  return answer;
};

const QUERY = {
  credentials: [
    {
      id: 'identity',
      format: 'dc+sd-jwt',
      meta: { vct_values: ['https://gov.example/identity'] },
      claims: [{ path: ['given_name'] }],
    },
  ],
};
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('the API is as it describes itself', () => {
  test('everybody may read the description, without a token', async () => {
    const response = await fetch(`${local.urls.api}/openapi.json`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)));
  });

  test('deciding', async () => {
    const { body } = await call('POST /v1/evaluate', 200, { body: nativeEvent('described') });
    expect(body.eventId).toBe('described');
    await call('POST /v1/evaluate', 422, { body: { ...nativeEvent('x'), 'detail-type': 'Weather' } });
    await call('POST /v1/evaluate', 400, { body: '{' });
    await call('POST /v1/evaluate', 409, { body: nativeEvent('described', { subject: { id: 'other' } }) });
    await call('POST /v1/evaluate', 415, { body: '{}', headers: { 'content-type': 'text/plain' } });
    await call('POST /v1/evaluate', 401, { body: '{}', headers: { authorization: 'Bearer x' } });
    const token = await local.issuer.token({ scope: 'countersign/stream' });
    await call('POST /v1/evaluate', 403, { body: '{}', headers: { authorization: `Bearer ${token}` } });
    await call('GET /v1/decisions/{eventId}', 200, { path: '/v1/decisions/described' });
    await call('GET /v1/decisions/{eventId}', 404, { path: '/v1/decisions/nowhere' });
    await call('GET /v1/decisions/{eventId}', 400, { path: '/v1/decisions/described?tenant=a%23b' });
  });

  test('the log, and what is kept of a subject', async () => {
    await call('POST /v1/evaluate', 200, { body: nativeEvent('logged', { subject: { id: 'u-logged' } }) });
    await call('GET /v1/decisions/{eventId}/record', 200, { path: '/v1/decisions/logged/record' });
    await eventually(async () => (await call('GET /v1/log', 200)).body.entries.length > 0);
    await call('GET /v1/log', 400, { path: '/v1/log?after=x' });
    await call('GET /v1/log/integrity', 200);
    const id = '/v1/subjects/u-logged';
    await call('GET /v1/subjects/{id}', 200, { path: id });
    const rebuild = 'POST /v1/subjects/{id}/rebuild';
    await call(rebuild, 200, { path: `${id}/rebuild` });
    await call(rebuild, 404, { path: '/v1/subjects/nobody/rebuild' });
    await call('DELETE /v1/subjects/{id}', 200, { path: id });
    await call('GET /v1/subjects/{id}', 404, { path: '/v1/subjects/nobody' });
  });

  test('policies', async () => {
    const set = {
      policies:
        '@id("strict") forbid (principal, action == Countersign::Action::"allow", resource) when { context.score > 5000 };',
    };
    await call('GET /v1/policies', 200);
    const { body } = await call('POST /v1/policies', 201, { body: set });
    await call('POST /v1/policies', 422, { body: { policies: 'permit (' } });
    await call('GET /v1/policies/{version}', 200, { path: `/v1/policies/${body.version}` });
    await call('GET /v1/policies/{version}', 404, { path: '/v1/policies/99' });
    await call('POST /v1/policies/dry-run', 200, { body: { version: body.version, last: 5 } });
    await call('POST /v1/policies/dry-run', 200, { body: set });
    await call('POST /v1/policies/{version}/activate', 200, {
      path: `/v1/policies/${body.version}/activate`,
    });
    await call('POST /v1/policies/{version}/activate', 404, { path: '/v1/policies/99/activate' });
    await call('POST /v1/policies/rollback', 200);
  });

  test('presentations, for apps and wallets', async () => {
    const requests = '/v1/presentation-requests';
    const ask = (more: object) => ({ body: { dcql_query: QUERY, purpose: 'To be sure', ...more } });
    const { body } = await call(`POST ${requests}`, 201, ask({ return_uri: 'http://localhost:9/back' }));
    await call(
      `POST ${requests}`,
      201,
      ask({ response_mode: 'dc_api.jwt', origins: ['http://localhost:9'] }),
    );
    await call(`POST ${requests}`, 422, ask({ return_uri: 'https://elsewhere.example' }));
    await call(`GET ${requests}/{id}`, 200, { path: `${requests}/${body.id}` });
    await call(`GET ${requests}/{id}`, 404, { path: `${requests}/nothing` });
    await call(`POST ${requests}/{id}/dc-response`, 404, {
      path: `${requests}/${'x'.repeat(43)}/dc-response`,
      body: { origin: 'http://localhost:9', data: {} },
    });
    const wallet = new URL(body.request_uri).pathname.replace(/\/request\.jwt$/, '');
    await call(`GET ${requests}/{id}/request.jwt`, 200, { path: `${wallet}/request.jwt` });
    await call(`POST ${requests}/{id}/request.jwt`, 200, {
      path: `${wallet}/request.jwt`,
      body: 'wallet_nonce=qPm',
      headers: FORM,
    });
    await call(`GET ${requests}/{id}/page`, 200, { path: `${wallet}/page` });
    await call(`GET ${requests}/{id}/status`, 200, { path: `${wallet}/status` });
    await call(`GET ${requests}/{id}/status`, 404, { path: `${requests}/nothing/status` });
    await call(`POST ${requests}/{id}/response`, 400, {
      path: `${wallet}/response`,
      body: 'response=x',
      headers: FORM,
    });
    await call('GET /.well-known/did.json', 404);
    await call('POST /credentials/verify', 400, { body: { verifiableCredential: {} } });
    await call('POST /credentials/verify', 400, { body: {} });
    await call('POST /presentations/verify', 400, { body: { verifiablePresentation: {} } });
    const challenged = { verifiablePresentation: {}, options: { challenge: 'c' } };
    await call('POST /presentations/verify', 400, { body: challenged });
  });

  test('trusted issuers', async () => {
    const route = '/v1/trusted-issuers/{did+}';
    const path = '/v1/trusted-issuers/did:web:gov.example';
    await call(`PUT ${route}`, 200, { path, body: { types: ['Identity'] } });
    await call(`PUT ${route}`, 422, { path, body: { types: [] } });
    await call(`GET ${route}`, 200, { path });
    await call('GET /v1/trusted-issuers', 200);
    await call(`DELETE ${route}`, 204, { path });
    await call(`GET ${route}`, 404, { path });
  });

  test('enrolled wallets', async () => {
    const none = { path: '/v1/wallets/none?subject=u-1' };
    const asked = await call('POST /v1/wallets', 201, { body: { subject: 'u-1' } });
    expect(asked.body.authorization_request).toMatch(/^openid4vp:/);
    await call('POST /v1/wallets', 422, { body: {} });
    await call('GET /v1/wallets', 200, { path: '/v1/wallets?subject=u-1' });
    await call('GET /v1/wallets', 422);
    await call('DELETE /v1/wallets/{id}', 404, none);
  });

  test('people', async () => {
    await call('POST /v1/evaluate', 200, { body: nativeEvent('judged') });
    const said = { eventId: 'judged', verdict: 'confirmSafe' };
    const { body } = await call('POST /v1/feedback', 201, { body: said });
    await call('POST /v1/feedback', 404, { body: { ...said, eventId: 'nowhere' } });
    await call('POST /v1/feedback', 422, { body: { ...said, verdict: 'fine' } });
    await call('GET /v1/labels', 200);
    await call('DELETE /v1/feedback/{feedbackId}', 204, { path: `/v1/feedback/${body.feedbackId}` });
    const link = await call('POST /v1/feedback-links', 201, { body: { eventId: 'judged' } });
    const path = new URL(link.body.url).pathname;
    await call('GET /v1/feedback-links/{token}', 200, { path });
    const answered = { path, body: 'answer=me', headers: FORM };
    await call('POST /v1/feedback-links/{token}', 200, answered);
    await call('POST /v1/feedback-links/{token}', 410, answered);
    await call('GET /v1/feedback-links/{token}', 404, { path: '/v1/feedback-links/x' });
    const dispute = await call('POST /v1/disputes', 201, { body: { eventId: 'judged' } });
    const { reference } = dispute.body;
    await call('GET /v1/disputes/{reference}', 200, { path: `/v1/disputes/${reference}` });
    await eventually(async () => (await call('GET /v1/reviews', 200)).body.reviews.length > 0);
    const review = { path: `/v1/reviews/${reference.split('.')[0]}` };
    await call('GET /v1/reviews/{id}', 200, review);
    await call('POST /v1/reviews/{id}', 200, { ...review, body: { action: 'claim' } });
    await call('POST /v1/reviews/{id}', 200, { ...review, body: { action: 'decide', outcome: 'allow' } });
    await call('POST /v1/reviews/{id}', 409, { ...review, body: { action: 'claim' } });
    await call('GET /v1/reviews', 400, { path: '/v1/reviews?after=x' });
    await call('GET /v1/reviews', 422, { path: '/v1/reviews?limit=0' });
  });

  test('Shared Signals', async () => {
    await call('GET /.well-known/ssf-configuration', 200);
    await call('GET /.well-known/jwks.json', 200);
    const { body } = await call('POST /v1/streams', 201, { body: {} });
    const { stream_id } = body;
    await call('POST /v1/streams', 400, { body: { delivery: { method: 'pigeon' } } });
    await call('GET /v1/streams', 200);
    await call('GET /v1/streams', 200, { path: `/v1/streams?stream_id=${stream_id}` });
    await call('PATCH /v1/streams', 200, { body: { stream_id, description: 'Ours' } });
    await call('PUT /v1/streams', 200, { body: { stream_id } });
    await call('POST /v1/streams/status', 200, { body: { stream_id, status: 'paused' } });
    await call('GET /v1/streams/status', 200, { path: `/v1/streams/status?stream_id=${stream_id}` });
    const subject = { stream_id, subject: { format: 'opaque', id: 'u-4711' } };
    await call('POST /v1/streams/subjects/remove', 204, { body: subject });
    await call('POST /v1/streams/subjects/add', 200, { body: subject });
    await call('POST /v1/streams/verify', 204, { body: { stream_id } });
    await call('POST /v1/streams/verify', 429, { body: { stream_id } });
    const poll = { path: `/v1/streams/${stream_id}/poll`, body: { returnImmediately: true } };
    await call('POST /v1/streams/{streamId}/poll', 200, poll);
    await call('DELETE /v1/streams', 204, { path: `/v1/streams?stream_id=${stream_id}` });
    await call('DELETE /v1/streams', 404, { path: `/v1/streams?stream_id=${stream_id}` });
    const signal = { body: 'x', headers: { 'content-type': 'application/secevent+jwt' } };
    await call('POST /v1/signals', 400, signal);
  });

  test('no route is left out above', () => {
    expect(Object.keys(OPERATIONS).filter((route) => !called.has(route))).toEqual(['GET /openapi.json']);
  });
});
