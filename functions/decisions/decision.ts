import type { StepUp } from './step-up.ts';

/** What policy decided. */
export type Outcome = 'allow' | 'step_up' | 'review' | 'deny';

/** One term of the score. The terms and the base add up to the logit of the score, exactly as printed. */
export interface Reason {
  /** Detection code of the signal or pair of signals: `newDevice`, `unlikelyTravel`, `newDevice × newNetwork`. */
  readonly code: string;
  /** Log-odds added to the score; negative is trust. */
  readonly contribution: number;
  /** What the event showed and what is usual; absent when the signal could not be evaluated. */
  readonly observed?: string;
  readonly usual?: string;
  /** Safe for the subject to read. */
  readonly text: string;
}

/** Who completed a decision after policy had asked for more, and with what. */
export interface Resolution {
  /** What policy had decided. */
  readonly from: Outcome;
  readonly by: 'review' | 'expiry' | 'dispute' | 'presentation';
  /** Id of the review, dispute or presentation request. */
  readonly reference: string;
  /** ISO 8601. */
  readonly time: string;
}

/** What a wallet is asked because of a decision: a request of the verifier (OpenID4VP 1.0). */
export interface AskedPresentation {
  /** Under which the app reads the result. */
  readonly id: string;
  /** Name of the query, as policy calls it. */
  readonly query: string;
  /** Whether it counts only from a wallet that is enrolled for the subject. */
  readonly wallet: boolean;
  /** Starts a wallet on this device. */
  readonly authorization_request: string;
  /** Where a wallet fetches the signed request; absent where the request is not signed. */
  readonly request_uri?: string;
  /** Page with the link and a QR code; it says what is asked, and waits. */
  readonly page_uri: string;
  /** ISO 8601. */
  readonly expires_at: string;
}

/** What a wallet's answer made of a decision. What was decided before it stays in the decision. */
export interface LaterEvidence {
  /** Id of the presentation request, as wallets know it. */
  readonly request: string;
  /** When the answer was verified, ISO 8601. */
  readonly time: string;
  /** Names of the queries that it answered; none when it came from a wallet that may not answer for the subject. */
  readonly proved: readonly string[];
  /** Terms added to the score; none for an answer that says nothing about the account. */
  readonly reasons: readonly Reason[];
  /** sigmoid(base + Σ contribution) over the reasons of the decision and these. */
  readonly score: number;
  readonly level: Decision['level'];
  /** What policy says with it. */
  readonly outcome: Outcome;
  readonly policy: { readonly determining: readonly string[]; readonly digest: string };
}

/** Countersign's answer to one event (design §3). */
export interface Decision {
  readonly eventId: string;
  /** Keyed pseudonym of the subject. */
  readonly subject: string;
  /** Probability in (0, 1) that the event is not the account's owner: sigmoid(base + Σ contribution). */
  readonly score: number;
  readonly level: 'low' | 'medium' | 'high';
  /** What policy decided; once {@link resolution} is there, what it was resolved to. */
  readonly outcome: Outcome;
  readonly resolution?: Resolution;
  /** What is needed, when policy decided `step_up`. */
  readonly stepUp?: StepUp;
  /** What a wallet is asked, where that is one of the ways to step up and a wallet can answer. */
  readonly presentationRequest?: AskedPresentation;
  /** Present once a wallet has answered. */
  readonly evidence?: LaterEvidence;
  readonly mode: 'shadow' | 'enforce';
  /** Log-odds before any evidence. */
  readonly base: number;
  /** Every term that is not zero when it was decided, largest effect first. */
  readonly reasons: readonly Reason[];
  readonly policy: { readonly determining: readonly string[] };
  readonly baseline: { readonly maturity: 'none' | 'learning' | 'established'; readonly events: number };
  readonly model: { readonly id: string; readonly digest: string };
  readonly evaluators: {
    readonly ran: readonly string[];
    readonly skipped: readonly { readonly code: string; readonly why: string }[];
  };
  /** Present when a part failed and the configured fallback decided; names the parts. */
  readonly degraded?: readonly string[];
  /** Event time and the time of the decision, ISO 8601. */
  readonly time: string;
  readonly decidedAt: string;
}
