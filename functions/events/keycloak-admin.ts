import type { IdentityChange } from './auth-event.ts';
import type { Member } from './member.ts';
import type { IdentityReading } from './reading.ts';

/** `OPERATION RESOURCE_TYPE path`; first match wins. */
const CHANGES: readonly (readonly [RegExp, IdentityChange])[] = [
  [/^(CREATE|UPDATE) (REALM_ROLE_MAPPING|CLIENT_ROLE_MAPPING|GROUP_MEMBERSHIP)/, 'privilege_granted'],
  [/^DELETE (REALM_ROLE_MAPPING|CLIENT_ROLE_MAPPING|GROUP_MEMBERSHIP)/, 'privilege_revoked'],
  [/^ACTION USER .*\/reset-password$/, 'password_reset'],
  [/^ACTION USER .*\/(disable-credential-types|credentials)/, 'factor_reset'],
  [/^DELETE USER .*\/credentials/, 'factor_removed'],
  [/^ACTION USER .*\/impersonation$/, 'impersonation_started'],
  [/^CREATE USER /, 'account_created'],
  [/^DELETE USER /, 'account_deleted'],
  [/^(CREATE|UPDATE|DELETE) (IDENTITY_PROVIDER|IDENTITY_PROVIDER_MAPPER)/, 'federation_changed'],
  [/^(CREATE|ACTION) CLIENT .*(client-secret|certificates)/, 'key_created'],
  [/^DELETE CLIENT /, 'key_deleted'],
  [
    /^\w+ (REALM|AUTH_FLOW|AUTH_EXECUTION|AUTH_EXECUTION_FLOW|AUTHENTICATOR_CONFIG|REQUIRED_ACTION|AUTHORIZATION_\w+|CLIENT_SCOPE|REALM_ROLE|CLIENT_ROLE|COMPONENT)\b/,
    'policy_changed',
  ],
];

/** Reads one admin event of Keycloak. */
export function keycloakAdmin(detail: Member): IdentityReading {
  const operation = detail.get('operationType').text(64)?.toUpperCase() ?? '';
  const resource = detail.get('resourceType').text(64)?.toUpperCase() ?? '';
  const path = detail.get('resourcePath').text(1024) ?? '';
  const who = detail.get('authDetails').objectOrAbsent();
  const subject = /^users\/([^/]{1,256})/.exec(path)?.[1];
  const user = who.get('userId');
  return {
    kind: 'identity',
    id: detail.get('id'),
    time: detail.get('time'),
    outcome: detail.get('error').present ? 'failure' : 'success',
    change: changeOf(`${operation} ${resource} ${path}`, detail),
    operation: `${operation} ${resource}`.trim(),
    actor: user.present ? user : who.get('clientId'),
    actorKind: user.present ? 'person' : 'service',
    target: detail.get('resourcePath').with(subject ?? (path === '' ? undefined : path.slice(0, 256))),
    targetKind: subject === undefined ? (resource.startsWith('CLIENT') ? 'application' : 'other') : 'person',
    address: who.get('ipAddress'),
  };
}

function changeOf(key: string, detail: Member): IdentityChange {
  if (/^UPDATE USER users\/[^/]+$/.test(key)) {
    // The representation tells whether the account was switched off or on.
    const enabled = detail.get('representation').json().objectOrAbsent().get('enabled').flag();
    if (enabled === false) return 'account_suspended';
  }
  return CHANGES.find(([pattern]) => pattern.test(key))?.[1] ?? 'other';
}
