import * as z from 'zod';
import { canonicalAddress } from './address.ts';
import type { AuthEvent, EventEnvelope, ParseContext } from './auth-event.ts';
import { joinPath } from './bounds.ts';
import { EventError } from './event-error.ts';
import { eventTime, parseTime } from './time.ts';

const id = z
  .string()
  .min(1)
  .max(256)
  .regex(/\S/, 'must not be blank')
  .refine((text) => text.isWellFormed(), 'is not well-formed Unicode');

const factor = z.enum([
  'password',
  'otp',
  'totp',
  'push',
  'sms',
  'email',
  'phone_call',
  'passkey',
  'security_key',
  'biometric',
  'certificate',
  'federated',
  'recovery_code',
  'remembered_device',
  'client_secret',
  'access_key',
  'refresh_token',
  'unknown_second_factor',
]);

const failureReason = z.enum([
  'bad_credentials',
  'unknown_subject',
  'second_factor_failed',
  'second_factor_denied',
  'locked',
  'blocked',
  'leaked_credential',
  'policy',
  'other',
]);

/** Optional, and `null` means the same as absent. */
const idOrNull = id.nullish();

/**
 * The `detail` of `Authentication Observed`, the native event (design §3). Only `metadata.id`,
 * `data.subject.id`, `data.action` and `data.outcome` are required. Members it does not name are ignored, so
 * that a newer producer can talk to an older deployment.
 *
 * @example
 * ```ts
 * nativeDetail.parse({ metadata: { id: 'e1' },
 *   data: { subject: { id: 'u1' }, action: 'sign_in', outcome: 'success' } });
 * ```
 */
export const nativeDetail = z.object({
  metadata: z.object({
    id: id.describe('The identity of the event within its tenant'),
    version: z.literal('1').nullish(),
    time: z
      .union([z.string().max(64), z.number()])
      .nullish()
      .describe('When it happened: ISO 8601 or epoch'),
    tenant: id.nullish(),
    correlationId: idOrNull,
  }),
  data: z.object({
    subject: z.object({
      id,
      kind: z.enum(['person', 'service', 'agent', 'device']).nullish(),
      roles: z.array(id).max(64).nullish(),
      onBehalfOf: idOrNull.describe('Whom an agent or a delegated session acts for'),
    }),
    action: z.enum(['sign_in', 'second_factor', 'token', 'session_activity', 'resource_access', 'sign_out']),
    outcome: z.enum(['success', 'failure', 'challenged']),
    failureReason: failureReason.nullish(),
    factors: z.array(factor).max(16).nullish(),
    network: z
      .object({
        ip: z
          .string()
          .max(45)
          .refine((text) => canonicalAddress(text) !== undefined, 'is not an IP address')
          .nullish(),
        roundTripMs: z.number().min(0).max(600_000).nullish(),
      })
      .nullish(),
    agent: z.object({ userAgent: z.string().max(4096).nullish(), deviceId: idOrNull }).nullish(),
    application: z.object({ id }).nullish(),
    session: z.object({ id }).nullish(),
    resource: z.object({ id, sensitivity: z.enum(['low', 'medium', 'high']).nullish() }).nullish(),
    purpose: z
      .string()
      .min(1)
      .max(128)
      .nullish()
      .describe('What for, as the application calls it; policy may ask'),
    evidence: z
      .array(
        z.object({
          type: z.string().min(1).max(128),
          score: z.number().min(0).max(1).nullish(),
          issuer: idOrNull,
        }),
      )
      .max(32)
      .nullish(),
  }),
});

/** A parsed native `detail`. */
export type NativeDetail = z.infer<typeof nativeDetail>;

/**
 * Reads a native event. The caller has checked the envelope and the bounds.
 *
 * @throws {EventError} naming every wrong member (at most 20); `tenant-mismatch` when the body names a tenant
 * other than the caller's.
 */
