import { RECENT_PROPERTIES } from '../../functions/signals/index.ts';
import type { Random } from '../simulator/random.ts';
import { forward, type Network, newNetwork, trainNetwork } from './network.ts';
import { type Scale, scaled, scaleOf } from './standard.ts';

const OPTIONS = { hidden: 12, epochs: 8, batch: 32, rate: 0.005 } as const;

/** Where the newest step's properties stand: after its gap. They are what is predicted, and are not shown. */
export const PREDICTED = RECENT_PROPERTIES.map((_, i) => 1 + i);

/**
 * Predicts from a subject's recent steps, and the time since the last one, which properties of the next event will be
 * new to the sequence: somebody who changes networks every morning will do so again. The score is the surprise at those
 * that are new, in bits. (A network over a window of past steps, as Malhotra et al., "Long short term memory networks
 * for anomaly detection in time series", ESANN 2015, judge by the error of prediction; five steps need no memory.)
 */
export class SequenceDetector {
  readonly scale: Scale;
  readonly network: Network;

  /** @param rows recent events of owners, as `recentEvents` gives them */
  constructor(random: Random, rows: readonly Float32Array[], onEpoch?: (done: number) => void) {
    const usable = rows.filter((row) => PREDICTED.some((at) => !Number.isNaN(row[at]!)));
    this.scale = scaleOf(usable.length > 0 ? usable : rows);
    const inputs = usable.map((row) => this.#shown(row));
    this.network = newNetwork(random, rows[0]!.length, OPTIONS.hidden, PREDICTED.length);
    if (usable.length === 0) return;
    trainNetwork(
      random,
      this.network,
      inputs,
      (row, output, slope) => {
        PREDICTED.forEach((at, k) => {
          const value = usable[row]![at]!;
          slope[k] = Number.isNaN(value) ? 0 : 1 / (1 + Math.exp(-output[k]!)) - (value === 1 ? 1 : 0);
        });
      },
      OPTIONS,
      onEpoch,
    );
  }

  /** Surprise at what is new, bits; NaN when no property of the event can be compared. */
  score(row: Float32Array): number {
    if (PREDICTED.every((at) => Number.isNaN(row[at]!))) return Number.NaN;
    const output = new Float64Array(PREDICTED.length);
    forward(this.network, this.#shown(row), output, new Float64Array(this.network.hidden));
    return PREDICTED.reduce(
      (bits, at, k) => bits + (row[at] === 1 ? Math.log2(1 + Math.exp(-output[k]!)) : 0),
      0,
    );
  }

  #shown(row: Float32Array): Float32Array {
    const input = scaled(this.scale, row);
    for (const at of PREDICTED) input[at] = 0;
    return input;
  }
}
