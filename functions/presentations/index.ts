export { type NewRequestAnswer, newRequestAnswer } from './app-api.ts';
export { newRequest, newRequestSchema, REQUEST_LIFETIME_MS, type RequestSettings } from './new-request.ts';
export { PresentationError } from './presentation-error.ts';
export {
  type PresentationParts,
  type PresentationSettings,
  presentationParts,
} from './presentation-parts.ts';
export {
  type ClientIdPrefix,
  type Flow,
  type PresentationRequest,
  type ResponseMode,
  walletIdOf,
} from './presentation-request.ts';
export {
  type Outcome,
  type PresentationResult,
  type ResultCredential,
  resultOf,
} from './presentation-result.ts';
export { type PresentationStore, presentationStore, type StoredPresentation } from './presentations.store.ts';
