import { BASE_BOUND, LOGIT_BOUND } from '../../functions/risk/index.ts';
import { type AdditiveModel, cellOf, type Term } from '../onnx/additive-model.ts';
import { type Dataset, reweighted, rowsOf } from './dataset.ts';
import type { Fit } from './fit.ts';

/** Cell of a row in a term. */
export function cellIn(term: Term, data: Dataset, row: number): number {
  let cell = 0;
  term.features.forEach((feature, k) => {
    const cuts = term.cuts[k]!;
    cell = cell * (cuts.length + 2) + cellOf(data.columns[feature]![row]!, cuts);
  });
  return cell;
}

/** Log-odds of every row. */
export function logitsOf(model: Pick<Fit, 'base' | 'terms'>, data: Dataset): Float64Array {
  const logits = new Float64Array(rowsOf(data)).fill(model.base);
  for (const term of model.terms) {
    for (let row = 0; row < logits.length; row++) logits[row]! += term.cells[cellIn(term, data, row)]!;
  }
  return logits;
}

/**
 * Calibrates by an affine map of the log-odds (Platt), fitted on people that boosting did not see, and folds it into
 * the base and the cells: scaled cells still add up. It is fitted with attacks and owners in equal halves, where
 * errors on either side show, and then moved to the share of attacks to expect, as odds are.
 *
 * @param share the part of events taken to be attacks, in (0, 1)
 */
export function calibrated(model: Fit, data: Dataset, share: number): Fit {
  const { labels, weights } = reweighted(data, 0.5);
  const raw = logitsOf(model, data);
  let [slope, shift] = [1, 0];
  for (let step = 0; step < 50; step++) {
    let [gs, gb, hss, hsb, hbb] = [0, 0, 1e-9, 0, 1e-9];
    for (let row = 0; row < raw.length; row++) {
      const p = 1 / (1 + Math.exp(-(slope * raw[row]! + shift)));
      const [error, curve] = [weights[row]! * (p - labels[row]!), weights[row]! * p * (1 - p)];
      gs += error * raw[row]!;
      gb += error;
      hss += curve * raw[row]! * raw[row]!;
      hsb += curve * raw[row]!;
      hbb += curve;
    }
    const determinant = hss * hbb - hsb * hsb;
    const [ds, db] = [(hbb * gs - hsb * gb) / determinant, (hss * gb - hsb * gs) / determinant];
    slope -= Math.max(-0.5, Math.min(0.5, ds));
    shift -= Math.max(-1, Math.min(1, db));
    if (Math.abs(ds) + Math.abs(db) < 1e-10) break;
  }
  const terms = model.terms.map((term) => ({ ...term, cells: term.cells.map((value) => value * slope) }));
  const prior = Math.log(share / (1 - share));
  return { ...model, base: model.base * slope + shift + prior, terms };
}

/** Share of the weight in which a value must be missing for its own cell to be believed. */
const KNOWN_MISSING = 0.005;

/**
 * Anchors every term at its missing cell: what could not be evaluated adds nothing, what speaks for the owner is
 * below zero, and the base is the log-odds before any evidence. Where a value is hardly ever missing in the data,
 * the missing cell is first put at the mean of both sides, which is where neither is favoured.
 *
 * @param data weighted to equal halves of attacks and owners
 */
export function anchored(model: Fit, data: Dataset): Fit {
  let base = model.base;
  const terms = model.terms.map((term) => {
    if (term.features.length > 1) return term;
    let [sum, total, missing] = [0, 0, 0];
    for (let row = 0; row < rowsOf(data); row++) {
      const cell = cellIn(term, data, row);
      total += data.weights[row]!;
      if (cell === 0) missing += data.weights[row]!;
      else sum += data.weights[row]! * term.cells[cell]!;
    }
    const neutral = missing > KNOWN_MISSING * total ? term.cells[0]! : sum / (total - missing);
    base += neutral;
    return { ...term, cells: term.cells.map((value, cell) => (cell === 0 ? 0 : value - neutral)) };
  });
  return { ...model, base, terms };
}

/** Room kept to the bound for what float32 rounds, log-odds. */
const MARGIN = 1e-3;

/** No single piece of evidence may say more than this, log-odds: it multiplies the odds by 55. */
const MOST = 4;

/** Cells as float32, none beyond {@link MOST}; and the room that the terms have together around the base. */
export function bounded(model: Fit): Fit & Pick<AdditiveModel, 'room'> {
  const terms = model.terms.map((term) => ({
    ...term,
    cells: term.cells.map((value) => Math.fround(Math.max(-MOST, Math.min(MOST, value)))),
  }));
  const base = Math.max(-BASE_BOUND, Math.min(BASE_BOUND, model.base));
  const room = { up: LOGIT_BOUND - MARGIN - base, down: LOGIT_BOUND - MARGIN + base };
  return { ...model, base, terms, room };
}
