import fc from 'fast-check';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { pseudonymsFor } from '../../platform/index.ts';
import { SECRET } from '../testing/shared-signals.ts';
import { EVENT_TYPES, RECEIVED_TYPES } from './event-types.ts';
import { readSecurityEvent, SetError, type TrustedTransmitter } from './receive.ts';
import { evidenceOfSignal } from './received-evidence.ts';
import { readSubjectId, targetOf, userSubject } from './subject-id.ts';

const NOW = Date.UTC(2026, 10, 20, 9);
const rsa = await generateKeyPair('RS256');
const ec = await generateKeyPair('ES256');
const other = await generateKeyPair('RS256');
const transmitters: TrustedTransmitter[] = [
  {
    issuer: 'https://a.example',
    audience: 'us',
    tenant: 'shop',
    jwks: {
      keys: [
        { ...(await exportJWK(rsa.publicKey)), kid: '1' },
        { ...(await exportJWK(ec.publicKey)), kid: '2' },
      ] as never,
    },
  },
  {
    issuer: 'https://a.example',
    audience: 'us-too',
    tenant: 'bank',
    jwks: { keys: [{ ...(await exportJWK(rsa.publicKey)), kid: '1' }] as never },
  },
];
const token = (claims: object = {}, header: object = {}, key = rsa.privateKey) =>
  new SignJWT({
    iss: 'https://a.example',
    aud: 'us',
    jti: 'j-1',
    iat: NOW / 1000,
    sub_id: { format: 'email', email: 'ann@example.org' },
    events: { [EVENT_TYPES.sessionRevoked]: { event_timestamp: NOW / 1000 - 60 } },
    ...claims,
  })
    .setProtectedHeader({ alg: 'RS256', kid: '1', typ: 'secevent+jwt', ...header })
    .sign(key);
const read = async (made: Promise<string> | string, now = NOW) =>
  readSecurityEvent(await made, transmitters, now);

