import type { AdditiveModel, Term } from './additive-model.ts';

/** The node columns of `ai.onnx.ml` TreeEnsembleRegressor (version 3), as the specification names them. */
export interface TreeEnsemble {
  readonly nodes_treeids: number[];
  readonly nodes_nodeids: number[];
  readonly nodes_featureids: number[];
  readonly nodes_values: number[];
  readonly nodes_modes: ('BRANCH_LEQ' | 'LEAF')[];
  readonly nodes_truenodeids: number[];
  readonly nodes_falsenodeids: number[];
  readonly nodes_missing_value_tracks_true: number[];
  readonly target_treeids: number[];
  readonly target_nodeids: number[];
  readonly target_ids: number[];
  readonly target_weights: number[];
}

/**
 * Writes every term as one tree that adds to one target of its own, so that a target is one leaf, unsummed
 * and therefore exact. Inside, the cuts are searched as a balanced binary tree: about log2(cuts) comparisons.
 *
 * A missing value is told apart at the root: `NaN <= Infinity` is false, every other value passes. That
 * needs no support for `nodes_missing_value_tracks_true`, which then is 0 everywhere.
 */
export function treesOf(model: AdditiveModel): TreeEnsemble {
  const trees: TreeEnsemble = {
    nodes_treeids: [],
    nodes_nodeids: [],
    nodes_featureids: [],
    nodes_values: [],
    nodes_modes: [],
    nodes_truenodeids: [],
    nodes_falsenodeids: [],
    nodes_missing_value_tracks_true: [],
    target_treeids: [],
    target_nodeids: [],
    target_ids: [],
    target_weights: [],
  };
  model.terms.forEach((term, tree) => {
    writeTerm(trees, term, tree);
  });
  return trees;
}

function writeTerm(trees: TreeEnsemble, term: Term, tree: number): void {
  let next = 0;

  const node = (mode: 'BRANCH_LEQ' | 'LEAF', feature: number, value: number): [id: number, at: number] => {
    const id = next++;
    trees.nodes_treeids.push(tree);
    trees.nodes_nodeids.push(id);
    trees.nodes_featureids.push(feature);
    trees.nodes_values.push(value);
    trees.nodes_modes.push(mode);
    trees.nodes_truenodeids.push(0);
    trees.nodes_falsenodeids.push(0);
    trees.nodes_missing_value_tracks_true.push(0);
    return [id, trees.nodes_nodeids.length - 1];
  };

  const branch = (feature: number, value: number, yes: () => number, no: () => number): number => {
    const [id, at] = node('BRANCH_LEQ', feature, value);
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
      const [id] = node('LEAF', 0, 0);
      trees.target_treeids.push(tree);
      trees.target_nodeids.push(id);
      trees.target_ids.push(tree);
      trees.target_weights.push(term.cells[cell]!);
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
