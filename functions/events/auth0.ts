import type { AuthAction, AuthOutcome, Factor, FailureReason, IdentityChange } from './auth-event.ts';
import { managementChange } from './auth0-management.ts';
import { invalidMember } from './event-error.ts';
import { factorOf, factorsOf } from './factors.ts';
import type { Member } from './member.ts';
import type { Adapter, AuthReading } from './reading.ts';

/** What one log type code means as an attempt to authenticate. */
interface Meaning {
  readonly action: AuthAction;
  readonly outcome: AuthOutcome;
  readonly reason?: FailureReason;
  readonly factors?: readonly Factor[];
}

const ok = (action: AuthAction, ...factors: Factor[]): Meaning => ({ action, outcome: 'success', factors });
const asked = (action: AuthAction, ...factors: Factor[]): Meaning => ({
  action,
  outcome: 'challenged',
  factors,
});
const no = (action: AuthAction, reason: FailureReason, ...factors: Factor[]): Meaning => ({
  action,
  outcome: 'failure',
  reason,
  factors,
});

/** https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes */
const AUTHENTICATIONS: Readonly<Record<string, Meaning>> = {
  s: ok('sign_in'),
  f: no('sign_in', 'other'),
  fp: no('sign_in', 'bad_credentials', 'password'),
  fu: no('sign_in', 'unknown_subject', 'password'),
  fc: no('sign_in', 'other'),
  fco: no('sign_in', 'policy'),
  fcoa: no('sign_in', 'other'),
  scoa: ok('sign_in'),
  pwd_leak: no('sign_in', 'leaked_credential', 'password'),
  limit_wc: no('sign_in', 'blocked'),
  limit_mu: no('sign_in', 'blocked'),
  limit_sul: no('sign_in', 'blocked'),
  cls: asked('sign_in', 'email'),
  cs: asked('sign_in', 'sms'),
  ssa: ok('session_activity'),
  fsa: no('session_activity', 'policy'),
  slo: ok('sign_out'),
  flo: no('sign_out', 'other'),
  oidc_backchannel_logout_succeeded: ok('sign_out'),
  oidc_backchannel_logout_failed: no('sign_out', 'other'),
  seacft: ok('token'),
  feacft: no('token', 'other'),
  seccft: ok('token', 'client_secret'),
  feccft: no('token', 'bad_credentials', 'client_secret'),
  sepft: ok('token', 'password'),
  fepft: no('token', 'bad_credentials', 'password'),
  sertft: ok('token', 'refresh_token'),
  fertft: no('token', 'other', 'refresh_token'),
  seoobft: ok('second_factor', 'otp'),
  feoobft: no('second_factor', 'second_factor_failed', 'otp'),
  seotpft: ok('second_factor', 'totp'),
  feotpft: no('second_factor', 'second_factor_failed', 'totp'),
  sercft: ok('second_factor', 'recovery_code'),
  fercft: no('second_factor', 'second_factor_failed', 'recovery_code'),
  sede: ok('token'),
  fede: no('token', 'other'),
  secte: ok('token'),
  fecte: no('token', 'other'),
  mfar: asked('second_factor', 'unknown_second_factor'),
  gd_start_auth: asked('second_factor', 'unknown_second_factor'),
  gd_send_pn: asked('second_factor', 'push'),
  gd_send_sms: asked('second_factor', 'sms'),
  gd_send_voice: asked('second_factor', 'phone_call'),
  gd_send_email: asked('second_factor', 'email'),
  gd_auth_succeed: ok('second_factor', 'unknown_second_factor'),
  gd_auth_failed: no('second_factor', 'second_factor_failed', 'unknown_second_factor'),
  gd_auth_rejected: no('second_factor', 'second_factor_denied', 'push'),
  gd_auth_fail_email_verification: no('second_factor', 'second_factor_failed', 'email'),
  gd_otp_rate_limit_exceed: no('second_factor', 'blocked', 'totp'),
  gd_recovery_succeed: ok('second_factor', 'recovery_code'),
  gd_recovery_failed: no('second_factor', 'second_factor_failed', 'recovery_code'),
  gd_recovery_rate_limit_exceed: no('second_factor', 'blocked', 'recovery_code'),
  gd_webauthn_challenge_failed: no('second_factor', 'second_factor_failed', 'passkey'),
};

const CHANGES: Readonly<Record<string, IdentityChange>> = {
  ss: 'account_created',
  fs: 'account_created',
  sdu: 'account_deleted',
  fdu: 'account_deleted',
  scp: 'password_changed',
  fcp: 'password_changed',
  scpr: 'password_reset',
  fcpr: 'password_reset',
  sce: 'recovery_changed',
  fce: 'recovery_changed',
  scpn: 'recovery_changed',
  fcpn: 'recovery_changed',
  ublkdu: 'account_unlocked',
  gd_enrollment_complete: 'factor_enrolled',
  gd_unenroll: 'factor_removed',
  gd_module_switch: 'policy_changed',
  gd_tenant_update: 'policy_changed',
  signup_pwd_leak: 'threat_reported',
  reset_pwd_leak: 'threat_reported',
  pla: 'other',
  sercd: 'key_deleted',
  srrt: 'key_deleted',
};

