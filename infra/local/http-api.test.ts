import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { CorsHttpMethod, HttpApi, HttpMethod, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { createLocalJWKSet, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DevIssuer, openDevIssuer, writePrivate } from './dev-issuer.ts';
import { createHttpApi } from './http-api.ts';
import { httpApiOf } from './http-api-config.ts';
import type { gatewayEvent } from './http-api-event.ts';
import { gatewayResponse } from './http-api-response.ts';
import { compileRoutes } from './http-api-route.ts';
import { tokenBucket } from './http-api-throttle.ts';
import { type LambdaHost, startLambdaHost } from './lambda-host.ts';
import { functionsOf } from './lambda-host-template.ts';
import { functionOf, templateOf } from './template-fixture.ts';

const ECHO = `export const handler = async (event) => {
  const { answer, sleep, fail } = event.queryStringParameters ?? {};
  if (sleep) await new Promise((done) => setTimeout(done, Number(sleep)));
  if (fail) throw new Error('no');
  return answer ? JSON.parse(answer) : event;
};`;

let host: LambdaHost;
let server: Server;
let issuer: DevIssuer;
let base: string;
const folder = mkdtempSync(join(tmpdir(), 'countersign-issuer-'));

beforeAll(async () => {
  issuer = await openDevIssuer({
    file: join(folder, 'key.json'),
    api: 'http://127.0.0.1:4000',
    audience: ['countersign'],
  });
  const template = templateOf((stack) => {
    const api = new HttpApi(stack, 'Api', {
      createDefaultStage: false,
      corsPreflight: {
        allowOrigins: ['https://shop.example'],
        allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST],
        allowHeaders: ['authorization'],
        maxAge: Duration.minutes(5),
      },
    });
    new HttpStage(stack, 'Stage', { httpApi: api, stageName: '$default', autoDeploy: true });
    const echo = functionOf(stack, 'echo', ECHO, { timeout: Duration.seconds(20) });
    const integration = new HttpLambdaIntegration('Echo', echo);
    const hasty = new HttpLambdaIntegration('Hasty', echo, { timeout: Duration.millis(1500) });
    const authorizer = new HttpJwtAuthorizer('Token', issuer.issuer, { jwtAudience: ['countersign'] });
    const route = (method: HttpMethod, path: string, more: object = {}) =>
      api.addRoutes({ path, methods: [method], integration, ...more });
    route(HttpMethod.GET, '/open/{id}');
    route(HttpMethod.ANY, '/open/{rest+}');
    route(HttpMethod.POST, '/echo');
    route(HttpMethod.GET, '/hasty', { integration: hasty });
    route(HttpMethod.GET, '/signed', { authorizer });
    route(HttpMethod.GET, '/scoped', {
      authorizer,
      authorizationScopes: ['countersign/operate', 'countersign/evaluate'],
    });
  });
  host = startLambdaHost(functionsOf(template), {
    region: 'us-east-1',
    awsEndpoint: 'http://127.0.0.1:1',
    dynamodbEndpoint: 'http://127.0.0.1:1',
    logs: folder,
  });
  const serve = createHttpApi(httpApiOf(template)!, {
    account: '000000000000',
    host,
    keys: createLocalJWKSet(issuer.jwks),
  });
  server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await host.stop();
});

const get = (path: string, init: RequestInit = {}) => fetch(base + path, init);
const json = async (path: string, init: RequestInit = {}) =>
  (await get(path, init)).json() as Promise<GatewayEvent>;
type GatewayEvent = ReturnType<typeof gatewayEvent>;
const bearer = async (claims: Record<string, unknown> = {}) => ({
  headers: { authorization: `Bearer ${await issuer.token(claims)}` },
});

