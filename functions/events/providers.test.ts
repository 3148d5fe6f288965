import { describe, expect, it } from 'vitest';
import type { AuthEvent, IdentityEvent } from './auth-event.ts';
import { EventError } from './event-error.ts';
import { fixtureEnvelopes, readFixture } from './fixtures/index.ts';

const all = fixtureEnvelopes({ all: true });

function named(provider: string, name: string): AuthEvent | IdentityEvent {
  const envelope = all.find((one) => one.provider === provider && one.case === name);
  if (envelope === undefined) throw new Error(`no fixture ${provider}: ${name}`);
  const event = readFixture(envelope);
  if (event instanceof EventError) throw event;
  return event;
}

type Partial = Record<string, unknown>;

/** What a record means: each row a case of the fixtures and the members that matter in it. */
const EXPECTED: readonly (readonly [provider: string, name: string, expected: Partial])[] = [
  // Okta
  [
    'okta',
    'Session started with password',
    {
      type: 'authentication',
      action: 'sign_in',
      outcome: 'success',
      time: Date.parse('2025-11-20T08:01:02.123Z'),
      subject: { id: '00u1marta0example357', kind: 'person', roles: [] },
      factors: ['password'],
      network: { ip: '203.0.113.24' },
      agent: expect.objectContaining({ deviceId: '4f1c0a9b' }),
      unfilled: ['application.id', 'resource.id', 'subject.roles'],
    },
  ],
  ['okta', 'Okta Verify push approved', { action: 'second_factor', outcome: 'success', factors: ['push'] }],
  ['okta', 'Security key used', { action: 'second_factor', factors: ['passkey'] }],
  ['okta', 'Push rejected', { outcome: 'failure', failureReason: 'second_factor_denied', factors: ['push'] }],
  ['okta', 'Wrong password', { outcome: 'failure', failureReason: 'bad_credentials' }],
  [
    'okta',
    'Unknown account',
    { failureReason: 'unknown_subject', subject: { id: 'root@shop.example', kind: 'person', roles: [] } },
  ],
  ['okta', 'Locked out', { failureReason: 'locked' }],
  [
    'okta',
    'Single sign-on to an application',
    { action: 'resource_access', application: { id: '0oa1backoffice0ex357' } },
  ],
  [
    'okta',
    'Client credentials',
    { action: 'token', subject: { id: '0oa1nightly0exam357', kind: 'service', roles: [] } },
  ],
  [
    'okta',
    'AI agent with a token for a person',
    { subject: { id: 'wlp1agent0example357', kind: 'agent', roles: [], onBehalfOf: '00u1marta0example357' } },
  ],
  ['okta', 'New Behavior Accessing Admin Console (behavior)', { action: 'sign_in', outcome: 'challenged' }],
  ['okta', 'AWS SSO via Okta', { subject: { id: 'aardvark', kind: 'person', roles: [] } }],
  [
    'okta',
    'Same device and OS',
    { action: 'sign_in', failureReason: 'unknown_subject', unfilled: expect.arrayContaining(['id', 'time']) },
  ],
  [
    'okta',
    'Reuse Event',
    { type: 'identity', change: 'threat_reported', operation: 'app.oauth2.token.detect_reuse' },
  ],
  [
    'okta',
    'Admin Access Assigned',
    { change: 'privilege_granted', target: { id: '00u6eup97mAJZWYmP357', kind: 'person' } },
  ],
  ['okta', 'API Key Created', { change: 'key_created' }],
  ['okta', 'User reset own MFA factor', { change: 'factor_removed' }],
  ['okta', 'Impersonation started', { change: 'impersonation_started' }],
  ['okta', 'Org2Org modified', { change: 'other', operation: 'application.lifecycle.update' }],
  // Auth0
  [
    'auth0',
    'Successful login with password and push',
    {
      action: 'sign_in',
      outcome: 'success',
      subject: { id: 'auth0|6459776e974703f3a65dc258', kind: 'person', roles: [] },
      factors: ['password', 'push'],
      application: { id: 'kN4mV1bT7xQe2sWpR8uLdYc3' },
      session: { id: 'sess_5dc258' },
    },
  ],
  ['auth0', 'Successful social login', { factors: ['federated'] }],
  [
    'auth0',
    'Successful login by an agent for a person',
    { subject: expect.objectContaining({ kind: 'agent', onBehalfOf: 'auth0|6459776e974703f3a65dc258' }) },
  ],
  ['auth0', 'Failed login, wrong password', { outcome: 'failure', failureReason: 'bad_credentials' }],
  [
    'auth0',
    'Failed login, unknown user',
    { failureReason: 'unknown_subject', subject: expect.objectContaining({ id: 'root@shop.example' }) },
  ],
  ['auth0', 'Failed login, not authorized', { failureReason: 'policy' }],
  ['auth0', 'Leaked password', { failureReason: 'leaked_credential' }],
  ['auth0', 'Too many failures on one account', { failureReason: 'blocked' }],
  ['auth0', 'Push rejected', { action: 'second_factor', failureReason: 'second_factor_denied' }],
  [
    'auth0',
    'Client credentials exchanged',
    { subject: expect.objectContaining({ kind: 'service', id: 'mC2m9vYtR4' }), factors: ['client_secret'] },
  ],
  [
    'auth0',
    'Auth0 IP Throttling Disabled',
    { type: 'identity', change: 'policy_changed', outcome: 'success' },
  ],
  ['auth0', 'Failed Breached Password Update Event', { change: 'policy_changed', outcome: 'failure' }],
  ['auth0', 'User accepted an invitation', { change: 'privilege_granted' }],
  ['auth0', 'User declined an invitation', { change: 'other' }],
  ['auth0', 'Successful User Invitation Issued', { change: 'threat_reported', operation: 'signup_pwd_leak' }],
  // AWS
  [
    'aws',
    'Unsuccessful Login w/ MFA',
    {
      action: 'sign_in',
      outcome: 'failure',
      failureReason: 'bad_credentials',
      factors: ['password', 'unknown_second_factor'],
      application: { id: 'https://console.aws.amazon.com/console/home' },
    },
  ],
  ['aws', 'MFA Login - SAML', { factors: ['federated'] }],
  ['aws', 'Normal Login', { factors: ['password', 'unknown_second_factor'] }],
  [
    'aws',
    'AWS SSOv2 Login',
    {
      subject: {
        id: 'arn:aws:sts::xxx:assumed-role/AWSReservedSSO_developer_admin_asdf/foo@bar.com',
        kind: 'person',
        roles: ['AWSReservedSSO_developer_admin_asdf'],
      },
    },
  ],
  [
    'aws',
    'Failed Console Login',
    { outcome: 'failure', unfilled: expect.arrayContaining(['id', 'time', 'network.ip', 'failureReason']) },
  ],
  ['aws', 'Unrelated Signin Event', { outcome: 'challenged', unfilled: expect.arrayContaining(['outcome']) }],
  [
    'aws',
    'Role Assumed by AWS Service',
    { action: 'token', subject: expect.objectContaining({ kind: 'service' }) },
  ],
  ['aws', 'Access Key Action Success', { action: 'session_activity', factors: ['access_key'] }],
  [
    'aws',
    'Error Assuming IAM Blocked Role',
    { action: 'token', outcome: 'failure', resource: { id: 'arn:aws:iam::123456789012:role/FullAdminRole' } },
  ],
  ['aws', 'user1 create keys for user2', { change: 'key_created', target: { id: 'user2', kind: 'person' } }],
  ['aws', 'IAM User Policy Attached without Administrator Access', { change: 'privilege_granted' }],
  ['aws', 'Password Discovery ARN', { change: 'other', operation: 'GetAccountPasswordPolicy' }],
  // Cognito
  ['cognito', 'SRP sign-in begun', { action: 'sign_in', outcome: 'challenged', factors: ['password'] }],
  ['cognito', 'SRP sign-in finished', { action: 'sign_in', outcome: 'success' }],
  ['cognito', 'Wrong password', { failureReason: 'bad_credentials' }],
  [
    'cognito',
    'No such user',
    {
      failureReason: 'unknown_subject',
      subject: expect.objectContaining({ id: '(unknown)' }),
      unfilled: expect.arrayContaining(['subject.id']),
    },
  ],
  [
    'cognito',
    'TOTP wrong',
    { action: 'second_factor', failureReason: 'second_factor_failed', factors: ['totp'] },
  ],
  ['cognito', 'Refresh', { action: 'token', factors: ['refresh_token'] }],
  ['cognito', 'Managed login, success', { application: { id: '1example23456789' } }],
  [
    'cognito',
    'Trigger: after authentication',
    { outcome: 'success', subject: expect.objectContaining({ id: '6f8ae3c2-70c1-7088-b1b5-2f1e0d3c9a11' }) },
  ],
  [
    'cognito',
    'Trigger: challenge answered wrongly',
    { outcome: 'failure', failureReason: 'second_factor_failed' },
  ],
  [
    'cognito',
    'Password reset by an administrator',
    { change: 'password_reset', actor: { id: 'arn:aws:iam::111122223333:user/helpdesk', kind: 'person' } },
  ],
  // Entra ID
  [
    'entra',
    'Interactive sign-in with authenticator',
    {
      action: 'sign_in',
      outcome: 'success',
      factors: ['password', 'push'],
      session: { id: '00baf379-e510-523f-1c0e-346163d4a768' },
      resource: { id: '00000003-0000-0000-c000-000000000000' },
      time: Date.parse('2025-11-20T08:10:01.123Z'),
    },
  ],
  ['entra', 'Interrupted for a second factor', { outcome: 'challenged' }],
  [
    'entra',
    'Second factor denied by the person',
    { failureReason: 'second_factor_denied', factors: ['password', 'push'] },
  ],
  [
    'entra',
    'Unknown account',
    { failureReason: 'unknown_subject', subject: expect.objectContaining({ id: 'root@shop.example' }) },
  ],
  ['entra', 'Blocked by conditional access', { failureReason: 'policy' }],
  ['entra', 'Managed identity', { action: 'token', subject: expect.objectContaining({ kind: 'service' }) }],
  [
    'entra',
    'Agent acting for a person',
    {
      subject: expect.objectContaining({ kind: 'agent', onBehalfOf: '3b4e2783-2b5d-4f1f-a3d9-ddc0ed1c623f' }),
    },
  ],
  [
    'entra',
    'Failed Sign-In',
    {
      failureReason: 'bad_credentials',
      subject: expect.objectContaining({ kind: 'service' }),
      time: Date.parse('2023-07-26T22:58:30.983Z'),
    },
  ],
  ['entra', 'Account Lockout Error 50053', { failureReason: 'locked' }],
  ['entra', 'ROPC Login Without MFA', { factors: ['password'] }],
  ['entra', 'Set Federation Settings', { change: 'federation_changed' }],
  [
    'entra',
    'User Elevated to User Access Administrator',
    { change: 'privilege_granted', outcome: 'success' },
  ],
  [
    'entra',
    'Different Operation',
    { change: 'privilege_revoked', target: { id: 'user-former-888', kind: 'person' } },
  ],
  [
    'entra',
    'Policy Changed',
    { change: 'policy_changed', target: expect.objectContaining({ kind: 'policy' }) },
  ],
  // Duo
  [
    'duo',
    'Push approved',
    {
      action: 'second_factor',
      factors: ['push'],
      subject: { id: 'DU3KC77WJ06Y5HIV7XKQ', kind: 'person', roles: ['clerks'] },
    },
  ],
  ['duo', 'Remembered device', { factors: ['remembered_device'] }],
  ['duo', 'Security key', { factors: ['security_key'] }],
  ['duo', 'Passcode wrong', { failureReason: 'second_factor_failed', factors: ['otp'] }],
  ['duo', 'Cancelled by the person', { failureReason: 'second_factor_denied' }],
  ['duo', 'user_marked_fraud', { outcome: 'failure', failureReason: 'second_factor_denied' }],
  ['duo', 'endpoint_is_not_trusted', { failureReason: 'policy' }],
  [
    'duo',
    'Login Event',
    {
      action: 'sign_in',
      factors: ['federated', 'sms'],
      network: { ip: '1.2.3.4' },
      id: expect.stringMatching(/^sha256-[0-9a-f]{64}$/),
    },
  ],
  ['duo', 'marked_fraud', { action: 'second_factor', failureReason: 'second_factor_denied' }],
  ['duo', 'Admin lockout- invalid json', { change: 'account_locked' }],
  ['duo', 'Enrolled', { change: 'factor_enrolled' }],
  // OneLogin
  [
    'onelogin',
    'Signed in',
    {
      action: 'sign_in',
      outcome: 'success',
      subject: { id: '123456', kind: 'person', roles: [] },
      network: { ip: '203.0.113.24' },
    },
  ],
  ['onelogin', 'Failed, wrong password', { failureReason: 'bad_credentials' }],
  ['onelogin', 'Opened an application', { action: 'resource_access', application: { id: '987' } }],
  ['onelogin', 'Signed out', { action: 'sign_out', time: Date.parse('2025-11-20T18:20:01Z') }],
  ['onelogin', 'User removed an auth factor', { change: 'factor_removed' }],
  [
    'onelogin',
    "User assumed another user's account",
    {
      change: 'impersonation_started',
      actor: { id: '654321', kind: 'person' },
      target: { id: '123456', kind: 'person' },
    },
  ],
  // Google Workspace
  ['google-workspace', 'Password sign-in', { action: 'sign_in', factors: ['password'] }],
  [
    'google-workspace',
    'Sign-in with a prompt, two events',
    { action: 'sign_in', factors: ['push', 'password'] },
  ],
  ['google-workspace', 'Sign-in failed', { failureReason: 'bad_credentials' }],
  [
    'google-workspace',
    'SAML sign-in to an application',
    { action: 'resource_access', factors: ['federated'], application: { id: 'Back office' } },
  ],
  [
    'google-workspace',
    'Two-step verification switched off by an administrator',
    { change: 'factor_reset', target: { id: 'marta@shop.example', kind: 'person' } },
  ],
  [
    'google-workspace',
    'Two Step Verification Disabled',
    { change: 'factor_removed', target: { id: 'some.user@somedomain.com', kind: 'person' } },
  ],
  ['google-workspace', 'Malicious App Privileged Scopes', { change: 'consent_granted' }],
  ['google-workspace', 'Non-Login event', { type: 'identity', change: 'other' }],
  ['google-workspace', 'Government Backed Attack Warning', { change: 'threat_reported' }],
  // Keycloak
  ['keycloak', 'Login', { action: 'sign_in', outcome: 'success', time: 1763625600000, correlationId: 'c1' }],
  ['keycloak', 'Login with identity provider', { factors: ['federated'] }],
  ['keycloak', 'Login error, password', { failureReason: 'bad_credentials' }],
  [
    'keycloak',
    'Login error, no such user',
    { failureReason: 'unknown_subject', subject: expect.objectContaining({ id: 'root' }) },
  ],
  ['keycloak', 'Login error, disabled by brute force detection', { failureReason: 'locked' }],
  [
    'keycloak',
    'Client login',
    { subject: { id: 'nightly', kind: 'service', roles: [] }, factors: ['client_secret'] },
  ],
  [
    'keycloak',
    'Token exchange by a client for a person',
    {
      subject: expect.objectContaining({ kind: 'service', id: 'invoice-helper' }),
      resource: { id: 'payroll' },
    },
  ],
  ['keycloak', 'Impersonation', { change: 'impersonation_started', actor: { id: 'admin', kind: 'person' } }],
  ['keycloak', 'Admin: role granted', { change: 'privilege_granted' }],
  ['keycloak', 'Admin: realm updated, refused', { change: 'policy_changed', outcome: 'failure' }],
];

