import { createHash, timingSafeEqual } from 'node:crypto';
import { PresentationError } from './presentation-error.ts';
import { MAX_TRIES, type StoredPresentation } from './presentations.store.ts';

/** A credential of an accepted answer, as the app gets it. */
export interface ResultCredential {
  /** Of the credential query that it answers. */
  readonly id: string;
  readonly format: string;
  readonly issuer: string;
  readonly type: string;
  /** What was disclosed, and nothing else. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Predicates that were proved, as the query's `meta` asked for them. */
  readonly predicates?: readonly unknown[];
  /** `not-checked` when the credential has no status. */
  readonly status: 'valid' | 'not-checked' | 'unavailable';
  /** What the issuer's status lists say beside, in the words that the credential has for it. */
  readonly statusMessages?: readonly string[];
}

/** What an accepted answer proved. */
export interface Outcome {
  readonly credentials: readonly ResultCredential[];
  /** Stable for one holder and one verifier, where the format proves one. */
  readonly pseudonym?: string;
  /**
   * Pseudonym of the one who presented all of it, 16 characters: keyed, and another for each tenant. Only where
   * the request {@link PresentationRequest.concerns} something, and one holder is proved.
   */
  readonly holder?: string;
  /** ms since 1970. */
  readonly verifiedAt: number;
}

/** What became of an enrolment once the wallet had answered. */
export type Enrolment =
  | { readonly status: 'pending' }
  | { readonly status: 'enrolled'; readonly wallet: string }
  | { readonly status: 'refused'; readonly reason: EnrolmentRefusal };

/**
 * Why a wallet that answered was not enrolled: the answers did not hold, they do not prove one stable holder, the
 * wallet is somebody else's, or the subject has as many as there may be.
 */
export type EnrolmentRefusal =
  | 'presentation-rejected'
  | 'holder-unproved'
  | 'wallet-of-another-subject'
  | 'too-many-wallets';

/** A presentation request's result, as apps read it (design §3). */
export interface PresentationResult {
  readonly status: 'pending' | 'verified' | 'rejected' | 'expired';
  readonly credentials: readonly ResultCredential[];
  readonly pseudonym?: string;
  /** Why the request closed, or why the last answer was refused while it still waits. */
  readonly reason?: string;
  /** What became of the wallet that answered, where the request enrols one. */
  readonly enrolment?: Enrolment;
}

/** Where a request stands, for whoever may not see what was proved. */
export const statusOf = (stored: StoredPresentation, now: number): PresentationResult['status'] => {
  if (stored.outcome) return 'verified';
  if (stored.tries >= MAX_TRIES) return 'rejected';
  return now >= stored.request.expiresAt ? 'expired' : 'pending';
};

/**
 * The result of a request. In the same-device flow it is told only to who brings the response code: that is the
 * browser to which the wallet returned, and not somebody who was made to look at another's request.
 *
 * @param responseCode as the app got it at its `return_uri`.
 * @throws PresentationError `response-code-wrong` (403)
 */
export const resultOf = (
  stored: StoredPresentation,
  responseCode: string | undefined,
  now: number,
): PresentationResult => {
  const status = statusOf(stored, now);
  const { outcome, reason, request, responseCodeHash } = stored;
  if (!outcome) return { status, credentials: [], ...(reason === undefined ? {} : { reason }) };
  if (responseCodeHash !== undefined) {
    if (responseCode === undefined) return { status: 'pending', credentials: [] };
    const shown = Buffer.from(hashOfCode(responseCode));
    const kept = Buffer.from(responseCodeHash);
    if (shown.length !== kept.length || !timingSafeEqual(shown, kept))
      throw new PresentationError('response-code-wrong', 'The response code is not of this request', {
        status: 403,
      });
  }
  return {
    status,
    ...(request.concerns?.kind === 'enrolment'
      ? { enrolment: stored.enrolment ?? { status: 'pending' } }
      : {}),
    credentials: outcome.credentials,
    ...(outcome.pseudonym === undefined ? {} : { pseudonym: outcome.pseudonym }),
  };
};

/** What is kept of a response code. */
export const hashOfCode = (code: string): string => createHash('sha256').update(code).digest('base64url');
