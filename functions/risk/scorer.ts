/** One model term and what it adds for this event. */
export interface Contribution {
  /** The code of a signal or a detector, or two joined by ` × ` for a pair term. */
  readonly code: string;
  /** Log-odds, the float32 that the graph emitted, as a double. */
  readonly contribution: number;
}

/** What a detector of anomalies inside the model found. */
export interface Found {
  readonly code: string;
  /** NaN where too little is known. */
  readonly value: number;
  /** 95th percentile among owners. */
  readonly usual: number;
}

/** A scored feature vector. `score = sigmoid(base + Σ contribution)`, summed in double precision in this order. */
export interface RiskScore {
  /** Probability in (0, 1). */
  readonly score: number;
  /** Log-odds before any evidence. */
  readonly base: number;
  /** Every term of the model in its order, zeros included. */
  readonly contributions: readonly Contribution[];
  /** In the order of the model; none when it has none. */
  readonly detectors: readonly Found[];
}

/** A loaded model: one `session.run` an event. */
export interface Scorer {
  readonly model: { readonly id: string; readonly digest: string };
  /** Codes of the inputs in order: signals, then recent events. */
  readonly features: readonly string[];
  /**
   * @param features one float for each of {@link features}; NaN where not evaluable.
   * @throws RiskError `features-mismatch` when the length is wrong.
   */
  score(features: Float32Array): Promise<RiskScore>;
}
