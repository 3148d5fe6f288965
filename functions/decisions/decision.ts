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
  readonly mode: 'shadow' | 'enforce';
  /** Log-odds before any evidence. */
  readonly base: number;
  /** Every term that is not zero, largest effect first. */
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
