import { integer, normal, type Random } from '../simulator/random.ts';

/** A network with one hidden layer of tanh: `W2 · tanh(W1 · x + b1) + b2`. Weights row by row, one row per input. */
export interface Network {
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
  readonly w1: Float64Array;
  readonly b1: Float64Array;
  readonly w2: Float64Array;
  readonly b2: Float64Array;
}

/** How a network is trained. */
export interface NetworkOptions {
  readonly hidden: number;
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
}

/** Small random weights. */
export function newNetwork(random: Random, inputs: number, hidden: number, outputs: number): Network {
  const drawn = (from: number, to: number) =>
    Float64Array.from({ length: from * to }, () => normal(random, 0, 1 / Math.sqrt(from)));
  return {
    inputs,
    hidden,
    outputs,
    w1: drawn(inputs, hidden),
    b1: new Float64Array(hidden),
    w2: drawn(hidden, outputs),
    b2: new Float64Array(outputs),
  };
}

/** What the network makes of an input; `hidden` receives the hidden layer. */
export function forward(
  network: Network,
  input: ArrayLike<number>,
  output: Float64Array,
  hidden: Float64Array,
): void {
  const { w1, b1, w2, b2 } = network;
  hidden.set(b1);
  for (let i = 0; i < network.inputs; i++) {
    const x = input[i]!;
    if (x === 0) continue;
    for (let j = 0; j < network.hidden; j++) hidden[j]! += x * w1[i * network.hidden + j]!;
  }
  for (let j = 0; j < network.hidden; j++) hidden[j] = Math.tanh(hidden[j]!);
  output.set(b2);
  for (let j = 0; j < network.hidden; j++)
    for (let k = 0; k < network.outputs; k++) output[k]! += hidden[j]! * w2[j * network.outputs + k]!;
}

/**
 * Trains a network by stochastic gradients (Kingma, Ba: "Adam", ICLR 2015). The same random stream gives the same
 * weights.
 *
 * @param slopeOf writes the derivative of a row's loss by each output
 */
export function trainNetwork(
  random: Random,
  network: Network,
  rows: readonly Float32Array[],
  slopeOf: (row: number, output: Float64Array, slope: Float64Array) => void,
  options: NetworkOptions,
  onEpoch?: (done: number) => void,
): void {
  const parts = [network.w1, network.b1, network.w2, network.b2];
  const slopes = parts.map((part) => new Float64Array(part.length));
  const [means, squares] = [slopes.map((part) => part.slice()), slopes.map((part) => part.slice())];
  const [g1, gb1, g2, gb2] = slopes as [Float64Array, Float64Array, Float64Array, Float64Array];
  const [hidden, back] = [new Float64Array(network.hidden), new Float64Array(network.hidden)];
  const [output, slope] = [new Float64Array(network.outputs), new Float64Array(network.outputs)];
  const steps = Math.ceil(rows.length / options.batch) * options.epochs;
  for (let step = 1; step <= steps; step++) {
    for (const part of slopes) part.fill(0);
    for (let n = 0; n < options.batch; n++) {
      const row = integer(random, 0, rows.length - 1);
      const input = rows[row]!;
      forward(network, input, output, hidden);
      slopeOf(row, output, slope);
      for (let j = 0; j < network.hidden; j++) {
        let sum = 0;
        for (let k = 0; k < network.outputs; k++) {
          const at = j * network.outputs + k;
          sum += slope[k]! * network.w2[at]!;
          g2[at]! += slope[k]! * hidden[j]!;
        }
        back[j] = sum * (1 - hidden[j]! * hidden[j]!);
        gb1[j]! += back[j]!;
      }
      for (let k = 0; k < network.outputs; k++) gb2[k]! += slope[k]!;
      for (let i = 0; i < network.inputs; i++) {
        const x = input[i]!;
        if (x === 0) continue;
        for (let j = 0; j < network.hidden; j++) g1[i * network.hidden + j]! += x * back[j]!;
      }
    }
    // The rate falls to a tenth, so that the last steps settle.
    const rate = options.rate * (1 - (0.9 * step) / steps);
    const [first, second] = [1 - 0.9 ** step, 1 - 0.999 ** step];
    parts.forEach((part, p) => {
      const [g, m, v] = [slopes[p]!, means[p]!, squares[p]!];
      for (let i = 0; i < part.length; i++) {
        const value = g[i]! / options.batch;
        m[i] = 0.9 * m[i]! + 0.1 * value;
        v[i] = 0.999 * v[i]! + 0.001 * value * value;
        part[i]! -= (rate * (m[i]! / first)) / (Math.sqrt(v[i]! / second) + 1e-8);
      }
    });
    if (step % 100 === 0) onEpoch?.(step / steps);
  }
}
