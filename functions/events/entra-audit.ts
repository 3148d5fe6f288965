import type { IdentityChange } from './auth-event.ts';
import type { Member } from './member.ts';
import type { IdentityReading } from './reading.ts';

/** Activity names (https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities); first match wins. */
const CHANGES: readonly (readonly [RegExp, IdentityChange])[] = [
  [/fraud reported|suspicious activity|risk detected|user risk/, 'threat_reported'],
  [
    /remove .*(member|user) from role|remove eligible member|delete role assignment|remove .*role assignment/,
    'privilege_revoked',
  ],
  [
    /add .*member.* to role|add eligible member|elevated .*access|create role assignment|add .*role assignment grant|activation.*role/,
    'privilege_granted',
  ],
  [
    /federation settings|domain authentication|verified domain|unverified domain|identity provider|partner .*tenant/,
    'federation_changed',
  ],
  [/(add|update).*(credentials|certificates and secrets)/, 'key_created'],
  [/remove.*(credentials|certificates and secrets)/, 'key_deleted'],
  [
    /consent to application|delegated permission grant|oauth2permissiongrant|app role assignment/,
    'consent_granted',
  ],
  [/temporary access pass/, 'recovery_changed'],
  [/admin.*(security info|authentication method)|require re-?register|revoke .*mfa/, 'factor_reset'],
  [/(deleted|removed).*security info|disable strong auth|delete .*authentication method/, 'factor_removed'],
  [
    /registered.*security info|enable strong auth|add .*(passkey|fido|windows hello)|register.*authentication method/,
    'factor_enrolled',
  ],
  [
    /policy|named location|security defaults|conditional access|company settings|cross-tenant access/,
    'policy_changed',
  ],
  [/reset (user )?password|password reset|force change user password/, 'password_reset'],
  [/change (user )?password/, 'password_changed'],
  [/unlock user|enable account/, 'account_unlocked'],
  [/disable account/, 'account_suspended'],
  [/^(hard )?delete (user|service principal|application)/, 'account_deleted'],
  [/^(add|invite|create) .*(user|service principal|application)/, 'account_created'],
];

/** Reads one directory audit of Entra ID. */
export function entraAudit(detail: Member, record: Member): IdentityReading {
  const named = record.any('activityDisplayName', 'operationName');
  const activity = (named.present ? named : detail.get('operationName')).text(1024) ?? 'unnamed';
  const category = detail.get('category').word() ?? '';
  const word = record.get('result').word() ?? detail.any('result', 'resultType').word();
  const failed = word === 'failure' || word === 'failed' || word === 'timeout';
  const said = failed || word === 'success' || word === '0';
  const initiator = record.get('initiatedBy').objectOrAbsent();
  const user = initiator.get('user').objectOrAbsent();
  const app = initiator.get('app').objectOrAbsent();
  const userAddress = user.get('ipAddress');
  const targets = record.get('targetResources').items().slice(0, 16);
  const target = targets.find((item) => item.get('type').word() === 'user') ?? targets[0];
  const time = record.any('activityDateTime', 'createdDateTime');
  return {
    kind: 'identity',
    id: record.get('id'),
    time: time.present ? time : detail.get('time'),
    outcome: failed ? 'failure' : 'success',
    ...(said ? {} : { unstated: ['outcome'] }),
    change: /^(riskyusers|userriskevents)$/.test(category) ? 'threat_reported' : changeOf(activity),
    operation: activity.slice(0, 256),
    actor: user.any('id', 'userPrincipalName').present
      ? user.any('id', 'userPrincipalName')
      : app.any('servicePrincipalId', 'appId', 'displayName'),
    actorKind: user.any('id', 'userPrincipalName').present ? 'person' : 'service',
    ...(target === undefined ? {} : { target: target.any('id', 'userPrincipalName', 'displayName') }),
    targetKind: targetKind(target?.get('type').word()),
    address: userAddress.present ? userAddress : detail.get('callerIpAddress'),
    userAgent: record.get('userAgent'),
  };
}

function changeOf(activity: string): IdentityChange {
  const plain = activity.toLowerCase();
  return CHANGES.find(([pattern]) => pattern.test(plain))?.[1] ?? 'other';
}

function targetKind(type: string | undefined): NonNullable<IdentityReading['targetKind']> {
  switch (type) {
    case 'user':
      return 'person';
    case 'serviceprincipal':
      return 'service';
    case 'application':
      return 'application';
    case 'policy':
      return 'policy';
    case 'device':
      return 'device';
    default:
      return 'other';
  }
}
