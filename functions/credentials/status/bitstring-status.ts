import { isObject, type JsonObject } from '../jose/index.ts';
import type { GetDocument } from '../remote/index.ts';
import { bitstringEntry } from './bit-list.ts';
import { currentList } from './current-list.ts';
import { malformedStatus, StatusError } from './status-error.ts';

/** A status list's credential that verified. */
export interface VerifiedList {
  readonly issuer: string;
  readonly credential: JsonObject;
}

/** Verifies the credential that holds a list: proof, type, period. @throws CountersignError */
export type VerifyList = (body: Buffer, now: number) => Promise<VerifiedList>;

/** Purposes that speak against a credential when their bit is set. */
const AGAINST: Readonly<Record<string, 'credential-revoked' | 'credential-suspended'>> = {
  revocation: 'credential-revoked',
  suspension: 'credential-suspended',
};

/** Most entries of one credential. */
const MAX_ENTRIES = 8;

/**
 * Looks up a credential's status in W3C Bitstring Status Lists (§3.2): each entry in a list of its purpose, whose
 * credential verifies and is by the credential's own issuer.
 *
 * @param credentialStatus one entry, or several.
 * @param issuer of the credential.
 * @returns messages that the lists hold of it, in the words that the entries have for them.
 * @throws StatusError, RemoteError, and what the verification of the list throws
 */
export const checkBitstringStatus = async (
  credentialStatus: unknown,
  issuer: string,
  get: GetDocument,
  verifyList: VerifyList,
  now: number,
): Promise<string[]> => {
  const entries = Array.isArray(credentialStatus) ? credentialStatus : [credentialStatus];
  if (entries.length > MAX_ENTRIES) throw malformedStatus('The credential has too many statuses');
  const messages: string[] = [];
  for (const entry of entries) {
    const message = await checkEntry(entry, issuer, get, verifyList, now);
    if (message !== undefined) messages.push(message);
  }
  return messages;
};

const checkEntry = async (
  entry: unknown,
  issuer: string,
  get: GetDocument,
  verifyList: VerifyList,
  now: number,
): Promise<string | undefined> => {
  if (!isObject(entry) || entry.type !== 'BitstringStatusListEntry')
    throw malformedStatus('The status of the credential is of an unknown kind');
  const { statusPurpose, statusListIndex, statusListCredential, statusSize = 1 } = entry;
  const isIndex = typeof statusListIndex === 'string' && /^(0|[1-9]\d{0,9})$/.test(statusListIndex);
  const index = isIndex ? Number(statusListIndex) : undefined;
  if (typeof statusPurpose !== 'string' || index === undefined)
    throw malformedStatus('The status of the credential does not say where it is');
  if (typeof statusSize !== 'number' || !Number.isInteger(statusSize) || statusSize < 1 || statusSize > 8)
    throw malformedStatus('The status of the credential has an unknown size');
  const words = wordsOf(entry, statusPurpose, statusSize);
  if (entry.id !== undefined && entry.id === statusListCredential)
    throw malformedStatus('The status of the credential is named like its list');
  const list = await currentList(
    get,
    statusListCredential,
    'application/vc, application/vc+jwt;q=0.9, */*;q=0.1',
    now,
    (body) => verifyList(body, now),
    ({ credential }) => ttlOf(credential.credentialSubject),
  );
  const { type, credentialSubject: subject, id } = list.credential;
  if (list.issuer !== issuer)
    throw malformedStatus('The status list is by another issuer than the credential');
  if (!listOf(type).includes('BitstringStatusListCredential') || !isObject(subject))
    throw malformedStatus('The status list is a credential of another type');
  if (
    (id !== undefined && id !== statusListCredential) ||
    !listOf(subject.type).includes('BitstringStatusList')
  )
    throw malformedStatus('The status list is not the one that the credential names');
  if (!listOf(subject.statusPurpose).includes(statusPurpose))
    throw malformedStatus('The status list is of another purpose');
  const value = bitstringEntry(subject.encodedList, index, statusSize);
  const against = AGAINST[statusPurpose];
  if (value !== 0 && against !== undefined)
    throw new StatusError(
      against,
      against === 'credential-revoked' ? 'The credential is revoked' : 'The credential is suspended',
    );
  // `refresh` says that a newer one can be had, and other purposes are not known here: neither is a refusal.
  return words?.get(value);
};

/**
 * The words for each value, where the purpose is `message` or an entry has more than one bit: as many as there are
 * values, each named in hexadecimal, once (§2.1).
 */
const wordsOf = (
  { statusMessage }: JsonObject,
  purpose: string,
  size: number,
): ReadonlyMap<number, string> | undefined => {
  if (statusMessage === undefined && purpose !== 'message' && size === 1) return undefined;
  const words = new Map<number, string>();
  for (const one of listOf(statusMessage)) {
    const { status, message } = isObject(one) ? one : {};
    if (typeof status === 'string' && /^0x[0-9a-f]{1,2}$/i.test(status) && typeof message === 'string')
      words.set(Number(status), message);
  }
  const count = 2 ** size;
  if (words.size !== count || listOf(statusMessage).length !== count || Math.max(...words.keys()) >= count)
    throw malformedStatus('The status of the credential has no words for its values');
  return words;
};

/** How long a list may be believed before it is read again, ms (§2.2). */
const ttlOf = (subject: unknown): number | undefined => {
  const ttl = isObject(subject) ? subject.ttl : undefined;
  if (ttl === undefined) return undefined;
  if (typeof ttl !== 'number' || !(ttl >= 0))
    throw malformedStatus('The status list has no true time to live');
  return ttl;
};

const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