/** Failed changes among {@link CHANGES}, and failures of the management API. */
const FAILED = new Set([
  'fs',
  'fdu',
  'fcp',
  'fcpr',
  'fce',
  'fcpn',
  'fapi',
  'signup_pwd_leak',
  'reset_pwd_leak',
]);

/**
 * Reads Auth0 logs as Auth0 publishes them on its EventBridge partner source: `detail-type` `Auth0 log`, the log
 * at `detail.data`. Shapes follow auth0/auth0-log-schemas.
 */
export const auth0: Adapter = (detail) => {
  const log = detail.get('data');
  const type = log.get('type').text(128);
  if (type === undefined) throw invalidMember(log.get('type').path, 'is required');
  const own = log.get('log_id');
  const common = {
    id: own.present ? own : detail.get('log_id'),
    time: log.get('date'),
    address: log.any('ip', 'client_ip'),
    userAgent: log.get('user_agent'),
  };
  const meaning = Object.hasOwn(AUTHENTICATIONS, type) ? AUTHENTICATIONS[type] : undefined;
  if (meaning !== undefined) return { ...common, ...authReading(log, type, meaning) };
  const details = log.get('details').objectOrAbsent();
  const managed = type === 'sapi' || type === 'fapi' || type === 'mgmt_api_read';
  const change = managed ? managementChange(log) : Object.hasOwn(CHANGES, type) ? CHANGES[type] : 'other';
  const status = details.get('response').objectOrAbsent().get('statusCode').value;
  const failed = FAILED.has(type) || (typeof status === 'number' && status >= 400);
  return {
    kind: 'identity',
    ...common,
    outcome: failed ? 'failure' : 'success',
    change: change ?? 'other',
    operation: managed ? (log.get('description').clipped(256) ?? type) : type,
    actor: log.any('user_id', 'user_name', 'client_id'),
    actorKind: log.any('user_id', 'user_name').present ? 'person' : 'service',
    target: managed ? log.get('client_id') : log.any('user_id', 'user_name'),
    targetKind: managed ? 'application' : 'person',
  };
};

function authReading(log: Member, type: string, meaning: Meaning): Omit<AuthReading, 'id' | 'time'> {
  const details = log.get('details').objectOrAbsent();
  const session = details.get('session_id');
  const person = log.any('user_id', 'user_name', 'identity_user_id');
  const machine = type === 'seccft' || type === 'feccft';
  // `agent_id` is there when an agent is the principal of the flow: the person is then whom it acts for.
  const agent = log.get('agent_id');
  const reason = type === 'f' ? plainFailure(log, details) : meaning.reason;
  return {
    kind: 'authentication',
    action: meaning.action,
    outcome: meaning.outcome,
    failureReason: reason,
    subject: agent.present ? agent : machine ? log.get('client_id') : person,
    subjectKind: agent.present ? 'agent' : machine ? 'service' : 'person',
    onBehalfOf: agent.present ? person : undefined,
    factors: [
      ...(meaning.factors ?? []),
      ...(meaning.action === 'sign_in' ? signInFactors(log, details) : []),
    ],
    application: log.get('client_id'),
    session,
    resource: log.any('audience'),
    correlationId: details.get('transaction_id').present
      ? details.get('transaction_id')
      : log.get('references').get('correlation_id'),
  };
}

/** The kind of connection, and the methods that the prompts say were performed. */
function signInFactors(log: Member, details: Member): Factor[] {
  const strategy = log.get('strategy').word();
  const kind = log.get('strategy_type').word();
  const factors = kind === 'social' || kind === 'enterprise' ? factorsOf('federated') : [];
  if (kind === 'database' || (kind === undefined && strategy === 'auth0')) factors.push('password');
  if (kind === 'passwordless' || strategy === 'sms' || strategy === 'email')
    factors.push(...factorsOf(strategy));
  const prompts = details.get('prompts').value;
  if (!Array.isArray(prompts)) return factors;
  for (const prompt of details.get('prompts').items().slice(0, 32)) {
    const step = prompt.objectOrAbsent();
    const methods = step.get('performed_amr').value;
    const named = Array.isArray(methods) ? methods.filter((method) => typeof method === 'string') : [];
    for (const word of [...named.slice(0, 16), step.get('passwordless_amr').word()]) {
      const factor = factorOf(word);
      if (factor !== undefined) factors.push(factor);
    }
    if (/^mfa/.test(step.get('name').word() ?? ''))
      factors.push(factorOf(step.get('provider').word()) ?? 'unknown_second_factor');
  }
  return factors;
}

/** Auth0 logs many failures as plain `f` and says why in words. */
function plainFailure(log: Member, details: Member): FailureReason {
  const error = details.get('error').objectOrAbsent();
  const message = error.any('message', 'reason', 'oauthError').word() ?? '';
  const words = `${message} ${log.get('description').word() ?? ''}`;
  if (/blocked|too many|brute|suspicious/.test(words)) return 'blocked';
  if (/breach|leak/.test(words)) return 'leaked_credential';
  if (/mfa|multi-?factor|second factor/.test(words)) return 'second_factor_failed';
  if (/user.{0,20}(not exist|not found|unknown)|unknown user/.test(words)) return 'unknown_subject';
  if (/wrong (email|password)|invalid (password|credential|grant|user)|incorrect/.test(words))
    return 'bad_credentials';
  return /unauthorized|access_denied|denied|not allowed|consent|login_required|policy/.test(words)
    ? 'policy'
    : 'other';
}
