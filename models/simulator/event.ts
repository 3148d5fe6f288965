import type {
  AuthEvent,
  Factor,
  FailureReason,
  SuppliedEvidence,
} from '../../functions/events/auth-event.ts';
import type { Coverage } from './person.ts';

/** What a simulated sign-in is made from. Absent members are absent from the event, as with a real source. */
export interface Attempt {
  readonly id: string;
  readonly time: number;
  readonly tenant: string;
  readonly subject: AuthEvent['subject'];
  readonly action?: AuthEvent['action'];
  readonly outcome: AuthEvent['outcome'];
  readonly failureReason?: FailureReason;
  readonly factors: readonly Factor[];
  readonly ip: string;
  readonly roundTripMs?: number;
  readonly userAgent?: string;
  readonly deviceId?: string;
  readonly application?: string;
  readonly session?: string;
  readonly resource?: AuthEvent['resource'];
  /** Whether the password is in a leak; and how alive the person looked, 0 to 1. */
  readonly leaked?: boolean;
  readonly liveness?: number;
}

/** The events of a simulated source look like those of the native adapter. */
export const SIMULATED_SOURCE = 'simulator.example';

/** Makes the canonical event, leaving out what the source's coverage lacks and naming it as unfilled. */
export function eventOf(attempt: Attempt, coverage: Coverage): AuthEvent {
  const unfilled: string[] = [];
  const kept = <T>(name: string, value: T | undefined, covered = true): T | undefined => {
    if (value !== undefined && covered) return value;
    unfilled.push(name);
    return undefined;
  };
  const roundTripMs = kept('network.roundTripMs', attempt.roundTripMs, coverage.roundTrip);
  const userAgent = kept('agent.userAgent', attempt.userAgent, coverage.userAgent);
  const deviceId = kept('agent.deviceId', attempt.deviceId, coverage.deviceId);
  const application = kept('application.id', attempt.application, coverage.application);
  const session = kept('session.id', attempt.session);
  const resource = kept('resource', attempt.resource);
  return {
    type: 'authentication',
    id: attempt.id,
    tenant: attempt.tenant,
    time: Math.round(attempt.time),
    source: SIMULATED_SOURCE,
    provider: 'native',
    action: attempt.action ?? 'sign_in',
    outcome: attempt.outcome,
    ...(attempt.failureReason ? { failureReason: attempt.failureReason } : {}),
    subject: attempt.subject,
    factors: attempt.factors,
    network: { ip: attempt.ip, ...(roundTripMs === undefined ? {} : { roundTripMs }) },
    ...(userAgent === undefined && deviceId === undefined
      ? {}
      : {
          agent: {
            ...(userAgent === undefined ? {} : { userAgent }),
            ...(deviceId === undefined ? {} : { deviceId }),
          },
        }),
    ...(application === undefined ? {} : { application: { id: application } }),
    ...(session === undefined ? {} : { session: { id: session } }),
    ...(resource === undefined ? {} : { resource }),
    evidence: evidenceOf(attempt, coverage),
    unfilled,
  };
}

function evidenceOf(attempt: Attempt, coverage: Coverage): SuppliedEvidence[] {
  const evidence: SuppliedEvidence[] = [];
  if (coverage.leakCheck && attempt.leaked !== undefined && attempt.factors.includes('password'))
    evidence.push({ type: 'leaked_credential', score: attempt.leaked ? 1 : 0 });
  if (coverage.liveness && attempt.liveness !== undefined && attempt.outcome === 'success')
    evidence.push({ type: 'liveness', score: attempt.liveness });
  return evidence;
}
