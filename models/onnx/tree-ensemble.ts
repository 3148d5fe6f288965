import type { AdditiveModel, Term } from './additive-model.ts';
import { noTrees, type TreeEnsemble, writeLeaf, writeNode } from './tree-columns.ts';

/**
 * Writes every term as one tree that adds to one target of its own, so that a target is one leaf, unsummed
 * and therefore exact. Inside, the cuts are searched as a balanced binary tree: about log2(cuts) comparisons.
 *
 * A missing value is told apart at the root: `NaN <= Infinity` is false, every other value passes. That
 * needs no support for `nodes_missing_value_tracks_true`, which then is 0 everywhere.
 */
export function treesOf(model: AdditiveModel): TreeEnsemble {
  const trees = noTrees();
  model.terms.forEach((term, tree) => {
    writeTerm(trees, term, tree);
  });
  return trees;
}

function writeTerm(trees: TreeEnsemble, term: Term, tree: number): void {
  let next = 0;

  const branch = (feature: number, cut: number, yes: () => number, no: () => number): number => {
    const id = next++;
    const at = writeNode(trees, tree, id, { feature, cut });
    trees.nodes_truenodeids[at] = yes();
    trees.nodes_falsenodeids[at] = no();
    return id;
  };

  const search = (depth: number, low: number, high: number, cell: number): number => {
    if (low === high) return below(depth + 1, cell * (term.cuts[depth]!.length + 2) + low + 1);
    const middle = (low + high) >>> 1;
    const feature = term.features[depth]!;
    return branch(
      feature,
      term.cuts[depth]![middle]!,
      () => search(depth, low, middle, cell),
      () => search(depth, middle + 1, high, cell),
    );
  };

  const below = (depth: number, cell: number): number => {
    if (depth === term.features.length) {
      const id = next++;
      writeNode(trees, tree, id);
      writeLeaf(trees, tree, id, tree, term.cells[cell]!);
      return id;
    }
    const cuts = term.cuts[depth]!;
    return branch(
      term.features[depth]!,
      Number.POSITIVE_INFINITY,
      () => search(depth, 0, cuts.length, cell),
      () => below(depth + 1, cell * (cuts.length + 2)),
    );
  };

  below(0, 0);
}
