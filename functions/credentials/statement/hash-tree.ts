import { poseidon4 } from 'poseidon-lite/poseidon4';
import { poseidon8 } from 'poseidon-lite/poseidon8';

/** The children of each node on the way from a leaf to the root. */
export type TreePath = readonly (readonly bigint[])[];

/**
 * A tree of a fixed depth with four or eight children to a node, the node being their Poseidon hash. Leaves beyond
 * those given repeat the last one, so that nothing is in the tree that was not given.
 */
export class HashTree {
  readonly #arity: 4 | 8;
  readonly #layers: readonly (readonly bigint[])[];
  readonly #fillers: readonly bigint[];

  /** @param leaves 1 to arity^levels field elements. */
  constructor(leaves: readonly bigint[], arity: 4 | 8, levels: number) {
    const hash = arity === 4 ? poseidon4 : poseidon8;
    const layers: bigint[][] = [[...leaves]];
    const fillers = [leaves.at(-1)!];
    for (let level = 0; level < levels; level++) {
      const below = layers[level]!;
      const filler = fillers[level]!;
      const above: bigint[] = [];
      for (let i = 0; i < below.length; i += arity)
        above.push(hash(Array.from({ length: arity }, (_, j) => below[i + j] ?? filler)));
      layers.push(above);
      fillers.push(hash(Array<bigint>(arity).fill(filler)));
    }
    this.#arity = arity;
    this.#layers = layers;
    this.#fillers = fillers;
  }

  get root(): bigint {
    return this.#layers.at(-1)![0]!;
  }

  /** The children of every node above a leaf, from the leaves up. */
  path(index: number): TreePath {
    return this.#layers.slice(0, -1).map((layer, level) => {
      const first = Math.floor(index / this.#arity ** (level + 1)) * this.#arity;
      return Array.from({ length: this.#arity }, (_, j) => layer[first + j] ?? this.#fillers[level]!);
    });
  }
}
