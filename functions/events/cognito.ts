import type { AuthAction, AuthOutcome, FailureReason, IdentityChange } from './auth-event.ts';
import { type CloudTrailRecord, cloudTrailRecord, principal } from './cloudtrail.ts';
import { cognitoTrigger } from './cognito-trigger.ts';
import { factorOf, factorsOf } from './factors.ts';
import type { Member } from './member.ts';
import type { Adapter, Reading } from './reading.ts';

const ACTIONS: Readonly<Record<string, AuthAction>> = {
  InitiateAuth: 'sign_in',
  AdminInitiateAuth: 'sign_in',
  RespondToAuthChallenge: 'sign_in',
  AdminRespondToAuthChallenge: 'sign_in',
  GetTokensFromRefreshToken: 'token',
  GetUser: 'session_activity',
  GlobalSignOut: 'sign_out',
  AdminUserGlobalSignOut: 'sign_out',
  RevokeToken: 'sign_out',
  // The managed login pages.
  Login_POST: 'sign_in',
  SAML2Response_POST: 'sign_in',
  OIDCResponse_GET: 'sign_in',
  Token_POST: 'token',
  Logout_GET: 'sign_out',
};

const CHANGES: readonly (readonly [RegExp, IdentityChange])[] = [
  [/^(SignUp|AdminCreateUser|Signup_POST)$/, 'account_created'],
  [/^(AdminDeleteUser|DeleteUser)$/, 'account_deleted'],
  [/^AdminDisableUser$/, 'account_suspended'],
  [/^AdminEnableUser$/, 'account_unlocked'],
  [/^ChangePassword$/, 'password_changed'],
  [
    /^(ConfirmForgotPassword|ForgotPassword|AdminResetUserPassword|AdminSetUserPassword|ResetPassword_POST)$/,
    'password_reset',
  ],
  [
    /^(VerifySoftwareToken|AssociateSoftwareToken|CompleteWebAuthnRegistration|SetUserMFAPreference)$/,
    'factor_enrolled',
  ],
  [/^DeleteWebAuthnCredential$/, 'factor_removed'],
  [/^AdminSetUserMFAPreference$/, 'factor_reset'],
  [/^(AdminUpdateUserAttributes|UpdateUserAttributes)$/, 'recovery_changed'],
  [/^AdminAddUserToGroup$/, 'privilege_granted'],
  [/^AdminRemoveUserFromGroup$/, 'privilege_revoked'],
  [
    /^(Create|Update|Delete)(IdentityProvider|ResourceServer)$|^AdminLinkProviderForUser$/,
    'federation_changed',
  ],
  [
    /^(UpdateUserPool|SetUserPoolMfaConfig|SetRiskConfiguration|DeleteUserPool|UpdateUserPoolClient)$/,
    'policy_changed',
  ],
  [/^(CreateUserPoolClient|AddUserPoolClientSecret)$/, 'key_created'],
  [/^DeleteUserPoolClient$/, 'key_deleted'],
];

/** What CloudTrail writes over parameters that may hold secrets. */
const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';

/**
 * Reads Cognito user pools: CloudTrail records (`aws.cognito-idp`, `AWS API Call via CloudTrail`), managed login
 * pages included, and the shapes that Lambda triggers receive, which an application may put on the bus.
 *
 * CloudTrail names the person by `additionalEventData.sub` only; the user name is hidden.
 */
export const cognito: Adapter = (detail, envelope) => {
  if (detail.get('triggerSource').present) return cognitoTrigger(detail, envelope);
  const record = cloudTrailRecord(detail);
  const action = Object.hasOwn(ACTIONS, record.eventName) ? ACTIONS[record.eventName] : undefined;
  return action === undefined ? change(detail, record) : authentication(detail, record, action);
};

