import type { AuthAction, AuthOutcome, FailureReason, IdentityChange, SubjectKind } from './auth-event.ts';
import { invalidMember } from './event-error.ts';
import { factorsOf } from './factors.ts';
import type { Member } from './member.ts';
import type { Adapter, AuthReading, IdentityReading } from './reading.ts';

/** Event types that are attempts to authenticate, by prefix; the longest that fits decides. */
const ACTIONS: Readonly<Record<string, AuthAction>> = {
  'user.session.start': 'sign_in',
  'user.session.end': 'sign_out',
  'user.session.clear': 'sign_out',
  'user.session.expire': 'sign_out',
  'user.session.access_admin_app': 'resource_access',
  'user.session.context.change': 'session_activity',
  'user.authentication.': 'sign_in',
  'user.authentication.sso': 'resource_access',
  'user.authentication.slo': 'sign_out',
  'user.authentication.universal_logout': 'sign_out',
  'user.authentication.auth_via_mfa': 'second_factor',
  'user.authentication.authenticate': 'sign_in',
  'user.mfa.okta_verify.deny_push': 'second_factor',
  'user.mfa.attempt_bypass': 'second_factor',
  'system.push.send_factor_verify_push': 'second_factor',
  'system.sms.send_factor_verify_message': 'second_factor',
  'system.email.send_factor_verify_message': 'second_factor',
  'system.voice.send_mfa_challenge_call': 'second_factor',
  'policy.evaluate_sign_on': 'sign_in',
  'app.oauth2.authorize.': 'token',
  'app.oauth2.as.authorize.': 'token',
  'app.oauth2.token.grant': 'token',
  'app.oauth2.as.token.grant': 'token',
};

/** Other identity events, by prefix; the longest that fits decides, else `other`. */
const CHANGES: Readonly<Record<string, IdentityChange>> = {
  'user.account.privilege.grant': 'privilege_granted',
  'group.privilege.grant': 'privilege_granted',
  'app.oauth2.client.privilege.grant': 'privilege_granted',
  'iam.resourceset.bindings.add': 'privilege_granted',
  'user.account.privilege.revoke': 'privilege_revoked',
  'group.privilege.revoke': 'privilege_revoked',
  'app.oauth2.client.privilege.revoke': 'privilege_revoked',
  'iam.resourceset.bindings.delete': 'privilege_revoked',
  'system.api_token.create': 'key_created',
  'system.api_token.revoke': 'key_deleted',
  'app.oauth2.credentials.lifecycle.create': 'key_created',
  'app.oauth2.credentials.lifecycle.delete': 'key_deleted',
  'user.mfa.factor.activate': 'factor_enrolled',
  'user.mfa.factor.deactivate': 'factor_removed',
  'user.mfa.factor.suspend': 'factor_removed',
  'user.mfa.factor.reset_all': 'factor_reset',
  'user.account.update_password': 'password_changed',
  'user.account.reset_password': 'password_reset',
  'user.account.expire_password': 'password_reset',
  'user.account.lock': 'account_locked',
  'user.account.unlock': 'account_unlocked',
  'user.account.update_primary_email': 'recovery_changed',
  'user.account.update_secondary_email': 'recovery_changed',
  'user.account.report_suspicious_activity_by_enduser': 'threat_reported',
  'user.lifecycle.create': 'account_created',
  'user.lifecycle.delete': 'account_deleted',
  'user.lifecycle.suspend': 'account_suspended',
  'user.lifecycle.deactivate': 'account_suspended',
  'user.lifecycle.unsuspend': 'account_unlocked',
  'user.session.impersonation.': 'impersonation_started',
  'user.session.impersonation.end': 'other',
  'user.session.impersonation.revoke': 'other',
  'user.risk.': 'threat_reported',
  'security.threat.detected': 'threat_reported',
  'security.attack.start': 'threat_reported',
  'security.breached_credential.detected': 'threat_reported',
  'security.session.detect_client_roaming': 'threat_reported',
  'app.oauth2.token.detect_reuse': 'threat_reported',
  'app.oauth2.as.token.detect_reuse': 'threat_reported',
  'app.oauth2.as.consent.grant': 'consent_granted',
  'app.oauth2.consent.grant': 'consent_granted',
  'policy.lifecycle.': 'policy_changed',
  'policy.rule.': 'policy_changed',
  'zone.': 'policy_changed',
  'security.authenticator.lifecycle.': 'policy_changed',
  'system.mfa.factor.': 'policy_changed',
  'system.idp.lifecycle.': 'federation_changed',
};

