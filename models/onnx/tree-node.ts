import { type Graph, reals, text, whole } from './nodes.ts';
import type { TreeEnsemble } from './tree-columns.ts';

/** Adds a TreeEnsembleRegressor whose targets are sums of leaves, untransformed. */
export function treeNode(
  graph: Graph,
  trees: TreeEnsemble,
  input: string,
  output: string,
  targets: number,
): string {
  const attributes = Object.entries(trees).map(([name, values]) => {
    if (name === 'nodes_modes') return text(name, values as string[]);
    if (name === 'nodes_values' || name === 'target_weights') return reals(name, values as number[]);
    return whole(name, values as number[]);
  });
  const settings = [
    whole('n_targets', targets),
    text('aggregate_function', 'SUM'),
    text('post_transform', 'NONE'),
  ];
  return graph.node('TreeEnsembleRegressor', [input], output, [...attributes, ...settings], 'ai.onnx.ml');
}
