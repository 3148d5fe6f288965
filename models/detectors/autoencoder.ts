import type { Random } from '../simulator/random.ts';
import { forward, type Network, newNetwork, trainNetwork } from './network.ts';
import { type Scale, scaled, scaleOf } from './standard.ts';

/** The largest squared deviation of one signal that is told apart. */
export const MOST_SQUARED = 16;

const OPTIONS = { hidden: 10, epochs: 8, batch: 32, rate: 0.005 } as const;

/**
 * An autoencoder over the signals (Sakurada, Yairi: "Anomaly detection using autoencoders with nonlinear
 * dimensionality reduction", MLSDA 2014): it learns to say the owners' signals again through a narrow middle. What it
 * cannot say again is a combination that owners do not show.
 */
export class Autoencoder {
  readonly scale: Scale;
  readonly network: Network;

  constructor(random: Random, rows: readonly Float32Array[], onEpoch?: (done: number) => void) {
    this.scale = scaleOf(rows);
    const inputs = rows.map((row) => scaled(this.scale, row));
    const width = rows[0]!.length;
    this.network = newNetwork(random, width, OPTIONS.hidden, width);
    trainNetwork(
      random,
      this.network,
      inputs,
      (row, output, slope) => {
        const [input, known] = [inputs[row]!, rows[row]!];
        for (let i = 0; i < width; i++) {
          const error = output[i]! - input[i]!;
          slope[i] = Number.isNaN(known[i]!) ? 0 : Math.max(-4, Math.min(4, error));
        }
      },
      OPTIONS,
      onEpoch,
    );
  }

  /** Mean squared error over the known signals, each at most {@link MOST_SQUARED}. */
  score(row: Float32Array): number {
    const input = scaled(this.scale, row);
    const output = new Float64Array(row.length);
    forward(this.network, input, output, new Float64Array(this.network.hidden));
    let [sum, count] = [0, 0];
    row.forEach((value, i) => {
      if (Number.isNaN(value)) return;
      count++;
      sum += Math.min(MOST_SQUARED, (output[i]! - input[i]!) ** 2);
    });
    return sum / Math.max(1, count);
  }
}
