import type { AuthAction, Factor, FailureReason, IdentityChange } from './auth-event.ts';
import { invalidMember } from './event-error.ts';
import { factorsOf } from './factors.ts';
import { keycloakAdmin } from './keycloak-admin.ts';
import type { Member } from './member.ts';
import type { Adapter } from './reading.ts';

/** `EventType` without `_ERROR` (https://www.keycloak.org/docs-api/latest/javadocs/org/keycloak/events/EventType.html). */
const ACTIONS: Readonly<Record<string, AuthAction>> = {
  LOGIN: 'sign_in',
  IDENTITY_PROVIDER_LOGIN: 'sign_in',
  IDENTITY_PROVIDER_FIRST_LOGIN: 'sign_in',
  IDENTITY_PROVIDER_POST_LOGIN: 'sign_in',
  LOGOUT: 'sign_out',
  CODE_TO_TOKEN: 'token',
  REFRESH_TOKEN: 'token',
  CLIENT_LOGIN: 'token',
  TOKEN_EXCHANGE: 'token',
  PERMISSION_TOKEN: 'token',
  OAUTH2_DEVICE_AUTH: 'token',
  OAUTH2_DEVICE_CODE_TO_TOKEN: 'token',
  AUTHREQID_TO_TOKEN: 'token',
  USER_INFO_REQUEST: 'session_activity',
  INTROSPECT_TOKEN: 'session_activity',
  VALIDATE_ACCESS_TOKEN: 'session_activity',
};

const CHANGES: Readonly<Record<string, IdentityChange>> = {
  REGISTER: 'account_created',
  DELETE_ACCOUNT: 'account_deleted',
  UPDATE_PASSWORD: 'password_changed',
  RESET_PASSWORD: 'password_reset',
  SEND_RESET_PASSWORD: 'password_reset',
  UPDATE_TOTP: 'factor_enrolled',
  UPDATE_CREDENTIAL: 'factor_enrolled',
  REMOVE_TOTP: 'factor_removed',
  REMOVE_CREDENTIAL: 'factor_removed',
  UPDATE_EMAIL: 'recovery_changed',
  GRANT_CONSENT: 'consent_granted',
  FEDERATED_IDENTITY_LINK: 'federation_changed',
  REMOVE_FEDERATED_IDENTITY: 'federation_changed',
  IMPERSONATE: 'impersonation_started',
  USER_DISABLED_BY_PERMANENT_LOCKOUT: 'account_locked',
  USER_DISABLED_BY_TEMPORARY_LOCKOUT: 'account_locked',
  CLIENT_REGISTER: 'key_created',
  CLIENT_DELETE: 'key_deleted',
};

const FAILURES: Readonly<Record<string, FailureReason>> = {
  invalid_user_credentials: 'bad_credentials',
  invalid_client_credentials: 'bad_credentials',
  invalid_token: 'bad_credentials',
  invalid_code: 'bad_credentials',
  user_not_found: 'unknown_subject',
  client_not_found: 'unknown_subject',
  user_disabled: 'blocked',
  client_disabled: 'blocked',
  user_temporarily_disabled: 'locked',
  invalid_totp: 'second_factor_failed',
  rejected_by_user: 'policy',
  access_denied: 'policy',
  not_allowed: 'policy',
  expired_code: 'policy',
};

/** Reads Keycloak's user events and admin events, as its event listeners and its REST API give them. */
export const keycloak: Adapter = (detail) => {
  if (detail.get('operationType').present) return keycloakAdmin(detail);
  const type = detail.get('type').text();
  if (type === undefined) throw invalidMember(detail.get('type').path, 'is required');
  const plain = type.toUpperCase().replace(/_ERROR$/, '');
  const failed = plain.length !== type.length || detail.get('error').present;
  const about = detail.get('details').objectOrAbsent();
  const user = detail.get('userId');
  const common = {
    id: detail.get('id'),
    time: detail.get('time'),
    outcome: failed ? ('failure' as const) : ('success' as const),
    address: detail.get('ipAddress'),
    userAgent: about.get('user_agent'),
  };
  const action = Object.hasOwn(ACTIONS, plain) ? ACTIONS[plain] : undefined;
  if (action === undefined) {
    const impersonator = about.get('impersonator');
    return {
      kind: 'identity',
      ...common,
      change: (Object.hasOwn(CHANGES, plain) ? CHANGES[plain] : undefined) ?? 'other',
      operation: type,
      actor: impersonator.present ? impersonator : user,
      target: user.present ? user : detail.get('clientId'),
      targetKind: user.present ? 'person' : 'application',
    };
  }
  const name = about.get('username');
  const account = user.present ? user : name;
  const machine = plain === 'CLIENT_LOGIN' || name.word()?.startsWith('service-account-') === true;
  // In a token exchange the client acts, with the token of the person.
  const delegated = plain === 'TOKEN_EXCHANGE' && !machine;
  return {
    kind: 'authentication',
    ...common,
    action,
    failureReason: failed ? failureReason(detail.get('error').word()) : undefined,
    subject: machine || delegated ? detail.get('clientId') : account,
    subjectKind: machine || delegated ? 'service' : 'person',
    onBehalfOf: delegated ? account : undefined,
    factors: factors(plain, about, machine),
    application: detail.get('clientId'),
    session: detail.get('sessionId'),
    resource: about.get('audience'),
    correlationId: about.get('code_id'),
  };
};

function factors(type: string, about: Member, machine: boolean): Factor[] {
  const federated = about.get('identity_provider').present || type.startsWith('IDENTITY_PROVIDER');
  return factorsOf(
    federated ? 'federated' : undefined,
    type === 'REFRESH_TOKEN' ? 'refresh' : undefined,
    machine
      ? (about.get('client_auth_method').word() ?? 'client_secret').replace(/^client-jwt$/, 'private_key_jwt')
      : undefined,
    about.get('credential_type').word(),
  );
}

function failureReason(error: string | undefined): FailureReason | undefined {
  if (error === undefined) return undefined;
  return Object.hasOwn(FAILURES, error) ? FAILURES[error] : 'other';
}
