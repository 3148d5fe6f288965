/** A score beside the truth. */
export interface Scored {
  /** Higher is riskier; any scale. */
  readonly score: number;
  readonly attack: boolean;
  /** @default 1 */
  readonly weight?: number;
}

/**
 * Area under the ROC curve: the probability that an attack scores above a benign event, ties counting half.
 */
export function rocAuc(items: readonly Scored[]): number {
  const sorted = [...items].sort((a, b) => a.score - b.score);
  let [below, area, attacks] = [0, 0, 0];
  for (let i = 0; i < sorted.length; ) {
    let [benign, hostile] = [0, 0];
    const { score } = sorted[i]!;
    for (; i < sorted.length && sorted[i]!.score === score; i++) {
      const weight = sorted[i]!.weight ?? 1;
      if (sorted[i]!.attack) hostile += weight;
      else benign += weight;
    }
    area += hostile * (below + benign / 2);
    below += benign;
    attacks += hostile;
  }
  return area / (below * attacks);
}

/** The score that at most a share of benign events exceeds: a threshold for "greater than". */
export function thresholdAt(items: readonly Scored[], falsePositives: number): number {
  const benign = items
    .filter((item) => !item.attack)
    .map((item) => item.score)
    .sort((a, b) => b - a);
  return (
    benign[Math.min(benign.length - 1, Math.floor(falsePositives * benign.length))] ??
    Number.POSITIVE_INFINITY
  );
}

/** Share of attacks above the threshold that at most the given share of benign events exceeds. */
export function recallAt(items: readonly Scored[], falsePositives: number): number {
  const threshold = thresholdAt(items, falsePositives);
  const attacks = items.filter((item) => item.attack);
  return attacks.filter((item) => item.score > threshold).length / attacks.length;
}

/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  /** Mean predicted probability, and the observed share of attacks. */
  readonly predicted: number;
  readonly observed: number;
  /** Share of the total weight. */
  readonly mass: number;
}

/** Groups probabilities into bins of equal weight. */
export function reliability(items: readonly Scored[], bins = 15): ReliabilityBin[] {
  const sorted = [...items].sort((a, b) => a.score - b.score);
  const total = sorted.reduce((sum, item) => sum + (item.weight ?? 1), 0);
  const out: ReliabilityBin[] = [];
  let [mass, predicted, observed] = [0, 0, 0];
  for (const item of sorted) {
    const weight = item.weight ?? 1;
    mass += weight;
    predicted += weight * item.score;
    if (item.attack) observed += weight;
    if (mass >= total / bins) {
      out.push({ predicted: predicted / mass, observed: observed / mass, mass: mass / total });
      [mass, predicted, observed] = [0, 0, 0];
    }
  }
  if (mass > 0) out.push({ predicted: predicted / mass, observed: observed / mass, mass: mass / total });
  return out;
}

/** Expected calibration error: the mean distance of prediction and outcome over the bins of {@link reliability}. */
export function calibrationError(items: readonly Scored[], bins = 15): number {
  return reliability(items, bins).reduce(
    (sum, bin) => sum + bin.mass * Math.abs(bin.predicted - bin.observed),
    0,
  );
}
