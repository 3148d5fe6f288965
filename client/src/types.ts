/*
 * What goes in and what comes out, as the deployment's /openapi.json says it in full. A test holds these types to
 * those of the functions.
 */

/** Countersign's own event. Whatever is absent is not evaluated, and never guessed. */
export interface AuthenticationObserved {
  /** Who speaks: your system's name, never `countersign`. */
  readonly source: string;
  readonly 'detail-type': 'Authentication Observed';
  readonly detail: {
    readonly metadata: {
      /** The identity of the event. The same one again gets the same decision. */
      readonly id: string;
      readonly version?: '1';
      /** When it happened, ISO 8601. */
      readonly time?: string;
      readonly correlationId?: string;
    };
    readonly data: {
      readonly subject: {
        readonly id: string;
        readonly kind?: 'person' | 'service' | 'agent' | 'device';
        readonly roles?: string[];
        readonly onBehalfOf?: string;
      };
      readonly action:
        | 'sign_in'
        | 'second_factor'
        | 'token'
        | 'session_activity'
        | 'resource_access'
        | 'sign_out';
      readonly outcome: 'success' | 'failure' | 'challenged';
      readonly failureReason?:
        | 'bad_credentials'
        | 'unknown_subject'
        | 'second_factor_failed'
        | 'second_factor_denied'
        | 'locked'
        | 'blocked'
        | 'leaked_credential'
        | 'policy'
        | 'other';
      readonly factors?: (
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
        | 'unknown_second_factor'
      )[];
      readonly network?: { readonly ip?: string; readonly roundTripMs?: number };
      readonly agent?: { readonly userAgent?: string; readonly deviceId?: string };
      readonly application?: { readonly id: string };
      readonly session?: { readonly id: string };
      readonly resource?: { readonly id: string; readonly sensitivity?: 'low' | 'medium' | 'high' };
      /** What for, as the application calls it. */
      readonly purpose?: string;
      readonly evidence?: { readonly type: string; readonly score?: number; readonly issuer?: string }[];
    };
  };
}

/** A record of an identity provider, as it publishes it. */
export interface ProviderEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What policy decided. */
export type Outcome = 'allow' | 'step_up' | 'review' | 'deny';

/** A decision on one event. */
export interface Decision {
  readonly eventId: string;
  /** Keyed pseudonym. */
  readonly subject: string;
  /** Probability, 0 to 1, that it is not the account's owner: sigmoid(base + sum of contributions). */
  readonly score: number;
  readonly level: 'low' | 'medium' | 'high';
  readonly outcome: Outcome;
  /** Who completed the decision, once somebody did. */
  readonly resolution?: {
    readonly from: Outcome;
    readonly by: 'review' | 'expiry' | 'dispute' | 'presentation';
    readonly reference: string;
    readonly time: string;
  };
  /** What is needed, when policy decided `step_up`: one of these ways. */
  readonly stepUp?: {
    readonly anyOf: readonly {
      readonly evidence:
        | 'reauthentication'
        | 'second_factor'
        | 'out_of_band'
        | 'liveness'
        | 'credential'
        | 'zk_predicate';
      /** 1 to 3. */
      readonly strength: number;
      /** Name of the query that a wallet is asked. */
      readonly query?: string;
      readonly purpose?: string;
    }[];
    /** For the authorization request of an app that steps up by itself (RFC 9470). */
    readonly acr_values: string;
    readonly max_age: number;
  };
  /** What a wallet is asked, where that is one of the ways and a wallet can answer. */
  readonly presentationRequest?: {
    readonly id: string;
    readonly query: string;
    readonly wallet: boolean;
    /** Starts a wallet on this device. */
    readonly authorization_request: string;
    readonly request_uri?: string;
    /** Page with the link and a QR code. */
    readonly page_uri: string;
    readonly expires_at: string;
  };
  /** What a wallet's answer made of the decision, once there is one. */
  readonly evidence?: {
    readonly request: string;
    readonly time: string;
    readonly proved: readonly string[];
    /** Terms added to the score. */
    readonly reasons: readonly {
      readonly code: string;
      readonly contribution: number;
      readonly observed?: string;
      readonly usual?: string;
      readonly text: string;
    }[];
    readonly score: number;
    readonly level: 'low' | 'medium' | 'high';
    readonly outcome: Outcome;
    readonly policy: { readonly determining: readonly string[]; readonly digest: string };
  };
  /** `shadow`: do not act on the outcome. */
  readonly mode: 'shadow' | 'enforce';
  readonly base: number;
  /** Largest effect first. */
  readonly reasons: readonly {
    readonly code: string;
    /** Log-odds; negative is trust. */
    readonly contribution: number;
    readonly observed?: string;
    readonly usual?: string;
    /** Safe for the person to read. */
    readonly text: string;
  }[];
  readonly policy: { readonly determining: readonly string[] };
  readonly baseline: { readonly maturity: 'none' | 'learning' | 'established'; readonly events: number };
  readonly model: { readonly id: string; readonly digest: string };
  readonly evaluators: {
    readonly ran: readonly string[];
    readonly skipped: readonly { readonly code: string; readonly why: string }[];
  };
  /** Parts that failed, so that the configured fallback decided. */
  readonly degraded?: readonly string[];
  readonly time: string;
  readonly decidedAt: string;
}

