/**
 * Requests, wallets, and what became of both: all that functions need which ask and wait, without what verifies
 * answers, which is most of this room's code.
 */
export { type AnnounceDeps, type Answered, announceLate } from '../announce.ts';
export { type NewRequestAnswer, newRequestAnswer } from '../app-api.ts';
export { FORMATS } from '../dcql-query.ts';
export { type EnrolmentDeps, finishEnrolment } from '../finish-enrolment.ts';
export {
  newRequest,
  newRequestSchema,
  REQUEST_LIFETIME_MS,
  type RequestSettings,
} from '../new-request.ts';
export { PresentationError } from '../presentation-error.ts';
export {
  type ClientIdPrefix,
  type Concern,
  type Flow,
  type PresentationRequest,
  type ResponseMode,
  walletIdOf,
} from '../presentation-request.ts';
export {
  type Enrolment,
  type EnrolmentRefusal,
  type Outcome,
  type PresentationResult,
  type ResultCredential,
  resultOf,
  statusOf,
} from '../presentation-result.ts';
export {
  type PresentationStore,
  presentationStore,
  type StoredPresentation,
} from '../presentations.store.ts';
export { WALLET_SCOPE } from '../pseudonym-scope.ts';
export { type RequestParts, type RequestPartsSettings, requestParts } from '../request-parts.ts';
export { enrolledBefore, MAX_WALLETS, type WalletBinding, walletBindingId } from '../wallet-binding.ts';
export { type WalletStore, walletStore } from '../wallets.store.ts';
