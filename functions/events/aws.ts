import type { AuthAction, Factor, FailureReason, IdentityChange } from './auth-event.ts';
import { type CloudTrailRecord, cloudTrailRecord, principal } from './cloudtrail.ts';
import { invalidMember } from './event-error.ts';
import type { Member } from './member.ts';
import type { Adapter, AuthReading, IdentityReading } from './reading.ts';

/** Calls that are attempts to authenticate, by service and name. */
const ACTIONS: Readonly<Record<string, AuthAction>> = {
  'signin:ConsoleLogin': 'sign_in',
  'signin:CheckMfa': 'second_factor',
  'signin:GetSigninToken': 'token',
  'signin:SwitchRole': 'token',
  'signin:RenewRole': 'token',
  'signin:ExitRole': 'sign_out',
  'signin:CredentialChallenge': 'sign_in',
  'signin:CredentialVerification': 'sign_in',
  'signin:UserAuthentication': 'sign_in',
  'signin:CreateOAuth2Token': 'token',
  'signin:AuthorizeOAuth2Access': 'token',
  'sso:Authenticate': 'sign_in',
  'sso:CreateToken': 'token',
  'sso:Federate': 'token',
  'sso:GetRoleCredentials': 'token',
  'sso:Logout': 'sign_out',
  'sso-oauth:CreateToken': 'token',
  'sso-oauth:CreateTokenWithIAM': 'token',
  'sts:AssumeRole': 'token',
  'sts:AssumeRoleWithSAML': 'token',
  'sts:AssumeRoleWithWebIdentity': 'token',
  'sts:AssumeRoot': 'token',
  'sts:GetSessionToken': 'token',
  'sts:GetFederationToken': 'token',
  'sts:GetCallerIdentity': 'session_activity',
};

const CHANGES: readonly (readonly [RegExp, IdentityChange])[] = [
  [
    /^iam:(CreateAccessKey|CreateServiceSpecificCredential|UploadSSHPublicKey|UploadSigningCertificate)$/,
    'key_created',
  ],
  [
    /^iam:(DeleteAccessKey|DeleteServiceSpecificCredential|DeleteSSHPublicKey|DeleteSigningCertificate)$/,
    'key_deleted',
  ],
  [/^iam:(EnableMFADevice|CreateVirtualMFADevice)$/, 'factor_enrolled'],
  [/^iam:(DeactivateMFADevice|DeleteVirtualMFADevice)$/, 'factor_removed'],
  [/^iam:ResyncMFADevice$/, 'factor_reset'],
  [/^iam:ChangePassword$|^signin:PasswordUpdated$/, 'password_changed'],
  [/^iam:(CreateLoginProfile|UpdateLoginProfile)$|^signin:PasswordRecovery/, 'password_reset'],
  [/^signin:(EmailUpdated|RecoveryEmailUpdated)$/, 'recovery_changed'],
  [
    /^iam:(Attach|Put)(User|Role|Group)Policy$|^iam:Add(UserToGroup|RoleToInstanceProfile)$/,
    'privilege_granted',
  ],
  [/^sso:CreateAccountAssignment$|^sso:Attach.*PolicyToPermissionSet$/, 'privilege_granted'],
  [/^iam:(Detach|Delete)(User|Role|Group)Policy$|^iam:RemoveUserFromGroup$/, 'privilege_revoked'],
  [/^sso:DeleteAccountAssignment$/, 'privilege_revoked'],
  [
    /^iam:(Create|Update|Delete)(SAML|OpenIDConnect)Provider|^sso:.*(IdentityProvider|DirectoryAssociation)/,
    'federation_changed',
  ],
  [
    /^iam:(CreateUser|CreateRole|CreateServiceLinkedRole)$|^identitystore:CreateUser$|^sso-directory:CreateUser$/,
    'account_created',
  ],
  [
    /^iam:(DeleteUser|DeleteRole|DeleteLoginProfile)$|^identitystore:DeleteUser$|^sso-directory:DeleteUser$/,
    'account_deleted',
  ],
  [/^sso-directory:DisableUser$/, 'account_suspended'],
  [
    /^iam:(UpdateAssumeRolePolicy|.*AccountPasswordPolicy|.*PolicyVersion|CreatePolicy|DeletePolicy|.*PermissionsBoundary)$/,
    'policy_changed',
  ],
  [/^organizations:(Attach|Detach|Create|Update|Delete|Enable|Disable)Policy/, 'policy_changed'],
];

/** Changes that people make to their own account without naming it. */
const OWN: ReadonlySet<IdentityChange> = new Set([
  'key_created',
  'key_deleted',
  'factor_enrolled',
  'factor_removed',
  'password_changed',
  'recovery_changed',
]);

/** Reads of settings are not changes, whatever they name. */
const READS = /^(Get|List|Describe|Simulate|Generate)/;

/**
 * Reads AWS console sign-ins (`aws.signin`, `AWS Console Sign In via CloudTrail`) and every other CloudTrail
 * record: calls of STS, IAM and IAM Identity Center by meaning, calls of other services as `other`.
 */
export const aws: Adapter = (detail) => {
  const record = cloudTrailRecord(detail);
  const operation = `${record.eventSource.replace(/\.amazonaws\.com$/, '')}:${record.eventName}`;
  const action = Object.hasOwn(ACTIONS, operation) ? ACTIONS[operation] : undefined;
  return action === undefined
    ? change(detail, record, operation)
    : authentication(detail, record, action, operation);
};