/** What somebody says of an event. */
export interface Feedback {
  readonly eventId: string;
  readonly verdict: 'confirmCompromised' | 'confirmSafe' | 'dismiss';
  readonly comment?: string;
}

/** What a wallet is asked. */
export interface NewPresentationRequest {
  /** DCQL (OpenID4VP 1.0 §6). */
  readonly dcql_query: Record<string, unknown>;
  /** Why, in words for the person. */
  readonly purpose: string;
  readonly subject?: string;
  readonly response_mode?: 'direct_post' | 'direct_post.jwt' | 'dc_api' | 'dc_api.jwt';
  readonly flow?: 'same_device' | 'cross_device';
  /** Where the wallet sends the person, in the same-device flow. */
  readonly return_uri?: string;
  /** Over the browser's Digital Credentials API: of the pages that call it. */
  readonly origins?: string[];
}

/** How to start a wallet. */
export interface PresentationRequested {
  /** Keep it: the result is read by it, and nobody else knows it. */
  readonly id: string;
  readonly expires_at: string;
  /** Link that starts a wallet on this device. */
  readonly authorization_request?: string;
  /** Page with the link and a QR code. */
  readonly page_uri?: string;
  readonly request_uri?: string;
  /** SVG. */
  readonly qr_code?: string;
  /** For `navigator.credentials.get({digital: {requests: [dc_request]}})`. */
  readonly dc_request?: { readonly protocol: string; readonly data: unknown };
}

/** What was proved. */
export interface PresentationResult {
  readonly status: 'pending' | 'verified' | 'rejected' | 'expired';
  readonly credentials: readonly {
    readonly id: string;
    readonly format: string;
    readonly issuer: string;
    readonly type: string;
    /** What was disclosed, and nothing else. */
    readonly claims: Readonly<Record<string, unknown>>;
    /** What was proved of values that stay hidden. */
    readonly predicates?: readonly unknown[];
    readonly status: 'valid' | 'not-checked' | 'unavailable';
    readonly statusMessages?: readonly string[];
  }[];
  readonly pseudonym?: string;
  readonly reason?: string;
  /** What became of the wallet that answered, where the request enrols one. */
  readonly enrolment?:
    | { readonly status: 'pending' }
    | { readonly status: 'enrolled'; readonly wallet: string }
    | {
        readonly status: 'refused';
        readonly reason:
          | 'presentation-rejected'
          | 'holder-unproved'
          | 'wallet-of-another-subject'
          | 'too-many-wallets';
      };
}

/** What a wallet is asked that is to be known again as the wallet of a subject. */
interface EnrolmentAsked {
  /** DCQL; by default what the deployment asks enrolled wallets for. */
  readonly dcql_query?: Record<string, unknown>;
  /** Of the default query, only what is in this format. */
  readonly format?: 'dc+sd-jwt' | 'jwt_vc_json' | 'ldp_vc' | 'mso_mdoc';
  /** Why, in words for the person. */
  readonly purpose?: string;
  readonly response_mode?: 'direct_post' | 'direct_post.jwt';
  readonly flow?: 'same_device' | 'cross_device';
  readonly return_uri?: string;
}

/**
 * For whom: the person of the session that an event began, which was allowed at low risk, with factors of two kinds, at
 * most ten minutes ago; or, for operators, a subject by name.
 */
export type NewEnrolment =
  | (EnrolmentAsked & { readonly eventId: string })
  | (EnrolmentAsked & { readonly subject: string });

/** A wallet of a subject. */
export interface EnrolledWallet {
  readonly id: string;
  readonly format: string;
  readonly enrolledAt: string;
  readonly enrolledBy: 'session' | 'operator';
  /** Since when it no longer counts. */
  readonly retiredAt?: string;
}
