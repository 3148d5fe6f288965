/** One model term and what it adds for this event. */
export interface Contribution {
  /** A signal code, or two joined by ` × ` for a pair term. */
  readonly code: string;
  /** Log-odds, the float32 that the graph emitted, as a double. */
  readonly contribution: number;
}

/** A scored feature vector. `score = sigmoid(base + Σ contribution)`, summed in double precision in this order. */
export interface RiskScore {
  /** Probability in (0, 1). */
  readonly score: number;
  /** Log-odds before any evidence. */
  readonly base: number;
  /** Every term of the model in its order, zeros included. */
  readonly contributions: readonly Contribution[];
}

/** A loaded model: one `session.run` an event. */
export interface Scorer {
  readonly model: { readonly id: string; readonly digest: string };
  /** Signal codes in the order of the feature vector. */
  readonly features: readonly string[];
  /**
   * @param features one float per signal in the order of {@link features}; NaN where not evaluable.
   * @throws RiskError `features-mismatch` when the length is wrong.
   */
  score(features: Float32Array): Promise<RiskScore>;
}
