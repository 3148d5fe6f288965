import { type IsolationForest, leafLength, type Tree } from '../detectors/isolation-forest.ts';
import type { TreeEnsemble } from './tree-ensemble.ts';

/**
 * Writes an isolation forest as the nodes of a TreeEnsembleRegressor with one target: the sum over the trees of each
 * tree's share of the mean path length.
 */
export function forestTrees({ trees }: IsolationForest): TreeEnsemble {
  const out: TreeEnsemble = {
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
  trees.forEach((root, tree) => {
    let next = 0;
    const write = (node: Tree, depth: number): number => {
      const id = next++;
      const at = out.nodes_nodeids.length;
      const split = 'cut' in node;
      out.nodes_treeids.push(tree);
      out.nodes_nodeids.push(id);
      out.nodes_featureids.push(split ? node.feature : 0);
      out.nodes_values.push(split ? node.cut : 0);
      out.nodes_modes.push(split ? 'BRANCH_LEQ' : 'LEAF');
      out.nodes_truenodeids.push(0);
      out.nodes_falsenodeids.push(0);
      out.nodes_missing_value_tracks_true.push(0);
      if (split) {
        out.nodes_truenodeids[at] = write(node.below, depth + 1);
        out.nodes_falsenodeids[at] = write(node.above, depth + 1);
      } else {
        out.target_treeids.push(tree);
        out.target_nodeids.push(id);
        out.target_ids.push(0);
        out.target_weights.push(leafLength(depth, node.size) / trees.length);
      }
      return id;
    };
    write(root, 0);
  });
  return out;
}
