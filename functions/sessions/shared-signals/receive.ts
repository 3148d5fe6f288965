import { createHash } from 'node:crypto';
import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose';
import { CountersignError } from '../../platform/index.ts';
import { readSubjectId, type SubjectId } from './subject-id.ts';

/** A party whose signals are believed, with its keys pinned: verifying asks no network. */
export interface TrustedTransmitter {
  readonly issuer: string;
  /** The audience by which it knows us. */
  readonly audience: string;
  /** Whose sessions its signals are about. */
  readonly tenant: string;
  readonly jwks: JSONWebKeySet;
}

/** Error codes of RFC 8935 §2.4 that a pushed token can be refused with. */
export type SetErrorCode = 'invalid_request' | 'invalid_key' | 'invalid_issuer' | 'invalid_audience';

/** A token was refused: `err` and `description` are what its transmitter is told. */
export class SetError extends CountersignError {
  override readonly name = 'SetError';
  readonly err: SetErrorCode;

  constructor(err: SetErrorCode, message: string, cause?: unknown) {
    super(`set-${err.replaceAll('_', '-')}`, message, { status: 400, ...(cause ? { cause } : {}) });
    this.err = err;
  }
}

/** What a verified token says. */
export interface ReceivedSignal {
  readonly issuer: string;
  readonly tenant: string;
  readonly jti: string;
  /** SHA-256 of the token, hex: tells a repeat from another token under the same id. */
  readonly digest: string;
  /** ms: when it was issued, or when what it tells of happened, where it says. */
  readonly time: number;
  readonly type: string;
  readonly subject: SubjectId;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Largest token, characters. */
export const MAX_SET_LENGTH = 16_384;
/** A token may be issued so far in the future, by clocks that differ, and so long ago, ms. */
const FUTURE_MS = 5 * 60_000;
/** Transmitters try again for days; replays are remembered for longer than this. */
export const MAX_AGE_MS = 7 * 86_400_000;

const refuse = (err: SetErrorCode, message: string, cause?: unknown) => new SetError(err, message, cause);

const decoded = (part: string | undefined): Readonly<Record<string, unknown>> => {
  try {
    const value = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // The same as any other token that is none.
  }
  throw refuse('invalid_request', 'The body is not a security event token');
};

const own = (record: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(record, name) ? record[name] : undefined;

/**
 * Verifies a security event token strictly (RFC 8417, RFC 8935, SSF 1.0 §4.1): issuer on the list and its keys
 * pinned, RS256 or ES256, `typ` `secevent+jwt`, our audience, no `exp` and no `sub`, a fresh `iat`, exactly one
 * event, a subject of a format that is understood. No network is asked.
 *
 * @param now ms.
 * @throws SetError whatever is wrong, in the words of RFC 8935; nothing of the token is repeated.
 * @example
 * ```ts
 * const signal = await readSecurityEvent(body, transmitters, Date.now());
 * ```
 */
export const readSecurityEvent = async (
  token: string,
  transmitters: readonly TrustedTransmitter[],
  now: number,
): Promise<ReceivedSignal> => {
  if (token.length > MAX_SET_LENGTH) throw refuse('invalid_request', 'The token is too large');
  const parts = token.split('.');
  if (parts.length !== 3 || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token))
    throw refuse('invalid_request', 'The body is not a security event token');
  const header = decoded(parts[0]);
  if (String(header.typ).toLowerCase() !== 'secevent+jwt')
    throw refuse('invalid_request', 'The token is not typed secevent+jwt');
  if (header.alg !== 'RS256' && header.alg !== 'ES256')
    throw refuse('invalid_key', 'The token must be signed with RS256 or ES256');
  const claims = decoded(parts[1]);
  const known = transmitters.filter(({ issuer }) => issuer === claims.iss);
  if (known.length === 0) throw refuse('invalid_issuer', 'The issuer is not one that is listened to');
  const audience = [claims.aud].flat();
  const transmitter = known.find((candidate) => audience.includes(candidate.audience));
  if (!transmitter) throw refuse('invalid_audience', 'The token is meant for somebody else');
  try {
    await compactVerify(token, createLocalJWKSet(transmitter.jwks), { algorithms: ['RS256', 'ES256'] });
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    throw refuse('invalid_key', 'The signature is by none of the keys of the issuer', error);
  }
  const { jti, iat } = claims;
  if (typeof jti !== 'string' || jti.length === 0 || jti.length > 256)
    throw refuse('invalid_request', 'jti must be text of at most 256 characters');
  if (typeof iat !== 'number' || !Number.isFinite(iat))
    throw refuse('invalid_request', 'iat must be a number');
  if (iat * 1000 > now + FUTURE_MS) throw refuse('invalid_request', 'iat lies in the future');
  if (iat * 1000 < now - MAX_AGE_MS) throw refuse('invalid_request', 'The token is too old');
  if (claims.exp !== undefined || claims.sub !== undefined)
    throw refuse('invalid_request', 'The token must have neither exp nor sub');
  const events = Object.entries(typeof claims.events === 'object' && claims.events ? claims.events : {});
  const [event] = events;
  if (!event || events.length > 1 || typeof event[1] !== 'object' || event[1] === null)
    throw refuse('invalid_request', 'The token must tell of exactly one event');
  const [type, content] = event as [string, Readonly<Record<string, unknown>>];
  // Transmitters of earlier drafts put the subject into the event.
  const subject = readSubjectId(own(claims, 'sub_id') ?? own(content, 'subject'));
  if (!subject)
    throw refuse('invalid_request', 'The subject is missing or of a format that is not understood');
  const happened = own(content, 'event_timestamp');
  const time = typeof happened === 'number' && Number.isFinite(happened) ? happened : iat;
  return {
    issuer: transmitter.issuer,
    tenant: transmitter.tenant,
    jti,
    digest: createHash('sha256').update(token).digest('hex'),
    // Some transmitters write milliseconds or a time to come: what is not plausible is not believed.
    time: time > 0 && time <= iat + FUTURE_MS / 1000 ? time * 1000 : iat * 1000,
    type,
    subject,
    claims: content,
  };
};
