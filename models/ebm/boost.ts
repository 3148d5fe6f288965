/** -1: never raises the risk as the feature grows; +1: never lowers it; 0: free. */
export type Direction = -1 | 0 | 1;

/** A term while it is fitted. Its cells are a grid of `rows × columns`; a single feature has one column. */
export interface FittedTerm {
  readonly features: readonly number[];
  /** Cells per feature, the missing one included. */
  readonly shape: readonly [rows: number, columns: number];
  readonly directions: readonly [Direction, Direction];
  /** Cell of every training row, and of every validation row. */
  readonly train: Uint16Array;
  readonly held: Uint16Array;
  /** Log-odds per cell. */
  readonly values: Float64Array;
  /** Weight of each cell with attacks and owners in equal halves: what steps are centred by. */
  readonly mass: Float64Array;
}

/** How boosting goes about it. */
export interface BoostOptions {
  readonly rounds: number;
  readonly learningRate: number;
  /** L2 penalty on a leaf, in units of summed Hessian. */
  readonly l2: number;
  /** Least summed Hessian of a leaf. */
  readonly leastHessian: number;
  /** Rounds without a better validation loss after which to stop. */
  readonly patience: number;
  readonly onRound?: (round: number, loss: number) => void;
}

/** Rows under fit: labels, weights and the current log-odds. */
export interface Margin {
  readonly labels: Uint8Array;
  readonly weights: Float64Array;
  readonly logits: Float64Array;
}

/**
 * Cyclic gradient boosting: in every round each term in turn takes one small Newton step, by the best single
 * split (two for a pair), so that no term takes what another explains as well. Stops when the validation loss
 * no longer falls, and goes back to the best round. (Lou, Caruana, Gehrke: "Intelligible models for
 * classification and regression", KDD 2012; Nori et al., "InterpretML", 2019.)
 *
 * A term with a direction only takes steps that keep it, so the sum of its steps keeps it too. A missing value is no
 * evidence: its cell stays at zero, and steps are centred over the known values, so that zero lies between what speaks
 * for an attack and what speaks for the owner. What is left over is taken by the base.
 *
 * @returns the best validation loss, and what the base took up to there.
 */