describe('what a record means', () => {
  it.each(EXPECTED)('%s: %s', (provider, name, expected) => {
    expect(named(provider, name)).toMatchObject(expected);
  });
});

describe('what a provider detected itself', () => {
  const changed = (provider: string, name: string, change: (detail: never) => unknown) => {
    const envelope = all.find((one) => one.provider === provider && one.case === name)!;
    const event = readFixture({
      ...envelope,
      detail: change(structuredClone(envelope.detail) as never) as Readonly<Record<string, unknown>>,
    });
    if (event instanceof EventError || event.type !== 'authentication') throw new Error('not read');
    return event.evidence;
  };
  const entra = (types: unknown) =>
    changed('entra', 'Interactive sign-in with authenticator', (detail: { properties?: object }) =>
      detail.properties
        ? { ...detail, properties: { ...detail.properties, riskEventTypes_v2: types } }
        : { ...(detail as object), riskEventTypes_v2: types },
    );

  it('is evidence under its name: Entra’s risk detections', () => {
    expect(entra(['leakedCredentials', 'unlikelyTravel'])).toEqual([
      { type: 'leakedCredentials', issuer: 'entra' },
      { type: 'unlikelyTravel', issuer: 'entra' },
    ]);
    expect(entra([])).toEqual([]);
  });

  it.each([['leakedCredentials'], [{ a: 1 }], [7], [[7, null, {}, 'no name!', 'x'.repeat(65)]]])(
    'is nothing when it is no list of names: %j',
    (types) => {
      expect(entra(types)).toEqual([]);
    },
  );

  it('is bounded: eight names at most', () => {
    expect(entra(Array(50).fill('generic'))).toHaveLength(8);
  });

  it('is evidence of Okta and Google Workspace as well, only when they say so', () => {
    const okta = (threatSuspected: unknown) =>
      changed(
        'okta',
        'Session started with password',
        (detail: { debugContext?: { debugData?: object } }) => ({
          ...(detail as object),
          debugContext: { debugData: { ...detail.debugContext?.debugData, threatSuspected } },
        }),
      );
    expect(okta('true')).toEqual([{ type: 'threatSuspected', issuer: 'okta' }]);
    expect(okta('false')).toEqual([]);
    const google = (value: unknown) =>
      changed('google-workspace', 'Password sign-in', (detail: { events: { parameters: object[] }[] }) => ({
        ...(detail as object),
        events: detail.events.map((event) => ({
          ...event,
          parameters: [
            ...event.parameters.filter((one) => !('name' in one) || one.name !== 'is_suspicious'),
            { name: 'is_suspicious', boolValue: value },
          ],
        })),
      }));
    expect(google(true)).toEqual([{ type: 'suspiciousLogin', issuer: 'google-workspace' }]);
    expect(google(false)).toEqual([]);
  });
});
