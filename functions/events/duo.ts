import type { AuthOutcome, FailureReason, IdentityChange } from './auth-event.ts';
import { digestOf } from './digest.ts';
import { invalidMember } from './event-error.ts';
import { factorsOf } from './factors.ts';
import type { Member } from './member.ts';
import type { Adapter, Reading } from './reading.ts';

const RESULTS: Readonly<Record<string, AuthOutcome>> = {
  success: 'success',
  allow: 'success',
  denied: 'failure',
  deny: 'failure',
  failure: 'failure',
  fraud: 'failure',
  error: 'failure',
};

/** Actions of the administrator log (https://duo.com/docs/adminapi#administrator-logs); first match wins. */
const CHANGES: readonly (readonly [RegExp, IdentityChange])[] = [
  [/lockout/, 'account_locked'],
  [/^bypass_(create|view)|^admin_(update|reset)_.*recovery/, 'recovery_changed'],
  [/^admin_create$|^administrative_unit_admin_add$|^admin_role/, 'privilege_granted'],
  [/^admin_delete$|^administrative_unit_admin_remove$/, 'privilege_revoked'],
  [/reset_password|password_reset/, 'password_reset'],
  [/change_password/, 'password_changed'],
  [/^user_(create|import|enroll|adsync_create|sync_create)/, 'account_created'],
  [/^user_(delete|pending_delete|sync_delete)/, 'account_deleted'],
  [/^(integration|credential|api_key)_create|skey_regenerate|skey_bulk/, 'key_created'],
  [/^(integration|credential|api_key)_delete/, 'key_deleted'],
  [
    /^(phone|hardtoken|u2ftoken|webauthncredential|user_phone|user_hardtoken|desktoptoken).*(_create|_associate|_activate)/,
    'factor_enrolled',
  ],
  [
    /^(phone|hardtoken|u2ftoken|webauthncredential|user_phone|user_hardtoken|desktoptoken).*(_delete|_disassociate|_remove)/,
    'factor_removed',
  ],
  [/single_sign_on|_sso_|saml|^azure_directory|^directory_/, 'federation_changed'],
  [
    /factor_restriction|^policy_|_policy|^group_update|^customer_update|^integration_update|settings/,
    'policy_changed',
  ],
  [/fraud/, 'threat_reported'],
];

/** Reads Duo's authentication log (v2), administrator log and activity log records, as the Admin API gives them. */
export const duo: Adapter = (detail) => {
  const eventType = detail.get('event_type').word();
  if (eventType === 'authentication') return authentication(detail);
  if (eventType === 'enrollment') return { ...enrollment(detail), change: 'factor_enrolled' };
  const action = detail.get('action');
  const name = (typeof action.value === 'object' ? action.get('name') : action).word();
  if (name !== undefined) return administration(detail, name);
  throw invalidMember(
    detail.get('event_type').path,
    eventType === undefined ? 'is required' : 'is not an event type of Duo',
  );
};

function authentication(detail: Member): Reading {
  const result = detail.get('result');
  const outcome = RESULTS[result.word() ?? ''];
  if (outcome === undefined)
    throw invalidMember(result.path, result.present ? 'is not a result of Duo' : 'is required');
  const user = detail.get('user');
  const device = detail.get('access_device').objectOrAbsent();
  const application = detail.get('application');
  const reason = detail.get('reason').word();
  return {
    kind: 'authentication',
    id: detail.get('txid'),
    time: timeOf(detail),
    action: 'second_factor',
    outcome,
    failureReason: outcome === 'failure' ? failureReason(reason, result.word()) : undefined,
    subject: user.any('key', 'name'),
    subjectKind: 'person',
    roles: user
      .get('groups')
      .items()
      .slice(0, 64)
      .flatMap((group) => group.text() ?? []),
    factors: factorsOf(
      detail.get('factor').word(),
      outcome === 'success' && reason === 'remembered_device' ? reason : undefined,
    ),
    address: device.get('ip'),
    deviceId: device.any('epkey', 'hostname'),
    application: application.any('key', 'name'),
  };
}

function failureReason(reason: string | undefined, result: string | undefined): FailureReason | undefined {
  if (result === 'fraud' || reason === 'user_marked_fraud') return 'second_factor_denied';
  if (reason === undefined) return undefined;
  if (/cancel|denied_by_user|user_denied|rejected/.test(reason)) return 'second_factor_denied';
  if (/lock/.test(reason)) return 'locked';
  if (/anomalous_push|anonymous_ip|user_disabled/.test(reason)) return 'blocked';
  if (/unenrolled|unknown_user/.test(reason)) return 'unknown_subject';
  if (/passcode|no_response|no_keys_pressed|timed_out|verification_code|invalid_device|error/.test(reason)) {
    return 'second_factor_failed';
  }
  return 'policy';
}

function enrollment(detail: Member): Reading & { kind: 'identity' } {
  const user = detail.get('user').any('key', 'name');
  return {
    kind: 'identity',
    id: detail.get('txid'),
    time: timeOf(detail),
    outcome: 'success',
    change: 'factor_enrolled',
    operation: 'enrollment',
    actor: user,
    target: user,
    address: detail.get('access_device').objectOrAbsent().get('ip'),
  };
}

/** The administrator log has no ids: a record with its time is its own identity. */
function administration(detail: Member, action: string): Reading {
  const about = detail.get('description').json().objectOrAbsent();
  const actor = detail.get('actor').objectOrAbsent();
  const time = timeOf(detail);
  const common = {
    id: detail.any('activity_id', 'id'),
    ...(time.present ? { derivedId: `sha256-${digestOf(detail.value)}` } : {}),
    time,
    address: about.get('ip_address').present
      ? about.get('ip_address')
      : detail.get('access_device').objectOrAbsent().get('ip').get('address'),
  };
  const who = detail.get('username').present ? detail.get('username') : actor.any('key', 'name');
  const failed = /error|failure|denied/.test(action);
  if (/^admin_(login|2fa)/.test(action)) {
    const second = action.startsWith('admin_2fa');
    const error = about.get('error').word();
    return {
      kind: 'authentication',
      ...common,
      action: second ? 'second_factor' : 'sign_in',
      outcome: failed ? 'failure' : 'success',
      failureReason: error === undefined ? undefined : adminFailure(error, second),
      subject: who.present ? who : about.get('email'),
      subjectKind: 'person',
      factors: factorsOf(
        second ? undefined : about.get('primary_auth_method').word(),
        about.get('factor').word(),
      ),
      deviceId: about.get('device'),
    };
  }
  return {
    kind: 'identity',
    ...common,
    outcome: failed ? 'failure' : 'success',
    change: CHANGES.find(([pattern]) => pattern.test(action))?.[1] ?? 'other',
    operation: action,
    actor: who,
    target: targetOf(detail),
    targetKind: /^(user|admin|bypass|phone)/.test(action)
      ? 'person'
      : /^integration/.test(action)
        ? 'application'
        : 'other',
  };
}

function targetOf(detail: Member): Member {
  const named = detail.get('object');
  return named.present ? named : detail.get('target').objectOrAbsent().any('key', 'name');
}

function adminFailure(error: string, second: boolean): FailureReason {
  if (/fraud|denied|cancel/.test(error)) return 'second_factor_denied';
  if (/lock/.test(error)) return 'locked';
  return second ? 'second_factor_failed' : 'bad_credentials';
}

function timeOf(detail: Member): Member {
  return detail.any('isotimestamp', 'ts', 'timestamp');
}