export function readNative(envelope: EventEnvelope, context: ParseContext): AuthEvent {
  const result = nativeDetail.safeParse(envelope.detail);
  if (!result.success) throw schemaError(result.error, envelope.detail);
  const { metadata, data } = result.data;
  const unfilled: string[] = [];
  const has = <T>(value: T | null | undefined, path: string): value is T => {
    if (value !== null && value !== undefined && value !== '') return true;
    unfilled.push(path);
    return false;
  };
  const { subject, network, agent } = data;
  const time = nativeTime(metadata.time, envelope, context, unfilled);
  const kind = has(subject.kind, 'subject.kind') ? subject.kind : 'person';
  const roles = subject.roles ?? [];
  if (roles.length === 0) unfilled.push('subject.roles');
  const factors = [...new Set(data.factors ?? [])];
  if (factors.length === 0) unfilled.push('factors');
  const ip = has(network?.ip, 'network.ip') ? canonicalAddress(network?.ip ?? '') : undefined;
  const roundTrip = has(network?.roundTripMs, 'network.roundTripMs')
    ? { roundTripMs: network.roundTripMs }
    : {};
  const userAgent = has(agent?.userAgent, 'agent.userAgent')
    ? { userAgent: agent.userAgent.slice(0, 1024) }
    : {};
  const deviceId = has(agent?.deviceId, 'agent.deviceId') ? { deviceId: agent.deviceId } : {};
  const client = { ...userAgent, ...deviceId };
  const failed = data.outcome === 'failure';
  return {
    type: 'authentication',
    id: metadata.id,
    tenant: tenantOf(metadata.tenant, context),
    time,
    source: envelope.source,
    provider: 'native',
    action: data.action,
    outcome: data.outcome,
    ...(failed && has(data.failureReason, 'failureReason') ? { failureReason: data.failureReason } : {}),
    subject: {
      id: subject.id,
      kind,
      roles,
      ...(subject.onBehalfOf ? { onBehalfOf: subject.onBehalfOf } : {}),
    },
    factors,
    ...(ip === undefined ? {} : { network: { ip, ...roundTrip } }),
    ...(Object.keys(client).length === 0 ? {} : { agent: client }),
    ...(has(data.application, 'application.id') ? { application: { id: data.application.id } } : {}),
    ...(has(data.session, 'session.id') ? { session: { id: data.session.id } } : {}),
    ...(has(data.resource, 'resource.id') ? { resource: resourceOf(data.resource) } : {}),
    ...(data.purpose ? { purpose: data.purpose } : {}),
    evidence: (data.evidence ?? []).map(({ type, score, issuer }) => ({
      type,
      ...(score === null || score === undefined ? {} : { score }),
      ...(issuer ? { issuer } : {}),
    })),
    ...(has(metadata.correlationId, 'correlationId') ? { correlationId: metadata.correlationId } : {}),
    unfilled,
  };
}

function resourceOf(resource: NonNullable<NativeDetail['data']['resource']>): AuthEvent['resource'] & {} {
  return { id: resource.id, ...(resource.sensitivity ? { sensitivity: resource.sensitivity } : {}) };
}

function nativeTime(
  stated: string | number | null | undefined,
  envelope: EventEnvelope,
  context: ParseContext,
  unfilled: string[],
): number {
  if (stated !== null && stated !== undefined) return eventTime(stated, 'detail.metadata.time', context.now);
  unfilled.push('time');
  if (parseTime(envelope.time) === undefined) return context.now;
  return eventTime(envelope.time, 'time', context.now);
}

/** The body may repeat its caller's tenant, never choose another, save under local mode's unbound token. */
function tenantOf(stated: string | null | undefined, context: ParseContext): string {
  if (stated === null || stated === undefined) return context.tenant;
  if (context.tenantFromBody === true || stated === context.tenant) return stated;
  throw new EventError('tenant-mismatch', 'The event names a tenant that is not its sender’s', [
    { field: 'detail.metadata.tenant', problem: 'is not the tenant of the caller' },
  ]);
}

function schemaError(error: z.ZodError, detail: unknown): EventError {
  const problems = error.issues.map((issue) => {
    let path = 'detail';
    let value: unknown = detail;
    for (const step of issue.path) {
      path = joinPath(path, typeof step === 'number' ? step : String(step));
      value = (value as Record<PropertyKey, unknown> | null | undefined)?.[step];
    }
    return { field: path, problem: value === undefined ? 'is required' : problemOf(issue) };
  });
  const fields = [...new Map(problems.reverse().map((entry) => [entry.field, entry])).values()]
    .reverse()
    .slice(0, 20);
  const first = fields[0] ?? { field: 'detail', problem: 'is not a native event' };
  return new EventError('event-invalid', `${first.field} ${first.problem}`, fields);
}

function problemOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be of type ${issue.expected}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`;
    case 'too_small':
      return `must be at least ${issue.minimum}${issue.origin === 'string' ? ' characters' : ''}`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'invalid_union':
      return 'is of a wrong type';
    default:
      return issue.message;
  }
}
