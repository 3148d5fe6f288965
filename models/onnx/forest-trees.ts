import { type IsolationForest, leafLength, type Tree } from '../detectors/isolation-forest.ts';
import { noTrees, type TreeEnsemble, writeLeaf, writeNode } from './tree-columns.ts';

/**
 * Writes an isolation forest as the nodes of a TreeEnsembleRegressor with one target: the sum over the trees of each
 * tree's share of the mean path length.
 */
export function forestTrees({ trees }: IsolationForest): TreeEnsemble {
  const out = noTrees();
  trees.forEach((root, tree) => {
    let next = 0;
    const write = (node: Tree, depth: number): number => {
      const id = next++;
      const split = 'cut' in node;
      const at = writeNode(out, tree, id, split ? node : undefined);
      if (split) {
        out.nodes_truenodeids[at] = write(node.below, depth + 1);
        out.nodes_falsenodeids[at] = write(node.above, depth + 1);
      } else writeLeaf(out, tree, id, 0, leafLength(depth, node.size) / trees.length);
      return id;
    };
    write(root, 0);
  });
  return out;
}
