import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalModeForTest, startLocalMode } from '../local-mode.ts';
import { appOf, eventually, nativeEvent } from './client.ts';
import { startEventReceiver } from './event-receiver.ts';

const EVENTS = 'https://schemas.openid.net/secevent';
const CAEP = `${EVENTS}/caep/event-type`;
const PARTNER = 'https://partner.example';

const partnerKey = await generateKeyPair('ES256', { extractable: true });
const strangerKey = await generateKeyPair('ES256');
const partnerJwk = { ...(await exportJWK(partnerKey.publicKey)), kid: 'partner-1', alg: 'ES256' };

let local: LocalModeForTest;
let app: ReturnType<typeof appOf>;
let receiver: Awaited<ReturnType<typeof startEventReceiver>>;
let stream = '';
// biome-ignore lint/suspicious/noExplicitAny: whatever is on the bus
const told: { type: string; detail: any }[] = [];
const onBus = (type: string) => told.filter((event) => event.type === type).map(({ detail }) => detail);

const watch = () =>
  local.events.observe((_, event) => {
    if (event.source === 'countersign') told.push({ type: event['detail-type'], detail: event.detail });
  });

beforeAll(async () => {
  local = await startLocalMode({
    environment: {
      MODE: 'enforce',
      SIGNAL_TRANSMITTERS: JSON.stringify([
        { issuer: PARTNER, audience: 'countersign', tenant: 'default', jwks: { keys: [partnerJwk] } },
      ]),
    },
  });
  watch();
  app = appOf(local);
  receiver = await startEventReceiver(local.urls.api, 'local-development');
}, 120_000);
afterAll(async () => {
  app?.close();
  await local?.end();
  await receiver?.close();
});

const post = (path: string, body: unknown, init: RequestInit = {}) =>
  app.request(path, { method: 'POST', body: JSON.stringify(body), ...init });

let count = 0;
/** An event of a session; `at` is in ms from some past moment, so that all lie in the past. */
const BEGUN = Date.now() - 3_600_000;
const within = (session: string, at: number, data: Record<string, unknown> = {}) =>
  nativeEvent(`session-event-${++count}`, {
    metadata: { time: new Date(BEGUN + at).toISOString() },
    subject: { id: `owner-of-${session}`, kind: 'person', roles: ['clerk'] },
    session: { id: session },
    action: 'session_activity',
    factors: [],
    ...data,
  });
const signIn = (session: string, at = 0) =>
  within(session, at, { action: 'sign_in', factors: ['password', 'totp'] });
/** Whether a telling is about the session that an event belongs to; names on the bus are pseudonyms. */
const isOf =
  (eventId: string) =>
  ({ data }: { data: { session: string } }) =>
    data.session === onBus('Risk Assessed').find((one) => one.data.eventId === eventId)?.metadata.session;
/** What is asked of sessions; the same detail-type is told of single decisions. */
const ofSessions = () => onBus('Step-Up Required').filter(({ data }) => data.threshold !== undefined);
const THIEF = {
  network: { ip: '177.54.144.1' },
  agent: { userAgent: 'curl/8.5.0', deviceId: 'd-thief' },
};

