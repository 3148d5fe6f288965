export { ApiError, type Problem } from './api-error.ts';
export { type CallOptions, type Countersign, connect } from './countersign.ts';
export type { Connection, Fetch } from './transport.ts';
export type {
  AuthenticationObserved,
  Decision,
  EnrolledWallet,
  Feedback,
  NewEnrolment,
  NewPresentationRequest,
  Outcome,
  PresentationRequested,
  PresentationResult,
  ProviderEvent,
} from './types.ts';
