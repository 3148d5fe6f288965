import { DETECTOR_CODES } from '../../functions/risk/index.ts';
import { catalogue } from '../../functions/signals/index.ts';
import { type Detectors, trainDetectors, withDetectors } from '../detectors/index.ts';
import type { Row } from './collect.ts';

/** Rows as the additive model reads them, and the detectors that were added to them. */
export interface Evidence {
  readonly detectors: Detectors;
  readonly rows: readonly Row[];
  /** 95th percentile among owners of what each detector finds; owners that trained none of them. */
  readonly usual: readonly number[];
}

/** Names of what the additive model reads, in order: the signals, then the detectors. */
export const EVIDENCE_CODES: readonly string[] = [...catalogue.map(({ code }) => code), ...DETECTOR_CODES];

/** Trains the detectors on the owners of the training rows and adds what they find to every row. */
export function evidenceOf(
  rows: readonly Row[],
  seed: string,
  onProgress?: (done: number) => void,
): Evidence {
  const owners = rows.filter((row) => row.split === 'train' && row.attack === undefined);
  const detectors = trainDetectors(
    owners.map((row) => row.features),
    catalogue.length,
    seed,
    onProgress,
  );
  const found = rows.map((row) => ({ ...row, features: withDetectors(detectors, row.features) }));
  const others = found.filter((row) => row.split === 'held' && row.attack === undefined);
  const usual = DETECTOR_CODES.map((_, i) => {
    const values = others
      .map((row) => row.features[catalogue.length + i]!)
      .filter((value) => !Number.isNaN(value))
      .sort((a, b) => a - b);
    return values[Math.floor(0.95 * values.length)] ?? 0;
  });
  return { detectors, rows: found, usual };
}