function authentication(
  detail: Member,
  record: CloudTrailRecord,
  action: AuthAction,
  operation: string,
): AuthReading {
  const { identity } = record;
  const who = principal(record);
  const extra = detail.get('additionalEventData').objectOrAbsent();
  const request = detail.get('requestParameters').objectOrAbsent();
  const outcome = outcomeOf(detail, record);
  const credential = identity.get('accessKeyId');
  return {
    kind: 'authentication',
    id: record.id,
    time: record.time,
    action,
    outcome,
    failureReason: outcome === 'failure' ? failureReason(detail, record) : undefined,
    subject: who.id,
    subjectKind: who.kind,
    roles: who.roles,
    onBehalfOf: who.onBehalfOf,
    factors: factors(identity, extra, operation),
    address: record.address,
    userAgent: record.userAgent,
    application: operation.startsWith('signin:') ? application(extra) : detail.get('eventSource'),
    session: action === 'sign_in' ? credential.absent() : credential,
    resource: request.get('roleArn'),
    correlationId: detail.get('requestID'),
    ...(operation === 'signin:ConsoleLogin' && outcome === 'challenged' ? { unstated: ['outcome'] } : {}),
  };
}

function outcomeOf(detail: Member, record: CloudTrailRecord): AuthReading['outcome'] {
  const said = detail
    .get('responseElements')
    .objectOrAbsent()
    .any(record.eventName, 'ConsoleLogin', 'CheckMfa');
  const word = said.word();
  if (word === 'success') return 'success';
  if (word === 'failure') return 'failure';
  if (record.failed) return 'failure';
  if (said.present) throw invalidMember(said.path, 'must be Success or Failure');
  // A console sign-in always says how it ended; where that was cut off, we do not know.
  if (record.eventName === 'ConsoleLogin') return 'challenged';
  return record.eventName === 'CredentialChallenge' ? 'challenged' : 'success';
}

function failureReason(detail: Member, record: CloudTrailRecord): FailureReason | undefined {
  const words = `${record.errorCode ?? ''} ${detail.get('errorMessage').clipped() ?? ''}`.toLowerCase();
  if (/no username found|does not exist|no such user/.test(words)) return 'unknown_subject';
  if (/mfa|multi-?factor/.test(words)) return 'second_factor_failed';
  if (/locked|suspended/.test(words)) return 'locked';
  if (/accessdenied|unauthorized|not authorized|forbidden|policy/.test(words)) return 'policy';
  if (/failed authentication|signature|invalidclienttokenid|password|credential/.test(words))
    return 'bad_credentials';
  return words.trim() === '' ? undefined : 'other';
}

function factors(identity: Member, extra: Member, operation: string): Factor[] {
  const found: Factor[] = [];
  const web = identity.get('type').word();
  const federated =
    extra.any('SamlProviderArn', 'IdentityProvider').present ||
    web === 'samluser' ||
    web === 'webidentityuser';
  if (federated || operation.includes('WithSAML') || operation.includes('WithWebIdentity'))
    found.push('federated');
  else if (operation === 'signin:ConsoleLogin' && (web === 'iamuser' || web === 'root'))
    found.push('password');
  else if (/^AKIA/.test(identity.get('accessKeyId').text() ?? '')) found.push('access_key');
  const session = identity.get('sessionContext').objectOrAbsent().get('attributes').objectOrAbsent();
  const secondFactor =
    extra.get('MFAUsed').flag() === true || session.get('mfaAuthenticated').flag() === true;
  if (secondFactor || operation === 'signin:CheckMfa') found.push(mfaFactor(extra));
  return found;
}

/** `MFAIdentifier` is a device's ARN, and `mfa/` or `u2f/` in it says which kind. */
function mfaFactor(extra: Member): Factor {
  const device = extra.any('MFAIdentifier', 'MfaType').word() ?? '';
  if (/u2f|fido|webauthn/.test(device)) return 'security_key';
  return /:mfa\/|totp|virtual/.test(device) ? 'totp' : 'unknown_second_factor';
}

/** The console page that the person signs in to, without its query, which holds state. */
function application(extra: Member): Member {
  const page = extra.get('LoginTo').text(4096);
  return page === undefined
    ? extra.get('LoginTo')
    : extra.get('LoginTo').with(page.split('?')[0]?.slice(0, 256));
}

function change(detail: Member, record: CloudTrailRecord, operation: string): IdentityReading {
  const who = principal(record);
  const request = detail.get('requestParameters').objectOrAbsent();
  const meaning = READS.test(record.eventName)
    ? undefined
    : CHANGES.find(([pattern]) => pattern.test(operation));
  const target = request.any('userName', 'roleName', 'groupName', 'policyArn', 'principalId', 'name');
  const kind =
    target.value === request.get('userName').value
      ? 'person'
      : target.value === request.get('policyArn').value
        ? 'policy'
        : 'other';
  // A call about keys, factors and passwords that names nobody concerns whoever makes it.
  const own = !target.present && meaning !== undefined && OWN.has(meaning[1]);
  return {
    kind: 'identity',
    id: record.id,
    time: record.time,
    outcome: record.failed ? 'failure' : 'success',
    address: record.address,
    userAgent: record.userAgent,
    change: meaning?.[1] ?? 'other',
    operation: record.eventName,
    actor: who.id,
    actorKind: who.kind,
    target: own ? who.id : typeof target.value === 'object' ? target.absent() : target,
    targetKind: own ? who.kind : kind,
  };
}