describe('the event', () => {
  it('has payload format 2.0', async () => {
    const event = await json('/open/a%2Fb%20c?x=1&y=2&x=%C3%A9', {
      headers: { 'X-Thing': 'v', cookie: 'a=1; b=2', 'user-agent': 'test/1' },
    });
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'GET /open/{id}',
      rawPath: '/open/a%2Fb%20c',
      rawQueryString: 'x=1&y=2&x=%C3%A9',
      queryStringParameters: { x: '1,é', y: '2' },
      pathParameters: { id: 'a/b c' },
      cookies: ['a=1', 'b=2'],
      headers: { 'x-thing': 'v', 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' },
      isBase64Encoded: false,
      requestContext: {
        accountId: '000000000000',
        stage: '$default',
        routeKey: 'GET /open/{id}',
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        http: {
          method: 'GET',
          path: '/open/a%2Fb%20c',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test/1',
        },
      },
    });
    expect(event.headers).not.toHaveProperty('cookie');
    expect(event).not.toHaveProperty('body');
    expect(event.requestContext).not.toHaveProperty('authorizer');
  });

  it.each([
    ['application/json; charset=utf-8', '{"a":"é"}', { body: '{"a":"é"}', isBase64Encoded: false }],
    ['application/problem+json', '{}', { body: '{}', isBase64Encoded: false }],
    ['application/x-www-form-urlencoded', 'a=1', { body: 'YT0x', isBase64Encoded: true }],
    ['application/octet-stream', 'a', { body: 'YQ==', isBase64Encoded: true }],
  ])('carries a body of type %s', async (type, body, expected) => {
    expect(await json('/echo', { method: 'POST', body, headers: { 'content-type': type } })).toMatchObject(
      expected,
    );
  });

  it('carries as base64 what is not the text that it says it is', async () => {
    const body = new Uint8Array([0xff, 0xfe]);
    const event = await json('/echo', { method: 'POST', body, headers: { 'content-type': 'text/plain' } });
    expect(event).toMatchObject({ body: '//4=', isBase64Encoded: true });
  });

  it('takes a body that fits a function, and refuses 10 MB and one byte', async () => {
    const post = (length: number) =>
      get('/echo?answer="ok"', {
        method: 'POST',
        body: 'x'.repeat(length),
        headers: { 'content-type': 'text/plain' },
      });
    expect((await post(5 << 20)).status).toBe(200);
    const refused = await post((10 << 20) + 1);
    expect([refused.status, await refused.json()]).toEqual([413, { message: 'Request Entity Too Large' }]);
  });

  it('refuses a body that says it is short and is not ended', async () => {
    const { port } = new URL(base);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write('POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
        const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
        for (let count = 0; count < 11; count += 1) socket.write(chunk);
      });
      socket.once('data', (data) => {
        socket.destroy();
        resolve(data.toString());
      });
      socket.on('error', () => undefined);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });
});

