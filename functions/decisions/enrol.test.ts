import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { PresentationRequest } from '../presentations/requests/index.ts';
import { memoryKey } from '../presentations/testing/verifier.ts';
import { verifierIdentity } from '../presentations/verifier-identity.ts';

import type { Decision } from './decision.ts';
import type { StoredDecision } from './decisions.store.ts';
import { checkCleared, ENROL_WITHIN_MS, type EnrolDeps, enrolByOperator, enrolFromSession } from './enrol.ts';
import { factorKinds } from './factor-kinds.ts';
import { decisionKey } from './keys.ts';

const NOW = Date.UTC(2026, 10, 20, 9);
const ago = (ms: number): string => new Date(NOW - ms).toISOString();

type Question = NonNullable<StoredDecision['basis']>['question'];

const session = (change: Partial<Decision> = {}, question: Partial<Question> = {}): StoredDecision =>
  ({
    key: decisionKey('shop', 'e-1'),
    tenant: 'shop',
    decision: {
      eventId: 'e-1',
      subject: 'ada',
      level: 'low',
      outcome: 'allow',
      mode: 'enforce',
      time: ago(60_000),
      decidedAt: ago(59_000),
      ...change,
    },
    basis: {
      question: {
        kind: 'person',
        attempt: 'sign_in',
        result: 'success',
        factors: ['password', 'totp'],
        ...question,
      },
    },
  }) as unknown as StoredDecision;

const codeOf = (stored: StoredDecision): string | undefined => {
  try {
    checkCleared(stored, NOW);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a session that may enrol a wallet', () => {
  test.each([
    ['allowed at low risk', session()],
    ['in shadow mode', session({ mode: 'shadow' })],
    ['by a passkey alone, which is two factors', session({}, { factors: ['passkey'] })],
    ['by its second step', session({}, { attempt: 'second_factor' })],
    [
      'allowed by a reviewer',
      session({ resolution: { from: 'review', by: 'review', reference: 'r', time: '' } }),
    ],
    [
      'brought to low risk by the wallet that there is',
      session({ level: 'high', evidence: { level: 'low' } as never }),
    ],
    ['ten minutes ago', session({ time: ago(ENROL_WITHIN_MS), decidedAt: ago(ENROL_WITHIN_MS) })],
  ])('%s', (_, stored) => expect(codeOf(stored)).toBeUndefined());

  test.each([
    ['is not one that waits for a step-up', session({ outcome: 'step_up' }), 'session-not-cleared'],
    ['is not one that people review', session({ outcome: 'review' }), 'session-not-cleared'],
    ['is not one of more than low risk', session({ level: 'medium' }), 'session-not-cleared'],
    [
      'is not one whose risk a wrong wallet raised',
      session({ evidence: { level: 'medium' } as never }),
      'session-not-cleared',
    ],
    ['is not one that was decided by a fallback', session({ degraded: ['model'] }), 'session-not-cleared'],
    ["is not a service's", session({}, { kind: 'service' }), 'session-not-cleared'],
    ['is not a failed attempt', session({}, { result: 'failure' }), 'session-not-cleared'],
    ['is not a sign-in that was challenged', session({}, { result: 'challenged' }), 'session-not-cleared'],
    ['is not activity in a session', session({}, { attempt: 'session_activity' }), 'session-not-cleared'],
    ['is not by a password', session({}, { factors: ['password'] }), 'session-single-factor'],
    ['is not by two of a kind', session({}, { factors: ['totp', 'sms'] }), 'session-single-factor'],
    [
      'is not by a device that is only remembered',
      session({}, { factors: ['password', 'remembered_device'] }),
      'session-single-factor',
    ],
    ['is not by no factor', session({}, { factors: [] }), 'session-single-factor'],
    [
      'is not by a factor that is named like a member of every object',
      session({}, { factors: ['password', 'constructor'] }),
      'session-single-factor',
    ],
    [
      'did not begin more than ten minutes ago',
      session({ time: ago(ENROL_WITHIN_MS + 1) }),
      'session-too-old',
    ],
    ['was not decided long ago', session({ decidedAt: ago(ENROL_WITHIN_MS + 1) }), 'session-too-old'],
    ['says when it was', session({ time: 'yesterday' }), 'session-too-old'],
  ])('%s', (_, stored, code) => expect(codeOf(stored)).toBe(code));

  test('is one whose basis is on record', () => {
    const { basis: _, ...without } = session();
    expect(codeOf(without as StoredDecision)).toBe('session-not-cleared');
  });
});

