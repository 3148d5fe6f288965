import { describe, expect, test } from 'vitest';
import type { IdentityEvent } from '../../events/index.ts';
import { applyEvent } from '../apply-event.ts';
import type { Session, Telling } from '../session.ts';
import { sessionEvent } from '../testing/session-event.ts';
import { EVENT_TYPES } from './event-types.ts';
import { signalOf, signalOfChange } from './outgoing.ts';

const session = (mode: Session['mode']): Session =>
  applyEvent(undefined, sessionEvent({ key: 'a', action: 'sign_in', mode }));
const id = 'x';
const time = 5000;
const REVOKED: Telling = { id, time, kind: 'session-revoked', eventId: 'e', score: 0.951 };
const RISK: Telling = { id, time, kind: 'risk-level', from: 'low', to: 'high', code: 'deviceChanged' };
const ASSURANCE: Telling = { id, time, kind: 'assurance-level', from: 1, to: 2 };
const DEVICE: Telling = { id, time, kind: 'device-compliance', compliant: false };
const CLAIMS: Telling = { id, time, kind: 'token-claims' };
const STEP_UP: Telling = { id, time, kind: 'step-up-required', eventId: 'e', score: 0.4 };

describe('a telling', () => {
  test.each([
    [
      REVOKED,
      EVENT_TYPES.sessionRevoked,
      { initiating_entity: 'policy', reason_admin: { en: 'The risk of the session reached 0.95' } },
    ],
    [
      RISK,
      EVENT_TYPES.riskLevelChange,
      {
        principal: 'SESSION',
        previous_level: 'LOW',
        current_level: 'HIGH',
        risk_reason: 'deviceChanged',
        initiating_entity: 'policy',
      },
    ],
    [
      ASSURANCE,
      EVENT_TYPES.assuranceLevelChange,
      {
        namespace: 'NIST-AAL',
        previous_level: 'nist-aal1',
        current_level: 'nist-aal2',
        change_direction: 'increase',
        initiating_entity: 'user',
      },
    ],
    [
      DEVICE,
      EVENT_TYPES.deviceComplianceChange,
      { previous_status: 'compliant', current_status: 'not-compliant', initiating_entity: 'system' },
    ],
    [CLAIMS, EVENT_TYPES.tokenClaimsChange, { initiating_entity: 'system' }],
  ])('$kind becomes an event as CAEP 1.0 has it', (telling, type, claims) => {
    const signal = signalOf(session('enforce'), telling);
    expect(signal).toMatchObject({ kind: 'signal', tenant: 'shop', time, type, claims });
    expect(signal?.id).toBe('n#shop#session-1#x');
    expect(JSON.stringify(signal)).not.toContain('person-1');
  });

  test('that is a judgement reaches nobody in shadow mode; what was seen does', () => {
    expect([REVOKED, RISK].map((telling) => signalOf(session('shadow'), telling))).toEqual([
      undefined,
      undefined,
    ]);
    for (const telling of [ASSURANCE, DEVICE, CLAIMS])
      expect(signalOf(session('shadow'), telling)).toBeDefined();
  });

  test('of a step-up is for the app alone', () => {
    expect(signalOf(session('enforce'), STEP_UP)).toBeUndefined();
  });
});

describe('a change to an identity', () => {
  const change = (parts: Partial<IdentityEvent> = {}): IdentityEvent => ({
    type: 'identity',
    id: 'c-1',
    tenant: 'shop',
    time,
    source: 's',
    provider: 'okta',
    change: 'password_changed',
    operation: 'user.account.update_password',
    outcome: 'success',
    actor: { id: 'u-1', kind: 'person' },
    target: { id: 'u-1', kind: 'person' },
    unfilled: [],
    ...parts,
  });

  test.each([
    [
      'password_changed',
      EVENT_TYPES.credentialChange,
      { credential_type: 'password', change_type: 'update' },
    ],
    [
      'factor_enrolled',
      EVENT_TYPES.credentialChange,
      { credential_type: 'second-factor', change_type: 'create' },
    ],
    [
      'factor_reset',
      EVENT_TYPES.credentialChange,
      { credential_type: 'second-factor', change_type: 'revoke' },
    ],
    ['key_deleted', EVENT_TYPES.credentialChange, { credential_type: 'access-key', change_type: 'delete' }],
    ['account_suspended', EVENT_TYPES.accountDisabled, {}],
    ['account_unlocked', EVENT_TYPES.accountEnabled, {}],
    ['account_deleted', EVENT_TYPES.accountPurged, {}],
    ['recovery_changed', EVENT_TYPES.recoveryInformationChanged, {}],
  ] as const)('%s has a name', (name, type, claims) => {
    expect(signalOfChange(change({ change: name }))).toMatchObject({
      id: 'identity#shop#c-1',
      about: { subjectId: 'u-1' },
      type,
      claims,
    });
  });

  test('says who did it, and, as the interoperability profile asks, why', () => {
    const by = (actor: IdentityEvent['actor']) => {
      const { actor: _, ...rest } = change();
      return signalOfChange({ ...rest, ...(actor ? { actor } : {}) })?.claims.initiating_entity;
    };
    expect(by({ id: 'u-1', kind: 'person' })).toBe('user');
    expect(by({ id: 'root', kind: 'person' })).toBe('admin');
    expect(by(undefined)).toBe('system');
    expect(signalOfChange(change())?.claims.reason_admin).toEqual({ en: 'user.account.update_password' });
    // RISC knows no such member.
    expect(signalOfChange(change({ change: 'account_suspended' }))?.claims).toEqual({});
  });

  test.each([
    ['failed', { outcome: 'failure' }],
    ['has no name in CAEP or RISC', { change: 'policy_changed' }],
    ['is of no account', { target: { id: 'p', kind: 'policy' } }],
  ] as const)('that %s is not told', (_, parts) => {
    expect(signalOfChange(change(parts as Partial<IdentityEvent>))).toBeUndefined();
  });

  test('without a target is of whoever did it', () => {
    const { target: _, ...own } = change();
    expect(signalOfChange(own)?.about).toEqual({ subjectId: 'u-1' });
  });
});
