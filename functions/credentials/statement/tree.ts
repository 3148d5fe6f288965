import { poseidon4 } from 'poseidon-lite/poseidon4';
import { bytesToNumber, FIELD_ORDER } from './field.ts';
import { StatementError } from './statement-error.ts';

/** Depth of a large set's tree; four children to a node, so 4^9 = 262,144 members at most. */
export const SET_LEVELS = 9;

/** Depth of a status list's tree, over chunks of 128 entries: 4^5 · 128 = 131,072 entries exactly. */
export const STATUS_LEVELS = 5;

/** Entries of a status list, the W3C minimum, and the size of every anonymity set. */
export const STATUS_ENTRIES = 4 ** STATUS_LEVELS * 128;

/** The children of each node on the way from a leaf to the root. */
export type TreePath = readonly (readonly [bigint, bigint, bigint, bigint])[];

/**
 * A tree with four children to a node, Poseidon(4) at each, of a fixed depth. Leaves beyond those given repeat
 * the last one, so that nothing is in the tree that was not given.
 */
export class QuadTree {
  readonly #layers: readonly (readonly bigint[])[];
  readonly #fillers: readonly bigint[];

  /** @param leaves 1 to 4^levels field elements; @param levels depth. */
  constructor(leaves: readonly bigint[], levels: number) {
    const layers: bigint[][] = [[...leaves]];
    const fillers = [leaves.at(-1)!];
    for (let level = 0; level < levels; level++) {
      const below = layers[level]!;
      const filler = fillers[level]!;
      const above: bigint[] = [];
      for (let i = 0; i < below.length; i += 4)
        above.push(
          poseidon4([below[i]!, below[i + 1] ?? filler, below[i + 2] ?? filler, below[i + 3] ?? filler]),
        );
      layers.push(above);
      fillers.push(poseidon4([filler, filler, filler, filler]));
    }
    this.#layers = layers;
    this.#fillers = fillers;
  }

  get root(): bigint {
    return this.#layers.at(-1)![0]!;
  }

  /** The children of every node above a leaf. */
  path(index: number): TreePath {
    return this.#layers.slice(0, -1).map((layer, level) => {
      const first = Math.floor(index / 4 ** (level + 1)) * 4;
      const child = (i: number): bigint => layer[first + i] ?? this.#fillers[level]!;
      return [child(0), child(1), child(2), child(3)] as const;
    });
  }
}

/**
 * The tree of a large set. Members are sorted, so that the root depends on the set alone.
 *
 * @throws StatementError `set-invalid` when empty, too large or not of distinct field elements.
 */
export function setTree(members: readonly bigint[]): {
  readonly tree: QuadTree;
  readonly members: readonly bigint[];
} {
  const sorted = [...members].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (sorted.length === 0 || sorted.length > 4 ** SET_LEVELS)
    throw new StatementError('set-invalid', `a set has 1 to ${4 ** SET_LEVELS} members`);
  if (sorted[0]! < 0n || sorted.at(-1)! >= FIELD_ORDER)
    throw new StatementError('set-invalid', 'a member is out of the field');
  if (sorted.some((member, i) => i > 0 && member === sorted[i - 1]))
    throw new StatementError('set-invalid', 'a member is there twice');
  return { tree: new QuadTree(sorted, SET_LEVELS), members: sorted };
}

/** The 128-entry chunks of a status list, each as a big-endian number. */
export function statusChunks(list: Uint8Array): bigint[] {
  if (list.length * 8 !== STATUS_ENTRIES)
    throw new StatementError('status-list-invalid', `a status list has exactly ${STATUS_ENTRIES} entries`);
  return Array.from({ length: list.length / 16 }, (_, i) =>
    bytesToNumber(list.subarray(16 * i, 16 * i + 16)),
  );
}

/**
 * The tree of an uncompressed W3C Bitstring Status List, whose root is the public signal `statusRoot`.
 *
 * @throws StatementError `status-list-invalid` unless it has exactly {@link STATUS_ENTRIES} entries of one bit.
 */
export function statusTree(list: Uint8Array): QuadTree {
  return new QuadTree(statusChunks(list), STATUS_LEVELS);
}