test('factors count by what they show', () => {
  expect(factorKinds(['password', 'totp', 'biometric']).size).toBe(3);
  expect(factorKinds(['password', 'email', 'recovery_code', 'refresh_token']).size).toBe(1);
  expect(factorKinds(['federated', 'push']).size).toBe(2);
});

describe('asking a wallet to be enrolled', () => {
  const requests: PresentationRequest[] = [];
  const OWN = {
    credentials: [
      {
        id: 'wallet',
        format: 'ldp_vc',
        meta: { type_values: [['https://a.example/Employee']], pseudonym_scope: 'wallet' },
      },
      { id: 'identity', format: 'dc+sd-jwt', meta: { vct_values: ['https://a.example/identity'] } },
    ],
    credential_sets: [{ options: [['wallet'], ['identity']] }],
  };
  const deps = async (stored = session()): Promise<EnrolDeps> => {
    const identity = await verifierIdentity(memoryKey(), { did: undefined, certificates: [] });
    return {
      decisions: { get: async (key) => (key === stored.key ? stored : undefined) },
      requests: { insert: async (request) => void requests.push(request) },
      settings: async () => ({
        publicUrl: 'https://verifier.example',
        identity,
        clientIdPrefix: 'decentralized_identifier',
        appOrigins: ['https://shop.example'],
      }),
      query: async () => OWN,
      random: randomBytes,
      clock: () => NOW,
    };
  };
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error) => error.code,
    );

  test('is a request that says for whom, and on whose word', async () => {
    const answer = await enrolFromSession(await deps(), 'shop', 'e-1', {
      return_uri: 'https://shop.example/back',
    });
    expect(answer.authorization_request).toMatch(/^openid4vp:/);
    expect(requests.pop()).toMatchObject({
      tenant: 'shop',
      query: OWN,
      flow: 'same_device',
      concerns: { kind: 'enrolment', subject: 'ada', by: 'session', reference: 'e-1' },
    });
    await enrolByOperator(
      await deps(),
      'shop',
      { subject: 'bob', operator: 'op-1' },
      { format: 'dc+sd-jwt' },
    );
    expect(requests.pop()).toMatchObject({
      query: { credentials: [OWN.credentials[1]] },
      concerns: { kind: 'enrolment', subject: 'bob', by: 'operator', reference: 'op-1' },
    });
  });

  test("is not made for another tenant's event, nor for one that cleared nothing", async () => {
    expect(await codeOf(enrolFromSession(await deps(), 'bank', 'e-1', {}))).toBe('decision-unknown');
    expect(await codeOf(enrolFromSession(await deps(), 'shop', 'e-2', {}))).toBe('decision-unknown');
    const pending = await deps(session({ outcome: 'step_up' }));
    expect(await codeOf(enrolFromSession(pending, 'shop', 'e-1', {}))).toBe('session-not-cleared');
    expect(requests).toEqual([]);
  });

  test('is not made by a question whose answer would not name the holder', async () => {
    const [wallet, identity] = OWN.credentials as [
      (typeof OWN)['credentials'][0],
      (typeof OWN)['credentials'][0],
    ];
    const bad: [string, object][] = [
      ['enrolment-invalid', { ...identity, require_cryptographic_holder_binding: false }],
      ['enrolment-invalid', { ...wallet, meta: { ...wallet.meta, pseudonym_scope: 'staff' } }],
      [
        'enrolment-invalid',
        {
          ...wallet,
          meta: { type_values: [['T']], predicates: [{ path: '/credentialSubject/age', atLeast: 18 }] },
        },
      ],
      ['format-unsupported', { ...identity, format: 'vc+sd-jwt' }],
      ['request-invalid', { ...identity, meta: {} }],
    ];
    for (const [code, credential] of bad) {
      const asked = { dcql_query: { credentials: [credential] } };
      expect(
        await codeOf(enrolFromSession(await deps(), 'shop', 'e-1', asked)),
        JSON.stringify(credential),
      ).toBe(code);
    }
    expect(await codeOf(enrolFromSession(await deps(), 'shop', 'e-1', { format: 'jwt_vc_json' }))).toBe(
      'enrolment-invalid',
    );
    expect(requests).toEqual([]);
  });
});