describe('the transmitter', () => {
  test('says where everything is, and publishes its key', async () => {
    const published = async (url: string) => (await fetch(url)).json() as Promise<Record<string, string>>;
    const configuration = await published(`${local.urls.api}/.well-known/ssf-configuration`);
    expect(configuration).toMatchObject({
      spec_version: '1_0',
      issuer: local.urls.api,
      jwks_uri: `${local.urls.api}/.well-known/jwks.json`,
      delivery_methods_supported: ['urn:ietf:rfc:8935', 'urn:ietf:rfc:8936'],
      authorization_schemes: [{ spec_urn: 'urn:ietf:rfc:6749' }],
      default_subjects: 'ALL',
    });
    const { keys } = (await published(configuration.jwks_uri!)) as unknown as { keys: object[] };
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig' });
    expect(Object.keys(keys[0]!).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  test('makes a stream, shows it, and never shows its credential again', async () => {
    const created = await post('/v1/streams', {
      delivery: {
        method: 'urn:ietf:rfc:8935',
        endpoint_url: receiver.url,
        authorization_header: 'Bearer of-the-receiver',
      },
      description: 'The test',
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      iss: local.urls.api,
      aud: 'local-development',
      delivery: { method: 'urn:ietf:rfc:8935', endpoint_url: receiver.url },
    });
    expect(JSON.stringify(created.body)).not.toContain('of-the-receiver');
    stream = created.body.stream_id;
    expect((await app.request(`/v1/streams?stream_id=${stream}`)).body).toEqual(created.body);
    expect((await app.request('/v1/streams')).body).toEqual([created.body]);
  });

  test('verifies it on request, with the state that was given, and not too often', async () => {
    expect((await post('/v1/streams/verify', { stream_id: stream, state: 'a state' })).status).toBe(204);
    const { event, subject } = await eventually(() => receiver.ofType('verification')[0]);
    expect(event).toEqual({ state: 'a state' });
    expect(subject).toEqual({ format: 'opaque', id: stream });
    expect(receiver.requests[0]).toEqual({
      status: 202,
      type: 'application/secevent+jwt',
      authorization: 'Bearer of-the-receiver',
    });
    expect((await post('/v1/streams/verify', { stream_id: stream })).status).toBe(429);
  });

  test('shows a receiver no stream but its own, and refuses a token without the scope', async () => {
    const as = async (claims: object) => ({
      headers: { authorization: `Bearer ${await local.issuer.token({ ...claims })}` },
    });
    const other = await as({ client_id: 'somebody-else', tenant: 'default' });
    expect((await app.request('/v1/streams', other)).body).toEqual([]);
    for (const path of [`/v1/streams?stream_id=${stream}`, `/v1/streams/status?stream_id=${stream}`])
      expect((await app.request(path, other)).status).toBe(404);
    const takeOver = { stream_id: stream, delivery: { method: 'urn:ietf:rfc:8936' } };
    expect((await post('/v1/streams/status', { stream_id: stream, status: 'disabled' }, other)).status).toBe(
      404,
    );
    const patched = await app.request('/v1/streams', {
      ...other,
      method: 'PATCH',
      body: JSON.stringify(takeOver),
    });
    expect(patched.status).toBe(404);
    const elsewhere = await as({ tenant: 'elsewhere' });
    expect((await app.request(`/v1/streams?stream_id=${stream}`, elsewhere)).status).toBe(404);
    const without = await as({ scope: 'countersign/evaluate' });
    expect((await app.request('/v1/streams', without)).status).toBe(403);
  });

  test.each([
    ['plain HTTP', 'http://receiver.example/events'],
    ['a private address', 'https://10.0.0.7/events'],
    ['the metadata of a cloud', 'https://169.254.169.254/latest'],
    ['a private address in IPv6', 'https://[::ffff:10.0.0.7]/events'],
    ['credentials in the URL', 'https://user:pass@receiver.example/'],
    ['no URL', 'events'],
  ])('pushes to no %s', async (_, endpoint_url) => {
    const refused = await post('/v1/streams', { delivery: { method: 'urn:ietf:rfc:8935', endpoint_url } });
    expect(refused).toMatchObject({ status: 400, body: { fields: [{ field: 'delivery.endpoint_url' }] } });
  });
});

describe('a session that is taken over', () => {
  test('is revoked while it lasts, told once on the bus and once to the receiver, who can verify it', async () => {
    await app.evaluate(signIn('stolen'));
    for (let at = 1; at <= 3; at++) await app.evaluate(within('stolen', at * 1000));
    const taken = within('stolen', 10_000, THIEF);
    const { body } = await app.evaluate(taken);
    expect(body.mode).toBe('enforce');
    const revoked = await eventually(() => onBus('Session Revoked').find(isOf(body.eventId)));
    expect(revoked.data.score).toBeGreaterThan(revoked.data.threshold);
    expect(JSON.stringify(revoked)).not.toMatch(/owner-of-stolen|177\.54/);
    const signal = await eventually(() =>
      receiver.ofType('session-revoked').find(({ subject }) => subject.session.id === 'stolen'),
    );
    expect(signal.subject).toEqual({
      format: 'complex',
      user: { format: 'iss_sub', iss: local.urls.api, sub: 'owner-of-stolen' },
      session: { format: 'opaque', id: 'stolen' },
    });
    expect(signal.event).toMatchObject({
      initiating_entity: 'policy',
      reason_admin: { en: expect.stringMatching(/.+/) },
      event_timestamp: expect.any(Number),
    });
    const risk = await eventually(() =>
      receiver.ofType('risk-level-change').find(({ subject }) => subject.session?.id === 'stolen'),
    );
    expect(risk.event).toMatchObject({ principal: 'SESSION', current_level: 'HIGH' });
    // More of the same, and the same again, tells nothing anew.
    await app.evaluate(taken);
    await app.evaluate(within('stolen', 11_000, THIEF));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(onBus('Session Revoked').filter(({ data }) => data.session === revoked.data.session)).toHaveLength(
      1,
    );
    const ids = receiver.received.map(({ jti }) => jti);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('is stepped up by less, and a verified second factor lets it go on', async () => {
    // The account is known: its sign-ins are of little risk.
    const habit = { id: 'owner-of-moved', kind: 'person' };
    for (let day = 12; day > 0; day--)
      await app.evaluate(
        nativeEvent(`moved-habit-${day}`, {
          metadata: { time: new Date(BEGUN - day * 86_400_000).toISOString() },
          subject: habit,
        }),
      );
    await app.evaluate(signIn('moved'));
    // Another device, and an app that finds its behaviour strange.
    const agent = { userAgent: nativeEvent('').detail.data.agent.userAgent, deviceId: 'd-other' };
    const strange = { agent, evidence: [{ type: 'behavioural_confidence', score: 0.05 }] };
    const { body } = await app.evaluate(within('moved', 1000, strange));
    const asked = await eventually(() => ofSessions().find(isOf(body.eventId)));
    await app.evaluate(
      within('moved', 60_000, {
        action: 'second_factor',
        factors: ['passkey'],
        agent,
      }),
    );
    const risen = await eventually(() =>
      receiver.ofType('assurance-level-change').find(({ subject }) => subject.session?.id === 'moved'),
    );
    expect(risen.event).toMatchObject({
      namespace: 'NIST-AAL',
      previous_level: 'nist-aal2',
      current_level: 'nist-aal3',
      change_direction: 'increase',
    });
    await app.evaluate(within('moved', 61_000, { agent }));
    await app.evaluate(signIn('after-moved'));
    expect(onBus('Session Revoked').filter(({ data }) => data.session === asked.data.session)).toEqual([]);
    const asking = ofSessions().filter(({ data }) => data.session === asked.data.session);
    expect(asking.map(({ metadata }) => metadata.id)).toEqual([asked.metadata.id]);
  });

  test('tells of roles and of a device that no longer meets the rules', async () => {
    await app.evaluate(signIn('changing'));
    await app.evaluate(within('changing', 1000, { evidence: [{ type: 'device_compliance', score: 0 }] }));
    const device = await eventually(() => receiver.ofType('device-compliance-change')[0]);
    expect(device.event).toMatchObject({ previous_status: 'compliant', current_status: 'not-compliant' });
    expect(device.subject.device).toEqual({ format: 'opaque', id: 'd-1' });
    await app.evaluate(
      within('changing', 2000, {
        subject: { id: 'owner-of-changing', kind: 'person', roles: ['clerk', 'admin'] },
      }),
    );
    const claims = await eventually(() => receiver.ofType('token-claims-change')[0]);
    expect(claims.event.claims).toEqual({ roles: ['admin', 'clerk'] });
  });
});

describe('what happens to an account', () => {
  const okta = (id: string, eventType: string, target: string) => ({
    source: 'aws.partner/okta.com/countersign-demo/logs',
    'detail-type': 'SystemLog',
    detail: {
      uuid: id,
      published: new Date().toISOString(),
      eventType,
      version: '0',
      severity: 'INFO',
      actor: { id: 'admin-1', type: 'User', alternateId: 'admin@example.org' },
      outcome: { result: 'SUCCESS' },
      target: [{ id: target, type: 'User', alternateId: target }],
      client: { ipAddress: '81.2.69.142' },
    },
  });

  test('is told, and ends its sessions where the account was stopped', async () => {
    const name = 'ann@example.org';
    await app.evaluate(
      within('of-ann', 0, {
        action: 'sign_in',
        factors: ['password', 'totp'],
        subject: { id: name, kind: 'person' },
      }),
    );
    await app.put({ ...okta('okta-suspend', 'user.lifecycle.suspend', name), busName: local.busName });
    const disabled = await eventually(() => receiver.ofType('account-disabled')[0]);
    expect(disabled.subject).toEqual({ format: 'email', email: name });
    await eventually(() =>
      receiver.ofType('session-revoked').find(({ subject }) => subject.session?.id === 'of-ann'),
    );
  });

  test.each([
    ['account-enabled', 'user.lifecycle.unsuspend'],
    ['account-purged', 'user.lifecycle.delete'],
    ['recovery-information-changed', 'user.account.update_secondary_email'],
  ])('is told in the words of RISC: %s', async (type, eventType) => {
    const name = `${type}@example.org`;
    await app.put({ ...okta(`okta-${type}`, eventType, name), busName: local.busName });
    const { subject } = await eventually(() =>
      receiver.ofType(type).find(({ subject: { email } }) => email === name),
    );
    expect(subject).toEqual({ format: 'email', email: name });
  });
});

describe('delivery', () => {
  const changed = (id: string) => ({
    source: 'provider.keycloak',
    'detail-type': 'Identity Log',
    detail: {
      id,
      time: Date.now(),
      type: 'UPDATE_PASSWORD',
      realmId: 'r',
      clientId: 'account',
      userId: `user-${id}`,
      ipAddress: '81.2.69.142',
      details: {},
    },
  });
  const of = (id: string) => (one: { subject: { sub?: string } }) => one.subject.sub === `user-${id}`;

  test('is tried again after a receiver fails, over a restart, and once only', async () => {
    receiver.instead.push(503);
    await app.put(changed('kc-1'));
    await eventually(() => receiver.instead.length === 0);
    app.close();
    local = await local.restart();
    watch();
    app = appOf(local);
    const transmit = local.template
      .ofType('AWS::Lambda::Function')
      .find(({ ref }) => ref.endsWith('-transmit'))!;
    const sent = await eventually(async () => {
      // What the schedule does every minute.
      await local.host.invoke(transmit.arn!, {});
      return receiver.ofType('credential-change').find(of('kc-1'));
    }, 60_000);
    expect(sent.event).toMatchObject({ credential_type: 'password', change_type: 'update' });
    await local.host.invoke(transmit.arn!, {});
    expect(receiver.ofType('credential-change').filter(of('kc-1'))).toHaveLength(1);
  }, 120_000);

  test('is given up when the receiver finds the event itself wrong, and somebody can see it', async () => {
    receiver.instead.push({ status: 400, body: '{"err":"invalid_audience"}' });
    await app.put(changed('kc-2'));
    const [undeliverable] = await eventually(async () => {
      const messages = await app.drainQueue('Undeliverable');
      return messages.length > 0 && messages;
    });
    expect(undeliverable).toMatchObject({ stream, reason: 'invalid_audience' });
  });

  test('waits while a stream is paused, and stops when it is disabled', async () => {
    const status = (value: string) => post('/v1/streams/status', { stream_id: stream, status: value });
    expect((await status('paused')).body).toEqual({ stream_id: stream, status: 'paused' });
    await app.put(changed('kc-3'));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(receiver.ofType('credential-change').find(of('kc-3'))).toBeUndefined();
    await status('enabled');
    await eventually(() => receiver.ofType('credential-change').find(of('kc-3')));
    await status('disabled');
    await app.put(changed('kc-4'));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await status('enabled');
    await app.put(changed('kc-5'));
    await eventually(() => receiver.ofType('credential-change').find(of('kc-5')));
    expect(receiver.ofType('credential-change').find(of('kc-4'))).toBeUndefined();
    expect((await status('asleep')).status).toBe(400);
  });

  test('leaves out a subject that the receiver removed, until it adds it again', async () => {
    const subject = (id: string) => ({ format: 'iss_sub', iss: 'https://idp.example', sub: `user-${id}` });
    expect(
      (await post('/v1/streams/subjects/remove', { stream_id: stream, subject: subject('kc-6') })).status,
    ).toBe(204);
    await app.put(changed('kc-6'));
    await app.put(changed('kc-7'));
    await eventually(() => receiver.ofType('credential-change').find(of('kc-7')));
    expect(receiver.ofType('credential-change').find(of('kc-6'))).toBeUndefined();
    expect(
      (await post('/v1/streams/subjects/add', { stream_id: stream, subject: subject('kc-6') })).status,
    ).toBe(200);
    expect(
      (await post('/v1/streams/subjects/add', { stream_id: stream, subject: { format: 'did' } })).status,
    ).toBe(400);
  });

  test('by poll gives what waits until it is acknowledged', async () => {
    const polling = await post('/v1/streams', {
      events_requested: [`${CAEP}/credential-change`, 'urn:unknown'],
      delivery: { method: 'urn:ietf:rfc:8936' },
    });
    expect(polling.body.events_delivered).toEqual([`${CAEP}/credential-change`]);
    const url = new URL(polling.body.delivery.endpoint_url);
    for (const id of ['kc-8', 'kc-9']) await app.put(changed(id));
    const poll = (body: object) => post(url.pathname, { returnImmediately: true, ...body });
    const { sets } = await eventually(async () => {
      const { body } = await poll({});
      return Object.keys(body.sets).length === 2 && body;
    });
    const events = await Promise.all(Object.values<string>(sets).map(receiver.verify));
    expect(events.map(({ subject }) => subject.sub).sort()).toEqual(['user-kc-8', 'user-kc-9']);
    expect(Object.keys(sets)).toEqual(events.map(({ jti }) => jti));
    expect((await poll({})).body.sets).toEqual(sets);
    const [first, second] = Object.keys(sets) as [string, string];
    expect(Object.keys((await poll({ ack: [first] })).body.sets)).toEqual([second]);
    const one = await poll({
      maxEvents: 0,
      setErrs: { [second]: { err: 'invalid_key', description: 'no' } },
    });
    expect(one.body).toEqual({ sets: {} });
    expect((await poll({})).body.sets).toEqual({});
    expect((await poll({ ack: 'all' })).status).toBe(400);
    expect((await post(`/v1/streams/${stream}/poll`, {})).status).toBe(409);
    expect(
      (await app.request(`/v1/streams?stream_id=${polling.body.stream_id}`, { method: 'DELETE' })).status,
    ).toBe(204);
    expect((await poll({})).status).toBe(404);
  });
});

describe('the receiver', () => {
  const token = (claims: object = {}, header: object = {}, key = partnerKey.privateKey) =>
    new SignJWT({
      iss: PARTNER,
      aud: 'countersign',
      jti: `partner-${++count}`,
      iat: Math.floor(Date.now() / 1000),
      sub_id: { format: 'opaque', id: 'nobody' },
      events: { [`${CAEP}/risk-level-change`]: { principal: 'USER', current_level: 'HIGH' } },
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', kid: 'partner-1', typ: 'secevent+jwt', ...header })
      .sign(key);
  const push = async (body: string, type = 'application/secevent+jwt') => {
    const response = await fetch(`${local.urls.api}/v1/signals`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : undefined };
  };

  test('a believed signal becomes evidence: a session revoked elsewhere is revoked here, once', async () => {
    await app.evaluate(signIn('shared'));
    await app.evaluate(signIn('untouched'));
    await eventually(() => onBus('Risk Assessed').length > 0);
    const revoke = await token({
      sub_id: {
        format: 'complex',
        user: { format: 'iss_sub', iss: PARTNER, sub: 'owner-of-shared' },
        session: { format: 'opaque', id: 'shared' },
      },
      events: { [`${CAEP}/session-revoked`]: {} },
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await push(revoke)).status).toBe(202);
    expect((await push(revoke)).status).toBe(202);
    await eventually(() =>
      receiver.ofType('session-revoked').find(({ subject }) => subject.session?.id === 'shared'),
    );
    const heard = onBus('Signal Received');
    expect(new Set(heard.map(({ metadata }) => metadata.id)).size).toBe(1);
    expect(heard[0].data).toMatchObject({ issuer: PARTNER, code: 'sessionRevokedElsewhere', revokes: true });
    expect(JSON.stringify(heard)).not.toContain('owner-of-shared');
    expect(
      receiver.ofType('session-revoked').filter(({ subject }) => subject.session?.id === 'shared'),
    ).toHaveLength(1);
    expect(
      receiver.ofType('session-revoked').find(({ subject }) => subject.session?.id === 'untouched'),
    ).toBeUndefined();
  });

  test('every event of CAEP, and what RISC says of accounts, is heard for what it is', async () => {
    const types: [type: string, claims: object, code: string, logOdds: number][] = [
      ['caep/event-type/session-revoked', {}, 'sessionRevokedElsewhere', 0],
      ['caep/event-type/risk-level-change', { current_level: 'HIGH' }, 'riskLevelElsewhere', 1.5],
      ['caep/event-type/assurance-level-change', { change_direction: 'increase' }, 'assuranceElsewhere', -1],
      ['caep/event-type/credential-change', { change_type: 'revoke' }, 'credentialChange', 1],
      [
        'caep/event-type/device-compliance-change',
        { current_status: 'not-compliant' },
        'deviceNotCompliant',
        1.5,
      ],
      ['caep/event-type/token-claims-change', { claims: { role: 'x' } }, 'claimsChange', 0.5],
      ['risc/event-type/account-disabled', {}, 'accountDisabledElsewhere', 0],
      ['risc/event-type/account-purged', {}, 'accountDisabledElsewhere', 0],
      ['risc/event-type/credential-compromise', {}, 'credentialCompromise', 3],
      ['risc/event-type/account-credential-change-required', {}, 'credentialChangeRequired', 2],
      ['risc/event-type/recovery-activated', {}, 'recoveryActivated', 1.5],
      ['risc/event-type/recovery-information-changed', {}, 'recoveryChanged', 1],
    ];
    for (const [index, [type, claims]] of types.entries()) {
      const sub_id = { format: 'iss_sub', iss: PARTNER, sub: `heard-${index}` };
      expect((await push(await token({ sub_id, events: { [`${EVENTS}/${type}`]: claims } }))).status).toBe(
        202,
      );
    }
    const heard = await eventually(() => {
      const all = onBus('Signal Received').filter(({ data }) =>
        types.some(([type]) => data.type === `${EVENTS}/${type}`),
      );
      return new Set(all.map(({ data }) => data.type)).size === types.length && all;
    });
    for (const [type, , code, logOdds] of types)
      expect(heard.findLast(({ data }) => data.type === `${EVENTS}/${type}`)?.data).toMatchObject({
        code,
        logOdds,
        revokes: logOdds === 0,
      });
  });

  test.each([
    ['an issuer that is not on the list', 'invalid_issuer', () => token({ iss: 'https://evil.example' })],
    ['another audience', 'invalid_audience', () => token({ aud: 'somebody' })],
    ['another key', 'invalid_key', () => token({}, {}, strangerKey.privateKey)],
    ['a key that is not pinned', 'invalid_key', () => token({}, { kid: 'partner-2' })],
    ['another type of token', 'invalid_request', () => token({}, { typ: 'JWT' })],
    ['no id', 'invalid_request', () => token({ jti: undefined })],
    ['an age of eight days', 'invalid_request', () => token({ iat: Date.now() / 1000 - 8 * 86_400 })],
    ['a time to come', 'invalid_request', () => token({ iat: Date.now() / 1000 + 3600 })],
    ['an expiry', 'invalid_request', () => token({ exp: Date.now() / 1000 + 60 })],
    ['a sub', 'invalid_request', () => token({ sub: 'u' })],
    ['two events', 'invalid_request', () => token({ events: { 'urn:a': {}, 'urn:b': {} } })],
    ['no event', 'invalid_request', () => token({ events: {} })],
    ['no subject', 'invalid_request', () => token({ sub_id: undefined })],
    ['a size of 20 kB', 'invalid_request', () => token({ txn: 'x'.repeat(20_000) })],
    ['no signature', 'invalid_request', async () => `${(await token()).split('.').slice(0, 2).join('.')}.`],
    ['no form at all', 'invalid_request', async () => 'junk'],
  ])('refuses %s in the words of RFC 8935, and changes nothing', async (_, err, make) => {
    const before = onBus('Signal Received').length;
    const { status, body } = await push(await make());
    expect({ status, err: body?.err }).toEqual({ status: 400, err });
    expect(body.description).toMatch(/.+/);
    expect(onBus('Signal Received')).toHaveLength(before);
  });

  test('refuses another token under a jti that was used, and another type of body', async () => {
    expect((await push(await token({ jti: 'used' }))).status).toBe(202);
    const again = await push(await token({ jti: 'used', txn: 'other' }));
    expect(again).toMatchObject({ status: 400, body: { err: 'invalid_request' } });
    expect((await push(await token(), 'application/json')).body.err).toBe('invalid_request');
  });
});

describe('on a bus that repeats, delays and reorders', () => {
  test('every event counts once, and a session is revoked once', async () => {
    const chaotic = await startLocalMode({
      chaos: { seed: 11, duplicate: 0.5, delay: 0.5, delayMs: 300, reorder: 0.3 },
      environment: { MODE: 'enforce' },
    });
    const events = appOf(chaotic);
    try {
      const revoked: { metadata: { id: string }; data: { session: string } }[] = [];
      chaotic.events.observe((_, event) => {
        if (event['detail-type'] === 'Session Revoked')
          revoked.push(event.detail as (typeof revoked)[number]);
      });
      const stream = await events.request('/v1/streams', { method: 'POST', body: '{}' });
      const { pathname } = new URL(stream.body.delivery.endpoint_url);
      const session = 'chaotic';
      await events.put(
        signIn(session),
        ...Array.from({ length: 8 }, (_, index) => within(session, (index + 1) * 1000)),
      );
      await events.put(
        ...Array.from({ length: 8 }, (_, index) => within(session, (index + 20) * 1000, THIEF)),
      );
      await eventually(() => revoked.length > 0, 40_000);
      // Long enough for what the bus still holds back.
      await new Promise((resolve) => setTimeout(resolve, 3000));
      expect(new Set(revoked.map(({ metadata }) => metadata.id)).size).toBe(1);
      const { body } = await events.request(pathname, { method: 'POST', body: '{"returnImmediately":true}' });
      const types = Object.values<string>(body.sets).map((set) => {
        const claims = JSON.parse(Buffer.from(set.split('.')[1]!, 'base64url').toString());
        return Object.keys(claims.events)[0]!.split('/').at(-1);
      });
      expect(types.filter((type) => type === 'session-revoked')).toHaveLength(1);
    } finally {
      events.close();
      await chaotic.end();
    }
  }, 120_000);
});
