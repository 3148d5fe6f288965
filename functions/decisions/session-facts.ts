import type { AuthAction, AuthEvent, AuthOutcome, Factor } from '../events/index.ts';
import { type Pseudonym, sealedBox } from '../platform/index.ts';

/** Pieces of evidence of one event that a session looks at. */
const EVIDENCE = 8;

/**
 * What continuous validation needs to know of an event beyond its decision. It lies with the decision, so that
 * the synchronous road does nothing for sessions but write a few more bytes.
 */
export interface SessionFacts {
  /** Keyed pseudonym of the session's id. */
  readonly id: string;
  readonly action: AuthAction;
  readonly outcome: AuthOutcome;
  readonly factors: readonly Factor[];
  /** Keyed pseudonym of the subject's roles, in order of their names; absent where none is stated. */
  readonly roles?: string;
  readonly sensitivity?: 'low' | 'medium' | 'high';
  /** What the app brought along, without issuers. */
  readonly evidence: readonly { readonly type: string; readonly score?: number }[];
  /** The identifiers themselves, sealed: Shared Signals must name a session as its receivers know it. */
  readonly sealed: string;
}

/** What is sealed in {@link SessionFacts.sealed}. */
export interface SealedIdentifiers {
  readonly subject: string;
  readonly session: string;
  readonly device?: string;
  readonly roles: readonly string[];
}

const purpose = (tenant: string, session: string) => `session/${tenant}/${session}`;

/** Opens the identifiers of a session. @throws CountersignError `seal-broken` */
export const openIdentifiers = (
  secret: string,
  tenant: string,
  session: string,
  sealed: string,
): SealedIdentifiers => JSON.parse(sealedBox(secret, purpose(tenant, session)).open(sealed));

/** The facts of an event's session; undefined where it names none. */
export const sessionFactsOf = (
  event: AuthEvent,
  pseudonym: Pseudonym,
  secret: string,
): SessionFacts | undefined => {
  if (!event.session) return undefined;
  const id = pseudonym('session', event.session.id);
  const roles = [...new Set(event.subject.roles)].sort();
  const identifiers: SealedIdentifiers = {
    subject: event.subject.id,
    session: event.session.id,
    ...(event.agent?.deviceId === undefined ? {} : { device: event.agent.deviceId }),
    roles,
  };
  return {
    id,
    action: event.action,
    outcome: event.outcome,
    factors: event.factors,
    ...(roles.length > 0 ? { roles: pseudonym('roles', JSON.stringify(roles)) } : {}),
    ...(event.resource?.sensitivity ? { sensitivity: event.resource.sensitivity } : {}),
    evidence: event.evidence
      .slice(0, EVIDENCE)
      .map(({ type, score }) => ({ type: type.slice(0, 64), ...(score === undefined ? {} : { score }) })),
    sealed: sealedBox(secret, purpose(event.tenant, id)).seal(JSON.stringify(identifiers)),
  };
};
