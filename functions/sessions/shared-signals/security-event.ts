import { createHash } from 'node:crypto';
import { openIdentifiers } from '../../decisions/index.ts';
import { type SigningKey, signJws } from '../../platform/index.ts';
import type { OutgoingSignal } from './outgoing.ts';
import { type SubjectId, userSubject } from './subject-id.ts';

/** Claims of a security event token (RFC 8417 §2.2) as SSF 1.0 profiles them (§4.1): no `sub`, no `exp`. */
export interface SecurityEvent {
  readonly iss: string;
  readonly jti: string;
  /** Seconds. */
  readonly iat: number;
  readonly aud: string;
  readonly txn?: string;
  readonly sub_id: SubjectId;
  readonly events: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A token's id: the same for the same signal on the same stream, however often it is made. */
export const jtiOf = (stream: string, signal: string): string =>
  createHash('sha256').update(`${stream}\n${signal}`).digest('base64url').slice(0, 27);

/** Whom a signal is about and what it says, as receivers read it. */
export const eventOf = (
  signal: OutgoingSignal,
  secret: string,
  issuer: string,
): {
  readonly user: string;
  readonly subject: SubjectId;
  readonly claims: Readonly<Record<string, unknown>>;
} => {
  const claims = { ...signal.claims, event_timestamp: Math.floor(signal.time / 1000) };
  const { about } = signal;
  if ('subjectId' in about)
    return { user: about.subjectId, subject: userSubject(about.subjectId, issuer), claims };
  const ids = openIdentifiers(secret, signal.tenant, about.session, about.sealed);
  return {
    user: ids.subject,
    subject: {
      format: 'complex',
      user: userSubject(ids.subject, issuer),
      session: { format: 'opaque', id: ids.session },
      ...(about.device && ids.device !== undefined ? { device: { format: 'opaque', id: ids.device } } : {}),
    },
    claims: signal.withRoles ? { ...claims, claims: { roles: ids.roles } } : claims,
  };
};

/**
 * Signs a security event as RFC 8417 and SSF 1.0 §4.1.2 ask: RS256, explicitly typed.
 *
 * @returns the token in compact form.
 */
export const signSecurityEvent = (key: SigningKey, event: SecurityEvent): Promise<string> =>
  signJws(key, { typ: 'secevent+jwt' }, { ...event });
