// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type CredentialKind,
  encodeSlots,
  kindDigest,
} from '../../../functions/credentials/statement/claim-schema.ts';
import { encodeClaim, MAX_ORDERED } from '../../../functions/credentials/statement/claim-value.ts';
import {
  type LoadDocument,
  loadClaimSchema,
  loadKind,
} from '../../../functions/credentials/statement/credential-kind.ts';
import {
  claimAt,
  isObject,
  type JsonObject,
} from '../../../functions/credentials/statement/derived-document.ts';
import { StatementError } from '../../../functions/credentials/statement/statement-error.ts';
import { STATUS_ENTRIES } from '../../../functions/credentials/statement/status-list.ts';
import type { CommittedClaims } from '../signed-claims.ts';

/** What a full credential commits to, but for its holder. */
export interface BaseDocument {
  readonly kind: CredentialKind;
  readonly claims: Omit<CommittedClaims, 'holder'>;
}

/** The members of a full credential. `id` and the subject's `id` are never shown again, so nothing need cover them. */
const MEMBERS = [
  '@context',
  'id',
  'type',
  'issuer',
  'validFrom',
  'validUntil',
  'credentialSchema',
  'credentialStatus',
  'credentialSubject',
];

/**
 * Reads a full credential, and refuses one with members or claims that the commitment would leave out.
 *
 * @param credential without its proofs.
 * @throws StatementError `document-not-covered`, `claim-schema-invalid`, `claim-value-invalid`, `time-invalid`,
 *   `status-list-invalid`.
 */
export async function readBaseDocument(credential: JsonObject, load: LoadDocument): Promise<BaseDocument> {
  const extra = Object.keys(credential).find((name) => !MEMBERS.includes(name));
  if (extra !== undefined) throw notCovered(extra);
  const schema = await loadClaimSchema(credential, load);
  const subject = credential.credentialSubject;
  if (!isObject(subject)) throw notCovered('credentialSubject');
  const paths = new Set(schema.slots.map(({ path }) => path));
  for (const path of leaves(subject, '/credentialSubject'))
    if (path !== '/credentialSubject/id' && !paths.has(path)) throw notCovered(path);

  const { issuer } = credential;
  if (typeof issuer !== 'string') throw notCovered('issuer');
  const { status, statusIndex } = readStatus(credential.credentialStatus);
  const kind = await loadKind(
    { contexts: strings(credential, '@context'), types: strings(credential, 'type'), issuer, schema, status },
    load,
  );
  return {
    kind,
    claims: {
      schema: kindDigest(kind),
      validFrom: timeOf(credential.validFrom, 0n),
      validUntil: timeOf(credential.validUntil, MAX_ORDERED),
      statusIndex,
      slots: encodeSlots(schema, (path) => claimAt(credential, path)),
    },
  };
}

/** Paths of everything in a subject that is no object. */
function leaves(object: JsonObject, at: string): string[] {
  return Object.entries(object).flatMap(([name, value]) => {
    const path = `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return isObject(value) ? leaves(value, path) : [path];
  });
}

function readStatus(entry: JsonObject[string] | undefined): {
  status: CredentialKind['status'];
  statusIndex: number;
} {
  if (entry === undefined) return { status: null, statusIndex: 0 };
  const invalid = (problem: string): StatementError =>
    new StatementError('status-list-invalid', problem, { field: 'credentialStatus' });
  if (!isObject(entry) || entry.type !== 'BitstringStatusListEntry')
    throw invalid('must be one BitstringStatusListEntry');
  const { statusListCredential: list, statusPurpose: purpose, statusListIndex: index } = entry;
  if (typeof list !== 'string' || typeof purpose !== 'string')
    throw invalid('must name its list and purpose');
  if (typeof index !== 'string' || !/^(0|[1-9][0-9]{0,5})$/.test(index) || Number(index) >= STATUS_ENTRIES)
    throw invalid(`must have an index from 0 to ${STATUS_ENTRIES - 1}`);
  return { status: { list, purpose }, statusIndex: Number(index) };
}

function timeOf(value: JsonObject[string] | undefined, none: bigint): bigint {
  return value === undefined ? none : encodeClaim('dateTime', value);
}

function strings(credential: JsonObject, name: string): string[] {
  const value = credential[name];
  if (!Array.isArray(value) || !value.every((each): each is string => typeof each === 'string'))
    throw notCovered(name);
  return value;
}

const notCovered = (field: string): StatementError =>
  new StatementError('document-not-covered', 'a base proof would not cover this member', { field });
