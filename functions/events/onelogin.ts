import type { AuthAction, AuthOutcome, FailureReason, IdentityChange } from './auth-event.ts';
import { invalidMember } from './event-error.ts';
import { factorsOf } from './factors.ts';
import type { Member } from './member.ts';
import type { Adapter } from './reading.ts';

/** `event_type_id` of attempts to authenticate (https://developers.onelogin.com/api-docs/1/events/event-resource). */
const AUTHENTICATIONS: Readonly<Record<string, readonly [AuthAction, AuthOutcome, FailureReason?]>> = {
  '5': ['sign_in', 'success'],
  '6': ['sign_in', 'failure'],
  '7': ['sign_out', 'success'],
  '8': ['resource_access', 'success'],
  '9': ['resource_access', 'failure'],
  '90': ['resource_access', 'failure', 'policy'],
};

const CHANGES: Readonly<Record<string, IdentityChange>> = {
  '3': 'impersonation_started',
  '4': 'privilege_granted',
  '10': 'password_reset',
  '11': 'password_changed',
  '13': 'account_created',
  '15': 'account_suspended',
  '16': 'account_unlocked',
  '17': 'account_deleted',
  '19': 'account_locked',
  '24': 'factor_removed',
  '72': 'privilege_granted',
  '172': 'factor_removed',
  '531': 'account_locked',
  '551': 'account_suspended',
  '553': 'account_locked',
};

/**
 * Reads OneLogin events, from the Events API, a webhook or the EventBridge partner source. OneLogin numbers its
 * event types; those not in the tables above are `other`.
 */
export const onelogin: Adapter = (detail) => {
  const type = detail.get('event_type_id').text();
  if (type === undefined) throw invalidMember(detail.get('event_type_id').path, 'is required');
  const common = {
    id: detail.any('id', 'uuid'),
    time: detail.any('created_at', 'event_timestamp'),
    address: detail.get('ipaddr'),
    userAgent: detail.any('user_agent', 'browser'),
  };
  const user = detail.any('user_id', 'login_name', 'user_name');
  const actor = detail.any('actor_user_id', 'actor_user_name', 'client_id');
  const meaning = Object.hasOwn(AUTHENTICATIONS, type) ? AUTHENTICATIONS[type] : undefined;
  if (meaning === undefined) {
    return {
      kind: 'identity',
      ...common,
      outcome: detail.get('error_description').present ? 'failure' : 'success',
      change: (Object.hasOwn(CHANGES, type) ? CHANGES[type] : undefined) ?? 'other',
      operation: type,
      actor: actor.present ? actor : detail.get('actor_system'),
      actorKind: detail.any('actor_user_id', 'actor_user_name').present ? 'person' : 'service',
      target: user.present ? user : detail.any('app_id', 'role_id', 'policy_id'),
      targetKind: user.present ? 'person' : detail.get('app_id').present ? 'application' : 'other',
    };
  }
  const [action, outcome, reason] = meaning;
  const assuming = detail.get('assuming_acting_user_id');
  return {
    kind: 'authentication',
    ...common,
    action,
    outcome,
    failureReason: reason ?? failureReason(detail),
    // Whoever assumed the account acts in it; its owner is not there.
    subject: assuming.present ? assuming : user.present ? user : actor,
    subjectKind: 'person',
    onBehalfOf: assuming.present ? user : undefined,
    factors: factorsOf(detail.any('authentication_factor_description', 'otp_device_name').word()),
    deviceId: detail.get('browser_fingerprint'),
    application: detail.any('app_id', 'app_name'),
    roles: roles(detail),
  };
};

function roles(detail: Member): string[] {
  const role = detail.any('role_name', 'role_id').text();
  return role === undefined ? [] : [role];
}

function failureReason(detail: Member): FailureReason | undefined {
  const words = detail.any('error_description', 'notes', 'custom_message').text(4096)?.toLowerCase();
  if (words === undefined) return undefined;
  if (/lock/.test(words)) return 'locked';
  if (/otp|factor|mfa/.test(words)) return 'second_factor_failed';
  if (/not found|unknown user|does not exist/.test(words)) return 'unknown_subject';
  if (/denied|policy|not allowed|ip address/.test(words)) return 'policy';
  return /password|credential/.test(words) ? 'bad_credentials' : 'other';
}
