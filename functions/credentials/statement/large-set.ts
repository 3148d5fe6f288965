import { FIELD_ORDER } from './field.ts';
import { HashTree, type TreePath } from './hash-tree.ts';
import { StatementError } from './statement-error.ts';

/** Depth of a large set's tree. */
export const SET_LEVELS = 6;

/** The most members of a large set: eight children to a node, so 8^6 = 262,144. */
export const SET_CAPACITY = 8 ** SET_LEVELS;

/**
 * A set of encoded values, known to verifiers by the root of its tree, the public signal `setRoot`. Members are
 * sorted, so that the root depends on the set alone.
 *
 * @example
 * ```ts
 * const countries = new LargeSet(['NZ', 'AU'].map((code) => encodeClaim('string', code)));
 * countries.root;
 * ```
 */
export class LargeSet {
  readonly #tree: HashTree;
  readonly #index: ReadonlyMap<bigint, number>;

  /**
   * @param members 1 to {@link SET_CAPACITY} distinct field elements.
   * @throws StatementError `set-invalid`
   */
  constructor(members: readonly bigint[]) {
    const sorted = [...members].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    if (sorted.length === 0 || sorted.length > SET_CAPACITY)
      throw invalid(`a set has 1 to ${SET_CAPACITY} members`);
    if (sorted[0]! < 0n || sorted.at(-1)! >= FIELD_ORDER) throw invalid('a member is out of the field');
    this.#index = new Map(sorted.map((member, i) => [member, i]));
    if (this.#index.size !== sorted.length) throw invalid('a member is there twice');
    this.#tree = new HashTree(sorted, 8, SET_LEVELS);
  }

  get root(): bigint {
    return this.#tree.root;
  }

  /** The way from a member to the root; undefined when the set lacks it. */
  path(member: bigint): TreePath | undefined {
    const index = this.#index.get(member);
    return index === undefined ? undefined : this.#tree.path(index);
  }
}

const invalid = (problem: string): StatementError => new StatementError('set-invalid', problem);
