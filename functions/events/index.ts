export type {
  AuthAction,
  AuthEvent,
  AuthOutcome,
  EventEnvelope,
  Factor,
  FailureReason,
  IdentityChange,
  IdentityEvent,
  ParseContext,
  SubjectKind,
  SuppliedEvidence,
} from './auth-event.ts';
export { EventError, type EventErrorCode } from './event-error.ts';
export { nativeDetail } from './native.ts';
export { parseEvent, payloadDigest } from './parse.ts';
export { UNKNOWN_SUBJECT } from './reading.ts';
