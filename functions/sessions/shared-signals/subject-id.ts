import type { Pseudonym } from '../../platform/index.ts';
import type { EvidenceTarget } from '../validate.ts';

/** A simple subject identifier of one of the formats that are understood (RFC 9493 §3.2). */
export type SimpleSubjectId =
  | { readonly format: 'iss_sub'; readonly iss: string; readonly sub: string }
  | { readonly format: 'email'; readonly email: string }
  | { readonly format: 'opaque'; readonly id: string };

/** A subject made of several (SSF 1.0 §3.3). */
export interface ComplexSubjectId {
  readonly format: 'complex';
  readonly user?: SimpleSubjectId;
  readonly session?: SimpleSubjectId;
  readonly device?: SimpleSubjectId;
}

/** A subject identifier that is understood. */
export type SubjectId = SimpleSubjectId | ComplexSubjectId;

/** Longest identifier that is taken, characters. */
const MAX_LENGTH = 320;

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= MAX_LENGTH;

const simple = (value: unknown): SimpleSubjectId | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const { format, iss, sub, email, id } = value as Record<string, unknown>;
  if (format === 'iss_sub' && isText(iss) && isText(sub)) return { format, iss, sub };
  if (format === 'email' && isText(email) && /^[^\s@]+@[^\s@]+$/.test(email)) return { format, email };
  if (format === 'opaque' && isText(id)) return { format, id };
  return undefined;
};

/**
 * Reads a subject identifier: `iss_sub`, `email`, `opaque` or `complex` of these. Members of a complex subject
 * other than `user`, `session` and `device` are left aside, as SSF 1.0 §3.3.1 lets receivers do for those that
 * the transmitter does not call critical.
 *
 * @returns undefined for what is none, or of a format that is not understood.
 */
export const readSubjectId = (value: unknown): SubjectId | undefined => {
  const found = simple(value);
  if (found) return found;
  if (typeof value !== 'object' || value === null) return undefined;
  const { format, ...members } = value as Record<string, unknown>;
  if (format !== 'complex') return undefined;
  const parts: { user?: SimpleSubjectId; session?: SimpleSubjectId; device?: SimpleSubjectId } = {};
  for (const name of ['user', 'session', 'device'] as const) {
    if (!Object.hasOwn(members, name)) continue;
    const part = simple(members[name]);
    if (!part) return undefined;
    parts[name] = part;
  }
  return parts.user || parts.session ? { format, ...parts } : undefined;
};

/** What a simple identifier calls its subject by. */
export const nameOf = (subject: SimpleSubjectId): string =>
  subject.format === 'iss_sub' ? subject.sub : subject.format === 'email' ? subject.email : subject.id;

/** Whom a subject identifier means, in pseudonyms of a tenant. A simple one is a user. */
export const targetOf = (subject: SubjectId, tenant: string, pseudonym: Pseudonym): EvidenceTarget => {
  if (subject.format !== 'complex') return { tenant, subject: pseudonym('subject', nameOf(subject)) };
  return {
    tenant,
    ...(subject.user ? { subject: pseudonym('subject', nameOf(subject.user)) } : {}),
    ...(subject.session ? { session: pseudonym('session', nameOf(subject.session)) } : {}),
  };
};

/**
 * A user as receivers are told: by e-mail where the identifier is one, else by issuer and subject, the two
 * formats that the CAEP interoperability profile asks for (§2.5).
 */
export const userSubject = (id: string, issuer: string): SimpleSubjectId =>
  simple({ format: 'email', email: id }) ?? { format: 'iss_sub', iss: issuer, sub: id };
