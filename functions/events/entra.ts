import type { AuthOutcome, Factor, FailureReason, SubjectKind, SuppliedEvidence } from './auth-event.ts';
import { entraAudit } from './entra-audit.ts';
import { invalidMember } from './event-error.ts';
import { factorOf, factorsOf } from './factors.ts';
import type { Member } from './member.ts';
import type { Adapter, AuthReading } from './reading.ts';

/** The user id that Entra writes for an account that does not exist. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * Error codes that interrupt a sign-in to ask for more
 * (https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
 */
const INTERRUPTED = new Set([
  16000, 16001, 16003, 50058, 50072, 50074, 50076, 50079, 50097, 50125, 50127, 50129, 50140, 50143, 50158,
  50199, 51006, 65001, 81010, 90072,
]);

const FAILURES: Readonly<Record<number, FailureReason>> = {
  50020: 'unknown_subject',
  50034: 'unknown_subject',
  50053: 'locked',
  50055: 'policy',
  50056: 'bad_credentials',
  50057: 'blocked',
  50105: 'policy',
  50126: 'bad_credentials',
  50131: 'policy',
  50144: 'policy',
  50196: 'blocked',
  53000: 'policy',
  53001: 'policy',
  53003: 'policy',
  53004: 'policy',
  53011: 'blocked',
  500121: 'second_factor_failed',
  530032: 'policy',
  700016: 'unknown_subject',
  700027: 'bad_credentials',
  7000215: 'bad_credentials',
  7000222: 'policy',
};

/**
 * Reads Entra ID: sign-ins (https://learn.microsoft.com/graph/api/resources/signin) and directory audits, as
 * Microsoft Graph gives them or as Azure Monitor exports them, where the same record is at `properties`.
 */
export const entra: Adapter = (detail) => {
  const record = detail.get('properties').present ? detail.get('properties') : detail;
  const category = detail.get('category').word();
  const operation = detail.get('operationName').word();
  if (category?.endsWith('signinlogs') || operation === 'sign-in activity')
    return signIn(detail, record, category);
  if (
    record.get('activityDisplayName').present ||
    record.get('activityDateTime').present ||
    operation !== undefined
  ) {
    return entraAudit(detail, record);
  }
  if (
    record.any('userId', 'userPrincipalName', 'servicePrincipalId').present &&
    record.get('createdDateTime').present
  ) {
    return signIn(detail, record, category);
  }
  throw invalidMember(detail.get('operationName').path, 'is required');
};

function signIn(detail: Member, record: Member, category: string | undefined): AuthReading {
  const status = record.get('status').objectOrAbsent();
  const code = errorCode(detail, status);
  const kind = kindOf(record, category);
  const outcome = outcomeOf(code, detail, record);
  const person =
    record.get('userId').value === NOBODY
      ? record.get('userPrincipalName')
      : record.any('userId', 'userPrincipalName');
  const service = record.any('servicePrincipalId', 'appId', 'servicePrincipalName');
  const address = record.get('ipAddress');
  return {
    kind: 'authentication',
    id: record.get('id'),
    time: record.get('createdDateTime').present ? record.get('createdDateTime') : detail.get('time'),
    action:
      category === 'signinlogs' || category === undefined || category === 'adfssigninlogs'
        ? 'sign_in'
        : 'token',
    outcome: outcome ?? 'challenged',
    ...(outcome === undefined ? { unstated: ['outcome'] } : {}),
    failureReason: outcome === 'failure' ? failureReason(code, status, record) : undefined,
    subject: kind === 'person' ? person : service,
    subjectKind: kind,
    onBehalfOf: kind === 'agent' && person.present ? person : undefined,
    factors: factors(record, outcome),
    address: address.present ? address : detail.get('callerIpAddress'),
    userAgent: record.get('userAgent'),
    deviceId: record.get('deviceDetail').objectOrAbsent().get('deviceId'),
    application: record.any('appId', 'appDisplayName'),
    session: record.get('sessionId'),
    resource: record.any('resourceId', 'resourceDisplayName'),
    correlationId: record.get('correlationId').present
      ? record.get('correlationId')
      : detail.get('correlationId'),
    evidence: detections(record),
  };
}

function errorCode(detail: Member, status: Member): number | undefined {
  const code = status.get('errorCode').present ? status.get('errorCode') : detail.get('resultType');
  const text = code.text();
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function outcomeOf(code: number | undefined, detail: Member, record: Member): AuthOutcome | undefined {
  if (code === 0) return 'success';
  if (code !== undefined) return INTERRUPTED.has(code) ? 'challenged' : 'failure';
  const word =
    detail.get('resultType').word() ?? record.get('result').word() ?? detail.get('resultSignature').word();
  if (word === 'success') return 'success';
  return word === 'failure' || word === 'failed' ? 'failure' : undefined;
}

function failureReason(code: number | undefined, status: Member, record: Member): FailureReason | undefined {
  const words =
    `${status.get('failureReason').clipped() ?? ''} ${status.get('additionalDetails').clipped() ?? ''}`.toLowerCase();
  const details = record.get('authenticationDetails').items().at(-1)?.objectOrAbsent();
  const step = details?.get('authenticationStepResultDetail').word() ?? '';
  if (code === 500121 && /denied|declined|fraud/.test(`${words} ${step}`)) return 'second_factor_denied';
  if (code !== undefined && FAILURES[code] !== undefined) return FAILURES[code];
  if (/leaked/.test(words)) return 'leaked_credential';
  if (/locked/.test(words)) return 'locked';
  return words.trim() === '' && code === undefined ? undefined : 'other';
}

/** The risk detections that Entra raised for the sign-in, under its names: `leakedCredentials`, `anonymizedIPAddress`, … */
function detections(record: Member): SuppliedEvidence[] {
  // Exports differ in the form of this member; what is no list of names says nothing.
  const names = record.any('riskEventTypes_v2', 'riskEventTypes').value;
  if (!Array.isArray(names)) return [];
  return names
    .slice(0, 8)
    .flatMap((type) =>
      typeof type === 'string' && /^[A-Za-z]{1,64}$/.test(type) ? [{ type, issuer: 'entra' }] : [],
    );
}

function kindOf(record: Member, category: string | undefined): SubjectKind {
  const agent = record.get('agent').objectOrAbsent().get('agentType').word();
  if (agent !== undefined && agent !== 'notagentic') return 'agent';
  if (category?.startsWith('serviceprincipal') || category?.startsWith('managedidentity')) return 'service';
  const user = record.any('userId', 'userPrincipalName').present;
  return !user && record.get('servicePrincipalId').present ? 'service' : 'person';
}

/** What was used; of an attempt that succeeded only what succeeded. */
function factors(record: Member, outcome: AuthOutcome | undefined): Factor[] {
  const found: Factor[] = [];
  for (const item of record.get('authenticationDetails').items().slice(0, 16)) {
    const step = item.objectOrAbsent();
    const factor = factorOf(step.get('authenticationMethod').word());
    const used = outcome !== 'success' || step.get('succeeded').flag() !== false;
    if (factor !== undefined && used) found.push(factor);
  }
  found.push(
    ...factorsOf(
      record.get('mfaDetail').objectOrAbsent().get('authMethod').word(),
      record.get('authenticationProtocol').word() === 'ropc' ? 'password' : undefined,
      record.get('clientCredentialType').word(),
      /refreshtoken/.test(record.get('incomingTokenType').word() ?? '') ? 'refresh' : undefined,
    ),
  );
  return found;
}
