/**
 * What a step-up may bring, each with a strength, 1 to 3, as of {@link STRENGTHS}. The first four an app collects by
 * itself and tells with its next event; the last two a wallet presents to the verifier.
 */
export const EVIDENCE = [
  'reauthentication',
  'second_factor',
  'out_of_band',
  'liveness',
  'credential',
  'zk_predicate',
] as const;

/** One kind of evidence. */
export type EvidenceKind = (typeof EVIDENCE)[number];

/**
 * How strong each kind is. 1: something known, again. 2: something else than what was known, which phishing can still
 * relay. 3: a key that signs for this verifier and this request alone.
 */
export const STRENGTHS: Readonly<Record<EvidenceKind, 1 | 2 | 3>> = {
  reauthentication: 1,
  second_factor: 2,
  out_of_band: 2,
  liveness: 2,
  credential: 3,
  zk_predicate: 3,
};

/** Kinds that an app collects by itself. */
export const OWN_EVIDENCE: readonly EvidenceKind[] = [
  'reauthentication',
  'second_factor',
  'out_of_band',
  'liveness',
];

/** What verified evidence of a wallet does to a score. */
export interface EvidenceWeight {
  /** Log-odds added when the wallet is the subject's own; negative is trust. */
  readonly logOdds: number;
  /**
   * What the evidence rests on. Of pieces that rest on the same, only the strongest counts: they are not independent
   * of each other. Of the evidence that the model weighs none rests on the wallet's key, so it adds to that.
   */
  readonly restsOn: 'wallet';
  /** How long after the decision it may be verified and still count, ms. */
  readonly validMs: number;
}

/**
 * What a proof by the subject's own wallet counts. Declared, not learned: nobody has labelled step-ups yet. The ratio
 * is how much likelier the owner is to present it than somebody else who has got so far: an intruder needs the
 * unlocked wallet. 1:1100 for the pseudonym of the circuit, 1:400 for the key of another credential, which software can
 * hold and copy. The first takes a score of 0.95, above which the default policy asks nobody, to 0.017.
 */
export const WEIGHTS: Readonly<Record<'credential' | 'zk_predicate', EvidenceWeight>> = {
  zk_predicate: { logOdds: -7, restsOn: 'wallet', validMs: 15 * 60_000 },
  credential: { logOdds: -6, restsOn: 'wallet', validMs: 15 * 60_000 },
};

/**
 * Log-odds added when a valid presentation comes from a wallet that is not the subject's own: 1:7. It is weaker than
 * the proof of the right one is strong, for people do pick the wrong card.
 */
export const WRONG_HOLDER_LOG_ODDS = 2;