export function boost(
  terms: readonly FittedTerm[],
  train: Margin,
  held: Margin,
  options: BoostOptions,
): { readonly loss: number; readonly base: number } {
  let best = logLoss(held);
  let bestRound = 0;
  let [base, keptBase] = [0, 0];
  let kept = terms.map((term) => term.values.slice());
  const gradients = new Float64Array(train.labels.length);
  const hessians = new Float64Array(train.labels.length);
  for (let round = 1; round <= options.rounds; round++) {
    derive(train, gradients, hessians);
    const shift = (-options.learningRate * sum(gradients)) / (sum(hessians) + options.l2);
    base += shift;
    for (const { logits } of [train, held])
      for (let row = 0; row < logits.length; row++) logits[row]! += shift;
    for (const term of terms) {
      derive(train, gradients, hessians);
      const step = newtonStep(term, gradients, hessians, options);
      if (step === undefined) continue;
      for (let cell = 0; cell < step.length; cell++) term.values[cell]! += step[cell]!;
      for (let row = 0; row < term.train.length; row++) train.logits[row]! += step[term.train[row]!]!;
      for (let row = 0; row < term.held.length; row++) held.logits[row]! += step[term.held[row]!]!;
    }
    const loss = logLoss(held);
    options.onRound?.(round, loss);
    if (loss < best - 1e-7) {
      best = loss;
      bestRound = round;
      keptBase = base;
      kept = terms.map((term) => term.values.slice());
    } else if (round - bestRound >= options.patience) break;
  }
  for (const { logits } of [train, held])
    for (let row = 0; row < logits.length; row++) logits[row]! += keptBase - base;
  terms.forEach((term, i) => {
    const back = kept[i]!.map((value, cell) => value - term.values[cell]!);
    for (let row = 0; row < term.train.length; row++) train.logits[row]! += back[term.train[row]!]!;
    for (let row = 0; row < term.held.length; row++) held.logits[row]! += back[term.held[row]!]!;
    term.values.set(kept[i]!);
  });
  return { loss: best, base: keptBase };
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/** Mean weighted logistic loss. */
export function logLoss({ labels, weights, logits }: Margin): number {
  let loss = 0;
  let total = 0;
  for (let row = 0; row < labels.length; row++) {
    const z = labels[row] === 1 ? -logits[row]! : logits[row]!;
    loss += weights[row]! * (z > 30 ? z : Math.log1p(Math.exp(z)));
    total += weights[row]!;
  }
  return loss / total;
}

/** First and second derivative of the loss by the log-odds of each row. */
export function derive(
  { labels, weights, logits }: Margin,
  gradients: Float64Array,
  hessians: Float64Array,
): void {
  for (let row = 0; row < labels.length; row++) {
    const p = 1 / (1 + Math.exp(-logits[row]!));
    gradients[row] = weights[row]! * (p - labels[row]!);
    hessians[row] = weights[row]! * p * (1 - p);
  }
}

/** The step of one term, by cell, or undefined when nothing is to be gained. */
function newtonStep(
  term: FittedTerm,
  gradients: Float64Array,
  hessians: Float64Array,
  options: BoostOptions,
): Float64Array | undefined {
  const [rows, columns] = term.shape;
  const g = new Float64Array(rows * columns);
  const h = new Float64Array(rows * columns);
  for (let row = 0; row < term.train.length; row++) {
    const cell = term.train[row]!;
    g[cell]! += gradients[row]!;
    h[cell]! += hessians[row]!;
  }
  return columns === 1 ? singleStep(term, g, h, options) : pairStep(term, g, h, options);
}

function singleStep(
  term: FittedTerm,
  g: Float64Array,
  h: Float64Array,
  options: BoostOptions,
): Float64Array | undefined {
  const { l2, leastHessian, learningRate } = options;
  const direction = term.directions[0];
  let [totalG, totalH] = [0, 0];
  for (let cell = 1; cell < g.length; cell++) {
    totalG += g[cell]!;
    totalH += h[cell]!;
  }
  let [best, bestGain, low, high] = [0, 1e-9, 0, 0];
  let [leftG, leftH] = [0, 0];
  for (let cell = 1; cell < g.length - 1; cell++) {
    leftG += g[cell]!;
    leftH += h[cell]!;
    const [rightG, rightH] = [totalG - leftG, totalH - leftH];
    if (leftH < leastHessian || rightH < leastHessian) continue;
    const left = -leftG / (leftH + l2);
    const right = -rightG / (rightH + l2);
    if ((right - left) * direction < 0) continue;
    const gain = (leftG * leftG) / (leftH + l2) + (rightG * rightG) / (rightH + l2);
    if (gain > bestGain) [best, bestGain, low, high] = [cell, gain, left, right];
  }
  if (best === 0) return undefined;
  let [below, above] = [0, 0];
  for (let cell = 1; cell < g.length; cell++) {
    if (cell <= best) below += term.mass[cell]!;
    else above += term.mass[cell]!;
  }
  const centre = below + above === 0 ? 0 : (below * low + above * high) / (below + above);
  const step = new Float64Array(g.length);
  for (let cell = 1; cell < g.length; cell++)
    step[cell] = learningRate * ((cell <= best ? low : high) - centre);
  return step;
}

/** The best cut in four of a pair's grid. Cells where either feature is missing stay as they are. */
function pairStep(
  term: FittedTerm,
  g: Float64Array,
  h: Float64Array,
  options: BoostOptions,
): Float64Array | undefined {
  const found = bestQuadrants(term.shape, g, h, options.l2, options.leastHessian, term.directions);
  if (found === undefined) return undefined;
  const [rows, columns] = term.shape;
  const step = new Float64Array(rows * columns);
  for (let r = 1; r < rows; r++) {
    for (let c = 1; c < columns; c++) {
      const quadrant = (r <= found.row ? 0 : 2) + (c <= found.column ? 0 : 1);
      step[r * columns + c] = options.learningRate * found.values[quadrant]!;
    }
  }
  return step;
}

/** A cut in four: rows up to `row` and columns up to `column` against the rest. */
export interface Quadrants {
  readonly row: number;
  readonly column: number;
  readonly gain: number;
  /** Steps of: low row and low column, low and high, high and low, high and high. */
  readonly values: readonly number[];
}

/** Looks for the cut in four that lowers the loss most, over a grid of summed derivatives. */
export function bestQuadrants(
  [rows, columns]: readonly [number, number],
  g: Float64Array,
  h: Float64Array,
  l2: number,
  leastHessian: number,
  [down, across]: readonly [Direction, Direction] = [0, 0],
): Quadrants | undefined {
  const sums = (values: Float64Array) => {
    const table = new Float64Array(rows * columns);
    for (let r = 1; r < rows; r++) {
      for (let c = 1; c < columns; c++) {
        const above = table[(r - 1) * columns + c]!;
        const before = table[r * columns + c - 1]!;
        const both = table[(r - 1) * columns + c - 1]!;
        table[r * columns + c] = values[r * columns + c]! + above + before - both;
      }
    }
    return table;
  };
  const [sg, sh] = [sums(g), sums(h)];
  const last = rows * columns - 1;
  let best: Quadrants | undefined;
  for (let row = 1; row < rows - 1; row++) {
    for (let column = 1; column < columns - 1; column++) {
      const quarter = (table: Float64Array) => {
        const ll = table[row * columns + column]!;
        const l = table[row * columns + columns - 1]!;
        const top = table[(rows - 1) * columns + column]!;
        return [ll, l - ll, top - ll, table[last]! - l - top + ll];
      };
      const hs = quarter(sh);
      if (hs.some((value) => value < leastHessian)) continue;
      const gs = quarter(sg);
      const values = gs.map((value, i) => -value / (hs[i]! + l2));
      const [a, b, c, d] = values as [number, number, number, number];
      if ((c - a) * down < 0 || (d - b) * down < 0 || (b - a) * across < 0 || (d - c) * across < 0) continue;
      const gain = gs.reduce((sum, value, i) => sum + (value * value) / (hs[i]! + l2), 0);
      if (gain > (best?.gain ?? 1e-9)) best = { row, column, gain, values };
    }
  }
  return best;
}

/** What the best cut of a grid in two, along either feature, would gain: what needs no pair. */
export function bestHalves(
  [rows, columns]: readonly [number, number],
  g: Float64Array,
  h: Float64Array,
  l2: number,
): number {
  const along = (length: number, across: number, cellOf: (i: number, j: number) => number): number => {
    const [gs, hs] = [new Float64Array(length), new Float64Array(length)];
    for (let i = 1; i < length; i++) {
      for (let j = 1; j < across; j++) {
        gs[i]! += g[cellOf(i, j)]!;
        hs[i]! += h[cellOf(i, j)]!;
      }
    }
    const [totalG, totalH] = [gs.reduce((a, b) => a + b, 0), hs.reduce((a, b) => a + b, 0)];
    let [leftG, leftH, best] = [0, 0, (totalG * totalG) / (totalH + l2)];
    for (let i = 1; i < length - 1; i++) {
      leftG += gs[i]!;
      leftH += hs[i]!;
      const [rightG, rightH] = [totalG - leftG, totalH - leftH];
      best = Math.max(best, (leftG * leftG) / (leftH + l2) + (rightG * rightG) / (rightH + l2));
    }
    return best;
  };
  return Math.max(
    along(rows, columns, (i, j) => i * columns + j),
    along(columns, rows, (i, j) => j * columns + i),
  );
}
