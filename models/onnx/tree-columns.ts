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

/** An ensemble without trees. */
export function noTrees(): TreeEnsemble {
  return {
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
}

/**
 * Writes one node; its children are unknown as yet.
 *
 * Missing values are told apart by comparisons alone, so `nodes_missing_value_tracks_true` is 0 everywhere.
 *
 * @returns where it stands in the columns
 */
export function writeNode(
  trees: TreeEnsemble,
  tree: number,
  id: number,
  split?: { readonly feature: number; readonly cut: number },
): number {
  trees.nodes_treeids.push(tree);
  trees.nodes_nodeids.push(id);
  trees.nodes_featureids.push(split?.feature ?? 0);
  trees.nodes_values.push(split?.cut ?? 0);
  trees.nodes_modes.push(split ? 'BRANCH_LEQ' : 'LEAF');
  trees.nodes_truenodeids.push(0);
  trees.nodes_falsenodeids.push(0);
  trees.nodes_missing_value_tracks_true.push(0);
  return trees.nodes_nodeids.length - 1;
}

/** Says that a leaf adds a weight to a target. */
export function writeLeaf(
  trees: TreeEnsemble,
  tree: number,
  id: number,
  target: number,
  weight: number,
): void {
  trees.target_treeids.push(tree);
  trees.target_nodeids.push(id);
  trees.target_ids.push(target);
  trees.target_weights.push(weight);
}
