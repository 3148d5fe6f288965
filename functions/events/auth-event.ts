/** Who acts: a person, a service account, an AI agent that acts for somebody, or a device. */
export type SubjectKind = 'person' | 'service' | 'agent' | 'device';

/** What was attempted. Anything else an identity provider reports is an {@link IdentityEvent}. */
export type AuthAction =
  | 'sign_in'
  | 'second_factor'
  | 'token'
  | 'session_activity'
  | 'resource_access'
  | 'sign_out';

/** How it ended. `challenged`: the provider asked for more and the answer is not in this event. */
export type AuthOutcome = 'success' | 'failure' | 'challenged';

/** Why an attempt failed, in the few classes that detections tell apart. */
export type FailureReason =
  | 'bad_credentials'
  | 'unknown_subject'
  | 'second_factor_failed'
  | 'second_factor_denied'
  | 'locked'
  | 'blocked'
  | 'leaked_credential'
  | 'policy'
  | 'other';

/** How the subject authenticated. */
export type Factor =
  | 'password'
  | 'otp'
  | 'totp'
  | 'push'
  | 'sms'
  | 'email'
  | 'phone_call'
  | 'passkey'
  | 'security_key'
  | 'biometric'
  | 'certificate'
  | 'federated'
  | 'recovery_code'
  | 'remembered_device'
  | 'client_secret'
  | 'access_key'
  | 'refresh_token'
  | 'unknown_second_factor';

/** Evidence that the application brings along: a liveness check, a leaked-credential hit, behaviour. */
export interface SuppliedEvidence {
  readonly type: string;
  /** Probability-like strength in [0, 1], where the supplier gives one. */
  readonly score?: number;
  readonly issuer?: string;
}

/**
 * One authentication event, as every room knows it, whichever provider it came from.
 *
 * A member that the source did not state is absent and named in {@link AuthEvent.unfilled}:
 * signals then report "not evaluable"; nothing is guessed.
 */
export interface AuthEvent {
  readonly type: 'authentication';
  /** The source's own id of the event; with {@link AuthEvent.tenant} it is the identity of the event. 1-256 characters. */
  readonly id: string;
  /** The tenant it belongs to, resolved from the token or the bus source, never from the body alone. */
  readonly tenant: string;
  /** When it happened (event time), ms since the Unix epoch. */
  readonly time: number;
  /** The EventBridge `source`. */
  readonly source: string;
  /** The adapter that read it: `native`, `okta`, `auth0`, `aws`, `cognito`, `entra`, … */
  readonly provider: string;
  readonly action: AuthAction;
  readonly outcome: AuthOutcome;
  readonly failureReason?: FailureReason;
  readonly subject: {
    /** The source's identifier of the account. Never stored in the clear. */
    readonly id: string;
    readonly kind: SubjectKind;
    readonly roles: readonly string[];
    /** For an agent or a delegated session: the id of whom it acts for. */
    readonly onBehalfOf?: string;
  };
  readonly factors: readonly Factor[];
  readonly network?: {
    /** Canonical text of an IPv4 or IPv6 address. */
    readonly ip: string;
    /** Round-trip time that the application measured, ms. */
    readonly roundTripMs?: number;
  };
  readonly agent?: {
    /** The agent string as sent, at most 1,024 characters. */
    readonly userAgent?: string;
    /** A device identifier from the application or the provider. */
    readonly deviceId?: string;
  };
  readonly application?: { readonly id: string };
  readonly session?: { readonly id: string };
  readonly resource?: { readonly id: string; readonly sensitivity?: 'low' | 'medium' | 'high' };
  /** What for, as the application calls it: `payroll-run`. Policy may ask for it; no score depends on it. */
  readonly purpose?: string;
  readonly evidence: readonly SuppliedEvidence[];
  readonly correlationId?: string;
  /** Dotted names of the members above that the source did not fill. */
  readonly unfilled: readonly string[];
}

/** What happened to an identity, other than an attempt to authenticate. */
export type IdentityChange =
  | 'policy_changed'
  | 'key_created'
  | 'key_deleted'
  | 'factor_enrolled'
  | 'factor_reset'
  | 'factor_removed'
  | 'password_changed'
  | 'password_reset'
  | 'privilege_granted'
  | 'privilege_revoked'
  | 'impersonation_started'
  | 'account_created'
  | 'account_deleted'
  | 'account_locked'
  | 'account_unlocked'
  | 'account_suspended'
  | 'consent_granted'
  | 'federation_changed'
  | 'recovery_changed'
  | 'threat_reported'
  | 'other';

/** An identity event that is not an authentication: a policy changed, a key created, a factor reset. */
export interface IdentityEvent {
  readonly type: 'identity';
  readonly id: string;
  readonly tenant: string;
  /** ms since the Unix epoch, event time. */
  readonly time: number;
  readonly source: string;
  readonly provider: string;
  readonly change: IdentityChange;
  /** The provider's own name for it: `user.mfa.factor.deactivate`, `CreateAccessKey`. */
  readonly operation: string;
  readonly outcome: AuthOutcome;
  /** Who did it. */
  readonly actor?: { readonly id: string; readonly kind: SubjectKind };
  /** To whom or what it was done. */
  readonly target?: { readonly id: string; readonly kind: SubjectKind | 'policy' | 'application' | 'other' };
  readonly network?: { readonly ip: string };
  readonly agent?: { readonly userAgent?: string };
  readonly unfilled: readonly string[];
}

/** The event as a bus or `POST /v1/evaluate` carries it, before anything in it is believed. */
export interface EventEnvelope {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: unknown;
  /** The bus's own time stamp and account, where it came over a bus. */
  readonly time?: string;
  readonly id?: string;
  readonly account?: string;
}

/** What the caller knows apart from the event itself. */
export interface ParseContext {
  /** Processing time, ms since the Unix epoch: bounds how far in the future an event may lie. */
  readonly now: number;
  /** The tenant established from the token or the bus source. */
  readonly tenant: string;
  /** True only in local mode's development token: then `metadata.tenant` decides. @default false */
  readonly tenantFromBody?: boolean;
}
