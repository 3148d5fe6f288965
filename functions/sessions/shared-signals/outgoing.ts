import type { IdentityChange, IdentityEvent } from '../../events/index.ts';
import type { Session, Telling } from '../session.ts';
import { sessionKey } from '../sessions.store.ts';
import { EVENT_TYPES } from './event-types.ts';

/** Something that receivers are to be told, before it is known who listens. */
export interface OutgoingSignal {
  readonly kind: 'signal';
  /** Stable: a repeat bears the same one. */
  readonly id: string;
  readonly tenant: string;
  /** When it happened, ms. */
  readonly time: number;
  /** A session, whose identifiers are sealed, or an account by its identifier. */
  readonly about:
    | { readonly session: string; readonly sealed: string; readonly device?: boolean }
    | { readonly subjectId: string };
  readonly type: string;
  /** Members of the event beside `event_timestamp`. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** The event states the subject's roles, which lie sealed with the session. */
  readonly withRoles?: boolean;
}

/** A stream is to say that it works (SSF 1.0 §8.1.4). */
export interface VerifyStream {
  readonly kind: 'verify';
  readonly id: string;
  readonly stream: string;
  readonly state?: string;
}

/** A stream's held events are to be sent. */
export interface ResumeStream {
  readonly kind: 'resume';
  readonly stream: string;
}

/** A message to the function that transmits. */
export type TransmitMessage = OutgoingSignal | VerifyStream | ResumeStream;

const english = (text: string) => ({ en: text });

const typeAndClaims = (
  telling: Telling,
): Pick<OutgoingSignal, 'type' | 'claims' | 'withRoles'> | undefined => {
  switch (telling.kind) {
    case 'session-revoked':
      return {
        type: EVENT_TYPES.sessionRevoked,
        claims: {
          initiating_entity: 'policy',
          reason_admin: english(`The risk of the session reached ${telling.score.toFixed(2)}`),
        },
      };
    case 'risk-level':
      return {
        type: EVENT_TYPES.riskLevelChange,
        claims: {
          principal: 'SESSION',
          previous_level: telling.from.toUpperCase(),
          current_level: telling.to.toUpperCase(),
          risk_reason: telling.code,
          initiating_entity: 'policy',
        },
      };
    case 'assurance-level':
      return {
        type: EVENT_TYPES.assuranceLevelChange,
        claims: {
          namespace: 'NIST-AAL',
          previous_level: `nist-aal${telling.from}`,
          current_level: `nist-aal${telling.to}`,
          change_direction: telling.to > telling.from ? 'increase' : 'decrease',
          initiating_entity: 'user',
        },
      };
    case 'device-compliance':
      return {
        type: EVENT_TYPES.deviceComplianceChange,
        claims: {
          previous_status: telling.compliant ? 'not-compliant' : 'compliant',
          current_status: telling.compliant ? 'compliant' : 'not-compliant',
          initiating_entity: 'system',
        },
      };
    case 'token-claims':
      return {
        type: EVENT_TYPES.tokenClaimsChange,
        claims: { initiating_entity: 'system' },
        withRoles: true,
      };
    case 'step-up-required':
      return undefined;
  }
};

/** What is judged, and not seen: in shadow mode nobody is to act on it, so receivers are not told. */
const JUDGEMENTS: readonly Telling['kind'][] = ['session-revoked', 'risk-level'];

/** The signal that a telling becomes; undefined where receivers have nothing to learn from it. */
export const signalOf = (session: Session, telling: Telling): OutgoingSignal | undefined => {
  if (session.mode === 'shadow' && JUDGEMENTS.includes(telling.kind)) return undefined;
  const event = typeAndClaims(telling);
  return (
    event && {
      kind: 'signal',
      id: `${sessionKey(session.tenant, session.id)}#${telling.id}`,
      tenant: session.tenant,
      time: telling.time,
      about: {
        session: session.id,
        sealed: session.sealed,
        ...(telling.kind === 'device-compliance' ? { device: true } : {}),
      },
      ...event,
    }
  );
};

const credential = (credential_type: string, change_type: string) => ({
  type: EVENT_TYPES.credentialChange,
  claims: { credential_type, change_type },
});

/** What a change to an identity is called in CAEP and RISC; what has no name there is not sent. */
const OF_CHANGE: Readonly<Partial<Record<IdentityChange, Pick<OutgoingSignal, 'type' | 'claims'>>>> = {
  password_changed: credential('password', 'update'),
  password_reset: credential('password', 'update'),
  factor_enrolled: credential('second-factor', 'create'),
  factor_reset: credential('second-factor', 'revoke'),
  factor_removed: credential('second-factor', 'delete'),
  key_created: credential('access-key', 'create'),
  key_deleted: credential('access-key', 'delete'),
  account_suspended: { type: EVENT_TYPES.accountDisabled, claims: {} },
  account_locked: { type: EVENT_TYPES.accountDisabled, claims: {} },
  account_unlocked: { type: EVENT_TYPES.accountEnabled, claims: {} },
  account_deleted: { type: EVENT_TYPES.accountPurged, claims: {} },
  recovery_changed: { type: EVENT_TYPES.recoveryInformationChanged, claims: {} },
};

/** Whose account a change is about: its target, or whoever did it where none is named. */
export const accountOf = ({ target, actor }: Pick<IdentityEvent, 'target' | 'actor'>): string | undefined =>
  target === undefined
    ? actor?.id
    : ['person', 'service', 'agent', 'device'].includes(target.kind)
      ? target.id
      : undefined;

/** The signal that a change to an identity becomes; undefined when it failed or has no name. */
export const signalOfChange = (event: IdentityEvent): OutgoingSignal | undefined => {
  const named = OF_CHANGE[event.change];
  const subjectId = accountOf(event);
  if (!named || subjectId === undefined || event.outcome !== 'success') return undefined;
  const initiating_entity =
    event.actor === undefined ? 'system' : event.actor.id === subjectId ? 'user' : 'admin';
  const isCaep = named.type === EVENT_TYPES.credentialChange;
  return {
    kind: 'signal',
    id: `identity#${event.tenant}#${event.id}`,
    tenant: event.tenant,
    time: event.time,
    about: { subjectId },
    type: named.type,
    // RISC events have no such members; `reason_admin` is asked for by the CAEP interoperability profile, §3.2.
    claims: isCaep
      ? { ...named.claims, initiating_entity, reason_admin: english(event.operation) }
      : named.claims,
  };
};
