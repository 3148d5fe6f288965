import { DETECTOR_CODES } from '../../functions/risk/index.ts';
import { randomFrom } from '../simulator/random.ts';
import { Autoencoder } from './autoencoder.ts';
import { IsolationForest } from './isolation-forest.ts';
import { SequenceDetector } from './sequence.ts';

/** With fewer signals known, neither the forest nor the autoencoder has anything to say. */
export const LEAST_KNOWN = 10;

/** The detectors of anomalies: trained on owners alone, no attack is shown to them. */
export interface Detectors {
  /** How many of a model's inputs are signals; the others are recent events. */
  readonly signals: number;
  readonly forest: IsolationForest;
  readonly autoencoder: Autoencoder;
  readonly sequence: SequenceDetector;
}

/**
 * Trains the detectors on owners' inputs.
 *
 * @param onProgress told the share done
 */
export function trainDetectors(
  rows: readonly Float32Array[],
  signals: number,
  seed: string,
  onProgress?: (done: number) => void,
): Detectors {
  const own = rows.map((row) => row.subarray(0, signals));
  const forest = new IsolationForest(randomFrom(seed, 'forest'), own, { trees: 48, sample: 64 });
  const autoencoder = new Autoencoder(randomFrom(seed, 'autoencoder'), own, (done) =>
    onProgress?.(done * 0.6),
  );
  const recent = rows.map((row) => row.subarray(signals));
  const sequence = new SequenceDetector(randomFrom(seed, 'sequence'), recent, (done) =>
    onProgress?.(0.6 + done * 0.4),
  );
  return { signals, forest, autoencoder, sequence };
}

/** What the detectors say of an input, in the order of {@link DETECTOR_CODES}; NaN where too little is known. */
export function detect({ signals, forest, autoencoder, sequence }: Detectors, input: Float32Array): number[] {
  const own = input.subarray(0, signals);
  const known = own.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
  const enough = known >= LEAST_KNOWN;
  const scores: Record<(typeof DETECTOR_CODES)[number], number> = {
    isolation: enough ? forest.score(own) : Number.NaN,
    reconstruction: enough ? autoencoder.score(own) : Number.NaN,
    sequence: sequence.score(input.subarray(signals)),
  };
  return DETECTOR_CODES.map((code) => scores[code]);
}

/** What the additive model reads: the signals, then the detectors. */
export function withDetectors(detectors: Detectors, input: Float32Array): Float32Array {
  const out = new Float32Array(detectors.signals + DETECTOR_CODES.length);
  out.set(input.subarray(0, detectors.signals));
  out.set(detect(detectors, input), detectors.signals);
  return out;
}
