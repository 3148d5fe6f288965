import type { IdentityChange } from './auth-event.ts';
import type { Member } from './member.ts';

/** `application:name` in lower case; first match wins. */
const CHANGES: readonly (readonly [RegExp, IdentityChange])[] = [
  [/^login:account_disabled_/, 'account_suspended'],
  [
    /^login:(suspicious_|gov_attack_warning|risky_sensitive_action|user_signed_out_due_to_suspicious)/,
    'threat_reported',
  ],
  [/^(login|user_accounts):2sv_enroll$/, 'factor_enrolled'],
  [/^(login|user_accounts):2sv_disable$/, 'factor_removed'],
  [/^(login|user_accounts):password_edit$/, 'password_changed'],
  [/^(login|user_accounts):recovery_/, 'recovery_changed'],
  [/^(login|user_accounts):titanium_/, 'policy_changed'],
  [/^login:passkey_enrolled|^login:passkey_added/, 'factor_enrolled'],
  [/^login:passkey_removed/, 'factor_removed'],
  [/^token:authorize$/, 'consent_granted'],
  [
    /^admin:(grant_admin_privilege|grant_delegated_admin_privileges|assign_role|add_privilege)$/,
    'privilege_granted',
  ],
  [/^admin:(revoke_admin_privilege|unassign_role|remove_privilege)$/, 'privilege_revoked'],
  [/^admin:(create_user|user_invite|undelete_user)$/, 'account_created'],
  [/^admin:delete_user$/, 'account_deleted'],
  [/^admin:suspend_user$/, 'account_suspended'],
  [/^admin:unsuspend_user$/, 'account_unlocked'],
  [/^admin:(change_password|reset_signin_cookies|change_password_on_next_login)$/, 'password_reset'],
  [
    /^admin:(turn_off_2_step_verification|unenroll_user_from_strong_auth|revoke_security_key|revoke_3lo_token)$/,
    'factor_reset',
  ],
  [/^admin:(generate_2sv_scratch_codes|change_recovery_)/, 'recovery_changed'],
  [/^admin:(authorize_api_client_access|add_application|add_to_trusted_oauth2_apps)$/, 'consent_granted'],
  [/^admin:.*(sso|saml|identity_provider|trusted_domains)/, 'federation_changed'],
  [
    /^admin:.*(setting|enforce|_2_step|_2sv|_policy|allow_|access_level|(create|update|rename|delete)_role$)/,
    'policy_changed',
  ],
];

/**
 * What an activity of Google Workspace changed, by its application and name.
 *
 * @example
 * ```ts
 * workspaceChange('user_accounts', '2sv_disable', parameters); // 'factor_removed'
 * ```
 */
export function workspaceChange(
  application: string,
  name: string | undefined,
  parameters: Member,
): IdentityChange {
  const key = `${application}:${name?.toLowerCase() ?? ''}`;
  if (key === 'mobile:device_compromised_event') {
    return parameters.get('DEVICE_COMPROMISED_STATE').word() === 'compromised' ? 'threat_reported' : 'other';
  }
  if (key === 'mobile:suspicious_activity_event') return 'threat_reported';
  return CHANGES.find(([pattern]) => pattern.test(key))?.[1] ?? 'other';
}