const OUTCOMES: Readonly<Record<string, AuthOutcome>> = {
  success: 'success',
  allow: 'success',
  failure: 'failure',
  deny: 'failure',
  rate_limit: 'failure',
  challenge: 'challenged',
  // The step did not happen, or Okta does not know how it ended: the answer is not in this record.
  abandoned: 'challenged',
  skipped: 'challenged',
  unknown: 'challenged',
};

/** Words that Okta writes where it has no value. */
const NO_VALUE = new Set(['unknown', 'null', 'none', 'unknown_device']);

/**
 * Reads Okta System Log events (https://developer.okta.com/docs/api/openapi/okta-management/management/tag/SystemLog/),
 * as Okta publishes them on its EventBridge partner source: `detail-type` `SystemLog`, the event as `detail`.
 */
export const okta: Adapter = (detail) => {
  const eventType = detail.get('eventType').text();
  if (eventType === undefined) throw invalidMember('detail.eventType', 'is required');
  const type = eventType.toLowerCase();
  const result = detail.get('outcome').get('result');
  const outcome = OUTCOMES[result.word() ?? ''];
  if (outcome === undefined) {
    throw invalidMember(result.path, result.present ? 'is not an outcome of the System Log' : 'is required');
  }
  const client = detail.get('client');
  const common = {
    id: detail.get('uuid'),
    time: detail.get('published'),
    outcome,
    address: client.get('ipAddress'),
    userAgent: client.get('userAgent').get('rawUserAgent'),
  };
  const action = longestPrefix(ACTIONS, type);
  if (action === undefined || type.startsWith('user.session.impersonation.')) {
    return identityReading(detail, type, eventType, common);
  }
  return authReading(detail, type, action, common);
};

type Common = Pick<AuthReading, 'id' | 'time' | 'outcome' | 'address' | 'userAgent'>;

function authReading(detail: Member, type: string, action: AuthAction, common: Common): AuthReading {
  const debug = object(detail.get('debugContext').get('debugData'));
  const authentication = detail.get('authenticationContext');
  const actor = detail.get('actor');
  const kind = kindOf(actor.get('type').word());
  const known = stated(actor.get('id')).present;
  const user = target(detail, 'user');
  const app = target(detail, 'appinstance');
  const outcome = type.startsWith('system.') ? 'challenged' : common.outcome;
  const denied = type.startsWith('user.mfa.okta_verify.deny_push');
  return {
    kind: 'authentication',
    ...common,
    outcome: denied ? 'failure' : outcome,
    action,
    failureReason: denied ? 'second_factor_denied' : failureReason(detail, action, known),
    subject: subjectOf(detail, actor, known),
    subjectKind: kind,
    onBehalfOf: kind === 'person' ? undefined : user?.get('id'),
    factors: factorsOf(
      ...credentials(debug.get('factor').word(), stated(authentication.get('credentialType')).word()),
      federation(type),
      type.startsWith('system.') ? type : undefined,
    ),
    deviceId: stated(
      [detail.get('device').get('id'), debug.get('deviceFingerprint'), debug.get('dtHash')].find(
        (member) => stated(member).present,
      ) ?? debug.get('dtHash'),
    ),
    application: stated(app?.any('id', 'alternateId') ?? detail.get('client').get('id')),
    session: stated(authentication.get('externalSessionId')),
    correlationId: stated(detail.get('transaction').get('id')),
    evidence:
      debug.get('threatSuspected').flag() === true ? [{ type: 'threatSuspected', issuer: 'okta' }] : [],
  };
}