function authentication(detail: Member, record: CloudTrailRecord, action: AuthAction): Reading {
  const extra = detail.get('additionalEventData').objectOrAbsent();
  const request = detail.get('requestParameters').objectOrAbsent();
  const page = extra.get('requestParameters').objectOrAbsent();
  const flow = request.get('authFlow').word();
  const challenge = request.get('challengeName').word();
  const refresh =
    flow?.startsWith('refresh_token') === true || record.eventName === 'GetTokensFromRefreshToken';
  const second = challenge !== undefined && isSecondFactor(challenge);
  const outcome = outcomeOf(detail, record, flow);
  const failure = outcome === 'failure' ? failureReason(detail, record, second) : undefined;
  return {
    kind: 'authentication',
    id: record.id,
    time: record.time,
    action: refresh ? 'token' : second ? 'second_factor' : action,
    outcome,
    failureReason: failure,
    subject: sub(detail, extra),
    subjectKind: 'person',
    factors: factorsOf(
      ...(refresh
        ? ['refresh']
        : [
            /user_srp|user_password|password_verifier|admin_no_srp/.test(`${flow} ${challenge}`)
              ? 'password'
              : challenge,
          ]),
      record.eventName.startsWith('SAML') || record.eventName.startsWith('OIDC') ? 'federated' : undefined,
    ),
    address: record.address,
    userAgent: record.userAgent,
    application: known(
      request.get('clientId').present ? request.get('clientId') : first(page.get('client_id')),
    ),
    correlationId: detail.get('requestID'),
  };
}

function change(detail: Member, record: CloudTrailRecord): Reading {
  const extra = detail.get('additionalEventData').objectOrAbsent();
  const request = detail.get('requestParameters').objectOrAbsent();
  const who = principal(record);
  const person = sub(detail, extra);
  const administrator = who.id.present && record.identity.get('type').word() !== 'unknown';
  return {
    kind: 'identity',
    id: record.id,
    time: record.time,
    outcome: record.failed ? 'failure' : 'success',
    address: record.address,
    userAgent: record.userAgent,
    change: CHANGES.find(([pattern]) => pattern.test(record.eventName))?.[1] ?? 'other',
    operation: record.eventName,
    actor: administrator ? who.id : person,
    actorKind: administrator ? who.kind : 'person',
    target: person.present ? person : known(request.any('clientId', 'userPoolId')),
    targetKind: person.present ? 'person' : 'application',
  };
}

function sub(detail: Member, extra: Member): Member {
  const stated = extra.any('sub', 'userSub');
  return stated.present ? stated : detail.get('responseElements').objectOrAbsent().any('userSub', 'sub');
}

function outcomeOf(detail: Member, record: CloudTrailRecord, flow: string | undefined): AuthOutcome {
  if (record.failed) return 'failure';
  const response = detail.get('responseElements').objectOrAbsent();
  if (response.get('challengeName').present) return 'challenged';
  if (flow === 'user_srp_auth' || flow === 'custom_auth') {
    return response.get('authenticationResult').present ? 'success' : 'challenged';
  }
  if (record.eventName !== 'Login_POST') return 'success';
  // The page redirects when the sign-in succeeded, and is shown again when it did not.
  const extra = detail.get('additionalEventData').objectOrAbsent();
  const status = extra.get('responseParameters').objectOrAbsent().get('status').value;
  return typeof status === 'number' && status >= 300 && status < 400 ? 'success' : 'failure';
}

function failureReason(detail: Member, record: CloudTrailRecord, second: boolean): FailureReason | undefined {
  const words = `${record.errorCode ?? ''} ${detail.get('errorMessage').clipped() ?? ''}`.toLowerCase();
  if (/usernotfound|does not exist/.test(words)) return 'unknown_subject';
  if (/attempts exceeded|user is disabled/.test(words)) return 'locked';
  if (/toomanyrequests|limitexceeded|toomanyfailed|blocked/.test(words)) return 'blocked';
  if (/codemismatch|expiredcode|enablesoftwaretoken/.test(words) || second) return 'second_factor_failed';
  if (/passwordresetrequired|usernotconfirmed|forbidden|unsupported/.test(words)) return 'policy';
  if (/notauthorized|incorrect username or password/.test(words)) return 'bad_credentials';
  return words.trim() === '' ? undefined : 'other';
}

function isSecondFactor(challenge: string): boolean {
  return (
    challenge !== 'password_verifier' &&
    challenge !== 'new_password_required' &&
    factorOf(challenge) !== undefined
  );
}

function known(member: Member): Member {
  return member.value === HIDDEN ? member.absent() : member;
}

/** Managed login pages give each parameter as a list. */
function first(member: Member): Member {
  return Array.isArray(member.value) ? (member.items()[0] ?? member.absent()) : member;
}
