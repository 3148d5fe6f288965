import { loggedAddress } from './address.ts';
import type {
  AuthAction,
  AuthEvent,
  AuthOutcome,
  EventEnvelope,
  Factor,
  FailureReason,
  IdentityChange,
  IdentityEvent,
  ParseContext,
  SubjectKind,
  SuppliedEvidence,
} from './auth-event.ts';
import { invalidMember } from './event-error.ts';
import type { Member } from './member.ts';
import { eventTime, parseTime } from './time.ts';

/** The subject of a failed attempt whose account the provider does not name; `subject.id` is then unfilled. */
export const UNKNOWN_SUBJECT = '(unknown)';

/** What every adapter takes from a record: where its identity, time and client are. */
interface CommonReading {
  /** The provider's own id of the event. */
  readonly id: Member;
  /** Stands in for an id that this kind of record never has. */
  readonly derivedId?: string;
  readonly time: Member;
  readonly outcome: AuthOutcome;
  readonly address?: Member;
  readonly userAgent?: Member;
  /** Members whose value here only stands in, since the record was cut: they count as unfilled. */
  readonly unstated?: readonly string[];
}

/** What an adapter read of an attempt to authenticate. Absent members become `unfilled`. */
export interface AuthReading extends CommonReading {
  readonly kind: 'authentication';
  readonly action: AuthAction;
  readonly failureReason?: FailureReason | undefined;
  /** Where the account is named; required unless the attempt failed. */
  readonly subject: Member;
  readonly subjectKind: SubjectKind;
  readonly roles?: readonly string[];
  readonly onBehalfOf?: Member | undefined;
  readonly factors: readonly Factor[];
  readonly deviceId?: Member;
  readonly application?: Member;
  readonly session?: Member;
  readonly resource?: Member;
  readonly correlationId?: Member;
  /** What the provider's own detections say of the attempt. */
  readonly evidence?: readonly SuppliedEvidence[];
}

/** What an adapter read of any other identity event. */
export interface IdentityReading extends CommonReading {
  readonly kind: 'identity';
  readonly change: IdentityChange;
  readonly operation: string;
  readonly actor?: Member;
  readonly actorKind?: SubjectKind;
  readonly target?: Member;
  readonly targetKind?: SubjectKind | 'policy' | 'application' | 'other';
}

/** What an adapter makes of a record. */
export type Reading = AuthReading | IdentityReading;

/** One provider's reader of records. Throws `EventError` only. */
export type Adapter = (detail: Member, envelope: EventEnvelope) => Reading;

/**
 * Makes the event out of what an adapter read, and lists what could not be filled.
 *
 * An id or time that the record lacks is taken from the bus, which gives each entry both; over HTTP there is
 * no such id, and the record is refused.
 *
 * @throws {EventError} naming the member that is missing or wrong.
 */
export function toEvent(
  reading: Reading,
  provider: string,
  envelope: EventEnvelope,
  context: ParseContext,
): AuthEvent | IdentityEvent {
  const unfilled: string[] = [...(reading.unstated ?? [])];
  const base = {
    id: idOf(reading, envelope, unfilled),
    tenant: context.tenant,
    time: timeOf(reading, envelope, context, unfilled),
    source: envelope.source,
    provider,
    outcome: reading.outcome,
  };
  const fill = <K extends string>(
    name: K,
    path: string,
    value: string | undefined,
  ): { [P in K]?: string } => {
    if (value !== undefined) return { [name]: value } as { [P in K]?: string };
    unfilled.push(path);
    return {};
  };
  const address = reading.address?.text(4096);
  const ip = address === undefined ? undefined : loggedAddress(address);
  if (ip === undefined) unfilled.push('network.ip');
  const network = ip === undefined ? {} : { network: { ip } };
  const userAgent = fill('userAgent', 'agent.userAgent', reading.userAgent?.clipped());

  if (reading.kind === 'identity') {
    const actor = reading.actor?.text();
    const target = reading.target?.text();
    if (actor === undefined) unfilled.push('actor');
    if (target === undefined) unfilled.push('target');
    return {
      type: 'identity',
      ...base,
      change: reading.change,
      operation: reading.operation,
      ...(actor === undefined ? {} : { actor: { id: actor, kind: reading.actorKind ?? 'person' } }),
      ...(target === undefined ? {} : { target: { id: target, kind: reading.targetKind ?? 'person' } }),
      ...network,
      ...(userAgent.userAgent === undefined ? {} : { agent: userAgent }),
      unfilled,
    };
  }

  const agent = { ...userAgent, ...fill('deviceId', 'agent.deviceId', reading.deviceId?.text()) };
  const application = fill('id', 'application.id', reading.application?.text());
  const session = fill('id', 'session.id', reading.session?.text(1024)?.slice(0, 256));
  const resource = fill('id', 'resource.id', reading.resource?.text(2048)?.slice(0, 256));
  const failed = reading.outcome === 'failure';
  if (failed && reading.failureReason === undefined) unfilled.push('failureReason');
  const factors = factorsUsed(reading);
  if (factors.length === 0 && reading.action !== 'sign_out') unfilled.push('factors');
  const roles = reading.roles ?? [];
  if (roles.length === 0) unfilled.push('subject.roles');
  const onBehalfOf = reading.onBehalfOf?.text();
  return {
    type: 'authentication',
    ...base,
    action: reading.action,
    ...(failed && reading.failureReason !== undefined ? { failureReason: reading.failureReason } : {}),
    subject: {
      id: subjectOf(reading, unfilled),
      kind: reading.subjectKind,
      roles,
      ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    },
    factors,
    ...network,
    ...(Object.keys(agent).length === 0 ? {} : { agent }),
    ...(application.id === undefined ? {} : { application: { id: application.id } }),
    ...(session.id === undefined ? {} : { session: { id: session.id } }),
    ...(resource.id === undefined ? {} : { resource: { id: resource.id } }),
    evidence: reading.evidence ?? [],
    ...fill('correlationId', 'correlationId', reading.correlationId?.text()),
    unfilled,
  };
}

/** Each once; a second factor that the record does not name is still a second factor. */
function factorsUsed(reading: AuthReading): Factor[] {
  if (reading.action === 'sign_out') return [];
  if (reading.action === 'second_factor' && reading.factors.length === 0) return ['unknown_second_factor'];
  return [...new Set(reading.factors)];
}

function idOf(reading: Reading, envelope: EventEnvelope, unfilled: string[]): string {
  const own = reading.id.text() ?? reading.derivedId;
  if (own !== undefined) return own;
  if (typeof envelope.id !== 'string' || envelope.id === '')
    throw invalidMember(reading.id.path, 'is required');
  unfilled.push('id');
  return envelope.id.slice(0, 256);
}

function timeOf(
  reading: Reading,
  envelope: EventEnvelope,
  context: ParseContext,
  unfilled: string[],
): number {
  if (reading.time.present) return eventTime(reading.time.value, reading.time.path, context.now);
  unfilled.push('time');
  if (parseTime(envelope.time) === undefined) return context.now;
  return eventTime(envelope.time, 'time', context.now);
}

function subjectOf(reading: AuthReading, unfilled: string[]): string {
  const id = reading.subject.text();
  if (id !== undefined) return id;
  if (reading.outcome !== 'failure') throw invalidMember(reading.subject.path, 'is required');
  unfilled.push('subject.id');
  return UNKNOWN_SUBJECT;
}