describe('a security event', () => {
  test('is read: who says what of whom, and when', async () => {
    expect(await read(token())).toEqual({
      issuer: 'https://a.example',
      tenant: 'shop',
      jti: 'j-1',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      time: NOW - 60_000,
      type: EVENT_TYPES.sessionRevoked,
      subject: { format: 'email', email: 'ann@example.org' },
      claims: { event_timestamp: NOW / 1000 - 60 },
    });
  });

  test('may be signed by any pinned key, meant for several, of an earlier draft, typed in capitals', async () => {
    expect((await read(token({}, { alg: 'ES256', kid: '2' }, ec.privateKey))).jti).toBe('j-1');
    expect((await read(token({ aud: ['x', 'us-too'] }))).tenant).toBe('bank');
    const inside = { format: 'opaque', id: 'u' };
    const draft = token({ sub_id: undefined, events: { 'urn:x': { subject: inside } } });
    expect((await read(draft)).subject).toEqual(inside);
    expect((await read(token({}, { typ: 'SECEVENT+JWT' }))).jti).toBe('j-1');
  });

  test('has the time of its event only where that is plausible', async () => {
    const at = async (event_timestamp: unknown) =>
      (await read(token({ events: { 'urn:x': { event_timestamp } } }))).time;
    expect(await at(NOW / 1000 - 5)).toBe(NOW - 5_000);
    for (const odd of [NOW, NOW / 1000 + 3600, -1, 0, 'now', null]) expect(await at(odd)).toBe(NOW);
  });

  test.each([
    ['by a stranger', 'invalid_key', () => token({}, {}, other.privateKey)],
    [
      'with the key of another algorithm',
      'invalid_key',
      () => token({}, { alg: 'ES256', kid: '1' }, ec.privateKey),
    ],
    [
      'of another tenant by a key not pinned there',
      'invalid_key',
      () => token({ aud: 'us-too' }, { alg: 'ES256', kid: '2' }, ec.privateKey),
    ],
    ['without typ', 'invalid_request', () => token({}, { typ: undefined })],
    ['of no issuer', 'invalid_issuer', () => token({ iss: undefined })],
    ['for nobody', 'invalid_audience', () => token({ aud: undefined })],
    ['with an iat in words', 'invalid_request', () => token({ iat: 'now' as never })],
    ['with an event that is text', 'invalid_request', () => token({ events: { 'urn:x': 'y' } })],
    [
      'about a subject of an unknown format',
      'invalid_request',
      () => token({ sub_id: { format: 'did', url: 'did:x' } }),
    ],
    [
      'about a subject without a name',
      'invalid_request',
      () => token({ sub_id: { format: 'iss_sub', iss: 'x' } }),
    ],
    [
      'about a complex of unknown parts',
      'invalid_request',
      () => token({ sub_id: { format: 'complex', group: { format: 'opaque', id: 'g' } } }),
    ],
  ])('%s is refused', async (_, err, made) => {
    const refusal = await read(made()).catch((error) => error);
    expect(refusal).toBeInstanceOf(SetError);
    expect(refusal.err).toBe(err);
    expect(refusal.message).not.toMatch(/ann@example|j-1|stranger/);
  });

  test('unsigned, or signed with a public key as a secret, is refused', async () => {
    const [, payload] = (await token()).split('.');
    const header = (alg: string) =>
      Buffer.from(JSON.stringify({ alg, typ: 'secevent+jwt', kid: '1' })).toString('base64url');
    for (const alg of ['none', 'HS256', 'RS384', 'PS256'])
      await expect(read(`${header(alg)}.${payload}.AAAA`)).rejects.toMatchObject({ err: 'invalid_key' });
  });

  test('that is anything else is refused in the same way, whatever it is', async () => {
    const real = await token();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.array(fc.base64String(), { minLength: 3, maxLength: 3 }).map((parts) => parts.join('.')),
          fc
            .tuple(fc.nat(real.length - 1), fc.constantFrom('A', 'b', '-', '.', '\u0000'))
            .map(([at, letter]) => real.slice(0, at) + letter + real.slice(at + 1)),
        ),
        async (text) => {
          if (text === real) return;
          const answer = await read(text).catch((error) => error);
          // The last letter of a signature may hold bits that no byte needs.
          if (!(answer instanceof SetError)) expect(text.slice(0, -1)).toBe(real.slice(0, -1));
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('subject identifiers', () => {
  const pseudonym = pseudonymsFor(SECRET, 'shop');

  test('name the same person in every format, and a session only as a session', () => {
    const of = (subject: object) => targetOf(readSubjectId(subject)!, 'shop', pseudonym);
    const user = { tenant: 'shop', subject: pseudonym('subject', 'ann@example.org') };
    expect(of({ format: 'email', email: 'ann@example.org' })).toEqual(user);
    expect(of({ format: 'iss_sub', iss: 'https://idp', sub: 'ann@example.org' })).toEqual(user);
    expect(of({ format: 'opaque', id: 'ann@example.org' })).toEqual(user);
    expect(
      of({
        format: 'complex',
        session: { format: 'opaque', id: 's' },
        tenant: { format: 'opaque', id: 't' },
      }),
    ).toEqual({ tenant: 'shop', session: pseudonym('session', 's') });
  });

  test.each([
    null,
    'x',
    {},
    { format: 'email', email: 'no' },
    { format: 'opaque', id: '' },
    { format: 'opaque', id: 'x'.repeat(400) },
    { format: 'complex' },
    { format: 'complex', user: { format: 'did' } },
  ])('%j is none', (value) => expect(readSubjectId(value)).toBeUndefined());

  test('of users are e-mail where the name is one', () => {
    expect(userSubject('ann@example.org', 'https://i')).toEqual({
      format: 'email',
      email: 'ann@example.org',
    });
    expect(userSubject('u-4711', 'https://i')).toEqual({
      format: 'iss_sub',
      iss: 'https://i',
      sub: 'u-4711',
    });
  });
});

describe('what signals weigh', () => {
  const weigh = (type: string, claims: object = {}) => evidenceOfSignal({ type, claims: claims as never });

  test('a stopped session or account is believed outright, and nothing else is', () => {
    const all = [...Object.values(EVENT_TYPES), ...Object.values(RECEIVED_TYPES), 'urn:unknown'];
    expect(all.filter((type) => weigh(type).revokes)).toEqual([
      EVENT_TYPES.sessionRevoked,
      EVENT_TYPES.accountDisabled,
      EVENT_TYPES.accountPurged,
      RECEIVED_TYPES.sessionsRevoked,
    ]);
    for (const type of all) expect(Number.isFinite(weigh(type).logOdds)).toBe(true);
  });

  test.each([
    [{ previous_level: 'LOW', current_level: 'HIGH' }, 3],
    [{ previous_level: 'HIGH', current_level: 'LOW' }, -3],
    [{ current_level: 'HIGH' }, 1.5],
    [{ current_level: 'MEDIUM' }, 0],
    [{ current_level: 'enormous' }, 0],
    [{}, 0],
  ])('a risk level %j weighs %d', (claims, logOdds) => {
    expect(weigh(EVENT_TYPES.riskLevelChange, claims).logOdds).toBeCloseTo(logOdds, 12);
  });

  test('news that changes nothing weighs nothing', () => {
    expect(weigh(EVENT_TYPES.deviceComplianceChange, { current_status: 'compliant' }).logOdds).toBe(0);
    expect(
      weigh(EVENT_TYPES.deviceComplianceChange, { current_status: 'not-compliant' }).logOdds,
    ).toBeGreaterThan(0);
    expect(weigh('https://schemas.openid.net/secevent/ssf/event-type/verification').logOdds).toBe(0);
  });
});
