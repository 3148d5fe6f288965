import type { AuthAction, AuthOutcome, Factor, FailureReason, SubjectKind } from './auth-event.ts';
import { invalidMember } from './event-error.ts';
import { factorOf } from './factors.ts';
import { workspaceChange } from './google-workspace-changes.ts';
import type { Member } from './member.ts';
import type { Adapter, Reading } from './reading.ts';

/** Attempts to authenticate, by application and name (https://developers.google.com/admin-sdk/reports/v1/appendix/activity/login). */
const AUTHENTICATIONS: Readonly<Record<string, readonly [AuthAction, AuthOutcome]>> = {
  'login:login_success': ['sign_in', 'success'],
  'login:login_failure': ['sign_in', 'failure'],
  'login:login_challenge': ['second_factor', 'challenged'],
  'login:login_verification': ['second_factor', 'challenged'],
  'login:logout': ['sign_out', 'success'],
  'saml:login_success': ['resource_access', 'success'],
  'saml:login_failure': ['resource_access', 'failure'],
  'context_aware_access:access_deny_event': ['resource_access', 'failure'],
};

/**
 * Reads Google Workspace activities of the Reports API. The API lists several events per activity and gives
 * parameters as a list; pipelines flatten both: either is read. Of several events, a sign-in counts (with the
 * factors of its challenges), else the first attempt to authenticate, else the first change, else the first.
 */
export const googleWorkspace: Adapter = (detail) => {
  const id = detail.get('id');
  const application = id.get('applicationName').word();
  if (application === undefined) throw invalidMember(id.get('applicationName').path, 'is required');
  const list = detail.get('events').items().slice(0, 64);
  const readings = (list.length === 0 ? [detail] : list).map((event) => read(detail, event, application));
  const attempts = readings.filter((reading) => reading.kind === 'authentication');
  const attempt = attempts.find(({ action }) => action === 'sign_in') ?? attempts[0];
  if (attempt !== undefined) return { ...attempt, factors: attempts.flatMap(({ factors }) => factors) };
  const change = readings.find((reading) => reading.kind === 'identity' && reading.change !== 'other');
  return change ?? (readings[0] as Reading);
};

function read(detail: Member, event: Member, application: string): Reading {
  const id = detail.get('id');
  const actor = detail.get('actor');
  const name = event.get('name').text();
  const parameters = parametersOf(event);
  const common = {
    id: id.get('uniqueQualifier'),
    time: id.get('time'),
    address: detail.get('ipAddress'),
    userAgent: parameters.get('user_agent'),
  };
  const key = `${application}:${name?.toLowerCase() ?? ''}`;
  const meaning = Object.hasOwn(AUTHENTICATIONS, key) ? AUTHENTICATIONS[key] : undefined;
  const person = actor.any('profileId', 'email', 'key');
  const affected = parameters.any('affected_email_address', 'USER_EMAIL', 'email');
  if (meaning === undefined) {
    const change = workspaceChange(application, name, parameters);
    // The logs of sign-ins and accounts are about whoever acts, unless they name another.
    const own =
      !affected.present && change !== 'other' && (application === 'login' || application === 'user_accounts');
    const target = affected.present
      ? affected
      : parameters.any('ROLE_NAME', 'SETTING_NAME', 'client_id', 'app_name', 'DOMAIN_NAME');
    return {
      kind: 'identity',
      ...common,
      outcome: 'success',
      change,
      operation: name ?? event.get('type').text() ?? application,
      actor: person,
      actorKind: kindOf(actor),
      target: own ? person : typeof target.value === 'object' ? target.absent() : target,
      targetKind:
        affected.present || own
          ? 'person'
          : parameters.any('client_id', 'app_name').present
            ? 'application'
            : 'other',
    };
  }
  const [action, outcome] = meaning;
  const status = parameters.get('login_challenge_status').word();
  const answered = action === 'second_factor' ? challengeOutcome(status) : outcome;
  return {
    kind: 'authentication',
    ...common,
    action,
    outcome: answered,
    failureReason: answered === 'failure' ? failureReason(parameters, action) : undefined,
    subject: person.present ? person : affected,
    subjectKind: kindOf(actor),
    factors: factors(parameters, key),
    evidence:
      parameters.get('is_suspicious').flag() === true
        ? [{ type: 'suspiciousLogin', issuer: 'google-workspace' }]
        : [],
    deviceId: parameters.any('device_id', 'DEVICE_ID'),
    application: parameters.any(
      'application_name',
      'saml_service_provider',
      'app_name',
      'CAA_ACCESS_APPLICATION',
    ),
  };
}

/** Parameters by name, whether they came as an object or as the API's list of `{name, value}`. */
function parametersOf(event: Member): Member {
  const parameters = event.get('parameters');
  if (!Array.isArray(parameters.value)) return parameters;
  const named: Record<string, unknown> = Object.create(null);
  for (const item of parameters.items().slice(0, 256)) {
    const name = item.get('name').text();
    if (name !== undefined) named[name] = item.any('value', 'boolValue', 'intValue', 'multiValue').value;
  }
  return parameters.with(named);
}

function kindOf(actor: Member): SubjectKind {
  const caller = actor.get('callerType').word();
  return caller === 'key' || caller === 'application' ? 'service' : 'person';
}

function challengeOutcome(status: string | undefined): AuthOutcome {
  if (status === undefined) return 'challenged';
  return /pass|success/.test(status) ? 'success' : /fail|incorrect/.test(status) ? 'failure' : 'challenged';
}

function factors(parameters: Member, key: string): Factor[] {
  const methods = parameters.get('login_challenge_method');
  const words = Array.isArray(methods.value) ? methods.items().map((item) => item.word()) : [methods.word()];
  const type = parameters.get('login_type').word();
  const found: Factor[] = [];
  // `google_password` at a sign-in, as opposed to `saml`, `exchange` and `reauth`.
  for (const word of key.startsWith('saml:')
    ? ['federated']
    : [type === 'exchange' ? undefined : type, ...words.slice(0, 16)]) {
    const factor = factorOf(word);
    if (factor !== undefined) found.push(factor);
  }
  return found;
}

function failureReason(parameters: Member, action: AuthAction): FailureReason | undefined {
  const type = parameters.any('login_failure_type', 'failure_type').word();
  if (action === 'second_factor') return 'second_factor_failed';
  if (type === undefined) return action === 'resource_access' ? 'policy' : undefined;
  if (/invalid_password|second_factor_or_password/.test(type)) return 'bad_credentials';
  if (/second_factor/.test(type)) return 'second_factor_failed';
  if (/disabled|suspended/.test(type)) return 'blocked';
  return /disallowed|not_configured|denied|unauthorized/.test(type) ? 'policy' : 'other';
}