describe('the answer', () => {
  const answer = (value: unknown) =>
    get(`/echo?answer=${encodeURIComponent(JSON.stringify(value))}`, { method: 'POST' });

  it('is what the function says, cookies and binary bodies included', async () => {
    const response = await answer({
      statusCode: 201,
      headers: { 'X-Thing': 7, 'Content-Type': 'application/x' },
      cookies: ['a=1', 'b=2'],
      body: '/wA=',
      isBase64Encoded: true,
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-thing')).toBe('7');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([0xff, 0]));
    expect(response.headers.get('apigw-requestid')).toMatch(/=$/);
  });

  it('is inferred when there is no status code', async () => {
    const object = await answer({ ok: [1] });
    expect([object.status, object.headers.get('content-type'), await object.text()]).toEqual([
      200,
      'application/json',
      '{"ok":[1]}',
    ]);
    expect(await (await answer('Hello')).text()).toBe('Hello');
    const plain = await answer({ statusCode: 200, body: 'x' });
    expect(plain.headers.get('content-type')).toBe('text/plain;charset=utf-8');
  });

  it.each([
    ['a status that is no number', { statusCode: 'no' }],
    ['a status out of range', { statusCode: 1000 }],
    ['a body that is not text', { statusCode: 200, body: {} }],
    ['a header with a line break', { statusCode: 200, headers: { x: 'a\r\nset-cookie: b' } }],
    ['a cookie with a line break', { statusCode: 200, cookies: ['a\nb'] }],
  ])('is 500 for %s', async (_what, value) => {
    const response = await answer(value);
    expect([response.status, await response.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  });

  it('reads the nearest sound answers', () => {
    expect(gatewayResponse('{"statusCode":"201"}').status).toBe(201);
    expect(gatewayResponse('{"statusCode":599}').status).toBe(599);
    expect(gatewayResponse('null').body.toString()).toBe('null');
  });

  it('is 500 when the function failed, 503 when it takes too long', async () => {
    expect((await get('/echo?fail=1', { method: 'POST' })).status).toBe(500);
    const late = await get('/hasty?sleep=3000');
    expect([late.status, await late.json()]).toEqual([503, { message: 'Service Unavailable' }]);
    expect((await get('/hasty?answer="in time"')).status).toBe(200);
  });
});

describe('routing', () => {
  const match = compileRoutes(
    ['GET /a/{id}', 'GET /a/b', 'ANY /a/b', 'ANY /{proxy+}', 'POST /a/{id}/c', '$default'].map(
      (routeKey) => ({ routeKey }),
    ),
  );
  it.each([
    ['GET', '/a/b', 'GET /a/b', {}],
    ['PUT', '/a/b', 'ANY /a/b', {}],
    ['GET', '/a/x%20y', 'GET /a/{id}', { id: 'x y' }],
    ['PUT', '/a/x', 'ANY /{proxy+}', { proxy: 'a/x' }],
    ['POST', '/a/x/c', 'POST /a/{id}/c', { id: 'x' }],
    ['GET', '/a/b/', 'ANY /{proxy+}', { proxy: 'a/b/' }],
    ['GET', '/A/b', 'ANY /{proxy+}', { proxy: 'A/b' }],
    ['GET', '/', '$default', {}],
  ])('%s %s meets %s', (method, path, routeKey, pathParameters) => {
    const found = match(method, path);
    expect([found?.route.routeKey, { ...found?.pathParameters }]).toEqual([routeKey, pathParameters]);
  });

  it('answers 404 for another path or method, 400 for a path that is not encoded', async () => {
    for (const [path, method] of [
      ['/open', 'GET'],
      ['/echo', 'GET'],
      ['/echo/', 'POST'],
    ] as const) {
      const response = await get(path, { method });
      expect([response.status, await response.json()]).toEqual([404, { message: 'Not Found' }]);
    }
    expect((await get('/open/%zz')).status).toBe(400);
  });
});

describe('the authorizer', () => {
  it('lets a token of the development issuer in, and hands its claims on as text', async () => {
    const event = await json('/scoped', await bearer({ roles: ['a', 'b'] }));
    expect(event.requestContext.authorizer?.jwt).toMatchObject({
      claims: {
        tenant: '*',
        client_id: 'local-development',
        aud: '[countersign]',
        roles: '[a b]',
        iss: issuer.issuer,
      },
      scopes: expect.arrayContaining(['countersign/operate']),
    });
    expect(event.requestContext.authorizer?.jwt.claims.exp).toMatch(/^\d+$/);
  });

  it('takes the token without the word Bearer too', async () => {
    expect((await get('/signed', { headers: { authorization: await issuer.token() } })).status).toBe(200);
  });

  it('compares client_id when there is no audience', async () => {
    const token = (client_id: string) => bearer({ aud: undefined, client_id });
    expect((await get('/signed', await token('countersign'))).status).toBe(200);
    expect((await get('/signed', await token('other'))).status).toBe(401);
    expect((await get('/signed', await bearer({ aud: 'other', client_id: 'countersign' }))).status).toBe(401);
  });

  const past = Math.floor(Date.now() / 1000) - 60;
  it.each([
    ['expired', { exp: past }],
    ['not valid yet', { nbf: past + 3600 }],
    ['from the future', { iat: past + 3600 }],
    ['of another issuer', { iss: 'https://other.example' }],
    ['for another audience', { aud: ['other'] }],
    ['without an end', { exp: undefined }],
  ])('refuses a token that is %s', async (_what, claims) => {
    const response = await get('/signed', await bearer(claims));
    expect([response.status, await response.json()]).toEqual([401, { message: 'Unauthorized' }]);
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it('refuses no token, junk, another key, and another algorithm', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const kid = issuer.jwks.keys[0]!.kid!;
    const claims = { iss: issuer.issuer, aud: 'countersign', exp: past + 3600 };
    const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
    const hmac = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid })
      .sign(new TextEncoder().encode(issuer.jwks.keys[0]!.n));
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;
    const bare = await get('/signed');
    expect([bare.status, bare.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    for (const token of ['junk', forged, hmac, none]) {
      expect((await get('/signed', { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
    }
  });

  it('forbids a valid token without any of the scopes, and takes one of them', async () => {
    const response = await get('/scoped', await bearer({ scope: 'countersign/stream' }));
    expect([response.status, await response.json()]).toEqual([403, { message: 'Forbidden' }]);
    expect(response.headers.get('www-authenticate')).toContain('error="insufficient_scope"');
    expect((await get('/scoped', await bearer({ scope: 'x countersign/evaluate' }))).status).toBe(200);
    expect((await get('/scoped', await bearer({ scope: 'countersign/evaluate/x' }))).status).toBe(403);
  });
});

describe('CORS', () => {
  const preflight = (origin: string) =>
    get('/scoped', { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } });

  it('answers a preflight without a token, with the headers only for an allowed origin', async () => {
    const allowed = await preflight('https://shop.example');
    expect(allowed.status).toBe(204);
    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'authorization',
      'access-control-max-age': '300',
      vary: 'Origin',
    });
    const other = await preflight('https://shop.example.evil');
    expect(other.status).toBe(204);
    expect(other.headers.has('access-control-allow-origin')).toBe(false);
  });

  it('says itself who may read, whatever the function says, on errors too', async () => {
    const claimed = encodeURIComponent('{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"*"}}');
    const own = await get(`/echo?answer=${claimed}`, { method: 'POST' });
    expect(own.headers.has('access-control-allow-origin')).toBe(false);
    const refused = await get('/scoped', { headers: { origin: 'https://shop.example' } });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://shop.example');
  });
});

describe('throttling', () => {
  it('lets a burst through, then the rate', () => {
    let now = 0;
    const take = tokenBucket({ rate: 2, burst: 3 }, () => now);
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
    now = 499;
    expect(take()).toBe(false);
    now = 500;
    expect([take(), take()]).toEqual([true, false]);
    now = 1e9;
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
  });

  it('answers 429 with the body of AWS, before the token is looked at', async () => {
    const template = templateOf((stack) => {
      const api = new HttpApi(stack, 'Api', { createDefaultStage: false });
      new HttpStage(stack, 'Stage', {
        httpApi: api,
        stageName: 'live',
        autoDeploy: true,
        throttle: { rateLimit: 1, burstLimit: 1 },
      });
      const authorizer = new HttpJwtAuthorizer('Token', issuer.issuer, { jwtAudience: ['countersign'] });
      const integration = new HttpLambdaIntegration('Echo', functionOf(stack, 'echo', ECHO));
      api.addRoutes({ path: '/x', methods: [HttpMethod.GET], integration, authorizer });
    });
    const serve = createHttpApi(httpApiOf(template)!, {
      account: '000000000000',
      host,
      keys: createLocalJWKSet(issuer.jwks),
      now: () => 0,
    });
    const staged = createServer((request, response) => void serve(request, response));
    await new Promise<void>((done) => staged.listen(0, '127.0.0.1', done));
    const at = `http://127.0.0.1:${(staged.address() as { port: number }).port}`;
    const answers = [];
    for (const path of ['/x', '/lively/x', '/live/x', '/live/x']) {
      const response = await fetch(at + path);
      answers.push([response.status, ((await response.json()) as { message: string }).message]);
    }
    staged.closeAllConnections();
    staged.close();
    expect(answers).toEqual([
      [404, 'Not Found'],
      [404, 'Not Found'],
      [401, 'Unauthorized'],
      [429, 'Too Many Requests'],
    ]);
  });
});

describe('the development issuer', () => {
  it('keeps its key in a file of its owner, and signs with the same one next time', async () => {
    expect(statSync(join(folder, 'key.json')).mode & 0o777).toBe(0o600);
    const again = await openDevIssuer({
      file: join(folder, 'key.json'),
      api: 'http://127.0.0.1:4000',
      audience: [],
    });
    expect(again.jwks).toEqual(issuer.jwks);
    expect(Object.keys(again.jwks.keys[0]!)).not.toContain('d');
  });

  it('writes a token that only its owner can read, over one that others could', () => {
    const file = join(folder, 'token');
    writePrivate(file, 'one');
    writePrivate(file, 'two');
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['two', 0o600]);
  });
});