/** The actor; its login name when Okta does not know it; else the user that the record is about. */
function subjectOf(detail: Member, actor: Member, known: boolean): Member {
  if (known) return actor.get('id');
  const name = stated(actor.get('alternateId'));
  if (name.present) return name;
  return (
    target(detail, 'user')?.get('id') ??
    target(detail, 'appuser')?.any('alternateId', 'id') ??
    actor.get('id').absent()
  );
}

function identityReading(detail: Member, type: string, eventType: string, common: Common): IdentityReading {
  const actor = detail.get('actor');
  const object = detail.get('target').items()[0];
  return {
    kind: 'identity',
    ...common,
    change: longestPrefix(CHANGES, type) ?? 'other',
    operation: eventType,
    actor: stated(actor.get('id')).present ? actor.get('id') : stated(actor.get('alternateId')),
    actorKind: kindOf(actor.get('type').word()),
    ...(object === undefined ? {} : { target: object.any('id', 'alternateId', 'displayName') }),
    targetKind: targetKind(object?.get('type').word()),
  };
}

function failureReason(detail: Member, action: AuthAction, known: boolean): FailureReason | undefined {
  const outcome = detail.get('outcome');
  const reason = outcome.get('reason').word();
  if (outcome.get('result').word() === 'rate_limit') return 'blocked';
  if (reason === undefined) return undefined;
  if (/lock/.test(reason)) return 'locked';
  if (/phishing|threat|blacklist|blocklist|network_zone|blocked|rate.?limit/.test(reason)) return 'blocked';
  if (/reject|declin|denied_by_user|deny_push/.test(reason)) return 'second_factor_denied';
  if (/unknown_user|user_not_found|not_assigned/.test(reason) || (!known && action === 'sign_in'))
    return 'unknown_subject';
  if (/breach|leak|compromis/.test(reason)) return 'leaked_credential';
  if (action === 'second_factor') return 'second_factor_failed';
  if (/credential|verification_error|password|general_nonsuccess/.test(reason)) return 'bad_credentials';
  return /polic|deny|denied|expired|not_allowed/.test(reason) ? 'policy' : 'other';
}

/** Okta calls most second factors `OTP` as a credential, a push too: the named factor is the truer word. */
function credentials(factor: string | undefined, credential: string | undefined): (string | undefined)[] {
  return factor !== undefined && credential === 'otp' ? [factor] : [factor, credential];
}

/** `debugData` is an object, or an empty or jsonified string where a pipeline flattened it. */
function object(member: Member): Member {
  return member.json();
}

function stated(member: Member): Member {
  return NO_VALUE.has(member.word() ?? '') ? member.absent() : member;
}

function federation(type: string): string | undefined {
  if (/idp|social|saml|iwa/.test(type)) return 'federated';
  if (/ad_agent|ldap|radius/.test(type)) return 'password';
  return /smart_card|x509/.test(type) ? 'certificate' : undefined;
}

function target(detail: Member, type: string): Member | undefined {
  return detail
    .get('target')
    .items()
    .find((item) => item.get('type').word() === type);
}

function kindOf(type: string | undefined): SubjectKind {
  if (type === undefined || type === 'user' || type === 'appuser') return 'person';
  if (/ai.?agent/.test(type)) return 'agent';
  return type === 'device' ? 'device' : 'service';
}

function targetKind(type: string | undefined): NonNullable<IdentityReading['targetKind']> {
  if (type === 'user' || type === 'appuser') return 'person';
  if (type?.startsWith('app')) return 'application';
  return type?.startsWith('policy') || type === 'zone' ? 'policy' : 'other';
}

function longestPrefix<T>(table: Readonly<Record<string, T>>, type: string): T | undefined {
  for (let length = type.length; length > 0; length -= 1) {
    const prefix = type.slice(0, length);
    if (Object.hasOwn(table, prefix)) return table[prefix];
  }
  return undefined;
}
