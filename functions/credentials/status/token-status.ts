import {
  checkValidity,
  isObject,
  numericDate,
  parseJws,
  type SignerResolver,
  verifyJws,
} from '../jose/index.ts';
import type { GetDocument } from '../remote/index.ts';
import { tokenListEntry } from './bit-list.ts';
import { currentList } from './current-list.ts';
import { malformedStatus, StatusError } from './status-error.ts';

/**
 * Looks up a credential's status in an IETF Token Status List: a JWT of type `statuslist+jwt`, about exactly the
 * address it was read from, signed by the credential's own issuer.
 *
 * @param status the credential's `status` claim.
 * @param issuer of the credential.
 * @param now ms since 1970.
 * @throws StatusError, TokenError, RemoteError
 */
export const checkTokenStatus = async (
  status: unknown,
  issuer: string,
  get: GetDocument,
  signers: SignerResolver,
  now: number,
): Promise<void> => {
  const reference = isObject(status) ? status.status_list : undefined;
  if (!isObject(reference)) throw malformedStatus('The status of the credential is of an unknown kind');
  const { idx, uri } = reference;
  if (typeof idx !== 'number' || !Number.isSafeInteger(idx) || idx < 0 || typeof uri !== 'string')
    throw malformedStatus('The status of the credential does not say where it is');
  const jws = await currentList(
    get,
    uri,
    'application/statuslist+jwt',
    now,
    async (body) => {
      if ((body[0] ?? 0) > 0x7f) throw malformedStatus('Status lists in CWT are not read here');
      return parseJws(body.toString('latin1'), MAX_TOKEN_LENGTH);
    },
    ({ payload }) => secondsOf(payload.ttl),
  );
  const { header, payload } = jws;
  if (header.typ !== 'statuslist+jwt' || payload.sub !== uri)
    throw malformedStatus('The status list is not the one that the credential names');
  if (payload.iss !== undefined && payload.iss !== issuer)
    throw malformedStatus('The status list is by another issuer than the credential');
  const signer = await signers({ issuer, header });
  verifyJws(jws, signer.key);
  checkValidity(payload, now);
  if (numericDate(payload, 'iat') === undefined)
    throw malformedStatus('The status list does not say when it was made');
  if (!isObject(payload.status_list)) throw malformedStatus('The status list has no list');
  const value = tokenListEntry(payload.status_list, idx);
  if (value === 0) return;
  throw value === 2
    ? new StatusError('credential-suspended', 'The credential is suspended')
    : new StatusError('credential-revoked', 'The credential is revoked');
};

/** The claim's `ttl` is a positive number of seconds (§5.1). */
const secondsOf = (ttl: unknown): number | undefined => {
  if (ttl === undefined) return undefined;
  if (typeof ttl !== 'number' || !(ttl > 0))
    throw malformedStatus('The status list has no true time to live');
  return ttl * 1000;
};

/** Longest list token, characters: two megabytes of list, badly compressed. */
const MAX_TOKEN_LENGTH = 4_194_304;
