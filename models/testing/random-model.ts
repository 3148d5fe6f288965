import type { AdditiveModel, Term } from '../onnx/additive-model.ts';
import { type Random, randomFrom } from '../simulator/random.ts';

/** A model with arbitrary cuts and leaves, for tests of the graph against its oracle. */
export function randomModel(seed: number, width = 12, pairs = 3): AdditiveModel {
  const random = randomFrom(seed);
  const terms: Term[] = [];
  for (let i = 0; i < width; i++) {
    const cuts = randomCuts(random, Math.floor(random() * 40));
    terms.push({ code: `f${i}`, features: [i], cuts: [cuts], cells: leaves(random, cuts.length + 2) });
  }
  for (let i = 0; i < pairs; i++) {
    const [first, second] = [i, width - 1 - i];
    const cuts = [randomCuts(random, 5), randomCuts(random, 8)];
    const cells = leaves(random, (cuts[0]!.length + 2) * (cuts[1]!.length + 2));
    terms.push({ code: `f${first} × f${second}`, features: [first, second], cuts, cells });
  }
  return { width, terms, room: { up: 1e6, down: 1e6 } };
}

function randomCuts(random: Random, count: number): number[] {
  const cuts = Array.from({ length: count }, () => Math.fround(random() * 2 - 1));
  return [...new Set(cuts)].sort((a, b) => a - b);
}

function leaves(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => Math.fround(random() - 0.5));
}
