import type { SubjectKind } from './auth-event.ts';
import { invalidMember } from './event-error.ts';
import type { Member } from './member.ts';

/** What every CloudTrail record says, whichever service wrote it. */
export interface CloudTrailRecord {
  readonly id: Member;
  readonly time: Member;
  /** `ConsoleLogin`, `CreateAccessKey`. */
  readonly eventName: string;
  readonly eventSource: string;
  readonly address: Member;
  readonly userAgent: Member;
  /** True when the call was refused or failed. */
  readonly failed: boolean;
  readonly errorCode: string | undefined;
  readonly identity: Member;
}

/**
 * The members common to CloudTrail records
 * (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html).
 *
 * @throws {EventError} when it is no CloudTrail record.
 */
export function cloudTrailRecord(detail: Member): CloudTrailRecord {
  const eventName = detail.get('eventName').text();
  if (eventName === undefined) throw invalidMember(detail.get('eventName').path, 'is required');
  const eventSource = detail.get('eventSource').word();
  if (eventSource === undefined) throw invalidMember(detail.get('eventSource').path, 'is required');
  const errorCode = detail.get('errorCode').text(1024);
  return {
    id: detail.get('eventID'),
    time: detail.get('eventTime'),
    eventName,
    eventSource,
    address: detail.get('sourceIPAddress'),
    userAgent: detail.get('userAgent'),
    failed: errorCode !== undefined || detail.get('errorMessage').present,
    errorCode,
    identity: detail.get('userIdentity'),
  };
}

/** Who acted, by the record's `userIdentity`. */
export interface Principal {
  readonly id: Member;
  readonly kind: SubjectKind;
  readonly roles: readonly string[];
  readonly onBehalfOf: Member | undefined;
}

/**
 * Who acted. A role's session is named by its ARN, which ends in the session's name (for IAM Identity Center that
 * is the person); its role is the subject's role. Sessions of AWS services, instances and functions are services,
 * named by their role, since every session has another name.
 * A session that carries `onBehalfOf` acts for that person; it is an agent when its issuer or invoker is one.
 */
export function principal(record: CloudTrailRecord): Principal {
  const { identity } = record;
  const type = identity.get('type').word();
  const issuer = identity.get('sessionContext').objectOrAbsent().get('sessionIssuer').objectOrAbsent();
  const role = issuer.get('userName').text();
  const onBehalfOf = identity.get('onBehalfOf').objectOrAbsent().get('userId');
  const kind = principalKind(record, type, role, onBehalfOf);
  return {
    id: kind === 'service' && issuer.get('arn').present ? issuer.get('arn') : principalId(identity, issuer),
    kind,
    roles: role === undefined || type === 'iamuser' || type === 'root' ? [] : [role],
    onBehalfOf: onBehalfOf.present ? onBehalfOf : undefined,
  };
}

/** What CloudTrail writes instead of a name that somebody mistyped: it may be a password. */
const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';

function principalId(identity: Member, issuer: Member): Member {
  if (identity.get('userName').value === HIDDEN) return identity.get('userName').absent();
  const named = identity.any('arn', 'principalId', 'userName', 'invokedBy', 'credentialId');
  if (named.present) return named;
  return issuer.any('arn', 'principalId', 'userName').present
    ? issuer.any('arn', 'principalId', 'userName')
    : identity.any('userName', 'accountId');
}

function principalKind(
  record: CloudTrailRecord,
  type: string | undefined,
  role: string | undefined,
  onBehalfOf: Member,
): SubjectKind {
  const invoker = record.identity.get('invokedBy').word() ?? '';
  if (onBehalfOf.present)
    return /bedrock|agent/.test(`${invoker} ${role ?? ''}`.toLowerCase()) ? 'agent' : 'person';
  if (type === 'awsservice' || type === 'awsaccount') return 'service';
  if (type !== 'assumedrole' && type !== 'role') return 'person';
  // `signin` invokes on behalf of somebody at the console.
  if (invoker.endsWith('.amazonaws.com') && invoker !== 'signin.amazonaws.com') return 'service';
  const session = record.identity.get('arn').text(2048)?.split('/').at(-1) ?? '';
  // An instance's role session is named by the instance; a person's by a user name or an e-mail address.
  if (/^(i-[0-9a-f]{8,17}|aws)$|lambda|ecs|codebuild|cloudformation|botocore-session/i.test(session))
    return 'service';
  return role?.startsWith('AWSServiceRoleFor') ? 'service' : 'person';
}
