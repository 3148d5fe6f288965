import type { SignerResolver } from '../credentials/jose/index.ts';
import { type GetDocument, RemoteError } from '../credentials/remote/index.ts';
import {
  checkBitstringStatus,
  checkTokenStatus,
  StatusError,
  type VerifyList,
} from '../credentials/status/index.ts';
import { CountersignError } from '../platform/index.ts';
import type { StatusCheck, StatusFound } from './verify-answer.ts';

/** What status look-ups work with. */
export interface StatusDeps {
  readonly get: GetDocument;
  readonly signers: SignerResolver;
  readonly verifyList: VerifyList;
  /**
   * What becomes of a credential of whose status nothing is known: `refuse` it, or accept it and `report` that
   * its status is `unavailable`.
   */
  readonly unavailable: 'refuse' | 'report';
  /** ms since 1970. */
  readonly clock: () => number;
}

/**
 * Looks up the status of a credential of any format.
 *
 * @throws StatusError when it is revoked, suspended, or its status cannot be believed.
 */
export const statusCheck =
  ({ get, signers, verifyList, unavailable, clock }: StatusDeps): StatusCheck =>
  async (reference, { issuer, format }): Promise<StatusFound> => {
    try {
      // Status lists of mdocs are CWTs, or lists of identifiers: neither is read here.
      if (format === 'mso_mdoc') throw new RemoteError('remote-refused', 'The status of an mdoc is not read');
      if (format === 'dc+sd-jwt') {
        await checkTokenStatus(reference, issuer, get, signers, clock());
        return { status: 'valid', messages: [] };
      }
      const messages = await checkBitstringStatus(reference, issuer, get, verifyList, clock());
      return { status: 'valid', messages };
    } catch (cause) {
      if (!isUnknown(cause)) throw cause;
      if (unavailable === 'report') return { status: 'unavailable', messages: [] };
      throw new StatusError('status-unavailable', 'The status of the credential cannot be looked up', cause);
    }
  };

/** A list that cannot be had, or only one that is out of date: the credential may be good or not. */
const isUnknown = (error: unknown): boolean =>
  error instanceof RemoteError || (error instanceof CountersignError && error.code === 'expired');
