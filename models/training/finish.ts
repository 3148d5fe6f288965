import { anchored, bounded, calibrated } from '../ebm/calibrate.ts';
import { type Dataset, reweighted } from '../ebm/dataset.ts';
import { type FitOptions, fitModel } from '../ebm/fit.ts';

/** A fit that may be shipped: float32 cells, and the room that keeps its log-odds in bounds. */
export type Trained = ReturnType<typeof bounded>;

/**
 * The whole way from rows to a model that may be shipped: fit, anchor at what is missing, calibrate to the
 * share of attacks, cap to the bound. Terms that ended up saying nothing stay, as zeros: a feature that has
 * no say is worth seeing.
 *
 * @param calibration people whom boosting did not see, circumstances weighted as they are met and every kind of attack
 *   alike
 */
export function trainModel(
  train: Dataset,
  held: Dataset,
  calibration: Dataset,
  share: number,
  options: FitOptions,
): Trained {
  const fitted = fitModel(train, held, options);
  const anchoredFit = anchored(fitted, reweighted(train, 0.5));
  return bounded(calibrated(anchoredFit, calibration, share));
}
